package edit

import (
	"cmp"
	"context"
	"math"
	"slices"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/volume"
)

// GapsOptions says which gaps of a label to fill.
type GapsOptions struct {
	Axis int // 0, 1 or 2: the axis that the slices lie across
	// At, where it is not nil, is the voxel whose slice a gap has to reach: of those
	// that do, the ones between what a hand has drawn; else those that At lies in
	// or beside. Where no gap reaches it, those between what a hand has drawn.
	At *[3]int
	// Hand is what a hand has drawn; nil for nothing. What it drew on two slices may
	// be one thing that moved; else only pieces that overlap are.
	Hand *mask.Bits
}

// FillGaps gives the active label to what lies between pieces of it that end on one
// slice and go on over another, with none of the label in the way, as Between does
// between two slices. Other pieces on slices between stay as they are.
func FillGaps(ctx context.Context, in Input, opts GapsOptions, report func(job.Progress)) (mask.Delta, error) {
	if err := axis(opts.Axis, false); err != nil {
		return mask.Delta{}, err
	}
	own, err := in.active()
	if err != nil {
		return mask.Delta{}, err
	}
	l, _ := in.Mask.Label(in.Label)
	if len(drawn(own, opts.Axis)) < 2 {
		return mask.Delta{}, app.Misuse("edit.one_slice", l.Name)
	}
	s := &stack{axis: opts.Axis, spacingMM: in.planeSpacingMM(opts.Axis)}
	if err := s.cut(ctx, own, opts.Hand); err != nil {
		return mask.Delta{}, err
	}
	all := s.gaps()
	if len(all) == 0 {
		return mask.Delta{}, app.Misuse("edit.nothing_between", l.Name)
	}
	found := all
	if opts.At != nil {
		if found = s.meant(all, *opts.At); len(found) == 0 {
			return mask.Delta{}, app.Misuse("edit.no_gap_here", l.Name, len(all))
		}
	}
	p := begin(report, "edit.between", len(found))
	first, last := found[0].from, found[0].to
	for _, g := range found {
		if err := in.bridge(ctx, own, opts.Axis, g.from, g.to, s.pair(g), s.spacingMM); err != nil {
			return mask.Delta{}, err
		}
		first, last = min(first, g.from), max(last, g.to)
		p.add(1)
	}
	return become(ctx, in, own, slab(in.Mask.Size(), opts.Axis, first, last), false, report)
}

// stack is a label's slices across an axis, each taken apart into its pieces.
type stack struct {
	axis      int
	spacingMM [2]float64
	planes    []*mask.Bits
	parts     []*mask.Components
	pieces    [][]piece
}

// piece is a connected part of a slice.
type piece struct {
	part
	box    volume.Box
	hand   bool // it holds what a hand has drawn
	ends   bool // on the next slice nothing lies over it
	begins bool // nor on the one before
	runs   []span
	above  int // the next slice with something over it; -1 for none
	below  int // the same, downwards
}

// span is the pixels from x0 up to, but without, x1 of a row.
type span struct{ x0, x1, y int }

// gap is between some pieces of two slices.
type gap struct {
	from, to int
	a, b     []int // their pieces
	hand     bool  // a hand has drawn on both sides
}

func (s *stack) cut(ctx context.Context, own, hand *mask.Bits) error {
	n := own.Size()[s.axis]
	s.planes, s.parts, s.pieces = make([]*mask.Bits, n), make([]*mask.Components, n), make([][]piece, n)
	for _, k := range drawn(own, s.axis) {
		if err := stopped(ctx); err != nil {
			return err
		}
		at := volume.Slice{Axis: s.axis, Index: k}
		s.planes[k] = planeOf(own, at)
		s.parts[k] = s.planes[k].Components(18)
		var by *mask.Bits
		if hand != nil {
			by = planeOf(hand, at)
		}
		s.pieces[k] = make([]piece, len(s.parts[k].List))
		for i, p := range partsOf(s.parts[k], false, s.spacingMM) {
			s.pieces[k][i] = piece{part: p, box: s.parts[k].List[i].Box}
		}
		s.parts[k].Each(func(i, x0, x1, y, _ int) {
			p, r := &s.pieces[k][i], span{x0, x1, y}
			p.runs = append(p.runs, r)
			p.hand = p.hand || by != nil && r.meets(by)
		})
	}
	for k := range s.pieces {
		for i := range s.pieces[k] {
			p := &s.pieces[k][i]
			p.above, p.below = s.next(p, k, 1), s.next(p, k, -1)
			p.ends, p.begins = p.above != k+1, p.below != k-1
		}
	}
	return nil
}

func (r span) meets(plane *mask.Bits) bool {
	for x := r.x0; x < r.x1; x++ {
		if plane.At(x, r.y, 0) {
			return true
		}
	}
	return false
}

