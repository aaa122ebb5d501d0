package ui

import (
	"context"
	"path/filepath"
	"slices"

	"opacity/app/job"
	"opacity/app/mask"
)

const jobReference = "reference"

func (w *Window) askReference() {
	if w.mayCompare() && w.opts.ReadMask != nil {
		w.choose.openFile(w.t("ui.reference.choose_file"), w.lastFolder(), ofThisCase(w, w.openReference))
	}
}

// openReference reads a label map and, once it is known what its numbers are taken
// for, compares with it.
func (w *Window) openReference(path string) {
	if w.mayCompare() {
		w.readLabels(path, labelReader{job: jobReference, wanted: w.mayCompare, take: w.askReferenceMapping, resample: "ui.reference.resample"})
	}
}

// referenceMapping is what the numbers of a file are taken for, with the labels of the
// mask at hand.
func (w *Window) referenceMapping(m mask.Mapping) mask.Mapping {
	labels := w.session.Mask().Labels()
	for _, l := range m.Labels { // those that may have been guessed
		if !slices.ContainsFunc(labels, func(have mask.Label) bool { return have.Value == l.Value }) {
			labels = append(labels, l)
		}
	}
	m.Labels = labels
	return m
}

// askReferenceMapping offers the labels of the mask at hand for the numbers of a file.
func (w *Window) askReferenceMapping(f labelFile) {
	m := w.referenceMapping(f.guess)
	what := "ui.reference.mapping_text"
	if named(&m) {
		what = "ui.reference.mapping_named"
	}
	w.askMapping(f.lm, &m, mapped{
		title: w.t("ui.reference.mapping"), what: w.t(what, filepath.Base(f.path)), use: "ui.reference.use", leftOut: "ui.reference.left_out", stay: &staying{},
		run: func() { w.useReference(f, m) },
	})
}

// useReference makes a mask of a label map and compares with it.
func (w *Window) useReference(f labelFile, m mask.Mapping) {
	v, attempt, unfold := w.session.Volume(), w.opening, w.unfolder(f.path)
	w.status.start(jobReference, w.t("ui.mask.unfolding", filepath.Base(f.path)), func() { w.jobs.Cancel(jobReference) })
	job.Run(w.jobs, jobReference, func(ctx context.Context, _ func(job.Progress)) (*mask.Mask, error) {
		return unfold(ctx, v, f.lm, m)
	}, nil, func(made *mask.Mask, err error) {
		w.status.end(jobReference)
		switch {
		case err != nil:
			w.bands.failAbout("reference", err)
		case attempt == w.opening && w.mayCompare():
			w.takeReference(reference{mask: made, from: fromFile, name: filepath.Base(f.path), said: saidBy(m), moved: f.moved})
		}
	})
}

// saidBy are the labels that a file says something of: those that a number of it
// stands for.
func saidBy(m mask.Mapping) map[uint8]bool {
	said := map[uint8]bool{}
	for _, a := range m.Assignments {
		switch {
		case a.BothLungs:
			said[mask.LeftLung], said[mask.RightLung] = true, true
		case a.Label != 0:
			said[a.Label] = true
		}
	}
	return said
}
