package ui

import (
	"context"
	"errors"
	"os"
	"sync/atomic"
	"time"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/pipeline"
	"opacity/app/study"
	"opacity/app/text"
	"opacity/app/volume"
	"opacity/app/worklist"
)

// canSegmentAll reports whether the model can be run on the list.
func (c *workList) canSegmentAll() bool {
	return c.list != nil && c.w.opts.Segmenter != nil && c.w.opts.Opener != nil && c.list.Studies != "" &&
		!c.w.blinded() && !c.jobs.Running(jobCasesSegment)
}

// segmentAll runs the model beside the window on every case that none has run on
// and that nobody has corrected or accepted: what was said was said of the mask as
// it is.
func (c *workList) segmentAll() {
	w := c.w
	if !c.canSegmentAll() {
		return
	}
	if problem := w.model().Problem; problem != nil {
		w.bands.fail(problem)
		return
	}
	k := &keeper{c: c, folder: c.list.Studies, program: w.opts.Version, reader: w.reader(), list: c.list, look: w.lookup(c.list.Studies)}
	var todo []worklist.Entry
	for _, e := range c.list.Entries() {
		switch {
		case e.Model != "":
		case e.Judged():
			k.left = append(k.left, e.Case)
		default:
			todo = append(todo, e)
		}
	}
	if len(todo) == 0 {
		said := w.t("ui.cases.all_run")
		if len(k.left) > 0 {
			said = w.t("ui.cases.none_to_run", len(k.left), someOf(k.left))
		}
		w.status.note(said)
		return
	}
	o := pipeline.Options{Request: app.SegmentRequest{Model: w.model().Key(), Device: w.prefs.Device}}
	done := 0
	w.status.start(jobCasesSegment, w.t("ui.cases.segment"), c.stopSegmenting)
	job.Run(c.jobs, jobCasesSegment, func(ctx context.Context, report func(job.Progress)) ([]pipeline.Failure, error) {
		p := pace{report: report, begun: time.Now()}
		return worklist.Segment(ctx, todo, w.opts.Opener, pipeline.Tools{Segmenter: w.opts.Segmenter}, o, worklist.Hooks{
			Begin: p.begin, Progress: p.progress, Keep: k.keep,
			Done: func(e worklist.Entry, out pipeline.Outcome, unsure *float64) {
				w.dispatch(func() {
					done++
					c.ran(k.list, e.Case, out.Report.Model.ID, unsure)
				})
			},
		})
	}, func(p job.Progress) { w.status.progress(jobCasesSegment, p) }, func(failed []pipeline.Failure, err error) {
		w.status.end(jobCasesSegment)
		failed = k.takeLeft(failed)
		switch {
		case errors.Is(err, context.Canceled):
			w.status.say(w.t("ui.cases.segment_stopped", done) + k.spared())
		case err != nil:
			w.bands.failAbout(jobCasesSegment, err)
		case len(failed) > 0:
			said := w.t("ui.cases.segmented_some", done, len(failed), namesOf(failed)) + k.spared()
			w.bands.tell(jobCasesSegment, said, w.failures(failed))
			w.status.say(said)
		default:
			w.bands.settled(jobCasesSegment)
			w.status.say(w.t("ui.cases.segmented", done) + k.spared())
		}
		c.refresh()
		w.refreshActions()
	})
	c.refresh()
	w.refreshActions()
}

func (c *workList) stopSegmenting() { c.jobs.Cancel(jobCasesSegment) }

// ran takes in that the model has run on a case.
func (c *workList) ran(list *worklist.List, name, model string, unsure *float64) {
	if c.list == nil || list != c.list && c.list.Path() != list.Path() {
		return
	}
	c.list.Ran(name, model, unsure)
	c.changed()
	if c.by == worklist.ByUncertainty {
		c.arrange()
	}
	c.refresh()
}

// pace tells how far the run over all cases is.
type pace struct {
	report func(job.Progress)
	begun  time.Time
	at     time.Time // when the case under way was begun
	name   string
	n, of  int
}

func (p *pace) begin(e worklist.Entry, n, of int) {
	p.name, p.n, p.of, p.at = e.Case, n, of, time.Now()
	p.progress(job.Progress{})
}

// progress counts cases; the time left is known once one is over.
func (p *pace) progress(job.Progress) {
	out := job.Progress{Stage: text.M("ui.cases.segmenting", p.name), Done: p.n, Total: p.of}
	if over := p.n - 1; over > 0 {
		spent := p.at.Sub(p.begun)
		out.Left = max(0, spent/time.Duration(over)*time.Duration(p.of-over)-time.Since(p.at))
	}
	p.report(out)
}