// next is the first slice from k on, up or down, with something over a piece.
func (s *stack) next(p *piece, k, way int) int {
	for n := k + way; n >= 0 && n < len(s.planes); n += way {
		if s.planes[n] != nil && slices.ContainsFunc(p.runs, func(r span) bool { return r.meets(s.planes[n]) }) {
			return n
		}
	}
	return -1
}

// overlap reports whether two pieces of different slices share a pixel.
func overlap(a, b *piece) bool {
	for _, r := range a.runs {
		for _, o := range b.runs {
			if r.y == o.y && r.x0 < o.x1 && o.x0 < r.x1 {
				return true
			}
		}
	}
	return false
}

// gaps finds all gaps: first those between pieces that overlap, then, nearest slices
// first, those between what a hand has drawn and what may be the same, moved.
func (s *stack) gaps() []gap {
	var found []gap
	used := map[[2]int]bool{} // slice and piece, of the upper end negative
	for k := range s.pieces {
		for i := range s.pieces[k] {
			a := &s.pieces[k][i]
			if !a.ends || a.above < 0 {
				continue
			}
			for j := range s.pieces[a.above] {
				b := &s.pieces[a.above][j]
				if b.begins && b.below == k && overlap(a, b) {
					found = s.join(found, gap{k, a.above, []int{i}, []int{j}, a.hand && b.hand})
					used[[2]int{k, i}], used[[2]int{a.above, -1 - j}] = true, true
				}
			}
		}
	}
	type way struct {
		gap
		mm float64
	}
	var ways []way
	for k := range s.pieces {
		for i := range s.pieces[k] {
			a := &s.pieces[k][i]
			if !a.hand || !a.ends || used[[2]int{k, i}] {
				continue
			}
			for n := k + 2; n < len(s.pieces); n++ {
				for j := range s.pieces[n] {
					b := &s.pieces[n][j]
					mm := math.Hypot(a.centreMM[0]-b.centreMM[0], a.centreMM[1]-b.centreMM[1])
					if b.hand && b.begins && !used[[2]int{n, -1 - j}] && mm <= apart*(a.radiusMM+b.radiusMM) {
						ways = append(ways, way{gap{k, n, []int{i}, []int{j}, true}, mm})
					}
				}
			}
		}
	}
	slices.SortStableFunc(ways, func(a, b way) int {
		return cmp.Or(cmp.Compare(a.to-a.from, b.to-b.from), cmp.Compare(a.mm, b.mm))
	})
	for _, w := range ways {
		lower, upper := [2]int{w.from, w.a[0]}, [2]int{w.to, -1 - w.b[0]}
		if !used[lower] && !used[upper] {
			used[lower], used[upper] = true, true
			found = append(found, w.gap)
		}
	}
	return found
}

// join adds a gap to the one that shares a piece with it, if there is any.
func (s *stack) join(list []gap, g gap) []gap {
	for n := range list {
		o := &list[n]
		if o.from == g.from && o.to == g.to && (slices.Contains(o.a, g.a[0]) || slices.Contains(o.b, g.b[0])) {
			if !slices.Contains(o.a, g.a[0]) {
				o.a = append(o.a, g.a[0])
			}
			if !slices.Contains(o.b, g.b[0]) {
				o.b = append(o.b, g.b[0])
			}
			o.hand = o.hand || g.hand
			return list
		}
	}
	return append(list, g)
}

// meant are the gaps that a voxel means; see GapsOptions.
func (s *stack) meant(all []gap, at [3]int) []gap {
	k := at[s.axis]
	reach := func(g gap) bool { return g.from <= k && k <= g.to }
	only := func(keep func(g gap) bool) []gap {
		return slices.DeleteFunc(slices.Clone(all), func(g gap) bool { return !keep(g) })
	}
	if found := only(func(g gap) bool { return g.hand && reach(g) }); len(found) > 0 {
		return found
	}
	u, v := volume.InPlane(s.axis)
	if found := only(func(g gap) bool { return reach(g) && s.beside(g, at[u], at[v]) }); len(found) > 0 {
		return found
	}
	return only(func(g gap) bool { return g.hand })
}

// beside reports whether a pixel lies in the box around the pieces of a gap.
func (s *stack) beside(g gap, x, y int) bool {
	var box volume.Box
	for _, i := range g.a {
		box = box.Union(s.pieces[g.from][i].box)
	}
	for _, j := range g.b {
		box = box.Union(s.pieces[g.to][j].box)
	}
	return x >= box.Min[0] && x < box.Max[0] && y >= box.Min[1] && y < box.Max[1]
}

// pair is the pixels on both sides of a gap.
func (s *stack) pair(g gap) pair {
	return pair{
		s.parts[g.from].Select(func(n int) bool { return slices.Contains(g.a, n) }),
		s.parts[g.to].Select(func(n int) bool { return slices.Contains(g.b, n) }),
	}
}
