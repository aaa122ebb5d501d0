package ui

import (
	"context"
	"errors"
	"maps"
	"strings"
	"time"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/review"
	"opacity/app/study"
	"opacity/app/volume"
	"opacity/viewer"
	"opacity/viewer/tool"
)

const (
	jobReview = "review"
	// rankAfter is how long the mask is left alone before its slices are ranked.
	rankAfter = 700 * time.Millisecond
	// seenAfter is how long a slice is in the axial pane before it counts as seen:
	// who scrolls past it has not looked.
	seenAfter = 300 * time.Millisecond
	// mostDoubtful is the share of what may be wrong that the most doubtful slices
	// hold together.
	mostDoubtful = 0.5
)

// reviewing is which slices of the open case to look at, and what was thought of each.
type reviewing struct {
	w      *Window
	queue  *review.Queue // nil while there is none
	items  []review.Item // of the queue, by slice k
	place  []int         // in the queue, from 1, by slice k
	worst  []int         // the most doubtful slices, when the pass through them began
	walked bool          // the pass has begun
	walk   review.Walk
	marks  review.Marks
	seen   map[int]bool // that no study knows of yet
	of     app.SeriesInfo
	sha    string // of the image that slices were seen of; "" while it is not known
	size   volume.Size
	model  *app.SegmentResult // whose mask is walked through

	line    *reviewLine
	ended   *verdict  // on the case, by a step that may be undone; nil for none
	applied int       // steps, when the marks were last brought in line with them
	newest  time.Time // when the last step was made

	stopRank, stopDwell func()
	at                  int // slice on screen, -1 for none
}

func newReviewing(w *Window) *reviewing {
	return &reviewing{w: w, at: -1, seen: map[int]bool{}, line: newReviewLine(w)}
}

// queue is the slices by how doubtful they are; nil while nobody knows.
func (w *Window) queue() *review.Queue { return w.reviewing.queue }

// connect follows the mask, the study and what is on screen.
func (r *reviewing) connect() {
	w := r.w
	w.session.Opened.Connect(func(app.OpenedEvent) { r.opened() })
	w.session.MaskChanged.Connect(func(app.MaskEvent) { r.later() })
	w.session.HistoryChanged.Connect(func(struct{}) { r.later(); r.stepped() })
	w.session.LabelsChanged.Connect(func(struct{}) { r.later() })
	w.studyChanged.Connect(func(struct{}) { w.soon("marks", r.readMarks) })
	w.viewer.Changed.Connect(func(c viewer.Change) {
		if c&(viewer.CursorMoved|viewer.LayoutMoved) != 0 {
			r.look()
		}
	})
}

// opened forgets what was of another case.
func (r *reviewing) opened() {
	s := r.w.session
	of, size := s.Info(), volume.Size{}
	if s.Volume() != nil {
		size = s.Volume().Size
	}
	if !same(of, r.of) || of.Case != r.of.Case || size != r.size {
		r.of, r.size, r.walk, r.model = of, size, review.Walk{}, nil
		r.seen, r.sha, r.line.on = map[int]bool{}, "", false
		r.drop()
	}
	_, r.applied = s.History()
	r.newest, r.ended = time.Time{}, nil
	r.readMarks()
	r.later()
	r.w.soon("look", r.look) // once the panes are there
}

// later ranks the slices once the mask has been left alone for a moment. A
// ranking under way is of a mask that is no more.
func (r *reviewing) later() {
	r.w.jobs.Cancel(jobReview)
	if r.stopRank != nil {
		r.stopRank()
	}
	r.stopRank = r.w.after(rankAfter, r.rank)
}

// rank ranks the slices beside the window.
func (r *reviewing) rank() {
	w, s := r.w, r.w.session
	if !w.complete() || s.Painting() || w.segmenting || s.Shown() != s.Mask() {
		return // another event comes with the end of each
	}
	if s.Mask().Empty() && s.Result() == nil {
		r.drop()
		return
	}
	in := review.Input{Volume: s.Volume(), Mask: s.Mask().Snapshot(), Probabilities: map[string][][]uint8{}}
	for _, l := range in.Mask.Labels() {
		if p := s.Probabilities(l.Value); p != nil {
			in.Probabilities[l.Name] = p
		}
	}
	attempt, model := w.opening, s.Result()
	job.Run(w.jobs, jobReview, func(ctx context.Context, report func(job.Progress)) (review.Queue, error) {
		return review.Rank(ctx, in, report)
	}, nil, func(q review.Queue, err error) {
		switch {
		case attempt != w.opening || err != nil && errors.Is(err, context.Canceled):
		case err != nil:
			r.drop()
			w.bands.fail(err)
		default:
			r.take(q, model)
		}
	})
	w.soon("review", w.inspector.review.refresh)
}

