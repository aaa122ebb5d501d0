package score

import (
	"context"
	"math"
	"sync"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/parallel"
)

// steps is how many thresholds an image is measured at: 0, 1/255 ... 1.
const steps = 256

// ImageOptions says what of an image is measured. The zero value is what Inf-Net's
// evaluation does to each of its images (Fan and others 2020, IEEE TMI 39:2626).
type ImageOptions struct {
	Raw   bool // the probabilities as they are; else each slice is stretched to 0..1 first
	Every bool // slices without the reference too
}

// Images is what papers measure image by image, here axial slice by axial slice, and
// average over images. The zero value has none.
type Images struct {
	N                              int
	structure, mae                 float64        // sums over images
	adaptiveDice, adaptiveEnhanced float64        // at twice the mean probability
	dice, enhanced                 [steps]float64 // at each threshold
}

// OfImages measures slices; slice gives axial slice k, nx*ny probabilities with i
// fastest, and is called from several goroutines. A slice of one probability throughout
// is not stretched.
func OfImages[T Number](ctx context.Context, slice func(k int) []T, reference *mask.Bits, o ImageOptions) (Images, error) {
	size := reference.Size()
	var all Images
	var adding sync.Mutex
	each := make([]*Images, size[2])
	next := 0 // sums are taken in the order of slices, so that they do not depend on who was faster
	err := parallel.Each(ctx, size[2], func(k int) error {
		of := &Images{}
		if g := pixels(reference, k); o.Every || g.mean > 0 {
			s := slice(k)
			if len(s) != len(g.in) {
				return app.Refuse(nil, "score.slice_size", k+1, len(s), size)
			}
			p, bad := probabilities(s)
			if bad >= 0 {
				return refused(float64(s[bad]), bad, k, size)
			}
			if !o.Raw {
				stretch(p)
			}
			of.measure(p, g)
		}
		adding.Lock()
		defer adding.Unlock()
		each[k] = of
		for ; next < len(each) && each[next] != nil; next++ {
			all.Merge(*each[next])
			each[next] = &Images{}
		}
		return nil
	})
	return all, err
}

// Merge adds the images of another case.
func (m *Images) Merge(o Images) {
	m.N += o.N
	m.structure += o.structure
	m.mae += o.mae
	m.adaptiveDice += o.adaptiveDice
	m.adaptiveEnhanced += o.adaptiveEnhanced
	for t := range m.dice {
		m.dice[t] += o.dice[t]
		m.enhanced[t] += o.enhanced[t]
	}
}

// Structure is the structure measure with alpha 0.5 (Fan and others 2017, ICCV).
func (m Images) Structure() metrics.Value { return m.of(m.structure) }

// MAE is the mean of |p-t| in an image.
func (m Images) MAE() metrics.Value { return m.of(m.mae) }

// MeanDice is Dice, 0 where nothing is hit, at the 256 thresholds: the mean over images
// and thresholds. It is no Dice of a mask and differs from that by up to 0.15. MaxDice
// is that of the best threshold, the same for all images; AdaptiveDice has for each
// image twice its mean probability.
func (m Images) MeanDice() metrics.Value     { return m.of(mean(m.dice)) }
func (m Images) MaxDice() metrics.Value      { return m.of(highest(m.dice)) }
func (m Images) AdaptiveDice() metrics.Value { return m.of(m.adaptiveDice) }

// MeanEnhanced is the enhanced-alignment measure (Fan and others 2018, IJCAI), over
// thresholds as MeanDice, MaxEnhanced and AdaptiveEnhanced as those of Dice.
func (m Images) MeanEnhanced() metrics.Value     { return m.of(mean(m.enhanced)) }
func (m Images) MaxEnhanced() metrics.Value      { return m.of(highest(m.enhanced)) }
func (m Images) AdaptiveEnhanced() metrics.Value { return m.of(m.adaptiveEnhanced) }

// of is a sum over images as their mean.
func (m Images) of(sum float64) metrics.Value {
	if m.N == 0 {
		return metrics.Undefined(metrics.ZeroDenominator)
	}
	return metrics.Value{X: sum / float64(m.N)}
}

func mean(of [steps]float64) float64 {
	sum := 0.0
	for _, x := range of {
		sum += x
	}
	return sum / steps
}

func highest(of [steps]float64) float64 {
	most := of[0]
	for _, x := range of {
		most = max(most, x)
	}
	return most
}

// image is the reference in a slice: 1 where it is, else 0.
type image struct {
	nx, ny int
	in     []float64
	mean   float64
}

func pixels(reference *mask.Bits, k int) image {
	size := reference.Size()
	g := image{nx: size[0], ny: size[1], in: make([]float64, size[0]*size[1])}
	n := 0
	for j := range g.ny {
		reference.Runs(j, k, func(i0, i1 int) {
			n += i1 - i0
			for i := i0; i < i1; i++ {
				g.in[j*g.nx+i] = 1
			}
		})
	}
	g.mean = float64(n) / float64(len(g.in))
	return g
}

// probabilities returns those of a slice and the index of one that is none, or -1.
func probabilities[T Number](slice []T) ([]float64, int) {
	scale := float64(one[T]())
	p := make([]float64, len(slice))
	for at, x := range slice {
		p[at] = float64(x) / scale
		if !(p[at] >= 0 && p[at] <= 1) {
			return nil, at
		}
	}
	return p, -1
}

// stretch takes the lowest to 0 and the highest to 1.
func stretch(p []float64) {
	lo, hi := p[0], p[0]
	for _, x := range p {
		lo, hi = min(lo, x), max(hi, x)
	}
	if lo == hi {
		return
	}
	for at := range p {
		p[at] = (p[at] - lo) / (hi - lo)
	}
}

// measure takes in one image.
func (m *Images) measure(p []float64, g image) {
	var at [steps][2]int64 // by the highest threshold that the probability reaches, beside the reference and in it
	sum := 0.0
	for n, x := range p {
		sum += x
		m.mae += math.Abs(x-g.in[n]) / float64(len(p))
		at[int(x*(steps-1)+1e-9)][int(g.in[n])]++
	}
	m.N++
	m.structure += structure(p, g)
	positive := int64(math.Round(g.mean * float64(len(p))))
	c := metrics.Counts{FN: positive, TN: int64(len(p)) - positive}
	for t := steps - 1; t >= 0; t-- {
		c = moved(c, at[t])
		m.dice[t] += dice(c)
		m.enhanced[t] += enhanced(c)
	}
	threshold := min(1, 2*sum/float64(len(p)))
	c = metrics.Counts{FN: positive, TN: int64(len(p)) - positive}
	for n, x := range p {
		if x >= threshold {
			c = moved(c, [2]int64{1 - int64(g.in[n]), int64(g.in[n])})
		}
	}
	m.adaptiveDice += dice(c)
	m.adaptiveEnhanced += enhanced(c)
}

// moved has voxels called positive that were not, beside the reference and in it.
func moved(c metrics.Counts, n [2]int64) metrics.Counts {
	return metrics.Counts{TP: c.TP + n[1], FP: c.FP + n[0], FN: c.FN - n[1], TN: c.TN - n[0]}
}

// dice is 0 where nothing is hit, of two empty masks too.
func dice(c metrics.Counts) float64 {
	if c.TP == 0 {
		return 0
	}
	return c.Dice().X
}
