// Package edit holds the operations on a whole mask or a region of it: flood,
// fill holes, between slices, islands, margin, smooth, boolean, relabel, and the
// merging of what a model proposes.
//
// Every operation reads a snapshot and returns what it would change as a
// mask.Delta; the caller commits it, or throws it away. Nothing is changed in
// place, equal input gives an equal delta, a delta may be empty, and a done
// context ends the work within some milliseconds with the reason as error.
// Errors of the user's making are *app.Error with a sentence.
//
// Voxels are (i, j, k), i fastest, on the volume's own grid; an axis is 0 for i
// (sagittal slices), 1 for j (coronal), 2 for k (axial).
package edit

import (
	"context"
	"sync"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
)

// Space stands for an axis where an operation works in all three directions at
// once, not in the slices across one axis.
const Space = 3

// Input is what an operation reads.
type Input struct {
	Mask   *mask.Mask     // a snapshot
	Volume *volume.Volume // of the same grid: values and millimetres
	// Label is the value of the active label, the one that most operations write.
	Label uint8
	// Limits says where labels may change. Locked labels never do.
	Limits mask.Limits
	// Box bounds what may change; the zero Box is the whole grid.
	Box volume.Box
}

// box is Box within the grid.
func (in Input) box() volume.Box {
	if in.Box == (volume.Box{}) {
		return volume.Whole(in.Mask.Size())
	}
	return in.Box.Intersect(volume.Whole(in.Mask.Size()))
}

// grid checks that mask and volume are there and belong together.
func (in Input) grid() error {
	if in.Mask == nil || in.Volume == nil || in.Mask.Size() != in.Volume.Size {
		return app.Misuse("edit.other_grid")
	}
	return nil
}

// check finds what forbids an operation that changes the labels given.
func (in Input) check(values ...uint8) error {
	if err := in.grid(); err != nil {
		return err
	}
	for _, value := range values {
		l, ok := in.Mask.Label(value)
		switch {
		case !ok:
			return app.Misuse("edit.no_label", int(value))
		case l.Locked:
			return app.Misuse("edit.locked", l.Name)
		}
	}
	if in.Limits.HU != nil && in.Volume.Unit != volume.HU {
		return app.Refuse(nil, "edit.not_hu")
	}
	return nil
}

// layer is that of a label which check has found to be there.
func (in Input) layer(value uint8) mask.Layer {
	l, _ := in.Mask.Label(value)
	return l.Layer
}

// set returns the voxels of a label; there must be one.
func (in Input) set(value uint8) (*mask.Bits, error) {
	if err := in.grid(); err != nil {
		return nil, err
	}
	l, ok := in.Mask.Label(value)
	if !ok {
		return nil, app.Misuse("edit.no_label", int(value))
	}
	if in.Mask.Count(l.Layer, value) == 0 {
		return nil, app.Misuse("edit.no_voxels", l.Name)
	}
	return mask.BitsOf(in.Mask, l.Layer, value), nil
}

// active is check and set for the active label.
func (in Input) active() (*mask.Bits, error) {
	if err := in.check(in.Label); err != nil {
		return nil, err
	}
	return in.set(in.Label)
}

// MostMM is the largest distance that an operation accepts.
const MostMM = 50

// measured refuses work in millimetres, or in millilitres, that would be done wrongly:
// where a voxel's size is not known, and where the stack withholds what lies across its
// slices. A single slice has nothing there that is measured in millimetres.
func (in Input) measured(millilitres bool) error {
	for _, w := range in.Volume.Warnings {
		switch {
		case w.Kind == volume.WarnNoSpacing:
			return app.Refuse(nil, "edit.no_spacing")
		case w.Kind.Withholds() && (millilitres || w.Kind != volume.WarnOneSlice):
			return app.Refuse(nil, "edit.withheld", w.Message)
		}
	}
	return nil
}

// distance checks a distance in millimetres.
func (in Input) distance(mm, most float64) error {
	if err := in.grid(); err != nil {
		return err
	}
	if err := in.measured(false); err != nil {
		return err
	}
	if !(mm > 0 && mm <= most) {
		return app.Misuse("edit.distance", most)
	}
	return nil
}

// seed checks that a voxel lies in the grid.
func (in Input) seed(at [3]int) error {
	if err := in.grid(); err != nil {
		return err
	}
	if !in.Volume.Contains(at[0], at[1], at[2]) {
		return app.Misuse("edit.seed_outside")
	}
	return nil
}

// axis checks an axis, with Space where the operation knows it.
func axis(n int, space bool) error {
	if n < 0 || n > Space || n == Space && !space {
		return app.Misuse("edit.axis", n)
	}
	return nil
}

// progress tells how many of total are done, from any goroutine.
type progress struct {
	mu          sync.Mutex
	report      func(job.Progress)
	stage       text.Message
	done, total int
}

// begin starts to tell of a stage; report may be nil.
func begin(report func(job.Progress), key string, total int) *progress {
	p := &progress{report: report, stage: text.M(key), total: total}
	p.add(0)
	return p
}

func (p *progress) add(n int) {
	if p.report == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += n
	p.report(job.Progress{Stage: p.stage, Done: p.done, Total: p.total})
}

// stopped is why ctx was done, or nil.
func stopped(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}
