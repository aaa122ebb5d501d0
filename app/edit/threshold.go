package edit

import (
	"bytes"
	"context"
	"slices"
	"sync"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/parallel"
	"opacity/app/volume"
)

// Channel is one label's probabilities and the threshold they are held against.
type Channel struct {
	Label uint8
	// Probabilities holds one slice a k of nx*ny values, 0..255 for 0..1, nil where
	// all are 0.
	Probabilities [][]uint8
	// At is the least probability that gives a voxel the label: 128 for one half.
	At uint8
	// From is the threshold that the mask stands for: only voxels between the two
	// change, so that what was made of the model's answer since stays. 0: every
	// voxel is decided anew.
	From uint8
	// Inside, where it is not empty, gives the label only to voxels that carry one
	// of these in the mask as it is: infection lies in the lungs.
	Inside []uint8
	// Others are the voxels that get the label Other instead: of a channel that
	// finds both lungs, those of the second. nil for none.
	Others *mask.Bits
	Other  uint8
}

// ThresholdOptions says what a threshold moves and what it spares.
type ThresholdOptions struct {
	Channels []Channel
	Spare    *mask.Bits // a hand has touched them; may be nil
}

// Threshold holds a model's probabilities against other thresholds. Where several
// labels of a layer reach theirs, the most probable is taken, the first of
// equals. Labels of no channel stay, and locked ones do.
func Threshold(ctx context.Context, in Input, opts ThresholdOptions, report func(job.Progress)) (mask.Delta, error) {
	t, err := newThresholds(in, opts)
	if err != nil {
		return mask.Delta{}, err
	}
	var d mask.Delta
	for l := range mask.Layer(mask.Layers) {
		if len(t.of[l]) == 0 {
			continue
		}
		nx := in.Mask.Size()[0]
		part, err := apply(ctx, in, l, volume.Whole(in.Mask.Size()), report, func(j, k int, row []uint8) {
			t.line(l, row, line{[3]int{0, j, k}, 0, nx})
		})
		if err != nil {
			return mask.Delta{}, err
		}
		d = both(d, part)
	}
	return d, nil
}

// ThresholdPlane writes into dst what Threshold makes of one slice across any
// axis, one array a layer, as mask.SetPlane takes them: the lower of the other
// two axes fastest. A layer whose array is nil is left out. It is the preview
// while a slider moves.
func ThresholdPlane(in Input, opts ThresholdOptions, at volume.Slice, dst [mask.Layers][]uint8) error {
	t, err := newThresholds(in, opts)
	if err != nil {
		return err
	}
	size := in.Mask.Size()
	if axis(at.Axis, false) != nil || at.Index < 0 || at.Index >= size[at.Axis] {
		return app.Misuse("edit.no_slice")
	}
	u, v := volume.InPlane(at.Axis)
	w, h := size[u], size[v]
	for l := range mask.Layer(mask.Layers) {
		if dst[l] == nil {
			continue
		}
		if len(dst[l]) != w*h {
			return app.Misuse("edit.other_grid")
		}
		t.plane(l, at, u, v, dst[l])
	}
	return nil
}

// thresholds is options worked out for one mask.
type thresholds struct {
	in    Input
	spare *mask.Bits
	of    [mask.Layers][]channel
	named [mask.Layers][256]bool // labels that channels give, and 0
	rules [mask.Layers]*rule
	rooms sync.Pool
	none  []uint8 // zeros, as long as the longest line
}

type channel struct {
	Channel
	inside *[256]bool // nil for anywhere
}

func newThresholds(in Input, opts ThresholdOptions) (*thresholds, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	t := &thresholds{in: in, spare: opts.Spare}
	for l := range t.rules {
		t.rules[l] = in.rule(mask.Layer(l))
		t.named[l][0] = true
	}
	size := in.Mask.Size()
	t.none = make([]uint8, slices.Max(size[:]))
	for _, c := range opts.Channels {
		label, ok := in.Mask.Label(c.Label)
		if !ok {
			return nil, app.Misuse("edit.no_label", int(c.Label))
		}
		if other, ok := in.Mask.Label(c.Other); c.Others != nil && (!ok || other.Layer != label.Layer) {
			return nil, app.Misuse("edit.no_label", int(c.Other))
		}
		if len(c.Probabilities) != size[2] || c.Others != nil && c.Others.Size() != size {
			return nil, app.Misuse("edit.other_grid")
		}
		for _, s := range c.Probabilities {
			if len(s) != 0 && len(s) != size[0]*size[1] {
				return nil, app.Misuse("edit.other_grid")
			}
		}
		ch := channel{Channel: c}
		if len(c.Inside) > 0 {
			ch.inside = new([256]bool)
			for _, v := range c.Inside {
				ch.inside[v] = true
			}
		}
		t.of[label.Layer] = append(t.of[label.Layer], ch)
		t.named[label.Layer][c.Label] = true
		if c.Others != nil {
			t.named[label.Layer][c.Other] = true
		}
	}
	return t, nil
}

