package ui

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/safefile"
	"opacity/app/study"
	"opacity/app/worklist"
)

// keeping is what the window knows of the study that keeps the work on one case.
type keeping struct {
	study   *study.Study // nil while nothing keeps it
	looking *study.Study // where somebody else edits it: open for reading only

	// What a study is made of, once there is something to keep.
	source study.Source // without a hash there can be none
	name   string       // of its folder
	dir    string       // that its folder comes into; "" for nowhere
	begin  *mask.Mask   // before the first step
	draft  study.Info   // what is said of the case while there is no study

	wanted bool                // there is something to keep
	making bool                // the study is being made
	notes  []func(*study.Info) // made meanwhile
	made   []func()            // what waits for it

	failed   error        // why the last changes are not on disk
	tried    bool         // making it is to be tried again, a moment later
	labels   []mask.Label // as the study has them
	staged   bool         // a stroke under way is in the study
	found    recovered
	hints    []string // of other studies: see hints
	begunBy  string   // who made the study, where that is not who reads now
	anothers string   // whose study it is, where who reads now may begin an own one; "" for none
	moved    bool     // the study says that the work went on elsewhere
	clock    readingClock
}

// recovered is what was wrong with a study, and whether the user has seen it.
type recovered struct {
	study.Recovered
	seen bool
}

// study keeps the work on the case; nil while nothing does: nothing was done yet,
// or the case is open for looking only.
func (w *Window) study() *study.Study { return w.keeping.study }

// studyInfo is what is said of the case beside its mask, by its study or until
// there is one. Its maps and lists are the caller's.
func (w *Window) studyInfo() study.Info {
	k := w.keeping
	switch {
	case k.study != nil:
		return k.study.Info()
	case k.looking != nil:
		return k.looking.Info()
	}
	info := k.draft
	info.Slices, info.Models = maps.Clone(info.Slices), slices.Clone(info.Models)
	return info
}

// reader is who works.
func (w *Window) reader() string {
	if w.prefs.Reader != "" {
		return w.prefs.Reader
	}
	return study.SystemUser()
}

// note changes what is said of the case beside its mask, and makes the study
// where there is none yet. Open for looking only, nothing is said.
func (w *Window) note(change func(*study.Info)) {
	k := w.keeping
	switch {
	case k.study != nil:
		if err := k.study.Update(change); err != nil {
			w.bands.failAbout("study", err)
		}
	case k.looking != nil:
		w.status.note(w.t("ui.study.looking_note"))
		return
	default:
		change(&k.draft)
		if k.making {
			k.notes = append(k.notes, change)
		}
		w.whenKept(nil)
	}
	w.studyChanged.Emit(struct{}{})
}

// studiesFolder is where studies lie that no work list keeps; "" for nowhere.
func (w *Window) studiesFolder() string {
	if w.prefs.Studies != "" {
		return w.prefs.Studies
	}
	return w.opts.StudiesDir
}

// canKeep reports whether a study can be made of what is open.
func (w *Window) canKeep() bool {
	k := w.keeping
	return w.session.Volume() != nil && !w.session.Loading() && !w.sample && k.looking == nil && k.source.SHA256 != "" && k.dir != ""
}

// whenKept goes on once a study keeps the work, which is made where there is
// none; at once where there can be none. then may be nil. It is called too where the
// case was given up meanwhile, and looks whether it was.
func (w *Window) whenKept(then func()) {
	k := w.keeping
	if then == nil {
		then = func() {}
	}
	k.wanted = true
	if k.study != nil || !w.canKeep() {
		then()
		return
	}
	k.made = append(k.made, then)
	if !k.making {
		w.makeStudy(k)
	}
}

// jobMake is what the keys of the jobs begin with that make studies.
const jobMake = "study.make "

// makeStudy makes the study of the open case, beside the window.
func (w *Window) makeStudy(k *keeping) {
	k.making, k.notes = true, nil
	info, g, dir, name, begin := w.studyInfo(), w.session.Volume().Geometry, k.dir, k.name, k.begin
	info.Program, info.Sources, info.Reviewer = w.opts.Version, []study.Source{k.source}, w.reader()
	info.Case = w.session.Info().Case
	if info.State == "" {
		info.State, info.SaidBy, info.SaidAt = worklist.InWork, w.reader(), w.now().UTC().Round(0)
	}
	key := fmt.Sprint(jobMake, w.opening) // that of another case goes on
	job.Run(w.jobs, key, func(context.Context, func(job.Progress)) (*study.Study, error) {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, app.Fail(err, "ui.study.no_folder", dir, safefile.Reason(err))
		}
		return study.Create(study.Unused(dir, name), info, g, begin)
	}, nil, func(s *study.Study, err error) {
		k.making = false
		switch {
		case w.keeping != k: // its case was given up
			w.release(s)
		case err != nil:
			w.studyFailed(k, err)
			w.tryAgain(k)
		default:
			notes := k.notes
			w.attach(k, s)
			w.sayKept(s)
			for _, change := range notes {
				w.note(change)
			}
		}
		waiting := k.made
		k.made = nil
		for _, then := range waiting {
			then()
		}
		w.showKept()
	})
}

