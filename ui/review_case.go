package ui

import (
	"time"

	"opacity/app/mask"
	"opacity/app/study"
	"opacity/app/worklist"
)

// verdict is what was said of the open case before a step has put an end to it.
type verdict struct {
	state, by string
	applied   int       // steps of the mask that it was said of
	last      time.Time // when the last of those was made; zero where there was none
	ended     time.Time // when it was put an end to
}

// judge brings what is said of the case in line with its steps, and tells of it:
// an accepted case that is changed is in work again, as is a corrected one that a
// model or a file changes. Back at the mask that it was said of it holds again,
// where the same reader has said it and nothing since.
func (r *reviewing) judge(from, applied int) (said string) {
	w := r.w
	steps, _ := w.session.History()
	last := func(n int) (at time.Time) {
		if n > 0 {
			at = steps[n-1].Time
		}
		return at
	}
	info, now := w.studyInfo(), w.now().UTC().Round(0)
	if e := r.ended; e != nil && applied == e.applied && last(applied).Equal(e.last) {
		r.ended = nil
		if info.State == worklist.InWork && info.SaidBy == w.reader() && e.by == w.reader() && info.SaidAt.Equal(e.ended) {
			w.sayOfCase(e.state, now)
			return w.t("ui.cases.accepted_again", w.caseInWords(), w.t("ui.cases.state."+e.state))
		}
	}
	if !overtakes(info.State, steps[min(from, applied):min(max(from, applied), len(steps))], applied < from) {
		return ""
	}
	r.ended = &verdict{state: info.State, by: info.SaidBy, applied: from, ended: now}
	if from <= len(steps) {
		r.ended.last = last(from)
	}
	w.sayOfCase(worklist.InWork, now)
	return w.t("ui.cases.in_work_again", w.caseInWords(), w.t("ui.cases.state."+info.State))
}

// overtakes reports whether what was said of a case does not hold any more after
// steps, or after a hand has undone them.
func overtakes(state string, steps []mask.Step, undone bool) bool {
	for _, s := range steps {
		if !s.Box.Empty() && (state == worklist.Accepted || state == worklist.Corrected && !s.Hand && !undone) {
			return true
		}
	}
	return false
}

// caseInWords is the open case's name, in the list or by its file, which says
// nothing of the patient.
func (w *Window) caseInWords() string {
	if c := w.cases; c.present != "" && c.opens(c.present) {
		return c.present
	}
	return caseName(w.session.Info())
}

// sayOfCase keeps in the study, and in the list where one is open, that the reader
// says this of the open case.
func (w *Window) sayOfCase(state string, at time.Time) {
	note, c := "", w.cases
	if info := w.studyInfo(); info.SaidBy == w.reader() {
		note = info.Note
	}
	if c.present != "" && c.opens(c.present) {
		note = c.mine().Note
		c.list.Say(c.present, w.reader(), state, note, at)
		c.changed()
	}
	w.note(func(i *study.Info) {
		i.State, i.Note, i.SaidBy, i.SaidAt = state, note, w.reader(), at
	})
}