// line is n voxels along an axis, from the voxel at.
type line struct {
	at   [3]int
	axis int // 0 or 1: within one slice k
	n    int
}

// read returns the line's values of a slice, in spare where they are not together.
func (ln line) read(slice, spare []uint8, nx int) []uint8 {
	o := ln.at[0] + nx*ln.at[1]
	if ln.axis == 0 {
		return slice[o : o+ln.n]
	}
	for n := range ln.n {
		spare[n] = slice[o+n*nx]
	}
	return spare[:ln.n]
}

// plane writes a slice of a layer with the limits applied.
func (t *thresholds) plane(l mask.Layer, at volume.Slice, u, v int, dst []uint8) {
	size := t.in.Mask.Size()
	w, box := size[u], t.in.box()
	parallel.Ranges(size[v], 32, func(from, to int) {
		old := make([]uint8, w)
		for y := from; y < to; y++ {
			ln := line{axis: u, n: w}
			ln.at[at.Axis], ln.at[v] = at.Index, y
			row := dst[y*w : (y+1)*w]
			if slice := t.in.Mask.Slice(l, ln.at[2]); slice != nil {
				copy(row, ln.read(slice, old, size[0]))
			} else {
				clear(row)
			}
			copy(old, row)
			t.line(l, row, ln)
			for x := range row {
				if row[x] == old[x] {
					continue
				}
				p := ln.voxel(x)
				if !holds(box, p) || !t.rules[l].lets(old[x], row[x], p[0], p[1], p[2]) {
					row[x] = old[x]
				}
			}
		}
	})
}

// room is what deciding a line needs.
type room struct {
	values, best, won []uint8
	moved             []bool
}

// line decides a line of a layer: row holds the labels as they are.
func (t *thresholds) line(l mask.Layer, row []uint8, ln line) {
	if len(t.of[l]) == 0 {
		return
	}
	r, _ := t.rooms.Get().(*room)
	if r == nil {
		longest := len(t.none)
		r = &room{make([]uint8, longest), make([]uint8, longest), make([]uint8, longest), make([]bool, longest)}
	}
	defer t.rooms.Put(r)
	best, won, moved := r.best[:ln.n], r.won[:ln.n], r.moved[:ln.n]
	clear(best)
	clear(won)
	clear(moved)
	any := false
	for n := range t.of[l] {
		c := &t.of[l][n]
		at, from := max(c.At, 1), c.From
		least := at
		if from > 0 {
			least = min(at, from)
		}
		values := t.none[:ln.n]
		if slice := c.Probabilities[ln.at[2]]; len(slice) > 0 {
			values = ln.read(slice, r.values, t.in.Mask.Size()[0])
		}
		if from == 0 {
			any = true
			for n := range moved {
				moved[n] = true
			}
		}
		if bytes.Equal(values, t.none[:ln.n]) { // most lines are far from any
			continue
		}
		any = true
		for n, x := range values {
			if x < least {
				continue
			}
			if (x >= at) != (x >= from) {
				moved[n] = true
			}
			if x >= at && x > best[n] && t.lies(c, ln, n) {
				best[n], won[n] = x, c.label(ln, n)
			}
		}
	}
	if !any {
		return
	}
	for n, old := range row {
		if moved[n] && won[n] != old && t.named[l][old] && !(t.spare != nil && at(t.spare, ln, n)) {
			row[n] = won[n]
		}
	}
}

// lies reports whether voxel n of a line lies inside what a channel asks for.
func (t *thresholds) lies(c *channel, ln line, n int) bool {
	if c.inside == nil {
		return true
	}
	v := ln.voxel(n)
	for l := range mask.Layer(mask.Layers) {
		if value := t.in.Mask.At(l, v[0], v[1], v[2]); value != 0 && c.inside[value] {
			return true
		}
	}
	return false
}

// label is what a channel makes of voxel n of a line.
func (c *channel) label(ln line, n int) uint8 {
	if c.Others != nil && at(c.Others, ln, n) {
		return c.Other
	}
	return c.Label
}

func (ln line) voxel(n int) [3]int {
	v := ln.at
	v[ln.axis] += n
	return v
}

func at(set *mask.Bits, ln line, n int) bool {
	v := ln.voxel(n)
	return set.At(v[0], v[1], v[2])
}

func holds(b volume.Box, p [3]int) bool {
	for c := range 3 {
		if p[c] < b.Min[c] || p[c] >= b.Max[c] {
			return false
		}
	}
	return true
}
