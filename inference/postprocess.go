package inference

import (
	"context"
	"math"

	"opacity/app/mask"
	"opacity/app/parallel"
	"opacity/app/text"
	"opacity/app/volume"
)

// postprocess carries out the model's steps on the sets found, one per output
// channel, in place; peaks are the voxels of high probability that the step
// "peak" asks for. It returns a warning for every step that was left out.
func postprocess(ctx context.Context, m *Manifest, v *volume.Volume, found, peaks []*mask.Bits) ([]volume.Warning, error) {
	var warnings []volume.Warning
	for _, step := range m.Postprocess {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if why := leftOut(step, v); !why.IsZero() {
			warnings = append(warnings, volume.Warning{Kind: volume.WarnModel, Message: why})
			continue
		}
		for n, ch := range m.Output.Channels {
			switch {
			case ch.Label != step.Label || found[n] == nil || found[n].Empty():
			case step.Op == "peak":
				found[n] = meeting(found[n].Components(6), peaks[n])
			default:
				found[n] = carryOut(step, m, v, found[n], found)
			}
		}
	}
	return warnings, nil
}

// leftOut says why a step cannot be done on a volume; zero where it can.
func leftOut(step PostStep, v *volume.Volume) text.Message {
	switch step.Op {
	case "hu_range", "aerated", "in_body", "grow_hu":
		if v.Unit != volume.HU {
			return text.M("inference.step_needs_hu", step.Op)
		}
	}
	inMM := false
	switch step.Op {
	case "hu_range":
		inMM = step.SmoothMM > 0
	case "min_volume", "grow_hu", "closing", "in_body":
		inMM = true
	}
	if inMM && volume.Warned(v.Warnings, volume.WarnNoSpacing) {
		return text.M("inference.step_needs_spacing", step.Op)
	}
	return text.Message{}
}

// carryOut does one step on one channel's set and returns what it becomes.
func carryOut(step PostStep, m *Manifest, v *volume.Volume, b *mask.Bits, found []*mask.Bits) *mask.Bits {
	switch step.Op {
	case "largest_components":
		parts := b.Components(step.Connectivity)
		least := step.MinFraction * float64(parts.List[0].Voxels)
		return parts.Select(func(n int) bool { return n < step.N && float64(parts.List[n].Voxels) >= least })
	case "fill_holes":
		if step.Dimensions == 3 {
			b.FillHoles()
		} else {
			b.FillHolesInSlices(map[string]int{"sagittal": 0, "coronal": 1, "axial": 2}[m.Input.SliceAxis])
		}
	case "min_volume":
		parts := b.Components(6)
		voxelML := v.VoxelVolumeML()
		return parts.Select(func(n int) bool { return float64(parts.List[n].Voxels)*voxelML >= step.ML })
	case "inside":
		within := mask.NewBits(b.Size())
		for n, ch := range m.Output.Channels {
			if ch.Label == step.Of && found[n] != nil {
				within.Or(found[n])
			}
		}
		b.And(within)
	case "hu_range":
		return inRange(v, b, float32(step.Min), float32(step.Max), step.SmoothMM)
	case "aerated":
		parts := b.Components
		if step.Dimensions == 2 {
			parts = func(int) *mask.Components { return b.ComponentsInSlices() }
		}
		return aerated(v, parts(6), float32(step.BelowHU), step.MinFraction)
	case "in_body":
		box := b.Bounds()
		b.And(bodyOutline(v, box.Min[2], box.Max[2]))
	case "grow_hu":
		return grow(v, b, float32(step.Min), float32(step.Max), step.RadiusMM)
	case "closing":
		return b.Close(step.RadiusMM, v.SpacingMM())
	}
	return b
}

// hu returns the value of a voxel; padding and below count as volume.FloorHU.
func hu(v *volume.Volume, offset int) float32 {
	if v.Int16 != nil {
		return float32(max(v.Int16[offset], volume.FloorHU))
	}
	if x := v.Float32[offset]; x > volume.FloorHU {
		return x
	}
	return volume.FloorHU // not a number, too
}

