package tool

import (
	"opacity/app/mask"
	"opacity/app/volume"
	"opacity/viewer"
)

// Lost is what a cut would take of the slice that a plane shows.
type Lost struct {
	Min, Max [2]int // the smallest box that holds it, along the plane's axes; Max excluded
	width    int
	voxels   []bool // across fastest
}

// At reports whether a voxel, along the plane's axes, would be taken.
func (l *Lost) At(u, v int) bool {
	return u >= l.Min[0] && u < l.Max[0] && v >= l.Min[1] && v < l.Max[1] && l.voxels[u+l.width*v]
}

// take puts a voxel in.
func (l *Lost) take(u, v int) {
	if l.Max == [2]int{} {
		l.Min = [2]int{u, v}
	}
	l.Min = [2]int{min(l.Min[0], u), min(l.Min[1], v)}
	l.Max = [2]int{max(l.Max[0], u+1), max(l.Max[1], v+1)}
	l.voxels[u+l.width*v] = true
}

// lost is what a cut with a line would take of what each plane shows: voxels of the
// active label that the limits let go; nil where there are none. It is worked out
// with each move of the pointer: of the slices on screen, not of the stack.
func (k *Kit) lost(line *Outline, outside bool) (all [viewer.Planes]*Lost) {
	s := k.viewer.Session()
	vol, m := s.Volume(), s.Mask()
	label, known := m.Label(k.viewer.ActiveLabel())
	if !known || len(line.Points) < 3 {
		return all
	}
	_, _, n, _ := line.Plane.Axes()
	a, b := (n+1)%3, (n+2)%3
	round := make([]bool, vol.Size[a]*vol.Size[b]) // what the line goes round, on its slice
	any := false
	line.shape(0, false).Runs(vol.Size, func(i0, i1, j, at int) {
		for i := i0; i < i1; i++ {
			voxel := [3]int{i, j, at}
			round[voxel[a]+vol.Size[a]*voxel[b]] = true
			any = true
		}
	})
	if !any {
		return all
	}
	first, last := k.reach(line)
	for p := range viewer.Plane(viewer.Planes) {
		u, v, normal, _ := p.Axes()
		found := &Lost{width: vol.Size[u], voxels: make([]bool, vol.Size[u]*vol.Size[v])}
		var at [3]int
		at[normal] = k.viewer.SliceOf(p)
		for at[v] = 0; at[v] < vol.Size[v]; at[v]++ {
			for at[u] = 0; at[u] < vol.Size[u]; at[u]++ {
				if at[n] < first || at[n] > last || round[at[a]+vol.Size[a]*at[b]] == outside {
					continue
				}
				if m.At(label.Layer, at[0], at[1], at[2]) == label.Value && k.lets(vol, m, at) {
					found.take(at[u], at[v])
				}
			}
		}
		if found.Max != [2]int{} {
			all[p] = found
		}
	}
	return all
}

// lets reports whether the limits let a voxel be taken away.
func (k *Kit) lets(vol *volume.Volume, m *mask.Mask, at [3]int) bool {
	lim := k.settings.Limits
	if lim.Inside != 0 {
		l, known := m.Label(lim.Inside)
		if !known || m.At(l.Layer, at[0], at[1], at[2]) != lim.Inside {
			return false
		}
	}
	return lim.HU == nil || lim.HU.Holds(float32(vol.At(at[0], at[1], at[2])))
}
