package volume

// Box is a half-open range of voxels: Min is inside, Max is outside. The zero
// Box is empty.
type Box struct{ Min, Max [3]int }

// Whole returns the box of a whole grid.
func Whole(s Size) Box { return Box{Max: s} }

// Empty reports whether the box holds no voxel.
func (b Box) Empty() bool {
	return b.Min[0] >= b.Max[0] || b.Min[1] >= b.Max[1] || b.Min[2] >= b.Max[2]
}

// Union returns the smallest box that holds both.
func (b Box) Union(o Box) Box {
	if b.Empty() {
		return o
	}
	if o.Empty() {
		return b
	}
	for c := range 3 {
		b.Min[c], b.Max[c] = min(b.Min[c], o.Min[c]), max(b.Max[c], o.Max[c])
	}
	return b
}

// Intersect returns the voxels that both hold.
func (b Box) Intersect(o Box) Box {
	for c := range 3 {
		b.Min[c], b.Max[c] = max(b.Min[c], o.Min[c]), min(b.Max[c], o.Max[c])
	}
	if b.Empty() {
		return Box{}
	}
	return b
}

// CrossesSlice reports whether the box touches index n of axis c.
func (b Box) CrossesSlice(c, n int) bool {
	return !b.Empty() && n >= b.Min[c] && n < b.Max[c]
}
