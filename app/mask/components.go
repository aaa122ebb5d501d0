package mask

import (
	"cmp"
	"context"
	"slices"

	"opacity/app/parallel"
	"opacity/app/volume"
)

// Component is one connected part of a set.
type Component struct {
	Voxels int
	Box    volume.Box
}

// Components is a set taken apart into its connected parts.
type Components struct {
	// List holds the parts, the largest first; parts of one size keep the order in
	// which a scan meets them.
	List []Component

	size volume.Size
	runs []run
	part []int32 // per run: index in List
}

// run is a stretch i0..i1-1 of row (j, k).
type run struct{ i0, i1, j, k int32 }

// link says which rows already scanned are neighbours of a row, and whether
// runs that only touch at a corner (reach 1) are connected.
type link struct{ dj, dk, reach int32 }

// links lists the neighbours of each connectivity: 6 (faces), 18 (edges too),
// 26 (corners too).
var links = map[int][]link{
	6:  {{-1, 0, 0}, {0, -1, 0}},
	18: {{-1, 0, 1}, {0, -1, 1}, {-1, -1, 0}, {1, -1, 0}},
	26: {{-1, 0, 1}, {0, -1, 1}, {-1, -1, 1}, {1, -1, 1}},
}

// Connectivities that Components accepts.
func connectivity(n int) []link {
	if l, ok := links[n]; ok {
		return l
	}
	return links[6]
}

// Components takes the set apart. connectivity is 6, 18 or 26; anything else
// counts as 6. The cost is that of the rows and runs, not of the voxels:
// run-based two-scan labelling with union-find (He, Chao, Suzuki 2008).
func (b *Bits) Components(conn int) *Components {
	c, _ := b.ComponentsContext(context.Background(), conn) // nothing else can fail
	return c
}

// ComponentsContext is Components for those who may want it no more; the only
// error is why ctx was done.
func (b *Bits) ComponentsContext(ctx context.Context, conn int) (*Components, error) {
	return b.components(ctx, b.Bounds(), 0, connectivity(conn))
}

// ComponentsInSlices takes each slice k apart by itself; pixels that share an
// edge are connected.
func (b *Bits) ComponentsInSlices() *Components {
	c, _ := b.components(context.Background(), b.Bounds(), 0, []link{{-1, 0, 0}}) // nothing else can fail
	return c
}

// components labels the set, or with flip all ones what is not in it, within a box.
func (b *Bits) components(ctx context.Context, box volume.Box, flip uint64, neighbours []link) (*Components, error) {
	c := &Components{size: b.size}
	nj := box.Max[1] - box.Min[1]
	rows := max(0, nj*(box.Max[2]-box.Min[2]))
	first := make([]int32, rows+1) // per row: its first run
	for k := box.Min[2]; k < box.Max[2] && ctx.Err() == nil; k++ {
		for j := box.Min[1]; j < box.Max[1]; j++ {
			row := b.Row(j, k)
			for i := box.Min[0]; i < box.Max[0]; {
				i0 := nextBit(row, i, box.Max[0], flip)
				if i0 >= box.Max[0] {
					break
				}
				i = nextBit(row, i0, box.Max[0], ^flip)
				c.runs = append(c.runs, run{int32(i0), int32(i), int32(j), int32(k)})
			}
			first[(k-box.Min[2])*nj+j-box.Min[1]+1] = int32(len(c.runs))
		}
	}
	parent := make([]int32, len(c.runs))
	for n := range parent {
		parent[n] = int32(n)
	}
	for r := range rows {
		j, k := r%nj, r/nj
		if j == 0 && ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		for _, l := range neighbours {
			oj, ok := j+int(l.dj), k+int(l.dk)
			if oj < 0 || oj >= nj || ok < 0 {
				continue
			}
			o := ok*nj + oj
			joinRows(c.runs, parent, first[r], first[r+1], first[o], first[o+1], l.reach)
		}
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	c.collect(parent)
	return c, nil
}

// joinRows unites the runs a..aEnd-1 of one row with the runs b..bEnd-1 of
// another that they touch.
func joinRows(runs []run, parent []int32, a, aEnd, b, bEnd, reach int32) {
	for a < aEnd && b < bEnd {
		if runs[a].i0 < runs[b].i1+reach && runs[b].i0 < runs[a].i1+reach {
			unite(parent, a, b)
		}
		if runs[a].i1 < runs[b].i1 {
			a++
		} else {
			b++
		}
	}
}

func find(parent []int32, n int32) int32 {
	for parent[n] != n {
		parent[n] = parent[parent[n]]
		n = parent[n]
	}
	return n
}

func unite(parent []int32, a, b int32) {
	a, b = find(parent, a), find(parent, b)
	if a < b {
		parent[b] = a
	} else {
		parent[a] = b
	}
}

// collect numbers the parts and sorts them by size.
func (c *Components) collect(parent []int32) {
	c.part = make([]int32, len(c.runs))
	var list []Component
	for n, r := range c.runs {
		root := find(parent, int32(n))
		if root == int32(n) { // a root is the first run of its part
			c.part[n] = int32(len(list))
			list = append(list, Component{})
		} else {
			c.part[n] = c.part[root]
		}
		p := &list[c.part[n]]
		p.Voxels += int(r.i1 - r.i0)
		p.Box = p.Box.Union(volume.Box{
			Min: [3]int{int(r.i0), int(r.j), int(r.k)},
			Max: [3]int{int(r.i1), int(r.j) + 1, int(r.k) + 1},
		})
	}
	order := make([]int32, len(list))
	for n := range order {
		order[n] = int32(n)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(list[b].Voxels, list[a].Voxels) })
	rank := make([]int32, len(list))
	c.List = make([]Component, len(list))
	for to, from := range order {
		rank[from], c.List[to] = int32(to), list[from]
	}
	for n := range c.part {
		c.part[n] = rank[c.part[n]]
	}
}

