package cohort

import (
	"fmt"
	"slices"
	"strings"

	"opacity/app"
	"opacity/app/mask"
)

// roles is which number means what.
type roles struct{ left, right, both, infection int }

func rolesOf(f *labelled) roles {
	var r roles
	for _, a := range f.guess.Assignments {
		switch {
		case a.BothLungs:
			r.both = a.File
		case a.Label == mask.LeftLung:
			r.left = a.File
		case a.Label == mask.RightLung:
			r.right = a.File
		case a.Label == mask.Infection:
			r.infection = a.File
		}
	}
	return r
}

func (r roles) known() bool { return r != roles{} }
func (r roles) sides() bool { return r.left != 0 && r.right != 0 }

// reading is what the numbers of a map are taken for.
type reading struct {
	roles
	alike bool // as those of the other map, not by what the map itself shows
}

// settle reads both maps. One that lost a lung, or holds a finding alone, is read as the
// other one says, where its voxels lie where that has them.
func settle(reference, prediction *labelled) (r, p reading) {
	r, p = reading{roles: rolesOf(reference)}, reading{roles: rolesOf(prediction)}
	switch {
	case r.sides() && !p.sides() && prediction.numberedAs(reference, r.roles):
		p = reading{r.roles, true}
	case p.sides() && !r.sides() && reference.numberedAs(prediction, p.roles):
		r = reading{p.roles, true}
	}
	return r, p
}

// numberedAs reports whether the numbers of a map mean what they do in another: each
// lung's voxels lie on that lung's side. One number alone that is a lung's there may be
// anything, such as an infection that is 1 by itself.
func (f *labelled) numberedAs(other *labelled, as roles) bool {
	if !subset(f.values, other.values) || len(f.values) == 1 && (f.values[0] == as.left || f.values[0] == as.right) {
		return false
	}
	left, right, _ := other.anatomy(as)
	for _, lung := range []struct {
		set, own, across *mask.Bits
	}{{f.sets[as.left], left, right}, {f.sets[as.right], right, left}} {
		if lung.set != nil && common(lung.set, lung.own) <= mostlyThere*common(lung.set, lung.across) {
			return false
		}
	}
	return true
}

// mostlyThere is how many times more of a lung's voxels lie in that lung of the other map
// than across; of both lungs under one number about as many do.
const mostlyThere = 4

func common(a, b *mask.Bits) int {
	both := a.Clone()
	both.And(b)
	return both.Count()
}

// unknown refuses maps whose numbers cannot be told, and says how to. The example is of
// the infection where that is known of one of them, else of the last numbers.
func unknown(reference, prediction *labelled, r, p roles) error {
	last := func(f *labelled, is roles, fallback int) int {
		switch {
		case is.infection != 0:
			return is.infection
		case len(f.values) > 0:
			return f.values[len(f.values)-1]
		}
		return fallback
	}
	example := fmt.Sprintf("infection=%d:%d", last(reference, r, 1), last(prediction, p, 3))
	return app.Refuse(nil, "evaluate.unknown_labels", reference.path, reference.list(), prediction.path, prediction.list(), example)
}

// lungsUnless is what is known of lungs, nothing where a label of another name takes one
// of them: then two numbers alone, or three that are no lungs side by side, were guessed
// wrong.
func (r roles) lungsUnless(named []Label) roles {
	if r.sides() && r.infection != 0 {
		return r
	}
	whole := func(values []int) bool {
		for _, v := range []int{r.left, r.right, r.both, r.infection} {
			if v != 0 && !slices.Contains(values, v) {
				return false
			}
		}
		return true
	}
	for _, l := range named {
		name := strings.ToLower(l.Name)
		lung := strings.Contains(name, "lung") || strings.Contains(name, "left") || strings.Contains(name, "right")
		if !lung && !whole(l.Values) && slices.ContainsFunc(l.Values, r.isLung) {
			return roles{}
		}
	}
	return r
}

func (r roles) isLung(v int) bool { return v != 0 && (v == r.left || v == r.right || v == r.both) }

// lungIn is which lung numbers hold: left or right where it is one, "" for none or both.
func (r roles) lungIn(values []int) string {
	left, right := r.left != 0 && slices.Contains(values, r.left), r.right != 0 && slices.Contains(values, r.right)
	switch {
	case left && !right:
		return leftLung
	case right && !left:
		return rightLung
	}
	return ""
}

// sides notes where a label takes one lung of a map, by where it lies in the patient, and
// something else of the other map, or of what it is called.
func (c *comparison) sides(l Label, reference, prediction *labelled, r, p reading) {
	of, by := r.lungIn(l.Values), p.lungIn(l.predicted())
	name := strings.ToLower(l.Name)
	called := ""
	switch left, right := strings.Contains(name, "left"), strings.Contains(name, "right"); {
	case left && !right:
		called = leftLung
	case right && !left:
		called = rightLung
	}
	for _, x := range []struct {
		f           *labelled
		lung, other string
		otherEmpty  bool
	}{{reference, of, by, len(prediction.values) == 0}, {prediction, by, of, len(reference.values) == 0}} {
		if x.lung != "" && (x.lung != x.other && !x.otherEmpty || called != "" && called != x.lung) {
			c.note("evaluate.side_of_label", l.Name, x.f.path, x.lung, l.Name)
		}
	}
}
