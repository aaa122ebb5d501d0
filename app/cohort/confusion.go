package cohort

import (
	"math/bits"
	"slices"

	"opacity/app/mask"
)

// Confusion is how often each label of the reference got each label of the prediction.
type Confusion struct {
	Model  string    `json:"model,omitempty"`
	Cases  int       `json:"cases"`
	Labels []string  `json:"labels"` // the first is what has none
	Voxels [][]int64 `json:"voxels"` // by reference, then prediction
}

// Background is what no label has.
const Background = "background"

// confusionOf counts a case inside a region, nil for the whole grid. Labels that lie in
// one another are taken apart: infection goes before lungs, one lung before both, and of
// labels that the user named those of fewer numbers before those of more.
func confusionOf(parts []part, named []Label, in *mask.Bits) Confusion {
	parts = slices.Clone(parts)
	rank := func(p part) int {
		for _, l := range named {
			if l.Name == p.label {
				return len(l.Values)
			}
		}
		return slices.Index([]string{infection, leftLung, rightLung, lungs}, p.label)
	}
	slices.SortStableFunc(parts, func(a, b part) int { return rank(a) - rank(b) })
	if slices.ContainsFunc(parts, func(p part) bool { return p.label == leftLung }) && len(named) == 0 {
		parts = slices.DeleteFunc(parts, func(p part) bool { return p.label == lungs })
	}
	c := Confusion{Cases: 1, Labels: []string{Background}}
	for n := range parts { // drawn as readers list them: the finding last
		c.Labels = append(c.Labels, parts[len(parts)-1-n].label)
	}
	if len(named) == 0 { // left before right
		slices.SortStableFunc(c.Labels[1:], func(a, b string) int { return place(a) - place(b) })
	}
	at := make([]int, len(parts))
	for n, p := range parts {
		at[n] = slices.Index(c.Labels, p.label)
	}
	c.Voxels = make([][]int64, len(c.Labels))
	for n := range c.Voxels {
		c.Voxels[n] = make([]int64, len(c.Labels))
	}
	if len(parts) == 0 {
		return c
	}
	c.count(parts, at, in)
	return c
}

func place(label string) int {
	return slices.Index([]string{leftLung, rightLung, lungs, infection}, label)
}

// count goes through the masks 64 voxels at a time; at is where each part stands.
func (c Confusion) count(parts []part, at []int, in *mask.Bits) {
	size := parts[0].reference.Size()
	reference, prediction := make([]uint64, len(c.Labels)), make([]uint64, len(c.Labels))
	for k := range size[2] {
		for j := range size[1] {
			words := len(parts[0].reference.Row(j, k))
			for w := range words {
				inside := ^uint64(0)
				if left := size[0] - 64*w; left < 64 {
					inside = 1<<left - 1
				}
				if in != nil {
					inside &= in.Row(j, k)[w]
				}
				free, open := inside, inside
				for n, p := range parts {
					reference[at[n]] = p.reference.Row(j, k)[w] & free
					prediction[at[n]] = p.prediction.Row(j, k)[w] & open
					free &^= reference[at[n]]
					open &^= prediction[at[n]]
				}
				reference[0], prediction[0] = free, open
				if free == inside && open == inside {
					c.Voxels[0][0] += int64(bits.OnesCount64(inside))
					continue
				}
				for r, a := range reference {
					for p, b := range prediction {
						c.Voxels[r][p] += int64(bits.OnesCount64(a & b))
					}
				}
			}
		}
	}
}

// add counts another case of the same labels; false where it has others.
func (c *Confusion) add(o Confusion) bool {
	if !slices.Equal(c.Labels, o.Labels) {
		return false
	}
	c.Cases += o.Cases
	for r := range c.Voxels {
		for p := range c.Voxels[r] {
			c.Voxels[r][p] += o.Voxels[r][p]
		}
	}
	return true
}

// pooledConfusion adds the tables of cases up, one for each model and set of labels.
func pooledConfusion(all []Confusion) []Confusion {
	out := []Confusion{}
	for _, c := range all {
		n := slices.IndexFunc(out, func(o Confusion) bool { return o.Model == c.Model && slices.Equal(o.Labels, c.Labels) })
		if n < 0 {
			rows := make([][]int64, len(c.Voxels))
			for r := range rows {
				rows[r] = slices.Clone(c.Voxels[r])
			}
			c.Voxels = rows
			out = append(out, c)
			continue
		}
		out[n].add(c)
	}
	return out
}