// take goes by a new ranking. Another model's mask is walked through from its beginning.
func (r *reviewing) take(q review.Queue, model *app.SegmentResult) {
	if model != r.model {
		r.walk, r.model, r.worst = review.Walk{}, model, nil
	}
	r.queue, r.items = &q, q.BySlice()
	if done := r.marks.ProgressOf(r.worst).Ticked(); done == 0 && !r.walked || done == len(r.worst) {
		r.worst, r.walked = q.Worst(mostDoubtful), false
	} // else somebody counts down
	r.place = make([]int, len(q.Items))
	for n, i := range q.Items {
		r.place[i.K] = n + 1
	}
	r.show()
}

// drop goes without a ranking.
func (r *reviewing) drop() {
	r.queue, r.items, r.place, r.worst = nil, nil, nil, nil
	r.show()
}

// show brings everything in line that tells of slices.
func (r *reviewing) show() {
	r.showStrip()
	r.w.soon("review", r.w.inspector.review.refresh)
	r.w.soon("actions", r.w.refreshActions)
}

// next goes to the most doubtful slice where the user has not been, previous back
// to the one before.
func (r *reviewing) next() {
	if q := r.ready(); q != nil {
		k, ok := r.walk.Next(*q, r.skip())
		end := "ui.review.end"
		if r.w.prefs.WalkTicked {
			end = "ui.review.end_all"
		}
		r.goTo(k, ok && len(r.items[k].Reasons) > 0, end)
	}
}

func (r *reviewing) previous() {
	if r.ready() != nil {
		k, ok := r.walk.Previous(r.skip())
		r.goTo(k, ok, "ui.review.beginning")
	}
}

// ready is the queue, where there is one; else it says why not.
func (r *reviewing) ready() *review.Queue {
	switch {
	case r.queue != nil:
		return r.queue
	case r.w.jobs.Running(jobReview):
		r.w.status.note(r.w.t("ui.review.working"))
	default:
		r.w.status.note(r.waits())
	}
	return nil
}

// waits says what there must be before slices can be ranked.
func (r *reviewing) waits() string {
	if r.w.blinded() {
		return r.w.t("ui.review.waiting_blinded")
	}
	return r.w.t("ui.review.waiting")
}

// skip is which slices the walk leaves out.
func (r *reviewing) skip() func(k int) bool {
	if r.w.prefs.WalkTicked {
		return nil
	}
	return func(k int) bool { return r.marks[k].State != "" }
}

// goTo shows a slice in the axial pane, at what is doubtful there, and says why.
func (r *reviewing) goTo(k int, ok bool, otherwise string) {
	w := r.w
	if !ok {
		w.status.note(w.t(otherwise))
		return
	}
	w.viewer.SetActive(viewer.Axial)
	at := w.viewer.Cursor()
	if i := r.items[k]; i.Placed {
		at[0], at[1] = i.At[0], i.At[1]
	}
	at[2] = k
	w.viewer.Look(at)
	r.line.on, r.walked = true, true
	r.line.refresh()
	w.status.note(w.t("ui.review.said", r.title(k), strings.Join(r.reasons(k), " ")))
}

// title names a slice, and its place in the queue.
func (r *reviewing) title(k int) string {
	n := axialNumber(r.w.session.Volume(), k)
	if k < len(r.items) && len(r.items[k].Reasons) > 0 {
		return r.w.t("ui.review.ranked", n, r.place[k])
	}
	return r.w.t("ui.review.slice", n)
}

// reasons say why a slice is doubtful, the weightiest first.
func (r *reviewing) reasons(k int) []string {
	var said []string
	if k < len(r.items) {
		for _, reason := range r.items[k].Told() {
			said = append(said, r.w.texts.Format(reason.Message))
		}
	}
	return said
}

// tick says of the slice in the axial pane what it is. Said twice, it holds.
func (r *reviewing) tick(state string) {
	w, k := r.w, r.w.viewer.SliceOf(viewer.Axial)
	w.inspector.review.keepNote()
	r.say(k, state, r.marks[k].Note)
	said := w.t("ui.review.now", axialNumber(w.session.Volume(), k), w.t("ui.review.state."+state))
	if w.sample {
		said = w.t("ui.review.sample", said)
	}
	w.status.note(said)
}

