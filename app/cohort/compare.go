package cohort

import (
	"slices"
	"strings"

	"opacity/app/mask"
	"opacity/app/text"
)

// comparison is what of two maps is compared.
type comparison struct {
	parts []part
	lungs *mask.Bits // of the reference, findings included; nil where there are none
	notes []text.Message
	empty bool // neither map holds anything, and no label was named
	// unheard says that the reference has no infection and does not name one: it may not
	// have been looked for. blind is the same of a prediction that names its labels.
	unheard, blind bool
}

func (c *comparison) note(key string, args ...any) { c.notes = append(c.notes, text.M(key, args...)) }

// compare decides what is compared with what.
func compare(reference, prediction *labelled, named []Label) (comparison, error) {
	var c comparison
	c.read(reference)
	c.read(prediction)
	r, p := settle(reference, prediction)
	if len(named) > 0 {
		c.named(reference, prediction, named, r, p)
		return c, nil
	}
	switch {
	case len(reference.values)+len(prediction.values) == 0:
		c.empty = true
		return c, nil
	case len(reference.values) <= 1 && len(prediction.values) <= 1:
		c.single(reference, prediction)
		return c, nil
	}
	for _, f := range []struct {
		*labelled
		reading
		other *labelled
	}{{reference, r, prediction}, {prediction, p, reference}} {
		used := []int{f.left, f.right, f.both, f.infection}
		// Numbers that the other map does not know may be what it calls otherwise: a
		// finding among them would count as missed. Names say what they are.
		if !f.known() && len(f.values) > 0 || !f.named() && !f.other.named() && !subset(f.values, slices.Concat(used, f.other.values)) {
			if c.byName(reference, prediction) {
				return c, nil
			}
			return c, unknown(reference, prediction, r.roles, p.roles)
		}
		c.leftOut(f.labelled, used)
		switch {
		case !f.alike:
			c.doubts(f.labelled)
		case len(f.values) > 0:
			c.note("evaluate.read_alike", f.path, f.other.path)
		}
	}
	c.lungsAndInfection(reference, prediction, r.roles, p.roles)
	return c, nil
}

// read notes what the reader of a file had to decide of its voxels, whatever its labels
// are compared as.
func (c *comparison) read(f *labelled) {
	for _, d := range f.guess.Doubts {
		if strings.HasPrefix(d.Key, "dicomseg.") {
			c.note("evaluate.doubt", f.path, d)
		}
	}
}

// doubts notes what was guessed of a map and used.
func (c *comparison) doubts(f *labelled) {
	for _, d := range f.guess.Doubts {
		if slices.Contains([]string{"mask.doubt.sides_swapped", "mask.doubt.names_across", "mask.doubt.infection", "mask.doubt.both_lungs"}, d.Key) {
			c.note("evaluate.doubt", f.path, d)
		}
	}
}

func subset(a, b []int) bool {
	return !slices.ContainsFunc(a, func(v int) bool { return !slices.Contains(b, v) })
}

// leftOut notes the numbers that are not used.
func (c *comparison) leftOut(f *labelled, used []int) {
	var rest []string
	for _, v := range f.values {
		if slices.Contains(used, v) {
			continue
		}
		rest = append(rest, f.called(v))
	}
	if len(rest) > 0 {
		c.note("evaluate.left_out", f.path, strings.Join(rest, ", "))
	}
}

// union is the voxels that carry one of the numbers; a set of its own.
func (f *labelled) union(values ...int) *mask.Bits {
	out := mask.NewBits(f.grid.Size)
	for _, v := range values {
		if set := f.sets[v]; set != nil {
			out.Or(set)
		}
	}
	return out
}

func (c *comparison) named(reference, prediction *labelled, named []Label, r, p reading) {
	var used, predicted []int
	in := r.lungsUnless(named)
	c.lungs = reference.lungs(in)
	for _, l := range named {
		used, predicted = append(used, l.Values...), append(predicted, l.predicted()...)
		anatomy := slices.ContainsFunc(l.Values, in.isLung)
		c.parts = append(c.parts, part{l.Name, reference.union(l.Values...), prediction.union(l.predicted()...), !anatomy})
		if in.known() || !r.known() {
			c.sides(l, reference, prediction, r, p)
		}
	}
	c.leftOut(reference, used)
	c.leftOut(prediction, predicted)
}

func (c *comparison) single(reference, prediction *labelled) {
	if len(reference.values) == 1 && len(prediction.values) == 1 && reference.values[0] != prediction.values[0] {
		c.note("evaluate.numbers_differ", reference.path, reference.values[0], prediction.path, prediction.values[0])
	}
	c.parts = []part{{label: single, reference: reference.union(reference.values...), prediction: prediction.union(prediction.values...)}}
}

// lungs is both lungs with the findings in them, nil where there are none.
func (f *labelled) lungs(r roles) *mask.Bits {
	_, _, all := f.anatomy(r)
	if all.Empty() {
		return nil
	}
	return all
}

// anatomy gives each lung the findings that lie in it, which a flattened map has in its
// place, and both together.
func (f *labelled) anatomy(r roles) (left, right, all *mask.Bits) {
	left, right, all = f.union(r.left), f.union(r.right), f.union(r.left, r.right, r.both)
	if all.Empty() {
		return left, right, all
	}
	findings := f.union(r.infection)
	mask.Unfold(findings, left, right, f.grid.SpacingMM())
	all.Or(findings)
	return left, right, all
}

func (c *comparison) lungsAndInfection(reference, prediction *labelled, r, p roles) {
	refLeft, refRight, refAll := reference.anatomy(r)
	predLeft, predRight, predAll := prediction.anatomy(p)
	if refAll.Empty() {
		if !predAll.Empty() {
			c.note("evaluate.no_lungs_in_reference", reference.path)
		}
	} else {
		c.lungs = refAll
		one := c.oneSided(reference, prediction, r, p)
		if r.both == 0 && p.both == 0 {
			if one != leftLung {
				c.parts = append(c.parts, part{leftLung, refLeft, predLeft, false})
			}
			if one != rightLung {
				c.parts = append(c.parts, part{rightLung, refRight, predRight, false})
			}
		}
		if one == "" {
			c.parts = append(c.parts, part{lungs, refAll, predAll, false})
		}
	}
	c.unheard = !reference.holds(r.infection)
	c.blind = prediction.named() && p.infection == 0
	c.parts = append(c.parts, part{infection, reference.union(r.infection), prediction.union(p.infection), true})
}
