package tool

import (
	"slices"

	"opacity/app/mask"
	"opacity/app/volume"
	"opacity/viewer"
)

// Cut is where a cut through the stack would meet the slice that another plane
// shows: a box of fractional voxels, flat along that plane's normal.
type Cut struct {
	Plane    viewer.Plane
	Min, Max volume.Vec
	Stays    bool // what is in the box stays, and the rest goes
}

// reach is the first and the last slice that a cut with a line goes through.
func (k *Kit) reach(line *Outline) (first, last int) {
	_, _, n, _ := line.Plane.Axes()
	size := k.viewer.Session().Volume().Size[n]
	far := k.settings.CutSlices
	if far == WholeStack {
		far = size
	}
	return max(line.Slice-far, 0), min(line.Slice+far, size-1)
}

// cuts are where a cut with a line would meet what the other planes show. They are
// worked out with each move of the pointer: of the one slice, not of the stack.
func (k *Kit) cuts(line *Outline, outside bool) []Cut {
	if len(line.Points) < 3 {
		return nil
	}
	_, _, n, _ := line.Plane.Axes()
	first, last := k.reach(line)
	shape := mask.Polygon{Axis: n, First: line.Slice, Last: line.Slice, Points: line.Points}
	var met [viewer.Planes][]int // voxels along the axis that is neither n nor the plane's normal
	shape.Runs(k.viewer.Session().Volume().Size, func(i0, i1, j, at int) {
		for p := range viewer.Plane(viewer.Planes) {
			_, _, normal, _ := p.Axes()
			shown := k.viewer.SliceOf(p)
			switch row := [3]int{0, j, at}; {
			case normal == n:
			case normal == 0 && i0 <= shown && shown < i1: // one voxel of the row
				met[p] = append(met[p], row[3-n])
			case normal != 0 && row[normal] == shown && n == 0:
				met[p] = append(met[p], row[3-normal])
			case normal != 0 && row[normal] == shown:
				for i := i0; i < i1; i++ {
					met[p] = append(met[p], i)
				}
			}
		}
	})
	var all []Cut
	for p, voxels := range met {
		_, _, normal, _ := viewer.Plane(p).Axes()
		slices.Sort(voxels)
		for a := 0; a < len(voxels); {
			b := a + 1
			for b < len(voxels) && voxels[b] == voxels[b-1]+1 {
				b++
			}
			c := Cut{Plane: viewer.Plane(p), Stays: outside}
			along, shown := 3-n-normal, float64(k.viewer.SliceOf(viewer.Plane(p)))
			c.Min[normal], c.Max[normal] = shown, shown
			c.Min[n], c.Max[n] = float64(first)-0.5, float64(last)+0.5
			c.Min[along], c.Max[along] = float64(voxels[a])-0.5, float64(voxels[b-1])+0.5
			all = append(all, c)
			a = b
		}
	}
	return all
}
