package inference

import "math"

// scratch is the picture being prepared and the memory to do it in.
type scratch struct {
	cur, spare []float32 // room for the largest picture on the way
	rows, cols int       // of the picture in cur
	bytes      []uint8
	// cut is the part of the original picture that cur shows: all of it, or what
	// a crop left.
	cut rect
}

// rect is rows top..bottom-1 and columns left..right-1.
type rect struct{ top, left, bottom, right int }

func (s *scratch) pix() []float32 { return s.cur[:s.rows*s.cols] }

// filter is one preprocessing step made ready for pictures of a known size.
type filter interface {
	apply(s *scratch)
}

// measurer is a filter that needs statistics over the whole volume before it
// can be applied: every picture, as the steps before it leave it, is shown to
// collect, and then settle is called.
type measurer interface {
	collect(pix []float32)
	settle()
}

type clipFilter struct{ lo, hi float32 }

func (f clipFilter) apply(s *scratch) {
	lo, hi := f.lo, f.hi
	pix := s.pix()
	for n, x := range pix { // min and max would mind signed zeros, at a price
		if x < lo {
			pix[n] = lo
		} else if x > hi {
			pix[n] = hi
		}
	}
}

// rangeFilter maps lo..hi to a..b; it clips first where clip is set.
type rangeFilter struct {
	lo, hi, a, b float32
	clip         bool
}

func (f rangeFilter) apply(s *scratch) {
	pix := s.pix()
	if f.hi <= f.lo {
		for n := range pix {
			pix[n] = f.a
		}
		return
	}
	span, to := f.hi-f.lo, f.b-f.a
	for n, x := range pix {
		if f.clip {
			x = min(max(x, f.lo), f.hi)
		}
		pix[n] = float32((x-f.lo)/span*to) + f.a
	}
}

// minmaxFilter maps the smallest and largest value to a and b.
type minmaxFilter struct {
	a, b   float32
	volume bool
	lo, hi float32 // of the volume
}

func (f *minmaxFilter) apply(s *scratch) {
	lo, hi := f.lo, f.hi
	if !f.volume {
		lo, hi = extremes(s.pix())
	}
	rangeFilter{lo: lo, hi: hi, a: f.a, b: f.b}.apply(s)
}

func (f *minmaxFilter) collect(pix []float32) {
	lo, hi := extremes(pix)
	f.lo, f.hi = min(f.lo, lo), max(f.hi, hi)
}

func (f *minmaxFilter) settle() {}

func extremes(pix []float32) (lo, hi float32) {
	lo, hi = pix[0], pix[0]
	for _, x := range pix {
		if x < lo {
			lo = x
		}
		if x > hi {
			hi = x
		}
	}
	return lo, hi
}

// zscoreFilter subtracts the mean and divides by the standard deviation of the
// population, epsilon added to both.
type zscoreFilter struct {
	slice      bool
	above      float32 // collect only looks at values above this
	epsilon    float64
	mean, std  float64
	n          int
	sum, sumSq float64
}

func (f *zscoreFilter) apply(s *scratch) {
	if f.slice {
		f.n, f.sum, f.sumSq = 0, 0, 0
		f.collect(s.pix())
		f.settle()
	}
	mean, by := float32(f.mean-f.epsilon), float32(f.std+f.epsilon)
	if by == 0 {
		by = 1 // a constant picture: all 0
	}
	pix := s.pix()
	for n, x := range pix {
		pix[n] = (x - mean) / by
	}
}

func (f *zscoreFilter) collect(pix []float32) {
	for _, x := range pix {
		if x > f.above {
			v := float64(x)
			f.n++
			f.sum += v
			f.sumSq += v * v
		}
	}
}

func (f *zscoreFilter) settle() {
	if f.n == 0 {
		f.mean, f.std = 0, 0
		return
	}
	f.mean = f.sum / float64(f.n)
	f.std = math.Sqrt(math.Max(0, f.sumSq/float64(f.n)-f.mean*f.mean))
}

type roundFilter struct{}

