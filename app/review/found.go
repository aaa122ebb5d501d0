package review

import (
	"math"
	"math/rand/v2"
)

// Found says what looking at slices in an order is worth: for each share 0..1 of
// the slices, rounded up to whole ones, the share of all wrong pixels that lie on
// the first so many of the order. wrong holds the wrong pixels by slice k; slices
// that order names twice or that are not there count once or not. nil where
// nothing is wrong: then no order finds anything.
func Found(order, wrong []int, shares ...float64) []float64 {
	total := 0
	for _, w := range wrong {
		total += w
	}
	if total == 0 {
		return nil
	}
	seen := make([]bool, len(wrong))
	upTo := make([]int, 1, len(order)+1) // wrong pixels on the first n slices
	for _, k := range order {
		n := upTo[len(upTo)-1]
		if k >= 0 && k < len(wrong) && !seen[k] {
			seen[k] = true
			n += wrong[k]
		}
		upTo = append(upTo, n)
	}
	out := make([]float64, len(shares))
	for i, s := range shares {
		n := int(math.Ceil(s*float64(len(wrong)) - 1e-9))
		out[i] = float64(upTo[max(0, min(n, len(order)))]) / float64(total)
	}
	return out
}

// FoundAtRandom is Found for slices in random order, the mean over that many
// seeds, beginning at 0.
func FoundAtRandom(seeds int, wrong []int, shares ...float64) []float64 {
	var sum []float64
	for seed := range seeds {
		order := rand.New(rand.NewPCG(uint64(seed), 0)).Perm(len(wrong))
		found := Found(order, wrong, shares...)
		if found == nil {
			return nil
		}
		if sum == nil {
			sum = make([]float64, len(shares))
		}
		for n, f := range found {
			sum[n] += f / float64(seeds)
		}
	}
	return sum
}
