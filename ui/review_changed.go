package ui

import (
	"maps"
	"slices"
	"time"

	"opacity/app/review"
	"opacity/app/study"
)

// changedMark is what was said of a slice before a step changed its labels.
type changedMark struct {
	step     int // which, from 0
	k        int
	was, now review.Mark
}

// stepped brings the marks in line with the steps: what was said of a slice was
// said of its labels as they were then.
func (r *reviewing) stepped() {
	_, applied := r.w.session.History()
	from := r.applied
	r.applied = applied
	switch {
	case r.w.keeping.looking != nil:
	case applied > from:
		r.overtake(from, applied)
	case applied < from:
		r.giveBack(from, applied)
	}
}

// overtake says what the slices count as that steps from..to-1 have changed.
func (r *reviewing) overtake(from, to int) {
	w := r.w
	steps, _ := w.session.History()
	made := len(r.changed)
	for i := from; i < to; i++ {
		for _, k := range r.slicesOf(i) {
			if now, changed := r.marks.Changed(k, steps[i].Hand, w.reader(), time.Now()); changed {
				r.changed = append(r.changed, changedMark{i, k, r.marks[k], now})
				r.marks[k] = now
			}
		}
	}
	changed := r.changed[made:]
	r.keepMarks(changed)
	again := !steps[to-1].Time.After(r.newest)
	if !again {
		r.newest = steps[to-1].Time
	}
	if len(changed) == 0 || again { // who does a step again is told of that
		return
	}
	key, first := "ui.review.changed", changed[0]
	if first.now.State == "" {
		key = "ui.review.overrun"
	}
	said := w.t(key, axialNumber(w.session.Volume(), first.k), w.t("ui.review.state."+first.was.State))
	if len(changed) > 1 {
		said = w.t(key+"_many", len(changed))
	}
	w.soon("changed", func() { w.status.note(said) }) // after what the step itself says
}

// slicesOf are the ticked slices that a step has changed.
func (r *reviewing) slicesOf(step int) []int {
	steps, _ := r.w.session.History()
	box := steps[step].Box
	ticked := false
	for k, mark := range r.marks {
		ticked = ticked || mark.State != "" && k >= box.Min[2] && k < box.Max[2]
	}
	if !ticked || box.Empty() {
		return nil
	}
	delta, err := r.w.session.Delta(step)
	if err != nil {
		return nil // the journal has told
	}
	var ks []int
	for _, s := range delta.Slices {
		ks = append(ks, s.K)
	}
	slices.Sort(ks)
	return slices.Compact(ks) // both layers may have changed
}

// giveBack says of slices again what was said before steps that are undone. What
// was said since was said of labels that are no more.
func (r *reviewing) giveBack(from, to int) {
	var back []changedMark
	for i := from - 1; i >= to; i-- {
		restored := map[int]bool{}
		for n := len(r.changed) - 1; n >= 0 && r.changed[n].step == i; n-- {
			c := r.changed[n]
			r.changed = r.changed[:n]
			if is := r.marks[c.k]; is.State == c.now.State && is.Time.Equal(c.now.Time) {
				r.marks[c.k], restored[c.k] = c.was, true
				back = append(back, c)
			}
		}
		for _, k := range r.slicesOf(i) {
			if now, changed := r.marks.Changed(k, true, r.w.reader(), time.Now()); changed && !restored[k] {
				r.marks[k] = now
				back = append(back, changedMark{k: k})
			}
		}
	}
	r.keepMarks(back)
}

// keepMarks keeps in the study what is said by now of slices.
func (r *reviewing) keepMarks(of []changedMark) {
	if len(of) == 0 {
		return
	}
	said := review.Marks{}
	for _, c := range of {
		said[c.k] = r.marks[c.k]
	}
	r.w.note(func(i *study.Info) {
		m := marksOf(*i)
		maps.Copy(m, said)
		setMarks(i, m)
	})
	r.readMarks()
}
