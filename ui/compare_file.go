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
		w.choose.openFile(w.t("ui.reference.choose_file"), w.lastFolder(), w.openReference)
	}
}

// openReference reads a label map and, once it is known what its numbers are taken
// for, compares with it.
func (w *Window) openReference(path string) {
	if !w.mayCompare() {
		return
	}
	v, attempt := w.session.Volume(), w.opening
	w.status.start(jobReference, w.t("ui.mask.reading", filepath.Base(path)), func() { w.jobs.Cancel(jobReference) })
	job.Run(w.jobs, jobReference, func(ctx context.Context, _ func(job.Progress)) (*mask.LabelMap, error) {
		return w.opts.ReadMask(ctx, path, v.Geometry)
	}, nil, func(lm *mask.LabelMap, err error) {
		w.status.end(jobReference)
		switch {
		case err != nil:
			w.bands.failAbout("reference", err)
		case attempt == w.opening && w.mayCompare():
			w.askReferenceMapping(path, lm)
		}
	})
}

// referenceMapping guesses which labels of the mask at hand the numbers of a file are.
func (w *Window) referenceMapping(lm *mask.LabelMap) mask.Mapping {
	m := mask.GuessMapping(lm)
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
func (w *Window) askReferenceMapping(path string, lm *mask.LabelMap) {
	m := w.referenceMapping(lm)
	w.askMapping(lm, &m, mapped{
		title: w.t("ui.reference.mapping"), what: w.t("ui.reference.mapping_text", filepath.Base(path)), use: "ui.reference.use", stay: &staying{},
		run: func() { w.useReference(path, lm, m) },
	})
}

// useReference makes a mask of a label map and compares with it.
func (w *Window) useReference(path string, lm *mask.LabelMap, m mask.Mapping) {
	v, attempt, unfold := w.session.Volume(), w.opening, w.unfolder(path)
	w.status.start(jobReference, w.t("ui.mask.unfolding", filepath.Base(path)), func() { w.jobs.Cancel(jobReference) })
	job.Run(w.jobs, jobReference, func(ctx context.Context, _ func(job.Progress)) (*mask.Mask, error) {
		return unfold(ctx, v, lm, m)
	}, nil, func(made *mask.Mask, err error) {
		w.status.end(jobReference)
		switch {
		case err != nil:
			w.bands.failAbout("reference", err)
		case attempt == w.opening && w.mayCompare():
			w.takeReference(reference{mask: made, from: fromFile, name: filepath.Base(path), said: saidBy(m)})
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
