package dicom

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"opacity/app/text"
	"opacity/app/volume"
)

// part is those files of a stack that make a stack of their own.
type part struct {
	files []*file
	said  []string // what tells it from the other parts, for the reader
}

// leastPass is how many slices make a pass worth a stack. Below are single slices
// that were taken once more, and scanners that number every slice.
const leastPass = 3

// parts takes a stack apart where the scanner went over the same part of the body
// several times within one series, as with two phases of contrast medium. Mixed,
// they would be an even stack of slices that alternate between two moments, which
// nothing in the geometry gives away.
func parts(files []*file) []part {
	var all []part
	byTime := func(v string) text.Message { return text.M("dicom.part.time", v) }
	byAcquisition := func(v string) text.Message { return text.M("dicom.part.acquisition", v) }
	for _, p := range (part{files: files}).split(tagTemporalPosition, byTime) {
		all = append(all, p.split(tagAcquisition, byAcquisition)...)
	}
	return all
}

// split makes a part of each pass, told by the values of t. Values whose slices lie
// one after the other along the body, as slabs and stations do, are one pass.
func (p part) split(t tag, name func(values string) text.Message) []part {
	spans := p.spans(t)
	var passes [][]int // values
	of := map[int]int{}
	for _, v := range slices.Sorted(maps.Keys(spans)) {
		if spans[v].slices < leastPass {
			continue
		}
		free := func(pass []int) bool {
			return !slices.ContainsFunc(pass, func(o int) bool { return spans[v].repeats(spans[o]) })
		}
		at := slices.IndexFunc(passes, free)
		if at < 0 {
			at, passes = len(passes), append(passes, nil)
		}
		passes[at], of[v] = append(passes[at], v), at
	}
	if len(passes) < 2 {
		return []part{p}
	}
	out := make([]part, len(passes))
	for n, values := range passes {
		out[n].said = append(slices.Clone(p.said), name(listed(values)).String())
	}
	for _, f := range p.files { // those of no pass go with the first: their doubts are told there
		n := of[f.data.number(t, math.MinInt)]
		out[n].files = append(out[n].files, f)
	}
	return out
}

// span is what of the body slices cover, along their normal.
type span struct {
	lo, hi float64
	slices int
}

// repeats reports whether two passes cover the same part of the body: at least half
// of what the shorter one does. Slabs of one scan overlap by less.
func (a span) repeats(b span) bool {
	return min(a.hi, b.hi)-max(a.lo, b.lo) >= min(a.hi-a.lo, b.hi-b.lo)/2
}

// spans are those of the slices of each value of t, of which files without one have
// none. There are none where positions mean nothing.
func (p part) spans(t tag) map[int]span {
	spans := map[int]span{}
	var placed []slice
	for _, f := range p.files {
		for _, s := range f.slices {
			if s.positioned {
				placed = append(placed, s)
			}
		}
	}
	if len(placed) == 0 || nowhere(placed) {
		return spans
	}
	most := slices.MaxFunc(byOrientation(placed), func(a, b []slice) int { return cmp.Compare(len(a), len(b)) })
	normal := volume.Vec{0, 0, 1}
	if most[0].oriented {
		normal = most[0].row.Cross(most[0].col)
	}
	for _, s := range most {
		v := s.file.data.number(t, math.MinInt)
		if v == math.MinInt {
			continue
		}
		at, known := s.position.Dot(normal), spans[v]
		if known.slices == 0 {
			known.lo, known.hi = at, at
		}
		spans[v] = span{min(known.lo, at), max(known.hi, at), known.slices + 1}
	}
	return spans
}

// mostListed is how many values are named, of a pass that has many.
const mostListed = 3

func listed(values []int) string {
	var said []string
	for _, v := range values[:min(len(values), mostListed)] {
		said = append(said, fmt.Sprint(v))
	}
	if len(values) > mostListed {
		said = append(said, "...")
	}
	return strings.Join(said, ", ")
}
