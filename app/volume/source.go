package volume

import "math"

// Source is the grid as the file had it, kept so that a mask can be written
// back on exactly that grid.
type Source struct {
	Size   Size   // voxels along the file's own axes
	Affine Affine // file index to LPS millimetres
	// Axes[c] is the file axis that canonical axis c was read from, and Flip[c]
	// is true where it was read backwards.
	Axes [3]int
	Flip [3]bool
	// Header holds the file's own header bytes where the format has one block
	// worth giving back on export (NIfTI); nil otherwise.
	Header []byte
}

// Canonical returns the near-LPS geometry of a file grid and the Source that
// leads back to it. Each file axis goes to the patient axis it is most nearly
// parallel to, taking the best overall assignment, and is flipped where it runs
// the other way. Nothing is resampled: angles and shear stay in the affine.
func Canonical(size Size, affine Affine) (Geometry, Source) {
	axes := assignAxes(affine)
	src := Source{Size: size, Affine: affine, Axes: axes}
	var g Geometry
	origin := affine.Column(3)
	for c, f := range axes {
		g.Size[c] = size[f]
		step := affine.Column(f)
		if step[c] < 0 {
			src.Flip[c] = true
			for r := range 3 {
				origin[r] += step[r] * float64(size[f]-1)
				step[r] = -step[r]
			}
		}
		for r := range 3 {
			g.Affine[r][c] = step[r]
		}
	}
	for r := range 3 {
		g.Affine[r][3] = origin[r]
	}
	return g, src
}

// assignAxes picks, of the six ways to give each patient axis a file axis, the
// one with the largest product of direction cosines.
func assignAxes(a Affine) [3]int {
	orders := [6][3]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}
	best, bestScore := orders[0], -1.0
	for _, o := range orders {
		score := 1.0
		for c, f := range o {
			v := a.Column(f)
			score *= math.Abs(v[c]) / v.Length()
		}
		if score > bestScore+1e-12 {
			best, bestScore = o, score
		}
	}
	return best
}

// FileStrides returns, for canonical voxel (i, j, k), the offset in the file's
// voxel order (first file axis fastest) as base + i*s[0] + j*s[1] + k*s[2].
func (s Source) FileStrides() (base int, strides [3]int) {
	fileStride := [3]int{1, s.Size[0], s.Size[0] * s.Size[1]}
	for c, f := range s.Axes {
		strides[c] = fileStride[f]
		if s.Flip[c] {
			base += (s.Size[f] - 1) * fileStride[f]
			strides[c] = -fileStride[f]
		}
	}
	return base, strides
}

// Orientation names the file's axes by where they point, for example "LPS" or
// "RAS" (each letter is the side the index grows towards).
func (s Source) Orientation() string {
	letters := [3][2]byte{{'L', 'R'}, {'P', 'A'}, {'S', 'I'}}
	var out [3]byte
	for c, f := range s.Axes {
		l := letters[c][0]
		if s.Flip[c] {
			l = letters[c][1]
		}
		out[f] = l
	}
	return string(out[:])
}

// StackAxis is the canonical axis (0 i, 1 j, 2 k) along which the file's slices
// are stacked: the one that its third axis became.
func (s Source) StackAxis() int { return StackAxis(s.Orientation()) }

// StackAxis is Source.StackAxis of an Orientation: where its third letter
// points. What is no orientation counts as stacked along k.
func StackAxis(orientation string) int {
	if len(orientation) == 3 {
		switch orientation[2] {
		case 'L', 'R':
			return 0
		case 'P', 'A':
			return 1
		}
	}
	return 2
}
