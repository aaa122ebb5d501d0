package ui

import (
	"context"
	"path/filepath"

	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/volume"
	"opacity/viewer"
)

// labelFile is a label map that was read for the open scan.
type labelFile struct {
	path  string
	lm    *mask.LabelMap // on the scan's grid
	guess mask.Mapping   // what its numbers are taken for
	moved bool           // it was brought there from another
}

func newLabelFile(path string, lm *mask.LabelMap, moved bool) labelFile {
	return labelFile{path, lm, mask.GuessMapping(lm), moved}
}

// labelReader is who wants a label map.
type labelReader struct {
	job      string // that reads it; its message is named alike
	wanted   func() bool
	take     func(labelFile)
	resample string // translation key of the button that takes one on another grid
}

// readLabels reads a label map for the open scan. One that lies on another grid is
// refused with both grids, and resampled where that is wanted.
func (w *Window) readLabels(path string, to labelReader) {
	v, attempt := w.session.Volume(), w.opening
	w.status.start(to.job, w.t("ui.mask.reading", filepath.Base(path)), func() { w.jobs.Cancel(to.job) })
	type read struct {
		fits  labelFile
		other *mask.LabelMap // on another grid; nil where it fits
	}
	job.Run(w.jobs, to.job, func(ctx context.Context, _ func(job.Progress)) (read, error) {
		lm, err := w.opts.ReadMask(ctx, path, v.Geometry)
		if err == nil {
			return read{newLabelFile(path, lm, false), nil}, nil
		}
		if w.opts.ReadOtherMask == nil || ctx.Err() != nil {
			return read{}, err
		}
		other, failed := w.opts.ReadOtherMask(ctx, path)
		if failed != nil || other.SameGrid(v.Geometry, 0) { // it is refused for something else
			return read{}, err
		}
		return read{other: other}, nil
	}, nil, func(r read, err error) {
		w.status.end(to.job)
		switch {
		case err != nil:
			w.bands.failAbout(to.job, err)
		case attempt != w.opening || !to.wanted():
		case r.other != nil:
			w.askResampled(path, r.other, to)
		default:
			to.take(r.fits)
		}
	})
}

// askResampled tells the grid of a label map and that of the scan, and offers to bring
// it onto that of the scan.
func (w *Window) askResampled(path string, lm *mask.LabelMap, to labelReader) {
	v, attempt := w.session.Volume(), w.opening
	w.question("grid", w.t("ui.grid.title", filepath.Base(path)), w.t("ui.grid.text", filepath.Base(path), w.gridOf(lm.Geometry), w.gridOf(v.Geometry)),
		answer{id: "resample", label: to.resample, run: func() {
			w.status.start(to.job, w.t("ui.grid.resampling", filepath.Base(path)), func() { w.jobs.Cancel(to.job) })
			job.Run(w.jobs, to.job, func(ctx context.Context, _ func(job.Progress)) (labelFile, error) {
				return newLabelFile(path, lm.Onto(v.Geometry), true), ctx.Err()
			}, nil, func(onto labelFile, err error) {
				w.status.end(to.job)
				if err == nil && attempt == w.opening && to.wanted() {
					to.take(onto)
				}
			})
		}},
		answer{id: "cancel", label: "ui.cancel"}).ofCase()
}

// gridOf tells a grid: its voxels, how large they are and where the first is.
func (w *Window) gridOf(g volume.Geometry) string {
	s, at := g.SpacingMM(), g.Affine.Column(3)
	return w.t("ui.grid.of", g.Size[0], g.Size[1], g.Size[2], viewer.Number(s[0], 2), viewer.Number(s[1], 2), viewer.Number(s[2], 2),
		viewer.Number(at[0], 1), viewer.Number(at[1], 1), viewer.Number(at[2], 1))
}
