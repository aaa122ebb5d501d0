package inference

import (
	"math"

	"opacity/app/mask"
	"opacity/app/volume"
)

// collector takes what the network gives back to the volume's own grid: it
// keeps one set of voxels per channel and, where asked, probabilities as bytes.
// It belongs to the goroutine that collects slices.
type collector struct {
	manifest *Manifest
	view     view
	rows     int // of the network's picture
	cols     int
	usedRows int // without padding
	usedCols int
	found    []*mask.Bits // per channel of the manifest; nil for background
	peaks    []*mask.Bits // likewise, what is above peakMin; nil where nobody asks
	peakMin  []float32
	// probabilities holds per channel and slice k nx*ny bytes; nil unless asked for,
	// and a slice nil where the network does not look.
	probabilities [][][]uint8

	nets    [][]float32 // per network channel: the picture it gave
	rowMax  [][]float32 // per channel: the largest of each of its rows
	lines   [][]float32 // per channel: one output row
	seen    [][]float32 // likewise, what is in the picture of it
	resizer []*resizer  // per channel
	bits    []uint64    // one output row
	cut     rect        // of the picture's plane that the network saw
	shown   rect        // of it that is the picture
	broken  bool        // the network gave something that is not a number
}

// newCollector makes room for what a network of some channels gives; kept is
// where probabilities are, empty for nowhere.
func newCollector(p *plan, netChannels int, kept volume.Box) *collector {
	m := p.manifest
	c := &collector{
		manifest: m, view: p.view, rows: p.rows, cols: p.cols, usedRows: p.usedRows, usedCols: p.usedCols,
		bits: make([]uint64, (p.view.cols+63)/64),
	}
	wide, high := p.seen.right-p.seen.left, p.seen.bottom-p.seen.top
	for range netChannels {
		c.nets = append(c.nets, make([]float32, p.rows*p.cols))
	}
	size := p.view.size
	for _, ch := range m.Output.Channels {
		c.resizer = append(c.resizer, nil)
		c.rowMax = append(c.rowMax, make([]float32, p.usedRows))
		c.lines = append(c.lines, make([]float32, wide))
		c.seen = append(c.seen, nil)
		var bits *mask.Bits
		var slices [][]uint8
		if ch.Label != "" {
			bits = mask.NewBits(size)
			if !kept.Empty() {
				slices = make([][]uint8, size[2])
				for k := kept.Min[2]; k < kept.Max[2]; k++ {
					slices[k] = make([]uint8, size[0]*size[1])
				}
			}
		}
		c.found = append(c.found, bits)
		peaks, least := peakOf(m, ch, size)
		c.peaks, c.peakMin = append(c.peaks, peaks), append(c.peakMin, least)
		c.probabilities = append(c.probabilities, slices)
	}
	for n := range c.resizer {
		c.resizer[n] = newResizer(m.Output.Resize, p.usedRows, p.usedCols, high, wide)
	}
	return c
}

// take reads the network's answer for one picture: per network channel rows*cols
// values, made into probabilities.
func (c *collector) take(backing any, n int) {
	pixels := c.rows * c.cols
	for ch, pix := range c.nets {
		get(pix, backing, planeOf(c.manifest.Input.Layout, n, ch, len(c.nets), pixels))
	}
	c.activate()
}

// activate turns what the network gave into probabilities.
func (c *collector) activate() {
	switch c.manifest.Output.Activation {
	case "sigmoid":
		for _, pix := range c.nets {
			for n, x := range pix {
				pix[n] = float32(1 / (1 + math.Exp(-float64(x))))
			}
		}
	case "softmax":
		for n := range c.nets[0] {
			top := c.nets[0][n]
			for _, pix := range c.nets {
				top = max(top, pix[n])
			}
			sum := float32(0)
			for _, pix := range c.nets {
				pix[n] = float32(math.Exp(float64(pix[n] - top)))
				sum += pix[n]
			}
			for _, pix := range c.nets {
				pix[n] /= sum
			}
		}
	}
}

// place brings the probabilities taken last to picture s of the volume, cut
// being the part of it that the network saw, and notes what is over threshold.
func (c *collector) place(s int, cut rect) {
	if c.cut != cut {
		c.refit(cut)
	}
	for n, ch := range c.manifest.Output.Channels {
		net := c.nets[ch.Index]
		if c.usedCols != c.cols || c.usedRows != c.rows {
			net = compact(net, c.cols, c.usedRows, c.usedCols)
		}
		r := c.resizer[n]
		for y := range c.usedRows {
			c.rowMax[n][y] = c.largest(net[y*c.usedCols:][:c.usedCols])
		}
		r.from(c.usedRows, c.usedCols)
		r.widen(net)
	}
	for y := c.shown.top; y < c.shown.bottom; y++ {
		if c.manifest.Output.Exclusive {
			c.exclusiveRow(s, y)
		} else {
			for n, ch := range c.manifest.Output.Channels {
				c.ownRow(s, y, n, float32(ch.Threshold))
			}
		}
	}
}

