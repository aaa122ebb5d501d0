package picture

import (
	"opacity/app/mask"
	"opacity/export/snapshot"
	"opacity/viewer"
)

// spread is the index of the i-th of count slices evenly through the stack, from
// superior, anterior or the patient's right on.
func (c Case) spread(i, count int) int { return snapshot.Spread(c.Plane, c.slices(), count)[i] }

// sheet is the slices of a montage, evenly spread over those in which a mask has a lung or
// another label; labelled is false where fewer than count have any, or nothing but the
// image is shown: then they are of the whole stack.
func (c Case) sheet(w What, count int) (indices []int, labelled bool) {
	count = min(count, c.slices(), snapshot.MostOnSheet)
	var labels []int
	if w != CT {
		for i, has := range c.labelledSlices() {
			if has {
				labels = append(labels, i)
			}
		}
	}
	if len(labels) < count {
		return snapshot.Spread(c.Plane, c.slices(), count), false
	}
	for _, n := range snapshot.Spread(c.Plane, len(labels), count) {
		indices = append(indices, labels[n])
	}
	return indices, true
}

// labelledSlices says of each slice along the plane's normal whether a mask has anything
// there.
func (c Case) labelledSlices() []bool {
	_, _, normal, _ := c.Plane.Axes()
	out := make([]bool, c.Volume.Size[normal])
	nx := c.Volume.Size[0]
	for _, m := range []*mask.Mask{c.Reference, c.Prediction} {
		if m == nil {
			continue
		}
		for _, layer := range []mask.Layer{mask.Anatomy, mask.Findings} {
			for k := range c.Volume.Size[2] {
				if c.Plane == viewer.Axial && out[k] {
					continue
				}
				for n, value := range m.Slice(layer, k) {
					if value != 0 {
						out[[3]int{n % nx, n / nx, k}[normal]] = true
						if c.Plane == viewer.Axial {
							break
						}
					}
				}
			}
		}
	}
	return out
}
