package consensus

import (
	"context"
	"maps"
	"math"
	"math/bits"
	"slices"
	"sync"

	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/parallel"
)

const (
	tolerance = 1e-7   // how little sensitivities and specificities change at the end
	most      = 10_000 // steps
)

// Staple is a consensus that weighs readers by how well they agree with it (Warfield,
// Zou and Wells 2004, IEEE TMI 23:903), as ITK has it: begun from the share of readers
// that marked a voxel, and without a model of how voxels hang together. Of two readers it
// cannot be told which is right: what it says of them rests on where it began.
type Staple struct {
	Mask *mask.Bits // the voxels whose probability is 0.5 or more
	// Sensitivity and Specificity are those of each reader, and Prior is the share of
	// voxels that a reader marks. All but the sensitivity depend on how much lies in
	// the region that no reader marked.
	Sensitivity, Specificity []float64
	Prior                    float64
	Iterations               int
	Converged                bool
	Why                      metrics.Why // there is none, where nothing or everything is marked; the mask is what all say
	probability              map[uint64]float64
}

// STAPLE works the consensus of two or more masks out inside a region; nil is the whole
// grid. Voxels that the same readers marked are alike, so it runs over patterns of
// readers, not over voxels.
func STAPLE(ctx context.Context, masks []*mask.Bits, region *mask.Bits) (Staple, error) {
	if err := check(masks, region, 2); err != nil {
		return Staple{}, err
	}
	e := newEM(masks, region)
	s := Staple{Prior: e.prior()}
	if !(s.Prior > 0 && s.Prior < 1) {
		s.Why = metrics.ZeroDenominator
		s.Mask = where(masks, region, func(uint64) bool { return s.Prior == 1 })
		for range masks {
			s.Sensitivity, s.Specificity = append(s.Sensitivity, math.NaN()), append(s.Specificity, math.NaN())
		}
		return s, nil
	}
	for s.Iterations < most && !s.Converged {
		if ctx.Err() != nil {
			return Staple{}, context.Cause(ctx)
		}
		s.Converged = e.maximise() <= tolerance
		e.expect(s.Prior)
		s.Iterations++
	}
	s.Sensitivity, s.Specificity = e.sensitivity, e.specificity
	s.probability = map[uint64]float64{}
	for n, p := range e.patterns {
		s.probability[p] = e.weight[n]
	}
	s.Mask = where(masks, region, func(pattern uint64) bool { return s.probability[pattern] >= 0.5 })
	return s, nil
}

// em is the state of expectation and maximisation.
type em struct {
	patterns                 []uint64  // which readers marked a voxel, ascending
	count                    []float64 // how many voxels have each
	weight                   []float64 // the probability that such a voxel is one of the consensus
	sensitivity, specificity []float64 // by reader
}

func newEM(masks []*mask.Bits, region *mask.Bits) *em {
	e := &em{}
	found := count(masks, region)
	for _, p := range slices.Sorted(maps.Keys(found)) {
		e.patterns, e.count = append(e.patterns, p), append(e.count, float64(found[p]))
		e.weight = append(e.weight, float64(bits.OnesCount64(p))/float64(len(masks)))
	}
	e.sensitivity, e.specificity = make([]float64, len(masks)), make([]float64, len(masks))
	return e
}

// count is how many voxels of the region have each pattern.
func count(masks []*mask.Bits, region *mask.Bits) map[uint64]int64 {
	found := map[uint64]int64{}
	var adding sync.Mutex
	size := masks[0].Size()
	parallel.Ranges(size[2], 8, func(from, to int) {
		own := map[uint64]int64{}
		words(masks, region, from, to, func(_, _, _ int, of []uint64, inside uint64) {
			some, all := disputed(of, inside)
			own[fullPattern(len(masks))] += int64(bits.OnesCount64(all))
			for ; some != 0; some &= some - 1 {
				own[patternAt(of, bits.TrailingZeros64(some))]++
			}
		})
		adding.Lock()
		defer adding.Unlock()
		for p, n := range own {
			found[p] += n
		}
	})
	unmarked := inRegion(size, region)
	for _, n := range found {
		unmarked -= n
	}
	found[0] = unmarked
	maps.DeleteFunc(found, func(_ uint64, n int64) bool { return n == 0 })
	return found
}

// prior is the mean share of voxels that a reader marks.
func (e *em) prior() float64 {
	marks, all := 0.0, 0.0
	for n, p := range e.patterns {
		marks += e.count[n] * float64(bits.OnesCount64(p))
		all += e.count[n] * float64(len(e.sensitivity))
	}
	return marks / all
}

// expect works out how probable each pattern makes it that a voxel is of the consensus.
func (e *em) expect(prior float64) {
	for n, p := range e.patterns {
		in, out := prior, 1-prior
		for r := range e.sensitivity {
			if p>>r&1 == 1 {
				in *= e.sensitivity[r]
				out *= 1 - e.specificity[r]
			} else {
				in *= 1 - e.sensitivity[r]
				out *= e.specificity[r]
			}
		}
		if in+out > 0 { // else readers without fault contradict one another: it stays as it was
			e.weight[n] = in / (in + out)
		}
	}
}

// maximise works out what the readers are worth then, and returns how much that changed
// at most.
func (e *em) maximise() (change float64) {
	in, out := 0.0, 0.0
	for n, w := range e.weight {
		in += e.count[n] * w
		out += e.count[n] * (1 - w)
	}
	for r := range e.sensitivity {
		hit, passed := 0.0, 0.0
		for n, p := range e.patterns {
			if p>>r&1 == 1 {
				hit += e.count[n] * e.weight[n]
			} else {
				passed += e.count[n] * (1 - e.weight[n])
			}
		}
		sensitivity, specificity := e.sensitivity[r], e.specificity[r]
		if in > 0 {
			sensitivity = hit / in
		}
		if out > 0 {
			specificity = passed / out
		}
		change = max(change, math.Abs(sensitivity-e.sensitivity[r]), math.Abs(specificity-e.specificity[r]))
		e.sensitivity[r], e.specificity[r] = sensitivity, specificity
	}
	return change
}
