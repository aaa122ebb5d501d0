package ui

import (
	"strings"

	"opacity/app/review"
	"opacity/ui/sliceview"
)

var sliceMarks = map[string]sliceview.SliceMark{
	review.Seen: sliceview.Seen, review.Accepted: sliceview.Accepted, review.Corrected: sliceview.Corrected, review.Problem: sliceview.Problem,
}

// showStrip puts the queue and the marks along the axial slider. With neither,
// the slider is as it always was.
func (r *reviewing) showStrip() {
	v := r.w.session.Volume()
	if v == nil || r.queue == nil {
		r.w.panes.grid.SetStrip(nil)
		return
	}
	s := make(sliceview.Strip, v.Size[2])
	for k := range s {
		s[k].Mark = sliceMarks[r.marks.State(k)]
		if k < len(r.items) {
			s[k].Doubt = r.items[k].Score
		}
	}
	r.w.panes.grid.SetStrip(s)
}

// hover says in the status bar what is known of the slice whose bar the pointer is over.
func (r *reviewing) hover(k int) {
	if k < 0 || k >= len(r.items) {
		r.w.status.hint("")
		return
	}
	why := r.w.t("ui.review.sure")
	if said := r.reasons(k); len(said) > 0 {
		why = strings.Join(said, " ")
	}
	r.w.status.hint(r.w.t("ui.review.hover", r.title(k), r.w.t("ui.review.state."+r.marks.State(k)), why))
}
