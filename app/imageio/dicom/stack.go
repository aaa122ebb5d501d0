package dicom

import (
	"cmp"
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"opacity/app/text"
	"opacity/app/volume"
)

// stack is a pile of slices with its place in the patient. Nothing is resampled
// or repaired: what is odd about it is said in warnings.
type stack struct {
	slices   []slice // along the file's third axis
	geometry volume.Geometry
	source   volume.Source
	warnings []volume.Warning
	// spacingKnown and stepKnown say whether the header gives the distance of
	// pixels and of slices.
	spacingKnown, stepKnown bool
}

const (
	// samePositionMM: two slices nearer than this share a position. Headers
	// write positions with two decimals or more, or with one and steps above it.
	samePositionMM = 0.01
	// sidewaysMM is how far a slice may lie off the line through the stack
	// before it is called shifted, or the whole stack tilted: half a small pixel.
	sidewaysMM = 0.3
	// angleDegrees is the smallest tilt or rotation worth a word; rounding of
	// direction cosines stays well under it.
	angleDegrees = 0.1
	// sameDirection bounds the difference of direction cosines within a stack.
	sameDirection = 1e-3
)

// newStack sorts slices into a stack. Some may be left out, each named.
func newStack(all []slice) *stack {
	st := &stack{}
	st.slices = st.locate(slices.Clone(all))
	st.slices = st.oneOrientation(st.slices)
	first := st.slices[0]
	normal := first.row.Cross(first.col)
	along := func(s slice) float64 { return s.position.Dot(normal) }
	slices.SortStableFunc(st.slices, func(a, b slice) int {
		return cmp.Or(cmp.Compare(along(a), along(b)), cmp.Compare(a.instance, b.instance),
			cmp.Compare(a.file.path, b.file.path), cmp.Compare(a.frame, b.frame))
	})
	doubles := st.dropDoubles(along)
	positions := make([]float64, len(st.slices))
	for k, s := range st.slices {
		positions[k] = along(s)
	}
	step, even := st.step(positions)
	st.place(positions, step, normal)
	st.warnDoubles(doubles)
	if !even {
		st.warnSteps(positions, step)
	}
	st.warnShape(positions, normal)
	return st
}

// warn adds a doubt.
func (st *stack) warn(kind volume.WarningKind, key string, args ...any) {
	st.warnings = append(st.warnings, volume.Warning{Kind: kind, Message: text.M(key, args...)})
}

// locate makes sure that every slice has a position and directions, and says
// where they are guessed: by instance number, axial.
func (st *stack) locate(all []slice) []slice {
	var placed, lost []slice
	for _, s := range all {
		if s.positioned {
			placed = append(placed, s)
		} else {
			lost = append(lost, s)
		}
	}
	if nowhere(placed) {
		placed, lost = nil, all
		for i := range all {
			all[i].positioned = false
		}
	}
	st.stepKnown = len(lost) < len(placed)
	if len(lost) < len(placed) {
		if len(lost) > 0 {
			st.warn(volume.WarnSkipped, "dicom.warn.no_position", len(lost), filepath.Base(lost[0].file.path))
		}
		all = placed
	} else {
		all = guessPositions(all)
		st.warn(volume.WarnOrientation, "dicom.warn.guessed_order")
		if len(all) > 1 {
			st.warn(volume.WarnNoSpacing, "dicom.warn.no_step")
		}
	}
	if !slices.ContainsFunc(all, func(s slice) bool { return s.oriented }) {
		for i := range all {
			all[i].row, all[i].col = volume.Vec{1, 0, 0}, volume.Vec{0, 1, 0}
			all[i].oriented = true
		}
		st.warn(volume.WarnOrientation, "dicom.warn.no_orientation")
	}
	return all
}

// nowhere reports whether positions say nothing of where slices lie: more than two
// of them, each with a number of its own, at one place. Anonymisers write 0, 0, 0 into
// all. Elsewhere the scanner may well have watched one place while contrast medium
// came: then the slices' locations are one too.
func nowhere(placed []slice) bool {
	if len(placed) < 3 {
		return false
	}
	first, numbers := placed[0], map[int]bool{}
	watched := first.location != "" && first.position != volume.Vec{}
	for _, s := range placed {
		if numbers[s.instance] || s.position.Sub(first.position).Length() >= samePositionMM {
			return false
		}
		numbers[s.instance] = true
		watched = watched && s.location == first.location
	}
	return !watched
}

// guessPositions piles slices up by their instance number.
func guessPositions(all []slice) []slice {
	slices.SortStableFunc(all, func(a, b slice) int {
		return cmp.Or(cmp.Compare(a.instance, b.instance), cmp.Compare(a.file.path, b.file.path))
	})
	row, col := volume.Vec{1, 0, 0}, volume.Vec{0, 1, 0}
	if all[0].oriented {
		row, col = all[0].row, all[0].col
	}
	step := cmp.Or(all[0].stepMM, all[0].thicknessMM, 1)
	for i := range all {
		all[i].position = row.Cross(col).Scaled(step * float64(i))
		all[i].row, all[i].col = row, col
	}
	return all
}