// keeper puts what a model proposes into the studies of a list's cases.
type keeper struct {
	c                       *workList
	list                    *worklist.List
	folder, program, reader string
	look                    lookup
	left                    []string // cases that somebody has corrected or accepted
	again                   []string // cases with ticked slices that the run has changed
}

// errGone says that the window, or the list, went before it answered.
var errGone = errors.New("no window")

// ask runs f on the window's goroutine and returns what it says. Where ctx ends
// first, f is not run any more.
func ask[T any](ctx context.Context, dispatch job.Dispatcher, f func() T) (T, error) {
	answer := make(chan T, 1)
	var begun atomic.Bool
	dispatch(func() {
		if begun.CompareAndSwap(false, true) {
			answer <- f()
		}
	})
	select {
	case a := <-answer:
		return a, nil
	case <-ctx.Done():
		if !begun.CompareAndSwap(false, true) {
			return <-answer, nil
		}
		var none T
		return none, errors.Join(errGone, ctx.Err())
	}
}

// Whose the case is that a result has come for.
const (
	nobodys  = iota // its study can be written
	settling        // that is known in a moment
	open            // the window has it
	judged          // somebody has corrected or accepted it by now
	gone            // its list is not open any more
)

// settlingPolls is how often it is asked whether a case has come or gone.
const settlingPolls = 50 * time.Millisecond

// keep puts a model's proposal into the study of a case, which is made where
// there is none. What hands have touched there stays as it is. The open case gets
// it as from a run of its own; one that is left before it could be, as the others.
func (k *keeper) keep(ctx context.Context, e worklist.Entry, s app.Series, v *volume.Volume, r *app.SegmentResult) error {
	w, c := k.c.w, k.c
	p := &offer{result: r}
	for {
		whose, err := ask(ctx, w.dispatch, func() int { return k.whose(e.Case) })
		if err != nil {
			return err
		}
		switch whose {
		case gone:
			return errGone
		case judged:
			return errJudged
		case settling:
		case open:
			if done, err := k.adopt(ctx, e.Case, p); done || err != nil {
				return err
			}
		case nobodys:
			ticked, err := k.write(ctx, s, v, p)
			w.dispatch(func() {
				if ticked {
					k.again = append(k.again, e.Case)
				}
				c.written(k.list, e.Case)
			})
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(settlingPolls):
		}
	}
}

// whose says whose a case is, and keeps the window from opening it where it is to
// be written.
func (k *keeper) whose(name string) int {
	w, c := k.c.w, k.c
	switch {
	case c.list != k.list:
		return gone
	case w.session.Loading(), w.jobs.Running(jobOpen) && (c.wanted == name || c.present == name):
		return settling
	case k.judged(name):
		return judged
	case k.isOpen(name):
		return open
	}
	c.writing = name
	return nobodys
}

// isOpen reports whether the window shows a case of the list, all of it.
func (k *keeper) isOpen(name string) bool {
	w, c := k.c.w, k.c
	return c.list == k.list && !w.session.Loading() && !w.jobs.Running(jobOpen) &&
		c.opens(name) && (c.present == name || c.wanted == name)
}

// written opens a case that was waited for while it was being written.
func (c *workList) written(list *worklist.List, name string) {
	if c.list != list || c.writing != name {
		return
	}
	c.writing = ""
	if then := c.waiting; then != nil {
		c.waiting = nil
		then()
	}
}

// offer is what a model found, and where that was kept.
type offer struct {
	result *app.SegmentResult
	kept   string // folder of the study that has it; "" for none yet
}

// in puts a proposal into a study, once, under the numbers that its labels have there.
func (p *offer) in(ctx context.Context, s *study.Study, to mask.Renumbering) error {
	if p.kept == s.Folder() {
		return nil
	}
	p.result = p.result.Renumbered(to)
	r := p.result
	if err := s.KeepProposal(ctx, study.ModelOf(r), study.Proposal{Mask: r.Mask, Probabilities: r.Probabilities}); err != nil {
		return err
	}
	p.kept = s.Folder()
	return nil
}

// adoptPatience is how long the open case may take until it has a study.
const adoptPatience = 10 * time.Second

