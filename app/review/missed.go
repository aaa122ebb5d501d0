package review

import (
	"context"

	"opacity/app/mask"
	"opacity/app/parallel"
	"opacity/app/text"
	"opacity/app/volume"
)

const (
	airHU   = -500 // less dense is lung or air
	lungHU  = -960 // on average, lung is denser than the air of bowel and windpipe
	nearMM  = 10   // lung without a label lies this near to lung with one
	leastML = 0.5  // of a part
	aloneML = 200  // or is so large that it is a lung
)

// missed adds aerated lung that has no label: air in the body that is not as thin
// as gas and lies beside the lungs, or is as large as one where a mask has only
// the other. It needs Hounsfield units and a mask with lungs.
func (r *ranking) missed(ctx context.Context) error {
	v := r.in.Volume
	if v == nil || v.Unit != volume.HU || r.lungs == nil {
		return nil
	}
	air, err := r.enclosedAir(ctx, v)
	if err != nil {
		return err
	}
	parts, err := air.ComponentsContext(ctx, 6)
	if err != nil {
		return err
	}
	near := make([]bool, len(parts.List))
	mm, _ := r.spacing()
	ri, rj := pixelsIn(nearMM, mm[0]), pixelsIn(nearMM, mm[1])
	var around plane
	at := -1
	parts.Each(func(part, i0, i1, j, k int) {
		if near[part] {
			return
		}
		if at != k {
			at, around = k, rowsOf(r.size[1], func(j int) []uint64 { return r.lungs.Row(j, k) }).grown(ri, rj)
		}
		near[part] = anyIn(around[j], i0, i1) ||
			k > 0 && anyIn(r.lungs.Row(j, k-1), i0, i1) || k+1 < r.size[2] && anyIn(r.lungs.Row(j, k+1), i0, i1)
	})
	both := r.hasBothLungs()
	ml := v.VoxelVolumeML()
	pixels := make([]int, r.size[2])
	parts.Each(func(part, i0, i1, j, k int) {
		size := float64(parts.List[part].Voxels) * ml
		if size >= leastML && near[part] || size >= aloneML && !both {
			pixels[k] += i1 - i0
			r.places[k].add((i0+i1-1)/2, j, float64(i1-i0)/2)
		}
	})
	for k, n := range pixels {
		r.add(k, Reason{Missed, 0, float64(n) / 2, text.M("review.missed", r.area(float64(n)))})
	}
	return nil
}

func anyIn(row []uint64, i0, i1 int) bool {
	for i := i0; i < i1; i++ {
		if row[i>>6]>>(i&63)&1 == 1 {
			return true
		}
	}
	return false
}

// hasBothLungs reports whether two lungs are labelled, or one label is for both.
func (r *ranking) hasBothLungs() bool {
	sides := map[mask.Side]bool{}
	for _, l := range r.labels {
		if l.Layer == mask.Anatomy && r.in.Mask.Count(l.Layer, l.Value) > 0 {
			sides[l.Side] = true
		}
	}
	return sides[mask.NoSide] || len(sides) > 1
}

// enclosedAir is what has the density of lung and no label, inside the body: per
// slice, parts that do not reach the picture's edge, a pixel in from their own
// border, where density is a blend of both sides.
func (r *ranking) enclosedAir(ctx context.Context, v *volume.Volume) (*mask.Bits, error) {
	all := mask.NewBits(r.size)
	err := parallel.Each(ctx, r.size[2], func(k int) error {
		for j := range r.size[1] {
			from := (k*r.size[1] + j) * r.size[0]
			if v.Int16 != nil {
				below(v.Int16[from:from+r.size[0]], airHU, all.Row(j, k))
			} else {
				below(v.Float32[from:from+r.size[0]], airHU, all.Row(j, k))
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	all.AndNot(r.lungs)
	inner := mask.NewBits(r.size)
	err = parallel.Each(ctx, r.size[2], func(k int) error {
		p := rowsOf(r.size[1], func(j int) []uint64 { return all.Row(j, k) })
		for j := range p {
			p.inner(j, inner.Row(j, k))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return r.likeLung(ctx, v, inner)
}

// below sets the bits of values less than limit.
func below[T int16 | float32](values []T, limit T, row []uint64) {
	for n := range row {
		var w uint64
		for i, x := range values[n*64 : min(n*64+64, len(values))] {
			var b uint64 // set so, there is no branch to guess wrong
			if x < limit {
				b = 1
			}
			w |= b << i
		}
		row[n] = w
	}
}

// likeLung keeps the parts, slice by slice, that do not reach the edge (but for
// the pixel that inner takes) and have the mean density of lung.
func (r *ranking) likeLung(ctx context.Context, v *volume.Volume, b *mask.Bits) (*mask.Bits, error) {
	parts := b.ComponentsInSlices()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	open := make([]bool, len(parts.List))
	for n, p := range parts.List {
		open[n] = p.Box.Min[0] <= 1 || p.Box.Min[1] <= 1 || p.Box.Max[0] >= r.size[0]-1 || p.Box.Max[1] >= r.size[1]-1
	}
	sums := make([]float64, len(parts.List))
	parts.Each(func(part, i0, i1, j, k int) {
		if open[part] {
			return
		}
		from := (k*r.size[1] + j) * r.size[0]
		for o := from + i0; o < from+i1; o++ {
			if v.Int16 != nil {
				sums[part] += float64(max(v.Int16[o], volume.FloorHU))
			} else {
				sums[part] += float64(max(v.Float32[o], volume.FloorHU))
			}
		}
	})
	return parts.Select(func(n int) bool { return !open[n] && sums[n] >= lungHU*float64(parts.List[n].Voxels) }), nil
}
