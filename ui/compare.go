package ui

import (
	"context"
	"slices"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/study"
)

// referenceFrom says where a reference came from.
type referenceFrom int

// The places, in the order in which the section offers them.
const (
	fromNowhere referenceFrom = iota // there is no reference
	fromModel
	fromFile
	fromStudy
)

// String is the end of the keys of its texts.
func (f referenceFrom) String() string {
	return [...]string{"nowhere", "model", "file", "study"}[f]
}

// reference is a mask that the mask at hand is compared with. It is no part of the
// study: nothing of it is drawn into the mask, kept or saved.
type reference struct {
	mask   *mask.Mask // nil for none; its labels have the values of the mask at hand
	from   referenceFrom
	name   string         // as the user knows it
	said   map[uint8]bool // labels that it says something of, if only that there is none
	moved  bool           // it was brought onto the grid of the scan from another
	absent []string       // labels of it that the mask at hand does not have
	study  string         // the ID of the study that it is the mask of; "" for none
	models []study.Model  // that were run in the study that it is of
}

// holds reports whether the model of a run was run in the study of the reference too.
func (r *reference) holds(run *app.SegmentResult) bool {
	return run != nil && slices.ContainsFunc(r.models, func(m study.Model) bool {
		same := m.ID == run.Model.ID && m.Version == run.Model.Version
		if m.SHA256 != "" && run.Model.SHA256 != "" {
			same = m.SHA256 == run.Model.SHA256
		}
		return same && !m.File
	})
}

// covers reports whether the reference says something of a label.
func (r *reference) covers(l mask.Label) bool { return r.said[l.Value] }

// comparing is the comparison with a reference.
type comparing struct {
	reference
	rows []comparedLabel // by label; nil while nothing is counted
	// asked is the revision of the mask that was measured last or is being measured.
	asked   int
	counted int    // the revision that rows are of
	whole   int    // the revision that rows have distances of too
	stop    func() // puts the measurement of distances off for good
	body    body   // of the open scan, once it is known
}

// jobDifference is the key of comparing whole masks for the pictures.
const jobDifference = "difference"

// connectReference keeps the comparison as the mask is.
func (w *Window) connectReference() {
	s := w.session
	w.viewer.WorkBeside(func(work func(context.Context) error, done func()) {
		job.Run(w.jobs, jobDifference, func(ctx context.Context, _ func(job.Progress)) (struct{}, error) {
			return struct{}{}, work(ctx)
		}, nil, func(_ struct{}, err error) {
			if err == nil {
				done()
			}
		})
	})
	s.Opened.Connect(func(app.OpenedEvent) { w.comparing.body = body{}; w.dropReference() })
	s.MaskChanged.Connect(func(app.MaskEvent) { w.referenceFollows() })
	s.HistoryChanged.Connect(func(struct{}) { w.referenceFollows() })
	s.WarningsChanged.Connect(func(struct{}) { w.referenceFollows() }) // another run of a model
}

// referenceRefused says why nothing can be compared with a reference now, "" where
// it can.
func (w *Window) referenceRefused() string {
	switch {
	case w.blinded():
		return w.t("ui.reference.blinded")
	case !w.hasStudy():
		return w.t("ui.refused.no_study")
	case w.session.Loading():
		return w.t("ui.refused.loading")
	case w.segmenting:
		return w.t("ui.refused.segmenting")
	}
	return ""
}

// mayCompare says why not where nothing can be compared.
func (w *Window) mayCompare() bool {
	why := w.referenceRefused()
	if why != "" {
		w.status.refuse(why)
	}
	return why == "" && len(w.modals) == 0
}

// toggleReference shows hits, misses and false alarms in the place of the labels,
// or the labels again. Without a reference it goes where one is chosen.
func (w *Window) toggleReference() {
	switch {
	case w.comparing.mask == nil:
		w.goToSection("reference")
		w.status.note(w.t("ui.reference.choose"))
		return
	case w.viewer.Reference() != nil:
		w.viewer.CompareWith(nil, nil)
	default:
		w.showReference()
	}
	w.refreshReference()
	w.refreshActions()
}

