package inference

import "math"

// taps says how an output line of pixels is made of input pixels: output n is
// the sum over t of weight[n*width+t] * input[index[n*width+t]]. It is made once
// for a pair of sizes, or again in place for another input size.
type taps struct {
	out, width int
	index      []int32
	weight     []float32
}

// maxTaps bounds the taps an output pixel can need from srcMax input pixels.
func maxTaps(kind string, srcMax, dst int) int {
	switch kind {
	case "nearest":
		return 1
	case "linear":
		return 2
	case "cubic":
		return 4
	}
	return srcMax/dst + 3
}

// newTaps makes room for a line of dst pixels out of up to srcMax.
func newTaps(kind string, srcMax, dst int) *taps {
	w := maxTaps(kind, srcMax, dst)
	return &taps{out: dst, index: make([]int32, dst*w), weight: make([]float32, dst*w)}
}

// set fills the taps for src input pixels, as OpenCV's resize has them: pixel
// centres, edges repeated.
func (t *taps) set(kind string, src int) {
	scale := 1 / (float64(t.out) / float64(src))
	switch {
	case kind == "nearest":
		t.width = 1
		for n := range t.out {
			t.index[n], t.weight[n] = int32(min(int(math.Floor(float64(n)*scale)), src-1)), 1
		}
	case kind == "cubic":
		t.width = 4
		for n := range t.out {
			at := (float64(n)+0.5)*scale - 0.5
			s := int(math.Floor(at))
			cubicWeights(float32(at-float64(s)), t.weight[4*n:4*n+4])
			for p := range 4 {
				t.index[4*n+p] = int32(min(max(s-1+p, 0), src-1))
			}
		}
	case kind == "area" && scale >= 1:
		t.setArea(src, scale)
	default:
		t.setLinear(src, scale, kind == "area")
	}
}

// setLinear fills two taps. Enlarging by area keeps whole pixels flat and blends
// only where an output pixel covers two.
func (t *taps) setLinear(src int, scale float64, area bool) {
	t.width = 2
	for n := range t.out {
		at := (float64(n)+0.5)*scale - 0.5
		s := int(math.Floor(at))
		f := float32(at - float64(s))
		if area {
			s = int(math.Floor(float64(n) * scale))
			f = float32(float64(n+1) - float64(s+1)/scale)
			if f <= 0 {
				f = 0
			} else {
				f -= float32(math.Floor(float64(f)))
			}
		}
		if s < 0 {
			s, f = 0, 0
		}
		if s >= src-1 {
			s, f = src-1, 0
		}
		t.index[2*n], t.index[2*n+1] = int32(s), int32(min(s+1, src-1))
		t.weight[2*n], t.weight[2*n+1] = 1-f, f
	}
}

// setArea fills taps that average the input each output pixel covers.
func (t *taps) setArea(src int, scale float64) {
	t.width = len(t.index) / t.out
	clear(t.index)
	clear(t.weight)
	for n := range t.out {
		from := float64(n) * scale
		to := from + scale
		cell := math.Min(scale, float64(src)-from)
		last := min(int(math.Floor(to)), src-1)
		first := min(int(math.Ceil(from)), last)
		p := n * t.width
		add := func(s int, w float64) {
			t.index[p], t.weight[p] = int32(s), float32(w)
			p++
		}
		if float64(first)-from > 1e-3 {
			add(first-1, (float64(first)-from)/cell)
		}
		for s := first; s < last; s++ {
			add(s, 1/cell)
		}
		if to-float64(last) > 1e-3 {
			add(last, math.Min(math.Min(to-float64(last), 1), cell)/cell)
		}
	}
}

// cubicWeights are OpenCV's INTER_CUBIC: Keys' kernel with a = -0.75.
func cubicWeights(x float32, w []float32) {
	const a = float32(-0.75)
	w[0] = float32(float32(float32(a*(x+1))-5*a)*(x+1)+8*a)*(x+1) - 4*a
	w[1] = float32(float32(float32(a+2)*x)-(a+3))*x*x + 1
	w[2] = float32(float32(float32(a+2)*(1-x))-(a+3))*(1-x)*(1-x) + 1
	w[3] = 1 - w[0] - w[1] - w[2]
}

