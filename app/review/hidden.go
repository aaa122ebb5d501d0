package review

import (
	"context"
	"math/bits"
	"slices"

	"opacity/app/mask"
	"opacity/app/parallel"
	"opacity/app/text"
)

// change adds half of where a label differs from the neighbouring slices. A lung
// differs from slice to slice by its shape: of it, only what neither neighbour has,
// or both have, is odd. Where the area jumps, by a third, three times the label's
// usual step and no trifle, all that differs counts.
func (r *ranking) change(ctx context.Context) error {
	if r.size[2] < 2 {
		return nil
	}
	for n := range r.labels {
		l := &r.labels[n]
		differs := make([]differing, r.size[2])
		err := parallel.Each(ctx, r.size[2], func(k int) error { differs[k] = r.differing(l, k); return nil })
		if err != nil {
			return err
		}
		usual, largest := usualStep(l.area), slices.Max(l.area)
		for k, d := range differs {
			pixels := d.mean
			o, key := jump(l.area, k, usual, largest)
			if key == "" && l.Layer == mask.Anatomy {
				pixels = float64(d.fromBoth)
			}
			reason := Reason{Change, l.Value, pixels / 2, text.M("review.change", l.Name, r.area(pixels))}
			if key != "" {
				reason.Sign, reason.Message = Jump, text.Message{Key: key, Args: []any{l.Name, r.area(float64(l.area[k])), r.area(float64(l.area[o]))}}
			}
			r.add(k, reason)
		}
	}
	return nil
}

// differing counts the pixels of a slice that differ from its neighbours.
type differing struct {
	mean     float64 // over the neighbours there are
	fromBoth int
}

func (r *ranking) differing(l *label, k int) (d differing) {
	below, above := max(k-1, 0), min(k+1, r.size[2]-1)
	if l.area[below]+l.area[k]+l.area[above] == 0 {
		return d
	}
	sum := 0
	for j := range r.size[1] {
		low, high := l.bits.Row(j, below), l.bits.Row(j, above)
		for i, w := range l.bits.Row(j, k) {
			sum += bits.OnesCount64(w^low[i]) + bits.OnesCount64(w^high[i])
			d.fromBoth += bits.OnesCount64((w ^ low[i]) & (w ^ high[i]))
			if odd := (w ^ low[i]) & (w ^ high[i]); l.Layer == mask.Anatomy {
				r.places[k].addWord(odd, i, j, 0.5)
			} else {
				r.places[k].addWord((w^low[i])|(w^high[i]), i, j, 0.5)
			}
		}
	}
	d.mean = float64(sum) / float64(above-below)
	return d
}

// usualStep is the median of how much the area changes where there is any.
func usualStep(area []int) int {
	var steps []int
	for k := range len(area) - 1 {
		if area[k] > 0 || area[k+1] > 0 {
			steps = append(steps, abs(area[k+1]-area[k]))
		}
	}
	if len(steps) == 0 {
		return 0
	}
	slices.Sort(steps)
	return steps[(len(steps)-1)/2]
}

// jump returns the neighbour of slice k that the area jumps to, the greater jump
// of two, and the key of the sentence; "" where it does not.
func jump(area []int, k, usual, largest int) (neighbour int, key string) {
	most := 0
	for _, o := range []int{k - 1, k + 1} {
		if o < 0 || o >= len(area) {
			continue
		}
		step, larger := abs(area[o]-area[k]), max(area[o], area[k])
		if step > most && step > 3*usual && 3*step >= larger && 20*step >= largest {
			most, neighbour = step, o
		}
	}
	switch {
	case most == 0:
		return 0, ""
	case neighbour > k:
		return neighbour, "review.jump_above"
	}
	return neighbour, "review.jump_below"
}

func abs(n int) int { return max(n, -n) }

// islands adds parts away from the rest: of a lung those that are no tenth of
// it, of a finding small ones that only one slice shows.
func (r *ranking) islands(ctx context.Context) error {
	for n := range r.labels {
		l := &r.labels[n]
		c, err := l.bits.ComponentsContext(ctx, 26)
		if err != nil {
			return err
		}
		island := make([]bool, len(c.List))
		for p, part := range c.List {
			if l.Layer == mask.Anatomy {
				island[p] = p > 0 && 10*part.Voxels < c.List[0].Voxels
			} else {
				island[p] = p > 0 && r.size[2] > 1 && part.Box.Max[2]-part.Box.Min[2] == 1 && 50*part.Voxels < c.List[0].Voxels
			}
		}
		pixels, parts := make([]int, r.size[2]), make([]int, r.size[2])
		lastK := make([]int, len(c.List)) // the slice a part was met on last, and one more
		c.Each(func(part, i0, i1, j, k int) {
			if !island[part] {
				return
			}
			r.places[k].add((i0+i1-1)/2, j, float64(i1-i0)/2)
			pixels[k] += i1 - i0
			if lastK[part] != k+1 {
				lastK[part] = k + 1
				parts[k]++
			}
		})
		for k := range pixels {
			r.add(k, Reason{Island, l.Value, float64(pixels[k]) / 2, text.M("review.island", parts[k], l.Name, r.area(float64(pixels[k])))})
		}
	}
	return nil
}

// outside adds voxels of findings that lie outside the lungs: of the infection and
// of what a model looks for; a user's own findings may lie anywhere.
func (r *ranking) outside(ctx context.Context) error {
	for n := range r.labels {
		l := &r.labels[n]
		if r.lungs == nil || l.Layer != mask.Findings || l.Value != mask.Infection && l.probs == nil {
			continue
		}
		err := parallel.Each(ctx, r.size[2], func(k int) error {
			if l.area[k] == 0 {
				return nil
			}
			pixels := 0
			for j := range r.size[1] {
				lung := r.lungs.Row(j, k)
				for i, w := range l.bits.Row(j, k) {
					pixels += bits.OnesCount64(w &^ lung[i])
					r.places[k].addWord(w&^lung[i], i, j, 1)
				}
			}
			r.add(k, Reason{Outside, l.Value, float64(pixels), text.M("review.outside", r.area(float64(pixels)), l.Name)})
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// cut adds lungs that reach the first or the last slice, or the edge of the picture.
func (r *ranking) cut(context.Context) error {
	last := r.size[2] - 1
	for n := range r.labels {
		l := &r.labels[n]
		if l.Layer != mask.Anatomy {
			continue
		}
		for k := range r.size[2] {
			if last > 0 && (k == 0 || k == last) {
				r.add(k, Reason{Cut, l.Value, float64(l.area[k]) / 50, text.M("review.cut_end", l.Name)})
			}
			if l.area[k] > 0 {
				r.add(k, Reason{Cut, l.Value, float64(r.onEdge(l.bits, k)), text.M("review.cut_edge", l.Name)})
			}
		}
	}
	return nil
}

func (r *ranking) onEdge(b *mask.Bits, k int) int {
	n := 0
	for j := range r.size[1] {
		row := b.Row(j, k)
		switch {
		case j == 0 || j == r.size[1]-1:
			n += ones(row)
		case r.size[0] == 1:
			n += int(row[0] & 1)
		default:
			i := r.size[0] - 1
			n += int(row[0]&1 + row[i>>6]>>(i&63)&1)
		}
	}
	return n
}
