package inference

import (
	"opacity/app"
	"opacity/app/mask"
	"opacity/app/volume"
)

// part is which pictures of a volume are looked at, and what holds elsewhere.
type part struct {
	box          volume.Box // the voxels of those pictures
	first, after int        // pictures
	around       *mask.Mask // nil for nothing
}

func newPart(w view, req app.SegmentRequest) part {
	whole := volume.Whole(w.size)
	p := part{box: whole, after: w.slices}
	if req.Box == (volume.Box{}) {
		return p
	}
	axis := w.slice.index
	meets := req.Box.Intersect(whole)
	if meets.Empty() {
		return part{around: req.Around}
	}
	p.around = req.Around
	p.box.Min[axis], p.box.Max[axis] = meets.Min[axis], meets.Max[axis]
	p.first, p.after = meets.Min[axis], meets.Max[axis]
	if w.slice.flip {
		p.first, p.after = w.slices-meets.Max[axis], w.slices-meets.Min[axis]
	}
	return p
}

// whole reports whether the network looks at all of a volume.
func (p part) whole(v *volume.Volume) bool { return p.box == volume.Whole(v.Size) }

// kept is where probabilities come from.
func (p part) kept() volume.Box { return p.box }

// takeAround adds the labels that hold where the network did not look, each to
// the channel that finds it, so that no step takes what reaches beyond the part
// for an island.
func (r *runner) takeAround() {
	around := r.part.around
	if around == nil || around.Size() != r.plan.volume.Size {
		return
	}
	targets, _ := r.plan.manifest.targets()
	for _, t := range targets {
		for _, value := range []uint8{t.value, t.left, t.right} {
			if value == 0 || around.Count(t.layer, value) == 0 {
				continue
			}
			set := mask.BitsOf(around, t.layer, value)
			wipe(set, r.part.box)
			r.collector.found[t.channel].Or(set)
			if peaks := r.collector.peaks[t.channel]; peaks != nil {
				peaks.Or(set)
			}
		}
	}
}

// wipe takes the voxels of a box out of a set.
func wipe(set *mask.Bits, box volume.Box) {
	whole := box.Min[0] == 0 && box.Max[0] == set.Size()[0]
	for k := box.Min[2]; k < box.Max[2]; k++ {
		for j := box.Min[1]; j < box.Max[1]; j++ {
			row := set.Row(j, k)
			if whole {
				clear(row)
				continue
			}
			for i := box.Min[0]; i < box.Max[0]; i++ {
				row[i>>6] &^= 1 << (i & 63)
			}
		}
	}
}
