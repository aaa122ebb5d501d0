package mask

import (
	"fmt"

	"opacity/app/volume"
)

// SetPlane replaces the labels of a layer on one slice across any axis by a copy
// of labels, the lower of the other two axes fastest: nx*ny values across k,
// nx*nz across j, ny*nz across i; nil for all 0. Like SetSlice it is for building
// a mask: no history sees it.
func (m *Mask) SetPlane(l Layer, at volume.Slice, labels []uint8) {
	if at.Axis == 2 {
		m.SetSlice(l, at.Index, labels)
		return
	}
	nx, ny := m.size[0], m.size[1]
	first, step, row := at.Index*nx, 1, nx // of slice k: the voxels first + n*step
	if at.Axis == 0 {
		first, step, row = at.Index, nx, ny
	}
	if labels != nil && len(labels) != row*m.size[2] {
		panic(fmt.Sprintf("mask: plane of %d labels on one of %d", len(labels), row*m.size[2]))
	}
	ly := &m.layers[l]
	for k := range m.size[2] {
		var line []uint8
		if labels != nil {
			line = labels[k*row : (k+1)*row]
		}
		if ly.slices[k] == nil && allZero(line) {
			continue
		}
		var s []uint8 // once a voxel is another: a slice that others hold too is copied then
		for n := range row {
			value := uint8(0)
			if line != nil {
				value = line[n]
			}
			o := first + n*step
			if old := ly.slices[k]; old == nil && value == 0 || old != nil && old[o] == value {
				continue
			}
			if s == nil {
				s = ly.writable(k, nx*ny)
			}
			ly.counts[s[o]]--
			ly.counts[value]++
			s[o] = value
		}
	}
}