// filtered returns the voxels of b that keep accepts by their value.
func filtered(v *volume.Volume, b *mask.Bits, keep func(hu float32) bool) *mask.Bits {
	out := mask.NewBits(b.Size())
	b.Components(6).Each(func(_, i0, i1, j, k int) {
		o := v.Size[0] * (j + v.Size[1]*k)
		row := out.Row(j, k)
		for i := i0; i < i1; i++ {
			if keep(hu(v, o+i)) {
				row[i>>6] |= 1 << (i & 63)
			}
		}
	})
	return out
}

// aerated keeps the parts of which at least minFraction is below a value.
func aerated(v *volume.Volume, parts *mask.Components, below float32, minFraction float64) *mask.Bits {
	air := make([]int, len(parts.List))
	parts.Each(func(n, i0, i1, j, k int) {
		o := v.Size[0] * (j + v.Size[1]*k)
		for i := i0; i < i1; i++ {
			if hu(v, o+i) < below {
				air[n]++
			}
		}
	})
	return parts.Select(func(n int) bool { return float64(air[n]) >= minFraction*float64(parts.List[n].Voxels) })
}

// meeting keeps the parts that share a voxel with another set.
func meeting(parts *mask.Components, other *mask.Bits) *mask.Bits {
	meets := make([]bool, len(parts.List))
	parts.Each(func(n, i0, i1, j, k int) {
		row := other.Row(j, k)
		for i := i0; i < i1 && !meets[n]; i++ {
			meets[n] = row[i>>6]>>(i&63)&1 == 1
		}
	})
	return parts.Select(func(n int) bool { return meets[n] })
}

// grow takes in voxels of lo..hi that a way of such voxels within radiusMM
// connects to the set.
func grow(v *volume.Volume, b *mask.Bits, lo, hi float32, radiusMM float64) *mask.Bits {
	limit := filtered(v, b.Dilate(radiusMM, v.SpacingMM()), func(hu float32) bool { return hu >= lo && hu <= hi })
	limit.Or(b)
	out := b.Clone()
	mask.GrowWithin(limit, out)
	return out
}

// inRange keeps the voxels around which the mean HU, over a box of smoothMM a
// side, is lo..hi; with smoothMM 0 that of the voxel itself.
func inRange(v *volume.Volume, b *mask.Bits, lo, hi float32, smoothMM float64) *mask.Bits {
	spacing := v.SpacingMM()
	var reach [3]int // voxels to either side
	for c := range 3 {
		reach[c] = int(math.Round((smoothMM/spacing[c] - 1) / 2))
		reach[c] = max(reach[c], 0)
	}
	if reach == [3]int{} {
		return filtered(v, b, func(hu float32) bool { return hu >= lo && hu <= hi })
	}
	out := mask.NewBits(b.Size())
	whole := b.Bounds()
	first, n := whole.Min[2], whole.Max[2]-whole.Min[2]
	parallel.Ranges(n, parallel.Share(n, 1), func(from, to int) {
		part := whole
		part.Min[2], part.Max[2] = first+from, first+to
		if sumsAreSmall(v, reach) {
			keepInRange[int32](v, b, out, part, reach, lo, hi)
		} else {
			keepInRange[int64](v, b, out, part, reach, lo, hi)
		}
	})
	return out
}

// sumsAreSmall reports whether the HU of a box's part in one slice add up to an int32,
// whatever they are: on usual grids they do, and the sums take half the memory.
func sumsAreSmall(v *volume.Volume, reach [3]int) bool {
	across := func(c int) int { return min(2*reach[c]+1, v.Size[c]) }
	return v.Int16 != nil && across(0)*across(1) <= math.MaxInt32/(math.MaxInt16+1)
}

// keepInRange copies the voxels of b within a box to out whose surroundings are
// lo..hi on the mean.
func keepInRange[T int32 | int64](v *volume.Volume, b, out *mask.Bits, box volume.Box, reach [3]int, lo, hi float32) {
	s := newBoxSum[T](v, box, reach)
	for k := box.Min[2]; k < box.Max[2]; k++ {
		s.moveTo(k)
		for j := box.Min[1]; j < box.Max[1]; j++ {
			first, after, any := b.RowBounds(j, k)
			if !any {
				continue
			}
			from, to := b.Row(j, k), out.Row(j, k)
			for i := first; i < after; i++ {
				if from[i>>6]>>(i&63)&1 == 1 {
					if mean := s.mean(i, j); mean >= lo && mean <= hi {
						to[i>>6] |= 1 << (i & 63)
					}
				}
			}
		}
	}
}

