package ui

import (
	"context"
	"path/filepath"
	"slices"

	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/volume"
	"opacity/viewer"
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
	type read struct {
		lm      *mask.LabelMap
		refused error // it lies on another grid
	}
	job.Run(w.jobs, jobReference, func(ctx context.Context, _ func(job.Progress)) (read, error) {
		lm, err := w.opts.ReadMask(ctx, path, v.Geometry)
		if err == nil || w.opts.ReadOtherMask == nil || ctx.Err() != nil {
			return read{lm, nil}, err
		}
		other, failed := w.opts.ReadOtherMask(ctx, path)
		if failed != nil || other.SameGrid(v.Geometry, 0) { // it is refused for something else
			return read{}, err
		}
		return read{other, err}, nil
	}, nil, func(r read, err error) {
		w.status.end(jobReference)
		switch {
		case err != nil:
			w.bands.failAbout("reference", err)
		case attempt != w.opening || !w.mayCompare():
		case r.refused != nil:
			w.askResampled(path, r.lm)
		default:
			w.askReferenceMapping(path, r.lm)
		}
	})
}

// askResampled refuses a reference on another grid, tells both, and offers to bring it
// onto that of the scan.
func (w *Window) askResampled(path string, lm *mask.LabelMap) {
	v, attempt := w.session.Volume(), w.opening
	w.question("reference_grid", w.t("ui.reference.grid"), w.t("ui.reference.grid_text", filepath.Base(path), w.gridOf(lm.Geometry), w.gridOf(v.Geometry)),
		answer{id: "resample", label: "ui.reference.resample", run: func() {
			w.status.start(jobReference, w.t("ui.reference.resampling", filepath.Base(path)), func() { w.jobs.Cancel(jobReference) })
			job.Run(w.jobs, jobReference, func(ctx context.Context, _ func(job.Progress)) (*mask.LabelMap, error) {
				return lm.Onto(v.Geometry), ctx.Err()
			}, nil, func(onto *mask.LabelMap, err error) {
				w.status.end(jobReference)
				if err == nil && attempt == w.opening && w.mayCompare() {
					w.moved = onto
					w.askReferenceMapping(path, onto)
				}
			})
		}},
		answer{id: "cancel", label: "ui.cancel"})
}

// gridOf tells a grid: its voxels, how large they are and where the first is.
func (w *Window) gridOf(g volume.Geometry) string {
	s, at := g.SpacingMM(), g.Affine.Column(3)
	return w.t("ui.reference.grid_of", g.Size[0], g.Size[1], g.Size[2], viewer.Number(s[0], 2), viewer.Number(s[1], 2), viewer.Number(s[2], 2),
		viewer.Number(at[0], 1), viewer.Number(at[1], 1), viewer.Number(at[2], 1))
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
	what := "ui.reference.mapping_text"
	if named(&m) {
		what = "ui.reference.mapping_named"
	}
	w.askMapping(lm, &m, mapped{
		title: w.t("ui.reference.mapping"), what: w.t(what, filepath.Base(path)), use: "ui.reference.use", leftOut: "ui.reference.left_out", stay: &staying{},
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
			w.takeReference(reference{mask: made, from: fromFile, name: filepath.Base(path), said: saidBy(m), moved: w.moved == lm})
			w.moved = nil
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
