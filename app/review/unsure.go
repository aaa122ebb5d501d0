package review

import (
	"context"
	"encoding/binary"
	"math"

	"opacity/app/mask"
	"opacity/app/parallel"
	"opacity/app/text"
)

const (
	rimMM  = 3  // of the rim around a label
	nearly = 64 // a probability of a quarter: a pixel that nearly got the label counts wherever it is
)

// entropy and wrong are what a probability p of 0..255 says: its binary entropy
// in bits, and the chance, min(p, 1-p), that the likelier answer is wrong.
var entropy, wrong = tables()

func tables() (h, w [256]float32) {
	for n := 1; n < 255; n++ {
		p := float64(n) / 255
		h[n] = float32(-p*math.Log2(p) - (1-p)*math.Log2(1-p))
		w[n] = float32(min(p, 1-p))
	}
	return h, w
}

// unsure adds what the probabilities say, and outlines where there are none.
// Added up, min(p, 1-p) is the number of wrong pixels that a model expects of
// itself; the mean entropy says less about where they are, since it is high on
// slices that show little of a label.
func (r *ranking) unsure(ctx context.Context) error {
	var inDoubt, found [mask.Layers]float64
	known := false
	for n := range r.labels {
		l := &r.labels[n]
		for _, a := range l.area {
			found[l.Layer] += float64(a)
		}
		if l.probs == nil {
			if err := r.outlines(ctx, l); err != nil {
				return err
			}
			continue
		}
		known = true
		sums := make([]doubt, r.size[2])
		if err := parallel.Each(ctx, r.size[2], func(k int) error { sums[k] = r.doubt1(l, k); return nil }); err != nil {
			return err
		}
		for k, d := range sums {
			inDoubt[l.Layer] += d.wrong
			mean := d.mean()
			r.slices[k].Entropy = max(r.slices[k].Entropy, mean)
			r.add(k, Reason{Unsure, l.Value, l.weight() * d.wrong, text.M("review.unsure", l.Name, r.area(d.wrong), int(100*mean+0.5))})
		}
	}
	if known {
		r.doubt = caseDoubt(inDoubt, found)
	}
	return nil
}

// caseDoubt is the share of the findings in doubt, of the lungs where there is
// nothing else. A hundredth of the lungs counts as found besides, so that a few
// unsure specks of a healthy case do not make it the most doubtful one.
func caseDoubt(inDoubt, found [mask.Layers]float64) *float64 {
	d, f := inDoubt[mask.Findings], found[mask.Findings]+found[mask.Anatomy]/100
	if d+found[mask.Findings] == 0 { // a model of lungs alone
		d, f = inDoubt[mask.Anatomy], found[mask.Anatomy]
	}
	share := 0.0
	if d > 0 {
		share = d / (d + f)
	}
	return &share
}

// doubt is summed over a label on one slice.
type doubt struct {
	wrong   float64 // pixels
	entropy float64 // bits, within label and rim
	pixels  int     // of label and rim
}

func (d doubt) mean() float64 {
	if d.pixels == 0 {
		return 0
	}
	return d.entropy / float64(d.pixels)
}

func (r *ranking) doubt1(l *label, k int) doubt {
	var d doubt
	p := l.probs[k]
	if p == nil && l.area[k] == 0 {
		return d
	}
	region := r.region(l, k)
	for j := range r.size[1] {
		var values []uint8
		if p != nil {
			values = p[j*r.size[0] : (j+1)*r.size[0]]
		}
		d.addRow(region, j, values, r.size[0], &r.places[k], l.weight())
	}
	return d
}

// region is the label and its rim, or nil where the slice has none of it.
func (r *ranking) region(l *label, k int) plane {
	if l.area[k] == 0 {
		return nil
	}
	mm, _ := r.spacing()
	return rowsOf(r.size[1], func(j int) []uint64 { return l.bits.Row(j, k) }).grown(pixelsIn(rimMM, mm[0]), pixelsIn(rimMM, mm[1]))
}

// pixelsIn is how many pixels a length spans, and no more than a word holds.
func pixelsIn(lengthMM, spacingMM float64) int {
	if !(spacingMM > 0) {
		return 1
	}
	return int(max(1, min(lengthMM/spacingMM, 63)))
}

// addRow adds row j, 64 pixels at a time.
func (d *doubt) addRow(region plane, j int, values []uint8, nx int, at *places, weight float64) {
	for i := 0; i < nx; i += 64 {
		end := min(i+64, nx)
		var in uint64
		if region != nil {
			in = region[j][i>>6] & (^uint64(0) >> (64 - (end - i)))
		}
		d.pixels += ones([]uint64{in})
		if values == nil || in == 0 && !reaches(values[i:end], nearly) {
			continue
		}
		var wrongs, middle, bits float32
		for n, p := range values[i:end] {
			if in>>n&1 == 1 {
				bits += entropy[p]
				wrongs += wrong[p]
				middle += wrong[p] * float32(n)
			} else if p >= nearly {
				wrongs += wrong[p]
				middle += wrong[p] * float32(n)
			}
		}
		if wrongs > 0 {
			at.add(i+int(middle/wrongs), j, weight*float64(wrongs))
		}
		d.wrong += float64(wrongs)
		d.entropy += float64(bits)
	}
}

// reaches reports whether a value is least, a power of two, or more.
func reaches(values []uint8, least uint8) bool {
	high := 0x0101010101010101 * uint64(-least) // the bits of least and above it, in each byte
	for ; len(values) >= 8; values = values[8:] {
		if binary.LittleEndian.Uint64(values)&high != 0 {
			return true
		}
	}
	for _, v := range values {
		if v >= least {
			return true
		}
	}
	return false
}

// outlines takes the outline of a label for half wrong.
func (r *ranking) outlines(ctx context.Context, l *label) error {
	return parallel.Each(ctx, r.size[2], func(k int) error {
		if l.area[k] == 0 {
			return nil
		}
		p := rowsOf(r.size[1], func(j int) []uint64 { return l.bits.Row(j, k) })
		edge := l.area[k]
		inner := make([]uint64, len(p[0]))
		for j := range p {
			p.inner(j, inner)
			edge -= ones(inner)
		}
		r.add(k, Reason{Outline, l.Value, l.weight() * float64(edge) / 2, text.M("review.outline", l.Name, edge)})
		return nil
	})
}