func (w *Window) showReference() { w.viewer.CompareWith(w.comparing.mask, w.comparing.covers) }

// takeReference compares with a mask from now on, and shows how it differs.
func (w *Window) takeReference(r reference) {
	w.forgetReference()
	w.comparing.reference = r
	w.showReference()
	w.bands.settled("reference")
	w.status.say(w.t("ui.reference.taken", r.name))
	if !w.plots.front { // its numbers, but figures that are looked at stay
		w.goToSection("reference")
	}
	w.measureReference()
	w.refreshReference()
	w.refreshActions()
}

// dropReference compares with nothing any more.
func (w *Window) dropReference() {
	if w.comparing.mask == nil {
		return
	}
	w.forgetReference()
	w.soon("reference", w.refreshReference)
	w.soon("actions", w.refreshActions)
}

func (w *Window) forgetReference() {
	if w.comparing.stop != nil {
		w.comparing.stop()
	}
	w.jobs.Cancel(jobOverlap)
	w.jobs.Cancel(jobDistances)
	w.comparing = comparing{body: w.comparing.body}
	w.viewer.CompareWith(nil, nil)
}

// compareWithModel compares with what the model made of the image, as it was.
func (w *Window) compareWithModel() {
	if !w.mayCompare() {
		return
	}
	r, ok := w.modelReference()
	if !ok {
		w.status.refuse(w.t("ui.compare.none"))
		return
	}
	w.takeReference(r)
}

func (w *Window) modelReference() (reference, bool) {
	result := w.session.Result()
	if result == nil || result.Mask == nil {
		return reference{}, false
	}
	r := reference{mask: result.Mask, from: fromModel, name: w.t("ui.reference.model_name", modelTitle(result.Model)), said: map[uint8]bool{}}
	for _, l := range w.session.Mask().Labels() {
		r.said[l.Value] = result.Covers(l)
	}
	return r, true
}

// referenceFollows measures again where the mask is another, and compares with the
// model's mask as it is.
func (w *Window) referenceFollows() {
	c := &w.comparing
	switch {
	case c.mask == nil:
		return
	case w.blinded():
		w.dropReference()
		return
	case c.from == fromModel && w.session.ModelMask() != c.mask && !w.segmenting:
		w.soon("reference.model", w.followModel)
		return
	case w.session.Revision() == c.asked:
		return
	}
	w.jobs.Cancel(jobDistances)                              // of a mask that is no more
	w.soon("reference.table", w.inspector.reference.refresh) // what is true no more goes
	w.soon("reference.measure", w.measureReference)
}

// followModel takes the mask of the run that the mask at hand goes back to now.
func (w *Window) followModel() {
	c := &w.comparing
	if c.from != fromModel || w.session.ModelMask() == c.mask {
		return
	}
	r, ok := w.modelReference()
	if !ok {
		w.dropReference()
		return
	}
	w.putReference(r, w.viewer.Reference() != nil)
}

// putReference puts a reference in the place of the one before, as shown as that was.
func (w *Window) putReference(r reference, shown bool) {
	w.forgetReference()
	w.comparing.reference = r
	if shown {
		w.showReference()
	}
	w.measureReference()
	w.refreshReference()
}

// keepReference returns how to compare with the same again once the image is back, or
// still there.
func (w *Window) keepReference() (back func()) {
	r, of, shown := w.comparing.reference, w.session.Volume(), w.viewer.Reference() != nil
	return func() {
		if r.mask != nil && w.session.Volume() == of && !w.blinded() {
			w.putReference(r, shown)
			w.referenceFollows() // a study that was read again has the model's mask anew
		}
	}
}

// refreshReference brings everything that compares with a reference in line.
func (w *Window) refreshReference() {
	if w.comparing.mask != nil && w.blinded() {
		w.forgetReference()
	}
	w.inspector.reference.refresh()
	w.inspector.compare.refresh()
	w.plots.refresh()
	w.legend.refresh()
	w.errors.refresh()
}