// Each calls visit for every stretch i0..i1-1 of row (j, k) with the index in
// List of the part it belongs to, rows in order.
func (c *Components) Each(visit func(part, i0, i1, j, k int)) {
	for n, r := range c.runs {
		visit(int(c.part[n]), int(r.i0), int(r.i1), int(r.j), int(r.k))
	}
}

// Select returns the voxels of the parts that keep accepts.
func (c *Components) Select(keep func(part int) bool) *Bits {
	kept := make([]bool, len(c.List))
	for n := range kept {
		kept[n] = keep(n)
	}
	b := NewBits(c.size)
	for n, r := range c.runs {
		if kept[c.part[n]] {
			b.SetRun(int(r.i0), int(r.i1), int(r.j), int(r.k))
		}
	}
	return b
}

// FillHoles takes in what the set encloses on all sides: voxels outside it that
// no path of faces leads away from to the edge of the grid.
func (b *Bits) FillHoles() { _ = b.FillHolesContext(context.Background(), 3) }

// FillHolesInSlices does the same in each slice by itself. axis 2 has slices of
// one k, 1 of one j, 0 of one i.
func (b *Bits) FillHolesInSlices(axis int) { _ = b.FillHolesContext(context.Background(), axis) }

// FillHolesContext fills holes in the slices across axis 0, 1 or 2, or with axis
// 3 those closed on all sides. The only error is why ctx was done; the set is
// then as it was.
func (b *Bits) FillHolesContext(ctx context.Context, axis int) error {
	switch axis {
	case 3:
		return b.fill(ctx, links[6], [3]bool{true, true, true})
	case 2:
		return b.fill(ctx, []link{{-1, 0, 0}}, [3]bool{true, true, false})
	case 1:
		return b.fill(ctx, []link{{0, -1, 0}}, [3]bool{true, false, true})
	default:
		t := b.transposed(ctx)
		if err := t.FillHolesContext(ctx, 1); err != nil {
			return err
		}
		if t = t.transposed(ctx); ctx.Err() != nil {
			return context.Cause(ctx)
		}
		*b = *t
		return nil
	}
}

// fill takes in the parts of the background that reach no face of the set's
// bounding box: beyond that box all is background.
func (b *Bits) fill(ctx context.Context, neighbours []link, axes [3]bool) error {
	box := b.Bounds()
	if box.Empty() {
		return nil
	}
	c, err := b.components(ctx, box, ^uint64(0), neighbours)
	if err != nil {
		return err
	}
	for n, r := range c.runs {
		if enclosed(c.List[c.part[n]].Box, box, axes) {
			fillRun(b.Row(int(r.j), int(r.k)), int(r.i0), int(r.i1))
		}
	}
	return nil
}

func enclosed(part, box volume.Box, axes [3]bool) bool {
	for c, use := range axes {
		if use && (part.Min[c] == box.Min[c] || part.Max[c] == box.Max[c]) {
			return false
		}
	}
	return true
}

// transposed returns the set with i and j exchanged. Where ctx is done it stops
// halfway; the caller looks.
func (b *Bits) transposed(ctx context.Context) *Bits {
	t := NewBits(volume.Size{b.size[1], b.size[0], b.size[2]})
	parallel.Ranges(b.size[2], 4, func(from, to int) {
		for k := from; k < to && ctx.Err() == nil; k++ {
			for j := range b.size[1] {
				eachRun(b.Row(j, k), 0, b.size[0], func(i0, i1 int) {
					for i := i0; i < i1; i++ {
						t.Set(j, i, k)
					}
				})
			}
		}
	})
	return t
}