// boxSum holds, for one slice at a time, the sums of a box around every voxel of
// a region, moved along k slice by slice. T holds the sums within one slice; those over
// all slices of a box on a fine grid are more than an int32.
type boxSum[T int32 | int64] struct {
	v      *volume.Volume
	box    volume.Box
	reach  [3]int
	w, h   int
	planes [][]T // ring of slices summed in their plane
	total  []int64
	from   int // slices from..to-1 are in total
	to     int
	line   []T
}

func newBoxSum[T int32 | int64](v *volume.Volume, box volume.Box, reach [3]int) *boxSum[T] {
	s := &boxSum[T]{v: v, box: box, reach: reach, w: box.Max[0] - box.Min[0], h: box.Max[1] - box.Min[1]}
	for range min(2*reach[2]+1, v.Size[2]) {
		s.planes = append(s.planes, make([]T, s.w*s.h))
	}
	s.total = make([]int64, s.w*s.h)
	s.line = make([]T, s.w*min(s.h+2*reach[1], v.Size[1]))
	s.from, s.to = max(0, box.Min[2]-reach[2]), max(0, box.Min[2]-reach[2])
	return s
}

// moveTo makes total the sums around slice k; k must not go back.
func (s *boxSum[T]) moveTo(k int) {
	for ; s.from < k-s.reach[2]; s.from++ {
		s.addTo(s.planes[s.from%len(s.planes)], -1)
	}
	for ; s.to < min(s.v.Size[2], k+s.reach[2]+1); s.to++ {
		p := s.planes[s.to%len(s.planes)]
		s.sumPlane(p, s.to)
		s.addTo(p, 1)
	}
}

func (s *boxSum[T]) addTo(plane []T, sign int64) {
	for n, x := range plane {
		s.total[n] += sign * int64(x)
	}
}

// sumPlane writes, for every pixel of the region in slice k, the sum of the
// rectangle around it, first along rows and then along columns.
func (s *boxSum[T]) sumPlane(dst []T, k int) {
	v, ri, rj := s.v, s.reach[0], s.reach[1]
	j0, j1 := max(0, s.box.Min[1]-rj), min(v.Size[1], s.box.Max[1]+rj)
	for j := j0; j < j1; j++ {
		o := v.Size[0] * (j + v.Size[1]*k)
		line := s.line[(j-j0)*s.w:][:s.w]
		sum := T(0)
		for i := max(0, s.box.Min[0]-ri); i < min(v.Size[0], s.box.Min[0]+ri); i++ {
			sum += T(hu(v, o+i))
		}
		for n := range line {
			i := s.box.Min[0] + n
			if i+ri < v.Size[0] {
				sum += T(hu(v, o+i+ri))
			}
			if i-ri-1 >= 0 && n > 0 {
				sum -= T(hu(v, o+i-ri-1))
			}
			line[n] = sum
		}
	}
	for n := range s.h {
		to := dst[n*s.w:][:s.w]
		clear(to)
		for j := max(j0, s.box.Min[1]+n-rj); j < min(j1, s.box.Min[1]+n+rj+1); j++ {
			for c, x := range s.line[(j-j0)*s.w:][:s.w] {
				to[c] += x
			}
		}
	}
}

// mean is that of the box around voxel (i, j) of the slice moved to, as far as
// the box lies in the grid.
func (s *boxSum[T]) mean(i, j int) float32 {
	span := func(at, reach, size int) int { return min(at+reach+1, size) - max(at-reach, 0) }
	n := span(i, s.reach[0], s.v.Size[0]) * span(j, s.reach[1], s.v.Size[1]) * (s.to - s.from)
	return float32(s.total[(j-s.box.Min[1])*s.w+i-s.box.Min[0]]) / float32(n)
}