// across applies the taps along a row.
func (t *taps) across(dst, src []float32) {
	switch t.width {
	case 1:
		for n := range dst {
			dst[n] = src[t.index[n]]
		}
	case 2:
		for n := range dst {
			i, w := t.index[2*n:2*n+2:2*n+2], t.weight[2*n:2*n+2:2*n+2]
			dst[n] = float32(src[i[0]]*w[0]) + float32(src[i[1]]*w[1])
		}
	case 4:
		for n := range dst {
			i, w := t.index[4*n:4*n+4:4*n+4], t.weight[4*n:4*n+4:4*n+4]
			dst[n] = float32(src[i[0]]*w[0]) + float32(src[i[1]]*w[1]) + float32(src[i[2]]*w[2]) + float32(src[i[3]]*w[3])
		}
	default:
		for n := range dst {
			sum := float32(0)
			for p := n * t.width; p < (n+1)*t.width; p++ {
				sum += float32(src[t.index[p]] * t.weight[p])
			}
			dst[n] = sum
		}
	}
}

// down makes output row n of rows that lie width apart in src.
func (t *taps) down(dst, src []float32, width, n int) {
	row := func(p int) []float32 {
		o := int(t.index[p]) * width
		return src[o : o+len(dst)]
	}
	switch p := n * t.width; t.width {
	case 1:
		copy(dst, row(p))
	case 2:
		a, b, wa, wb := row(p), row(p+1), t.weight[p], t.weight[p+1]
		if wb == 0 {
			copy(dst, a)
			return
		}
		for c := range dst {
			dst[c] = float32(a[c]*wa) + float32(b[c]*wb)
		}
	case 4:
		a, b, d, e := row(p), row(p+1), row(p+2), row(p+3)
		w := t.weight[p : p+4]
		for c := range dst {
			dst[c] = float32(a[c]*w[0]) + float32(b[c]*w[1]) + float32(d[c]*w[2]) + float32(e[c]*w[3])
		}
	default:
		clear(dst)
		for q := p; q < p+t.width; q++ {
			w := t.weight[q]
			if w == 0 {
				continue
			}
			for c, x := range row(q) {
				dst[c] += float32(x * w)
			}
		}
	}
}

// resizer makes pictures of one size out of pictures of up to srcMax, reusing
// its memory.
type resizer struct {
	kind       string
	rows, cols *taps
	srcRows    int
	srcCols    int
	mid        []float32 // input rows by output columns
}

func newResizer(kind string, srcMaxRows, srcMaxCols, rows, cols int) *resizer {
	return &resizer{
		kind: kind,
		rows: newTaps(kind, srcMaxRows, rows), cols: newTaps(kind, srcMaxCols, cols),
		mid: make([]float32, srcMaxRows*cols),
	}
}

// from prepares for pictures of srcRows by srcCols.
func (r *resizer) from(srcRows, srcCols int) {
	if srcRows == r.srcRows && srcCols == r.srcCols {
		return
	}
	kind := r.kind
	if kind == "area" && (r.rows.out > srcRows || r.cols.out > srcCols) {
		// OpenCV averages only where neither side grows.
		r.rows.setLinear(srcRows, 1/(float64(r.rows.out)/float64(srcRows)), true)
		r.cols.setLinear(srcCols, 1/(float64(r.cols.out)/float64(srcCols)), true)
	} else {
		r.rows.set(kind, srcRows)
		r.cols.set(kind, srcCols)
	}
	r.srcRows, r.srcCols = srcRows, srcCols
}

// widen carries out the column half of a resize: every row of src, srcCols
// wide, is brought to the output's columns. row then makes output rows.
func (r *resizer) widen(src []float32) {
	w := r.cols.out
	for n := range r.srcRows {
		r.cols.across(r.mid[n*w:(n+1)*w], src[n*r.srcCols:(n+1)*r.srcCols])
	}
}

// row writes output row n of the picture given to widen.
func (r *resizer) row(dst []float32, n int) { r.rows.down(dst, r.mid, r.cols.out, n) }

// resize writes src, srcRows by srcCols, into dst in the output's size.
func (r *resizer) resize(dst, src []float32) {
	r.widen(src)
	w := r.cols.out
	for n := range r.rows.out {
		r.row(dst[n*w:(n+1)*w], n)
	}
}

// refit makes the resizer lead to another output size, no larger than the one
// it was made for.
func (r *resizer) refit(rows, cols int) {
	r.rows.out, r.cols.out = rows, cols
	r.srcRows, r.srcCols = 0, 0
}