func (roundFilter) apply(s *scratch) {
	pix := s.pix()
	for n, x := range pix {
		pix[n] = float32(math.RoundToEven(float64(x)))
	}
}

type scaleFilter struct{ factor, offset float32 }

func (f scaleFilter) apply(s *scratch) {
	pix := s.pix()
	for n, x := range pix {
		pix[n] = float32(x*f.factor) + f.offset
	}
}

// resizeFilter brings the picture to one size, whatever size a crop left it.
type resizeFilter struct{ *resizer }

func (f resizeFilter) apply(s *scratch) {
	f.from(s.rows, s.cols)
	f.resize(s.spare, s.cur)
	s.cur, s.spare = s.spare, s.cur
	s.rows, s.cols = f.rows.out, f.cols.out
}

type claheFilter struct{ *clahe }

func (f claheFilter) apply(s *scratch) {
	pix := s.pix()
	b := s.bytes[:len(pix)]
	for n, x := range pix {
		b[n] = roundToByte(x)
	}
	f.clahe.apply(b)
	for n, v := range b {
		pix[n] = float32(v)
	}
}

// cropFilter cuts the picture to the body and a margin. It comes before any
// step that changes the picture's size.
type cropFilter struct {
	marginRows, marginCols int
	step                   int // looks at every step-th pixel
	dense                  []bool
	stack                  []int32
	pix                    []float32 // the original picture
}

// bodyHU parts the body from the air around it.
const bodyHU = -500

func newCropFilter(rows, cols int, marginRows, marginCols int) *cropFilter {
	step := max(1, (max(rows, cols)+127)/128)
	n := ((rows + step - 1) / step) * ((cols + step - 1) / step)
	return &cropFilter{
		marginRows: marginRows, marginCols: marginCols, step: step,
		dense: make([]bool, n), stack: make([]int32, 0, n), pix: make([]float32, rows*cols),
	}
}

func (f *cropFilter) apply(s *scratch) {
	box := f.body(s.rows, s.cols)
	width := box.right - box.left
	for r := box.top; r < box.bottom; r++ {
		copy(s.spare[(r-box.top)*width:][:width], s.cur[r*s.cols+box.left:])
	}
	s.cur, s.spare = s.spare, s.cur
	s.rows, s.cols, s.cut = box.bottom-box.top, width, box
}

// body returns where the largest dense part of the picture lies, with the
// margin; the whole picture where nothing is dense.
func (f *cropFilter) body(rows, cols int) rect {
	w, h := (cols+f.step-1)/f.step, (rows+f.step-1)/f.step
	for r := range h {
		for c := range w {
			f.dense[r*w+c] = f.pix[r*f.step*cols+c*f.step] > bodyHU
		}
	}
	best, most := rect{0, 0, h, w}, 0
	for n := range f.dense {
		if f.dense[n] {
			if part, size := f.flood(n, w, h); size > most {
				best, most = part, size
			}
		}
	}
	return rect{
		max(0, best.top*f.step-f.marginRows), max(0, best.left*f.step-f.marginCols),
		min(rows, best.bottom*f.step+f.marginRows), min(cols, best.right*f.step+f.marginCols),
	}
}

// flood takes the part that position n belongs to out of dense and returns its
// bounds and size.
func (f *cropFilter) flood(n, w, h int) (box rect, size int) {
	box = rect{n / w, n % w, n/w + 1, n%w + 1}
	f.stack = append(f.stack[:0], int32(n))
	f.dense[n] = false
	for len(f.stack) > 0 {
		at := int(f.stack[len(f.stack)-1])
		f.stack = f.stack[:len(f.stack)-1]
		r, c := at/w, at%w
		size++
		box = rect{min(box.top, r), min(box.left, c), max(box.bottom, r+1), max(box.right, c+1)}
		for _, o := range [4][2]int{{-1, 0}, {1, 0}, {0, -1}, {0, 1}} {
			y, x := r+o[0], c+o[1]
			if y >= 0 && y < h && x >= 0 && x < w && f.dense[y*w+x] {
				f.dense[y*w+x] = false
				f.stack = append(f.stack, int32(y*w+x))
			}
		}
	}
	return box, size
}
