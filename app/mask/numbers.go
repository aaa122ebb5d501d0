package mask

import "opacity/app/volume"

// OfNumbers takes the voxels of v for labels as they are, 0..255, whatever they
// mean, so that a label map can be written again in bytes. ok is false where
// another value is met.
func OfNumbers(v *volume.Volume) (m *Mask, ok bool) {
	if v.Int16 == nil {
		return nil, false
	}
	m = New(v.Size, nil)
	labels := make([]uint8, v.Size[0]*v.Size[1])
	for k := range v.Size[2] {
		for o, x := range v.SliceInt16(k) {
			if x < 0 || x > 255 {
				return nil, false
			}
			labels[o] = uint8(x)
		}
		m.SetSlice(Anatomy, k, labels)
	}
	return m, true
}
