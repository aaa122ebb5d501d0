package study

import (
	"math"

	"opacity/app/mask"
	"opacity/app/volume"
)

// delta writes a change: per slice its layer and k, then its runs, each as the
// distance from the end of the run before and its length. Bit 0 of the distance
// says that old and new label are those of the run before, as they are in most
// strokes; else they follow. So a stroke's row takes three or four bytes.
func (e *encoder) delta(delta mask.Delta) {
	e.uint(len(delta.Slices))
	for _, s := range delta.Slices {
		e.byte(byte(s.Layer))
		e.uint(s.K)
		e.uint(len(s.Runs))
		end, from, to := int32(0), uint8(0), uint8(0)
		for _, r := range s.Runs {
			step := (int64(r.Offset) - int64(end)) << 1
			if r.Old == from && r.New == to {
				e.int(step | 1)
			} else {
				e.int(step)
				e.byte(r.Old)
				e.byte(r.New)
			}
			e.uint(int(r.Length))
			end, from, to = r.Offset+r.Length, r.Old, r.New
		}
	}
}

// delta reads a change. Its runs lie within int32, not yet within any grid:
// see fits.
func (d *decoder) delta() mask.Delta {
	var delta mask.Delta
	for range d.count(3) {
		s := mask.SliceDelta{Layer: mask.Layer(d.byte()), K: d.uint()}
		if s.Layer >= mask.Layers {
			d.fail()
		}
		s.Runs = d.runs()
		if d.err != nil {
			return mask.Delta{}
		}
		delta.Slices = append(delta.Slices, s)
	}
	return delta
}

func (d *decoder) runs() []mask.Run {
	n := d.count(2)
	if n == 0 {
		return nil
	}
	runs := make([]mask.Run, 0, n)
	var last mask.Run
	for range n {
		step, r := d.int(), last
		if step&1 == 0 {
			r.Old, r.New = d.byte(), d.byte()
		}
		length := d.uint()
		at := int64(last.Offset+last.Length) + step>>1
		if d.err != nil || at < 0 || at+int64(length) > math.MaxInt32 {
			d.fail()
			return nil
		}
		r.Offset, r.Length = int32(at), int32(length)
		runs = append(runs, r)
		last = r
	}
	return runs
}

// fits reports whether a change lies within a grid.
func fits(delta mask.Delta, size volume.Size) bool {
	n := int64(size[0]) * int64(size[1])
	for _, s := range delta.Slices {
		if s.Layer >= mask.Layers || s.K < 0 || s.K >= size[2] {
			return false
		}
		for _, r := range s.Runs {
			if r.Offset < 0 || r.Length < 0 || int64(r.Offset)+int64(r.Length) > n {
				return false
			}
		}
	}
	return true
}
