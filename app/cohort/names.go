package cohort

import (
	"fmt"
	"slices"
	"strings"

	"opacity/app/mask"
)

// named reports whether the names of a file say what some of its numbers are.
func (f *labelled) named() bool {
	return slices.ContainsFunc(f.guess.Assignments, func(a mask.Assignment) bool { return a.Name != "" && (a.Label != 0 || a.BothLungs) })
}

// name is what the file calls a number; "" for a number alone.
func (f *labelled) name(v int) string {
	for _, a := range f.guess.Assignments {
		if a.File == v {
			return a.Name
		}
	}
	return ""
}

// called is a number with what the file calls it.
func (f *labelled) called(v int) string {
	if name := f.name(v); name != "" {
		return fmt.Sprintf("%d (%s)", v, name)
	}
	return fmt.Sprint(v)
}

// list is the numbers of a map with what it calls them.
func (f *labelled) list() string {
	if len(f.values) == 0 {
		return "0"
	}
	parts := make([]string, len(f.values))
	for n, v := range f.values {
		parts[n] = f.called(v)
	}
	return strings.Join(parts, ", ")
}

// holds reports whether a number is one of the map's, if only by its name.
func (f *labelled) holds(v int) bool { return v != 0 && slices.Contains(f.values, v) }

// byName pairs the labels that two files call alike, where nothing else says what they
// are. A label of the one alone is left out.
func (c *comparison) byName(reference, prediction *labelled) bool {
	var mine, theirs []int
	for _, v := range reference.values {
		n := slices.IndexFunc(prediction.values, func(w int) bool {
			return reference.name(v) != "" && strings.EqualFold(reference.name(v), prediction.name(w)) && !slices.Contains(theirs, w)
		})
		if n < 0 {
			continue
		}
		w := prediction.values[n]
		mine, theirs = append(mine, v), append(theirs, w)
		c.parts = append(c.parts, part{label: strings.TrimSpace(reference.name(v)), reference: reference.union(v), prediction: prediction.union(w)})
	}
	if len(c.parts) > 0 {
		c.leftOut(reference, mine)
		c.leftOut(prediction, theirs)
	}
	return len(c.parts) > 0
}

// oneSided is the lung that one of two files does not name, while it names the other: it
// was not looked for there, and is told. "" where there is none.
func (c *comparison) oneSided(reference, prediction *labelled, r, p roles) string {
	for _, x := range []struct {
		f     *labelled
		is    roles
		other *labelled
		has   roles
	}{{reference, r, prediction, p}, {prediction, p, reference, r}} {
		switch {
		case !x.f.named() || x.is.both != 0 || x.has.both != 0 || (x.is.left == 0) == (x.is.right == 0):
		case x.is.left == 0 && x.other.holds(x.has.left):
			c.note("evaluate.not_named", x.f.path, leftLung)
			return leftLung
		case x.is.right == 0 && x.other.holds(x.has.right):
			c.note("evaluate.not_named", x.f.path, rightLung)
			return rightLung
		}
	}
	return ""
}
