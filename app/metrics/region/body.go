package region

import (
	"context"

	"opacity/app/mask"
	"opacity/app/parallel"
	"opacity/app/volume"
)

// bodyHU parts body from air: skin and fat are above it.
const bodyHU = -400

// tableMM is the radius of the disc that has to fit into a body: table tops, wires and
// sheets are thinner than twice that.
const tableMM = 4

// Body returns the body with all that is inside it: the largest part denser than air
// that holds a disc of tableMM, with the holes of each axial slice filled, lungs and
// bowel among them. ok is false where there is none, or the volume has no HU.
func Body(ctx context.Context, v *volume.Volume) (body *mask.Bits, ok bool, err error) {
	if v.Unit != volume.HU {
		return nil, false, nil
	}
	spacing := v.SpacingMM()
	spacing[2] = 1e6 // so far apart that a ball is a disc
	dense, err := denser(ctx, v, bodyHU)
	if err == nil {
		dense, err = dense.Reshape(ctx, mask.Opening, tableMM, spacing)
	}
	if err != nil {
		return nil, false, err
	}
	parts, err := dense.ComponentsContext(ctx, 6)
	if err != nil || len(parts.List) == 0 {
		return nil, false, err
	}
	body = parts.Select(func(part int) bool { return part == 0 })
	return body, true, body.FillHolesContext(ctx, 2)
}

// denser returns the voxels above a value.
func denser(ctx context.Context, v *volume.Volume, hu float32) (*mask.Bits, error) {
	out := mask.NewBits(v.Size)
	return out, parallel.Each(ctx, v.Size[2], func(k int) error {
		if v.Int16 != nil {
			above(out, k, v.SliceInt16(k), int16(hu))
		} else {
			above(out, k, v.SliceFloat32(k), hu)
		}
		return nil
	})
}

func above[T int16 | float32](out *mask.Bits, k int, values []T, limit T) {
	nx := out.Size()[0]
	for j := range out.Size()[1] {
		row := out.Row(j, k)
		for i, x := range values[j*nx : (j+1)*nx] {
			if x > limit {
				row[i>>6] |= 1 << (i & 63)
			}
		}
	}
}
