package inference

import (
	"opacity/app/mask"
	"opacity/app/volume"
)

// What so little lung is that it is doubted.
const (
	// leastLungsML is half of what a small woman's lungs hold when she has breathed out
	// all she can: 1.81 x 1.50 m + 0.016 x 20 years - 2.00 = 1.04 l of residual volume
	// (P. H. Quanjer et al., Lung volumes and forced ventilatory flows, Eur. Respir. J. 6,
	// suppl. 16, 1993). A mask has tissue and blood in it besides.
	leastLungsML = 500
	// wholeChestMM is how long a stack has to be for that: a shorter one may be a part.
	wholeChestMM = 150
)

// littleLung doubts lungs that are less than a chest's, and one that is hardly there
// beside the other (loneShare). Where there is none at all the model has said so.
func littleLung(m *mask.Mask, v *volume.Volume) (doubt volume.Warning, doubtful bool) {
	var lungs [2]mask.Label // left, right
	var voxels [2]int
	for _, l := range m.Labels() {
		if l.Layer != mask.Anatomy || l.Side == mask.NoSide {
			continue
		}
		n := 0
		if l.Side == mask.Right {
			n = 1
		}
		lungs[n] = l
		voxels[n] += m.Count(l.Layer, l.Value)
	}
	if voxels[0]+voxels[1] == 0 || lungs[0].Value == 0 || lungs[1].Value == 0 {
		return doubt, false
	}
	ml := float64(voxels[0]+voxels[1]) * v.VoxelVolumeML()
	if _, withheld := v.Withheld(); !withheld && ml < leastLungsML && float64(v.Size[2])*v.SliceStepMM() >= wholeChestMM {
		return warn(volume.WarnModel, "inference.little_lung", ml, leastLungsML), true
	}
	for n, l := range lungs {
		if other := lungs[1-n]; float64(voxels[n]) < loneShare*float64(voxels[1-n]) {
			return warn(volume.WarnModel, "inference.one_lung", l.Name, other.Name), true
		}
	}
	return doubt, false
}