// oneOrientation keeps the slices that face the way most of them do; where the
// user named some, most of those.
func (st *stack) oneOrientation(all []slice) []slice {
	groups := byOrientation(all)
	wanted := func(g int) (n int) {
		for _, s := range groups[g] {
			if s.file.wanted {
				n++
			}
		}
		return n
	}
	best := 0
	for g := range groups {
		more := cmp.Or(cmp.Compare(wanted(g), wanted(best)), cmp.Compare(len(groups[g]), len(groups[best]))) > 0
		if groups[g][0].oriented && (!groups[best][0].oriented || more) {
			best = g
		}
	}
	if out := len(all) - len(groups[best]); out > 0 {
		odd := groups[(best+1)%len(groups)][0]
		st.warn(volume.WarnMixed, "dicom.warn.mixed", out, filepath.Base(odd.file.path), placeOf(odd, odd))
	}
	return groups[best]
}

// byOrientation groups slices by the way they face.
func byOrientation(all []slice) (groups [][]slice) {
next:
	for _, s := range all {
		for g := range groups {
			if r := groups[g][0]; s.oriented == r.oriented &&
				near(s.row, r.row) && near(s.col, r.col) {
				groups[g] = append(groups[g], s)
				continue next
			}
		}
		groups = append(groups, []slice{s})
	}
	return groups
}

func near(a, b volume.Vec) bool {
	for c := range 3 {
		if math.Abs(a[c]-b[c]) > sameDirection {
			return false
		}
	}
	return true
}

// placeOf is the patient coordinate of s along the axis that the planes of like
// are most nearly stacked on, what a reader calls the slice position, with the
// letter of the side it lies on and its unit: "I 158.0 mm".
func placeOf(s, like slice) string {
	n, best := like.row.Cross(like.col), 0
	for c := range 3 {
		if math.Abs(n[c]) > math.Abs(n[best]) {
			best = c
		}
	}
	mm, letter := s.position[best], [3]string{"L", "P", "S"}[best]
	if mm < 0 {
		letter = [3]string{"R", "A", "I"}[best]
	}
	return fmt.Sprintf("%s %.1f mm", letter, math.Abs(mm))
}

// dropDoubles takes out all but one slice at each position, the first or the
// first that the user named, and returns for each one left out the index of the
// slice that stays.
func (st *stack) dropDoubles(along func(slice) float64) map[int][]slice {
	out := map[int][]slice{}
	kept := st.slices[:1]
	for _, s := range st.slices[1:] {
		if last := len(kept) - 1; along(s)-along(kept[last]) < samePositionMM {
			if s.file.wanted && !kept[last].file.wanted {
				kept[last], s = s, kept[last]
			}
			out[last] = append(out[last], s)
			continue
		}
		kept = append(kept, s)
	}
	st.slices = kept
	return out
}

// step is the distance between slices, and whether it is the same everywhere.
// Steps may differ by a hundredth of themselves or of a millimetre; positions
// written with one decimal may each be off by half of that decimal.
func (st *stack) step(p []float64) (step float64, even bool) {
	n := len(p)
	if n == 1 {
		return cmp.Or(st.slices[0].stepMM, st.slices[0].thicknessMM, 1), true
	}
	steps := make([]float64, n-1)
	for k := range steps {
		steps[k] = p[k+1] - p[k]
	}
	sorted := slices.Sorted(slices.Values(steps))
	median := sorted[(len(sorted)-1)/2]
	mean := (p[n-1] - p[0]) / float64(n-1)
	tol := stepTolerance(median)
	if sorted[0] >= median-tol && sorted[n-2] <= median+tol {
		return mean, true
	}
	decimals := 0
	for _, s := range st.slices {
		decimals = max(decimals, s.decimals)
	}
	if decimals == 1 {
		lo, hi := 0.0, 0.0
		for k := range p {
			r := p[k] - p[0] - mean*float64(k)
			lo, hi = min(lo, r), max(hi, r)
		}
		if (hi-lo)/2 <= 0.05+1e-6 {
			return mean, true
		}
	}
	return median, false
}

func stepTolerance(median float64) float64 { return math.Max(0.01*median, 0.01) }

// place works out the geometry.
func (st *stack) place(p []float64, step float64, normal volume.Vec) {
	first, last := st.slices[0], st.slices[len(st.slices)-1]
	along := normal.Scaled(step)
	if len(p) > 1 {
		along = last.position.Sub(first.position).Scaled(step / (p[len(p)-1] - p[0]))
	}
	spacing := first.spacingMM
	st.spacingKnown = spacing[0] > 0
	if !st.spacingKnown {
		spacing = [2]float64{1, 1}
		st.warn(volume.WarnNoSpacing, "dicom.warn.no_spacing")
	}
	if len(p) == 1 { // how thick it is does not say how far the next one would lie
		st.stepKnown = false
		st.warn(volume.WarnOneSlice, "dicom.warn.one_slice")
	}
	var a volume.Affine
	for r := range 3 {
		a[r] = [4]float64{first.row[r] * spacing[1], first.col[r] * spacing[0], along[r], first.position[r]}
	}
	px := first.file.pixels
	st.geometry, st.source = volume.Canonical(volume.Size{px.cols, px.rows, len(p)}, a)
	st.geometry.FrameUID = first.file.data.text(tagFrameOfReference)
}

// number is how slice n of the stack is counted on screen: from 1, from the
// feet, the back or the right.
func (st *stack) number(n int) int {
	if c := st.source.StackAxis(); (c == 1) != st.source.Flip[c] {
		return len(st.slices) - n
	}
	return n + 1
}