// largest returns the largest value of a row, and notes what is not a number.
func (c *collector) largest(row []float32) float32 {
	top := row[0]
	for _, x := range row {
		if !(x <= top) {
			top = x
			c.broken = c.broken || x != x
		}
	}
	c.broken = c.broken || row[0] != row[0]
	return top
}

// refit makes the resizers lead to a part of the picture of another size.
func (c *collector) refit(cut rect) {
	c.cut = cut
	c.shown = rect{max(cut.top, 0), max(cut.left, 0), min(cut.bottom, c.view.rows), min(cut.right, c.view.cols)}
	for n := range c.resizer {
		rows, cols := cut.bottom-cut.top, cut.right-cut.left
		if r := c.resizer[n]; r.rows.out != rows || r.cols.out != cols {
			r.refit(rows, cols)
		}
	}
}

// compact moves the used part of a padded picture together, in place.
func compact(pix []float32, cols, usedRows, usedCols int) []float32 {
	for y := 1; y < usedRows; y++ {
		copy(pix[y*usedCols:(y+1)*usedCols], pix[y*cols:])
	}
	return pix[:usedRows*usedCols]
}

// line makes the probabilities of a channel for row y of the picture, as much of it as
// the network saw.
func (c *collector) line(n, y int) []float32 {
	r := c.resizer[n]
	line := c.lines[n][:r.cols.out]
	r.row(line, y-c.cut.top)
	return line[c.shown.left-c.cut.left : c.shown.right-c.cut.left]
}

// ownRow compares one channel's row of the picture with its threshold.
func (c *collector) ownRow(s, y, n int, threshold float32) {
	r := c.resizer[n]
	possible := float32(0)
	out := y - c.cut.top
	for t := out * r.rows.width; t < (out+1)*r.rows.width; t++ {
		possible = max(possible, c.rowMax[n][r.rows.index[t]])
	}
	keep := c.probabilities[n] != nil
	if possible <= threshold && !keep {
		return // a blend of rows is nowhere above their largest value
	}
	line := c.line(n, y)
	if keep {
		c.keep(s, y, n, line)
	}
	if possible > threshold {
		over(c.bits, line, threshold)
		c.mark(s, y, c.found[n])
	}
	c.markPeaks(s, y, n, line, possible)
}

// markPeaks notes where a channel's probability is high, for the step "peak".
func (c *collector) markPeaks(s, y, n int, line []float32, possible float32) {
	if c.peaks[n] != nil && possible > c.peakMin[n] {
		over(c.bits, line, c.peakMin[n])
		c.mark(s, y, c.peaks[n])
	}
}

// peakOf returns an empty set for a channel that a step "peak" is about, and the
// probability the step asks for; nil where there is none.
func peakOf(m *Manifest, ch Channel, size volume.Size) (peaks *mask.Bits, least float32) {
	for _, step := range m.Postprocess {
		if step.Op == "peak" && step.Label == ch.Label {
			peaks, least = mask.NewBits(size), float32(step.Min)
		}
	}
	return peaks, least
}

// exclusiveRow gives every pixel of a row of the picture to the channel with the
// largest probability, the first of equals.
func (c *collector) exclusiveRow(s, y int) {
	for n := range c.resizer {
		line := c.line(n, y)
		c.seen[n] = line
		if c.probabilities[n] != nil {
			c.keep(s, y, n, line)
		}
		c.markPeaks(s, y, n, line, float32(math.Inf(1)))
	}
	for n, found := range c.found {
		if found == nil {
			continue
		}
		clear(c.bits)
		any := false
		for x, v := range c.seen[n] {
			best := true
			for o := range c.seen {
				if w := c.seen[o][x]; w > v || w == v && o < n {
					best = false
					break
				}
			}
			if best {
				c.bits[x>>6] |= 1 << (x & 63)
				any = true
			}
		}
		if any {
			c.mark(s, y, found)
		}
	}
}

// over sets a bit for every value above the threshold.
func over(bits []uint64, line []float32, threshold float32) {
	for n := range bits {
		var w uint64
		part := line[min(n*64, len(line)):min(n*64+64, len(line))]
		for x, v := range part {
			w |= uint64(math.Float32bits(threshold-v)>>31) << x // the sign of the difference
		}
		bits[n] = w
	}
}

// mark puts the bits of row y of picture s into a set of voxels.
func (c *collector) mark(s, y int, found *mask.Bits) {
	w := c.view
	if w.col.index == 0 && !w.col.flip && c.shown.left == 0 {
		at := w.voxel(s, y, 0)
		copy(found.Row(at[1], at[2]), c.bits)
		return
	}
	for x := range c.shown.right - c.shown.left {
		if c.bits[x>>6]>>(x&63)&1 == 1 {
			at := w.voxel(s, y, x+c.shown.left)
			found.Set(at[0], at[1], at[2])
		}
	}
}

// keep notes the probabilities of row y of picture s as bytes.
func (c *collector) keep(s, y, n int, line []float32) {
	w := c.view
	plane := w.size[0] * w.size[1]
	o := w.base + s*w.stepSlice + y*w.stepRow + c.shown.left*w.stepCol
	for _, v := range line {
		c.probabilities[n][o/plane][o%plane] = roundToByte(v * 255)
		o += w.stepCol
	}
}
