package inference

import "math"

// clahe is contrast limited adaptive histogram equalisation of 8-bit pictures,
// as OpenCV's cv::CLAHE computes it (modules/imgproc/src/clahe.cpp): tiles over
// the picture padded by reflection, histograms clipped and the surplus spread
// evenly, look-up tables blended bilinearly. It keeps its memory between
// pictures. Zuiderveld, Graphics Gems IV (1994) is the origin.
type clahe struct {
	limit        float64
	tilesX       int
	tilesY       int
	rows, cols   int
	tileW, tileH int
	clip         int // of one tile's histogram; 0 for none
	lut          []float32
	left, right  []int32 // per column: offsets of the two tables beside it
	wRight       []float32
}

func newCLAHE(limit float64, tilesX, tilesY, rows, cols int) *clahe {
	c := &clahe{
		limit: limit, tilesX: tilesX, tilesY: tilesY, rows: rows, cols: cols,
		lut:  make([]float32, tilesX*tilesY*256),
		left: make([]int32, cols), right: make([]int32, cols), wRight: make([]float32, cols),
	}
	padX, padY := 0, 0
	if cols%tilesX != 0 || rows%tilesY != 0 {
		// OpenCV pads both ways then, by a whole tile count where one way fits.
		padX, padY = tilesX-cols%tilesX, tilesY-rows%tilesY
	}
	c.tileW, c.tileH = (cols+padX)/tilesX, (rows+padY)/tilesY
	if limit > 0 {
		c.clip = max(int(limit*float64(c.tileW*c.tileH)/256), 1)
	}
	inv := 1 / float32(c.tileW)
	for x := range cols {
		lo, hi, w := between(float32(float32(x)*inv)-0.5, tilesX)
		c.left[x], c.right[x], c.wRight[x] = int32(lo*256), int32(hi*256), w
	}
	return c
}

// between returns the tiles on either side of a position and the weight of the
// second.
func between(at float32, tiles int) (lo, hi int, w float32) {
	lo = int(math.Floor(float64(at)))
	w = at - float32(lo)
	return max(lo, 0), min(lo+1, tiles-1), w
}

// apply equalises a picture of rows*cols values in place.
func (c *clahe) apply(pix []uint8) {
	for ty := range c.tilesY {
		for tx := range c.tilesX {
			c.table(pix, tx, ty)
		}
	}
	inv := 1 / float32(c.tileH)
	for y := range c.rows {
		lo, hi, w := between(float32(float32(y)*inv)-0.5, c.tilesY)
		up := c.lut[lo*c.tilesX*256 : (lo+1)*c.tilesX*256]
		down := c.lut[hi*c.tilesX*256 : (hi+1)*c.tilesX*256]
		row := pix[y*c.cols : (y+1)*c.cols]
		for x, v := range row {
			l, r, wr := int(c.left[x])+int(v), int(c.right[x])+int(v), c.wRight[x]
			top := float32(up[l]*(1-wr)) + float32(up[r]*wr)
			bottom := float32(down[l]*(1-wr)) + float32(down[r]*wr)
			row[x] = roundToByte(float32(top*(1-w)) + float32(bottom*w))
		}
	}
}

// table makes the look-up table of one tile.
func (c *clahe) table(pix []uint8, tx, ty int) {
	var hist [256]int
	for y := ty * c.tileH; y < (ty+1)*c.tileH; y++ {
		row := pix[reflect101(y, c.rows)*c.cols:][:c.cols]
		from, to := tx*c.tileW, (tx+1)*c.tileW
		for x := from; x < min(to, c.cols); x++ {
			hist[row[x]]++
		}
		for x := max(from, c.cols); x < to; x++ {
			hist[row[reflect101(x, c.cols)]]++
		}
	}
	if c.clip > 0 {
		clipHistogram(&hist, c.clip)
	}
	scale := float32(255) / float32(c.tileW*c.tileH)
	sum := 0
	lut := c.lut[(ty*c.tilesX+tx)*256:][:256]
	for n, h := range hist {
		sum += h
		lut[n] = float32(roundToByte(float32(sum) * scale))
	}
}

// clipHistogram cuts bins at limit and spreads what was cut over all of them.
func clipHistogram(hist *[256]int, limit int) {
	cut := 0
	for n, h := range hist {
		if h > limit {
			cut += h - limit
			hist[n] = limit
		}
	}
	each := cut / 256
	rest := cut - each*256
	for n := range hist {
		hist[n] += each
	}
	if rest == 0 {
		return
	}
	step := max(256/rest, 1)
	for n := 0; n < 256 && rest > 0; n, rest = n+step, rest-1 {
		hist[n]++
	}
}

// reflect101 mirrors a position past the end at the last pixel, without
// repeating it.
func reflect101(n, size int) int {
	if n < size {
		return n
	}
	if size == 1 {
		return 0
	}
	n %= 2 * (size - 1)
	if n >= size {
		n = 2*(size-1) - n
	}
	return n
}

// roundToByte rounds half to even and clips to 0..255.
func roundToByte(x float32) uint8 {
	if !(x > 0) {
		return 0
	}
	if x >= 255 {
		return 255
	}
	return uint8(math.Float32bits(x + 1<<23)) // the sum has no room for a fraction
}
