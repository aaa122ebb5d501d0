package viewer

import "opacity/app/volume"

// Look moves the cursor to a voxel, and pans the panes that do not show it to there.
func (v *Viewer) Look(index [3]int) {
	vol := v.session.Volume()
	if vol == nil {
		return
	}
	v.SetCursor(index)
	at := v.cursor
	box := volume.Box{Min: at, Max: [3]int{at[0] + 1, at[1] + 1, at[2] + 1}}
	for p := range Plane(Planes) {
		if !v.covers(p, vol.Geometry, box) {
			v.centerOnCursor(p, vol.Geometry)
		}
	}
}
