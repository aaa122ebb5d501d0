package dicom

import (
	"math"
	"path/filepath"
	"slices"

	"opacity/app/volume"
)

// warnAt warns about slice n of the stack. Its number on screen comes first in
// the message.
func (st *stack) warnAt(n int, kind volume.WarningKind, key string, args ...any) {
	st.warn(kind, key, append([]any{st.number(n)}, args...)...)
	at := volume.Slice{Axis: st.source.StackAxis(), Index: n}
	if st.source.Flip[at.Axis] {
		at.Index = len(st.slices) - 1 - n
	}
	st.warnings[len(st.warnings)-1].Slice = &at
}

func (st *stack) warnDoubles(doubles map[int][]slice) {
	at, count := -1, 0
	for n, out := range doubles {
		count += len(out)
		if at < 0 || n < at {
			at = n
		}
	}
	if at < 0 {
		return
	}
	st.warnAt(at, volume.WarnDuplicate, "dicom.warn.duplicate", placeOf(st.slices[at], st.slices[at]),
		filepath.Base(doubles[at][0].file.path), count)
}

// warnSteps names the first gap and the first uneven step, and keeps the
// position of every slice.
func (st *stack) warnSteps(p []float64, median float64) {
	gap, gaps, missing := -1, 0, 0
	odd, odds := -1, 0
	for k := range len(p) - 1 {
		d := p[k+1] - p[k]
		if math.Abs(d-median) <= stepTolerance(median) {
			continue
		}
		// A step of about a whole number of steps: slices are missing. Positions
		// may be rounded, so a tenth of a step of slack.
		if n := math.Round(d / median); n >= 2 && math.Abs(d-n*median) <= 0.1*median {
			gaps, missing = gaps+1, missing+int(n)-1
			if gap < 0 {
				gap = k
			}
			continue
		}
		odds++
		if odd < 0 {
			odd = k
		}
	}
	if gap >= 0 {
		below := st.below(gap)
		st.warnAt(below, volume.WarnGap, "dicom.warn.gap", placeOf(st.slices[below], st.slices[0]),
			p[gap+1]-p[gap], median, missing, gaps)
	}
	if odd >= 0 {
		below := st.below(odd)
		st.warnAt(below, volume.WarnUneven, "dicom.warn.uneven", placeOf(st.slices[below], st.slices[0]),
			p[odd+1]-p[odd], median, odds)
	}
	st.keepPositions(p)
}

// below is whichever of slices k and k+1 comes first in the count on screen.
func (st *stack) below(k int) int {
	if st.number(k) < st.number(k+1) {
		return k
	}
	return k + 1
}

// keepPositions records uneven slice positions where slices are stacked on the
// canonical k axis, and of other stacks that they are uneven.
func (st *stack) keepPositions(p []float64) {
	if st.source.StackAxis() != 2 {
		st.geometry.Uneven = true
		return
	}
	pos := make([]float64, len(p))
	for k := range p {
		pos[k] = p[k] - p[0]
	}
	if st.source.Flip[2] {
		end := pos[len(pos)-1]
		for k := range pos {
			pos[k] = end - pos[k]
		}
		slices.Reverse(pos)
		// The affine was flipped as if the stack were even: put its origin on the
		// last slice again.
		last := st.slices[len(st.slices)-1].position
		first := st.slices[0].position
		line := last.Sub(first)
		for r := range 3 {
			st.geometry.Affine[r][3] += line[r] - st.source.Affine[r][2]*float64(len(p)-1)
		}
	}
	st.geometry.SlicePositionsMM = pos
}

// warnShape tells of tilt, slices that lie beside the others, and rotation.
func (st *stack) warnShape(p []float64, normal volume.Vec) {
	n := len(p)
	if n > 1 {
		first, last := st.slices[0].position, st.slices[n-1].position
		line := last.Sub(first)
		extent := p[n-1] - p[0]
		side := line.Sub(normal.Scaled(extent)).Length()
		if tilt := math.Atan2(side, extent) * 180 / math.Pi; side > sidewaysMM && tilt > angleDegrees {
			st.warn(volume.WarnTilt, "dicom.warn.tilt", tilt)
		}
		worst, at := 0.0, 0
		for k, s := range st.slices {
			off := s.position.Sub(first).Sub(line.Scaled((p[k] - p[0]) / extent))
			if d := off.Length(); d > worst {
				worst, at = d, k
			}
		}
		if worst > sidewaysMM {
			st.warnAt(at, volume.WarnUneven, "dicom.warn.sideways", placeOf(st.slices[at], st.slices[0]), worst)
		}
	}
	if angle := st.geometry.ObliqueDegrees(); angle > angleDegrees {
		st.warn(volume.WarnOblique, "dicom.warn.oblique", angle)
	}
}
