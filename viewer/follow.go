package viewer

import (
	"math"
	"slices"

	"opacity/app/mask"
	"opacity/app/volume"
)

// Follow brings a step, as one that was undone or redone, into view: where the pane of the
// plane that it was made in shows none of it, or no pane does where that plane is not
// known or not shown, the cursor goes to its middle, and the panes that it lies
// outside of are panned there. A pane across that plane would show a line of it.
func (v *Viewer) Follow(step mask.Step) {
	vol, box := v.session.Volume(), step.Box
	if vol == nil || box.Empty() {
		return
	}
	planes := []Plane{Axial, Coronal, Sagittal}
	if v.arrangement == OnePane {
		planes = []Plane{v.active}
	}
	seen := planes
	name, _ := step.Settings["plane"].(string)
	if made, ok := ParsePlane(name); ok && slices.Contains(planes, made) {
		seen = []Plane{made}
	}
	for _, p := range seen {
		if _, _, n, _ := p.Axes(); box.CrossesSlice(n, v.cursor[n]) && v.covers(p, vol.Geometry, box) {
			return
		}
	}
	var middle [3]int
	for c := range middle {
		middle[c] = (box.Min[c] + box.Max[c] - 1) / 2
	}
	v.SetCursor(middle)
	for _, p := range planes {
		if !v.covers(p, vol.Geometry, box) {
			v.centerOnCursor(p, vol.Geometry)
		}
	}
}

// covers reports whether the part of plane p that its camera shows has any of a
// box. A pane may show more than that to the sides or above and below, never less.
func (v *Viewer) covers(p Plane, g volume.Geometry, box volume.Box) bool {
	u, w, _, _ := p.Axes()
	f, c := NewFrame(p, g), v.cameras[p]
	lo, hi := [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{math.Inf(-1), math.Inf(-1)}
	for _, a := range []int{box.Min[u], box.Max[u] - 1} {
		for _, b := range []int{box.Min[w], box.Max[w] - 1} {
			x, y := f.Point(float64(a), float64(b))
			lo = [2]float64{min(lo[0], x), min(lo[1], y)}
			hi = [2]float64{max(hi[0], x), max(hi[1], y)}
		}
	}
	width, height := f.ExtentMM()
	half := [2]float64{width / 2 / c.Zoom, height / 2 / c.Zoom}
	return lo[0] <= c.CenterMM[0]+half[0] && hi[0] >= c.CenterMM[0]-half[0] &&
		lo[1] <= c.CenterMM[1]+half[1] && hi[1] >= c.CenterMM[1]-half[1]
}

// keepLabel chooses another active label where the one there was is gone: the
// first finding, else the first label.
func (v *Viewer) keepLabel() {
	m := v.session.Mask()
	if m == nil {
		return
	}
	labels := m.Labels()
	if _, there := m.Label(v.label); there || len(labels) == 0 {
		return
	}
	next := labels[0]
	for _, l := range labels {
		if l.Layer == mask.Findings {
			next = l
			break
		}
	}
	v.SetActiveLabel(next.Value)
}
