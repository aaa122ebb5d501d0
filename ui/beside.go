package ui

import (
	"context"
	"slices"

	"opacity/app"
	"opacity/app/job"
)

// beside is what was found together with a series.
type beside struct {
	masks   []string // label maps
	named   string   // the label map that the user named, not just its folder; "" for none
	leftOut string   // what was not used, in words; "" for nothing

	studies string   // where its study lies, or comes to; "" for where studies usually do
	resume  *resumed // its study, open already; nil where it is to be looked for
}

// takeMask opens the mask that the user named with the study that is open now,
// and otherwise offers the first beside it that fits.
func (w *Window) takeMask(b beside) {
	switch {
	case b.named != "":
		w.openMask(b.named)
	case len(b.masks) > 0 && !w.blinded():
		w.offerMask(b.masks)
	}
}

// offerMask says which label map beside the study fits it. One that does not
// fit, or cannot be read, is nobody's concern until it is asked for.
func (w *Window) offerMask(paths []string) {
	v, attempt := w.session.Volume(), w.opening
	job.Run(w.jobs, "beside", func(ctx context.Context, _ func(job.Progress)) (string, error) {
		for _, path := range paths {
			if _, err := w.opts.ReadMask(ctx, path, v.Geometry); err == nil || ctx.Err() != nil {
				return path, ctx.Err()
			}
		}
		return "", nil
	}, nil, func(path string, err error) {
		if err == nil && attempt == w.opening && !w.drawn() {
			w.bands.offer(path)
		}
	})
}

// sort tells pictures from label maps, which belong on top of them.
func (w *Window) sort(paths []string, found app.Scan) (pictures []app.Series, b beside) {
	for _, s := range found.Series {
		path := s.Info().Path
		switch {
		case !s.Info().LabelMap:
			pictures = append(pictures, s)
		case w.opts.ReadMask == nil:
		case b.named == "" && slices.Contains(paths, path):
			b.named = path
			b.masks = append(b.masks, path)
		default:
			b.masks = append(b.masks, path)
		}
	}
	for _, m := range found.Masks { // segmentations and contours, which are no series
		if w.opts.ReadMask == nil {
			break
		}
		if b.named == "" && slices.Contains(paths, m.Path) {
			b.named = m.Path
		}
		b.masks = append(b.masks, m.Path)
	}
	b.leftOut = w.skipped(found)
	return pictures, b
}