// retryMake is how long it takes until a study that could not be made is tried
// again.
const retryMake = 5e9 // 5 s

func (w *Window) tryAgain(k *keeping) {
	if k.tried {
		return
	}
	k.tried = true
	w.after(retryMake, func() {
		k.tried = false
		if w.keeping == k && k.failed != nil && k.study == nil {
			w.whenKept(nil)
		}
	})
}

// attach lets a study keep the work on the open case from now on, what was done
// before included.
func (w *Window) attach(k *keeping, s *study.Study) {
	if err := w.session.SetArchive(s.Begun(w.session.Origins())); err != nil {
		w.bands.failAbout("study", err)
		w.release(s)
		return
	}
	k.labels = k.begin.Labels()
	w.take(k, s)
	w.keepLabels()
	w.syncStudy()
	w.studyChanged.Emit(struct{}{})
}

// sayKept says once that nothing has to be saved, after what is said there and unless
// that matters more.
func (w *Window) sayKept(s *study.Study) {
	if w.status.why == "" && w.status.place == "" && w.keeping.study == s {
		kept := w.t("ui.study.kept_by_itself", studyTitle(s.Folder()))
		if said := w.status.said; said != "" && said != w.toolHint() {
			if !strings.HasSuffix(said, ".") {
				said += "."
			}
			kept = said + " " + kept // what the first stroke did comes first
		}
		w.status.say(kept)
	}
}

// take makes a study the one that keeps the case.
func (w *Window) take(k *keeping, s *study.Study) {
	k.study, k.looking = s, nil
	w.studyFailed(k, nil)
	s.Notify(func(err error) { w.dispatch(func() { w.studyFailed(k, err) }) })
	w.signIn(k, s)
	w.prefs.Working = s.Folder()
	w.remindPlace(s.Folder())
	w.prefs.save() // at once: it is for when the program is killed
	w.showTitle()
}

// release closes a study beside the window.
func (w *Window) release(s *study.Study) {
	if s == nil {
		return
	}
	if w.prefs.Working == s.Folder() {
		w.prefs.Working = ""
		w.savePreferences()
	}
	w.closing.Go(func() { _ = s.Close() }) // all is on disk, or the user knows
}

// drop gives up what keeps a case that is open no more.
func (w *Window) drop(k *keeping) {
	w.release(k.study)
	w.release(k.looking)
}

// keepLabels keeps which labels are seen and which are locked.
func (w *Window) keepLabels() {
	k, m := w.keeping, w.session.Mask()
	if k.study == nil || m == nil || w.session.Loading() {
		return
	}
	labels := m.Labels()
	if slices.Equal(labels, k.labels) {
		return
	}
	if err := k.study.SetLabels(labels); err != nil {
		w.bands.failAbout("study", err)
		return
	}
	k.labels = labels
}

// keepProposal keeps what a model found, and goes on when it is on disk or cannot
// be: then makes the step that adopts it, unless another case is open by now.
func (w *Window) keepProposal(r *app.SegmentResult, then func()) {
	k, attempt := w.keeping, w.opening
	w.whenKept(func() {
		s := k.study
		if s == nil {
			then()
			return
		}
		job.Run(w.jobs, "study.proposal", func(ctx context.Context, _ func(job.Progress)) (struct{}, error) {
			return struct{}{}, s.KeepProposal(ctx, study.ModelOf(r), study.Proposal{Mask: r.Mask, Probabilities: r.Probabilities})
		}, nil, func(_ struct{}, err error) {
			if err != nil && attempt == w.opening {
				w.bands.failAbout("study.proposal", err)
			}
			then()
		})
	})
}

// keepThreshold keeps which thresholds the step that comes next leads to.
func (w *Window) keepThreshold(value, threshold uint8) {
	if s := w.study(); s != nil {
		all := maps.Clone(w.session.Origin().Thresholds)
		if all == nil {
			all = map[uint8]uint8{}
		}
		all[value] = threshold
		if err := s.KeepThresholds(all); err != nil {
			w.bands.failAbout("study", err)
		}
	}
}

// holdUnlessStep keeps what the mask goes back to where no step came since there were
// so many.
func (w *Window) holdUnlessStep(before int, hold func(*study.Study) error) {
	_, applied := w.session.History() // they may be fewer, where undone ones are given up
	if s := w.study(); s != nil && applied <= before {
		if err := hold(s); err != nil {
			w.bands.failAbout("study", err)
		}
	}
}

func absolute(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
}