// said reports whether anything was said of a slice.
func (r *reviewing) said() bool {
	for _, m := range r.marks {
		if m.State != "" || m.Note != "" {
			return true
		}
	}
	return false
}

// untick takes back what was said of the slice in the axial pane.
func (r *reviewing) untick() {
	w, k := r.w, r.w.viewer.SliceOf(viewer.Axial)
	if r.marks[k].State == "" {
		w.status.note(w.t("ui.review.not_ticked", axialNumber(w.session.Volume(), k)))
		return
	}
	w.inspector.review.keepNote()
	r.say(k, "", r.marks[k].Note)
	w.status.note(w.t("ui.review.taken_back", axialNumber(w.session.Volume(), k)))
}

// say keeps a state and a note of a slice in the study.
func (r *reviewing) say(k int, state, note string) {
	r.w.note(func(i *study.Info) {
		if r.seen[k] {
			i.Slices.See(k)
		}
		i.Slices.Say(k, state, note, r.w.reader(), time.Now())
	})
	r.readMarks()
}

// look counts the slice in the axial pane as seen, once it has been there for a moment.
func (r *reviewing) look() {
	w := r.w
	if r.stopDwell != nil {
		r.stopDwell()
		r.stopDwell = nil
	}
	k := r.onScreen()
	if k != r.at {
		r.at = k
		w.soon("review", w.inspector.review.refresh)
	}
	if k >= 0 && !r.marks[k].Seen {
		r.stopDwell = w.after(seenAfter, r.see)
	}
}

// onScreen is the slice in the axial pane, -1 where none is.
func (r *reviewing) onScreen() int {
	w := r.w
	if _, shown := w.panes.grid.PaneRect(viewer.Axial); !shown || !w.hasStudy() {
		return -1
	}
	k := w.viewer.SliceOf(viewer.Axial)
	if loaded := w.session.Loaded(); loaded != nil && (k >= len(loaded) || !loaded[k]) {
		return -1
	}
	return k
}

func (r *reviewing) see() {
	if k := r.onScreen(); k >= 0 && k == r.at && r.marks.See(k) {
		r.seen[k] = true
		r.keepSeen()
		r.showStrip()
		r.w.soon("review", r.w.inspector.review.refresh)
	}
}

// keepSeen tells the study which slices were seen. Looking alone makes none: what
// was seen before there is one is told once it is there.
func (r *reviewing) keepSeen() {
	if s := r.w.study(); s == nil || s.ReadOnly() != nil || len(r.seen) == 0 {
		return
	}
	seen := r.seen
	r.seen = map[int]bool{}
	r.w.note(func(i *study.Info) {
		for k := range seen {
			i.Slices.See(k)
		}
	})
}

// keep returns how to bring back what no study knows of the case, where a load that hid
// it has come to nothing.
func (r *reviewing) keep() (back func()) {
	k, seen, ended, newest := r.w.keeping, maps.Clone(r.seen), r.ended, r.newest
	return func() {
		if r.w.keeping == k {
			maps.Copy(r.seen, seen)
			r.ended, r.newest = ended, newest
			r.readMarks()
		}
	}
}

// readMarks brings the marks to what the study says, and what was seen besides.
func (r *reviewing) readMarks() {
	if sum := r.w.keeping.source.SHA256; sum != "" && sum != r.sha {
		if r.sha != "" { // the file holds another image by now
			r.seen = map[int]bool{}
		}
		r.sha = sum
	}
	r.marks = r.w.studyInfo().Slices
	for k := range r.seen {
		r.marks.See(k)
	}
	r.keepSeen()
	r.show()
}

// register plugs in what keys and menu do.
func (r *reviewing) register(k *tool.Dispatcher) {
	k.Handle(tool.ReviewNext, r.next)
	k.Handle(tool.ReviewPrevious, r.previous)
	k.Handle(tool.ReviewAccepted, func() { r.tick(review.Accepted) })
	k.Handle(tool.ReviewCorrected, func() { r.tick(review.Corrected) })
	k.Handle(tool.ReviewProblem, func() { r.tick(review.Problem) })
	k.Handle(tool.ReviewUntick, r.untick)
}

// progress counts the slices of the open case, and the most doubtful of them.
func (r *reviewing) progress(v *volume.Volume) (all, worst review.Progress) {
	return r.marks.Progress(v.Size[2]), r.marks.ProgressOf(r.worst)
}
