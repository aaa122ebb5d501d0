package ui

import (
	"maps"
	"slices"
	"strings"
	"time"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/review"
	"opacity/app/study"
)

// stepped brings the marks in line with the steps: what was said of a slice was
// said of its labels as they were then.
func (r *reviewing) stepped() {
	_, applied := r.w.session.History()
	from := r.applied
	r.applied = applied
	if r.w.keeping.looking != nil || applied == from {
		return
	}
	said := ""
	if applied > from {
		said = r.overtake(from, applied)
	} else {
		r.giveBack(from, applied)
	}
	if ofCase := r.judge(from, applied); ofCase != "" {
		said = strings.TrimPrefix(said+" "+ofCase, " ")
	}
	if said != "" {
		r.w.soon("changed", func() { r.w.status.note(said) }) // after what the step itself says
	}
}

// overtake keeps what the slices count as that steps from..to-1 have changed, and
// says so where that is news.
func (r *reviewing) overtake(from, to int) string {
	w := r.w
	steps, _ := w.session.History()
	var changed []int
	for i := from; i < to; i++ {
		for _, k := range r.slicesOf(i) {
			if r.change(k, steps[i]) {
				changed = append(changed, k)
			}
		}
	}
	r.keepMarks(changed)
	again := !steps[to-1].Time.After(r.newest)
	if !again {
		r.newest = steps[to-1].Time
	}
	if len(changed) == 0 || again { // who does a step again is told of that
		return ""
	}
	key, first := "ui.review.changed", r.marks[changed[0]]
	if first.State == "" {
		key = "ui.review.overrun"
	}
	said := w.t(key, axialNumber(w.session.Volume(), changed[0]), w.t("ui.review.state."+first.Before.Mark.State))
	if len(changed) > 1 {
		said = w.t(key+"_many", len(changed))
	}
	return said
}

// change takes in that a step has changed a slice; false where that says nothing of it.
func (r *reviewing) change(k int, step mask.Step) bool {
	now, changed := r.marks.Changed(k, step.Time, step.Hand, r.w.reader(), time.Now())
	if changed {
		r.marks[k] = now
	}
	return changed
}

// slicesOf are the slices that a step has changed; none where none of them is ticked.
func (r *reviewing) slicesOf(step int) []int { return slicesOf(r.w.session, r.marks, step) }

func slicesOf(s *app.Session, marks review.Marks, step int) []int {
	steps, _ := s.History()
	box := steps[step].Box
	ticked := false
	for k, mark := range marks {
		ticked = ticked || mark.State != "" && k >= box.Min[2] && k < box.Max[2]
	}
	if !ticked || box.Empty() {
		return nil
	}
	delta, err := s.Delta(step)
	if err != nil {
		return nil // the journal has told
	}
	var ks []int
	for _, s := range delta.Slices {
		if s.Voxels() > 0 {
			ks = append(ks, s.K)
		}
	}
	slices.Sort(ks)
	return slices.Compact(ks) // both layers may have changed
}

// overrun keeps in a study that is not open in the window what its slices count as
// that the last step has changed, and reports whether any of them was ticked.
func overrun(s *app.Session, st *study.Study, reader string) (bool, error) {
	steps, applied := s.History()
	step := applied - 1
	marks, now := st.Info().Slices, review.Marks{}
	for _, k := range slicesOf(s, marks, step) {
		if mark, changed := marks.Changed(k, steps[step].Time, steps[step].Hand, reader, time.Now()); changed {
			now[k] = mark
		}
	}
	if len(now) == 0 {
		return false, nil
	}
	return true, st.Update(func(i *study.Info) { maps.Copy(i.Slices, now) })
}

// giveBack says of slices again what was said before steps that are undone. What
// was said since was said of labels that are no more.
func (r *reviewing) giveBack(from, to int) {
	steps, _ := r.w.session.History()
	var back []int
	for i := from - 1; i >= to; i-- {
		restored := map[int]bool{}
		for k := range r.marks {
			if was, ok := r.marks.GivenBack(k, steps[i].Time); ok {
				r.marks[k], restored[k] = was, true
				back = append(back, k)
			}
		}
		undone := mask.Step{Hand: true} // whatever it was, a hand has undone it
		for _, k := range r.slicesOf(i) {
			if !restored[k] && r.change(k, undone) {
				back = append(back, k)
			}
		}
	}
	r.keepMarks(back)
}

// keepMarks keeps in the study what is said by now of slices.
func (r *reviewing) keepMarks(of []int) {
	if len(of) == 0 {
		return
	}
	said := review.Marks{}
	for _, k := range of {
		said[k] = r.marks[k]
	}
	r.w.note(func(i *study.Info) {
		if i.Slices == nil {
			i.Slices = review.Marks{}
		}
		maps.Copy(i.Slices, said)
	})
	r.readMarks()
}