// adopt gives the open case what was found for it; done is false where it was
// left meanwhile. Another case may be open by the time the window gets to it, which
// is given nothing.
func (k *keeper) adopt(ctx context.Context, name string, p *offer) (done bool, err error) {
	w := k.c.w
	type holder struct {
		study   *study.Study // nil where none can be made: it is in memory then
		attempt int
		numbers mask.Renumbering
		left    bool
		err     error
	}
	answer := make(chan holder, 1)
	w.dispatch(func() {
		if !k.isOpen(name) {
			answer <- holder{left: true}
			return
		}
		if s := w.keeping.looking; s != nil {
			answer <- holder{err: s.ReadOnly()}
			return
		}
		of, attempt := w.keeping, w.opening
		numbers, err := w.session.Renumber(p.result.Model.Labels)
		w.whenKept(func() { answer <- holder{study: of.study, attempt: attempt, numbers: numbers, err: err} })
	})
	var h holder
	select {
	case h = <-answer:
	case <-time.After(adoptPatience):
		return false, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
	if h.left || h.err != nil {
		return false, h.err
	}
	var kept error
	if h.study != nil {
		kept = p.in(ctx, h.study, h.numbers)
	} else {
		p.result = p.result.Renumbered(h.numbers)
	}
	still, asked := ask(ctx, w.dispatch, func() bool {
		if h.attempt != w.opening || w.study() != h.study || !k.isOpen(name) {
			return false
		}
		if kept == nil {
			_, before := w.session.History()
			if err = adopt(w.session, p.result); err == nil {
				w.holdUnlessStep(before, (*study.Study).HoldRun)
			}
			w.inspector.refresh()
		} else {
			err = kept
		}
		return true
	})
	if asked != nil {
		return false, asked
	}
	return still, err
}

// adopt makes a step of a proposal.
func adopt(s *app.Session, r *app.SegmentResult) error {
	_, err := s.Adopt(text.M("ui.step.segment", r.Model.Title), r)
	return err
}

// write puts a proposal into a study that is not open; ticked says that it has
// changed slices there that were ticked.
func (k *keeper) write(ctx context.Context, series app.Series, v *volume.Volume, p *offer) (ticked bool, err error) {
	info := series.Info()
	sum, err := series.SHA256(ctx)
	if err != nil {
		return false, err
	}
	st, err := k.study(ctx, info, sum, v)
	if err != nil {
		return false, err
	}
	ticked, err = k.put(ctx, st, info, v, p)
	if e := st.Close(); err == nil {
		err = e
	}
	return ticked, err
}

// study opens the study of an image, or makes it.
func (k *keeper) study(ctx context.Context, info app.SeriesInfo, sum string, v *volume.Volume) (*study.Study, error) {
	k.c.w.closing.Wait() // the window may have left it just now
	if err := os.MkdirAll(k.folder, 0o700); err != nil {
		return nil, app.Fail(err, "app.folder_not_made", k.folder)
	}
	folder := k.look(info, sum).Folder
	if folder == "" {
		about := study.Info{
			Program: k.program, Reviewer: k.reader,
			Sources: []study.Source{{Path: absolute(info.Path), SHA256: sum, SeriesUID: info.Identity.SeriesUID}},
		}
		return study.Create(study.Unused(k.folder, study.FolderName(info)), about, v.Geometry, mask.New(v.Size, mask.DefaultLabels()))
	}
	st, _, err := study.Open(ctx, folder)
	if err == nil && st.ReadOnly() != nil {
		err = st.ReadOnly()
		_ = st.Close() // nothing was written
	}
	return st, err
}

// put makes a proposal a step of a study, as the reader's own run of the model
// would be in the window.
func (k *keeper) put(ctx context.Context, st *study.Study, info app.SeriesInfo, v *volume.Volume, p *offer) (ticked bool, err error) {
	if err := st.Fits(v.Geometry); err != nil {
		return false, err
	}
	if worklist.Judged(st.Info().State) {
		return false, errJudged // in another list, or at another computer
	}
	origins, err := st.Origins(ctx)
	if err != nil {
		return false, err
	}
	s := app.NewSession()
	s.Complete(info, v)
	if err := s.Restore(st.History(), origins); err != nil {
		return false, err
	}
	if err := st.SignIn(k.reader, k.program); err != nil {
		return false, err
	}
	to, err := s.Renumber(p.result.Model.Labels)
	if err != nil {
		return false, err
	}
	if err := p.in(ctx, st, to); err != nil {
		return false, err
	}
	_, before := s.History()
	if err := adopt(s, p.result); err != nil {
		return false, err
	}
	if _, applied := s.History(); applied <= before {
		if err := st.HoldRun(); err != nil {
			return false, err
		}
	}
	if ticked, err = overrun(s, st, k.reader); err != nil {
		return ticked, err
	}
	return ticked, st.Sync(ctx)
}
