package app

import (
	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/volume"
)

// Session is one study in progress: the volume on screen, the mask drawn on it,
// what a model proposed, and what is doubtful. There is one per window. It is
// not safe for concurrent use: it belongs to the goroutine that owns the
// window, and slow work hands its results to it through a job.Dispatcher.
type Session struct {
	// Opened: another volume is on screen. Emitted when its grid is known and
	// again, with Complete, when all voxels are in.
	Opened Signal[OpenedEvent]
	// SlicesLoaded: voxels of slices First..Last can be read.
	SlicesLoaded Signal[SliceRange]
	// MaskChanged: labels inside Box changed, or all of them where Box is the
	// whole grid. Also emitted for the preview of a running model or of an edit.
	MaskChanged Signal[MaskEvent]
	// LabelsChanged: there are other labels, or one has another name, colour,
	// visibility or lock.
	LabelsChanged Signal[struct{}]
	// HistoryChanged: there is another step to undo or redo.
	HistoryChanged Signal[struct{}]
	// GivenUp: a step was made after some were undone, which cannot be redone any
	// more: so many.
	GivenUp Signal[int]
	// Moved: undo, redo or a jump ended with this step, which changed labels: where
	// to look.
	Moved Signal[mask.Step]
	// Interrupted: something else is about to change the mask while a stroke goes
	// on. Whoever paints ends it now, by Record or Unpainted.
	Interrupted Signal[struct{}]
	// Archived: steps cannot be kept on disk, and why; nil once they all are again.
	Archived Signal[error]
	// WarningsChanged: the doubts about the data or the result changed.
	WarningsChanged Signal[struct{}]
	// Sign, where it is set, fills in who makes a step and with what settings.
	Sign func(*mask.Step)
	// DirtyChanged: the mask gained changes that are not on disk, or lost them.
	DirtyChanged Signal[bool]

	*study
	dirty    bool // as DirtyChanged told last
	revision int
}

// study is what is open, and what follows from it.
type study struct {
	info    SeriesInfo
	volume  *volume.Volume // nil where nothing is open
	loaded  []bool         // per slice k; nil when all are in
	mask    *mask.Mask
	history *mask.History
	origins []provenance // of the mask after n steps; one more than there are steps

	hands *mask.Touched // what hands touched in the first steps, as many as it has
	live  *metrics.Live // nil until numbers are asked for
	preview
	painting bool // a stroke is in the mask and in no step
}

// OpenedEvent tells of another volume.
type OpenedEvent struct {
	Volume   *volume.Volume // nil: the study was closed
	Complete bool
}

// SliceRange is slices First..Last, inclusive.
type SliceRange struct{ First, Last int }

// MaskEvent tells where labels changed, and which revision of the mask that made.
type MaskEvent struct {
	Box      volume.Box
	Revision int
}

// NewSession returns a session with nothing open.
func NewSession() *Session { return &Session{study: &study{}} }

// Begin opens a volume that is still loading: slices are read once SlicesIn has
// announced them. The study open before is gone.
func (s *Session) Begin(info SeriesInfo, v *volume.Volume) {
	s.replace(info, v)
	s.loaded = make([]bool, v.Size[2])
	s.Opened.Emit(OpenedEvent{Volume: v})
	s.WarningsChanged.Emit(struct{}{})
}

// SlicesIn says that slices first..last of the volume given to Begin can be read.
func (s *Session) SlicesIn(first, last int) {
	if s.loaded == nil {
		return
	}
	for k := max(first, 0); k <= min(last, len(s.loaded)-1); k++ {
		s.loaded[k] = true
	}
	s.SlicesLoaded.Emit(SliceRange{first, last})
}

// Complete hands over the finished volume, which may be another than the one
// given to Begin (a reader may find a smaller type). Without a Begin it opens.
func (s *Session) Complete(info SeriesInfo, v *volume.Volume) {
	if s.loaded == nil || s.volume == nil || s.volume.Size != v.Size {
		s.replace(info, v)
	}
	s.info, s.volume, s.loaded = info, v, nil
	s.tellOpened()
}

// Keep returns how to put the study back that is open now, with all that is done
// to it until another takes its place: for a load that shows slices as they come
// and may still fail.
func (s *Session) Keep() (restore func()) {
	was := s.study
	return func() {
		if was.volume == nil {
			s.Close()
			return
		}
		s.open(was)
		s.tellOpened()
	}
}

// Close leaves the session with nothing open.
func (s *Session) Close() {
	s.open(&study{})
	s.tellOpened()
}

func (s *Session) replace(info SeriesInfo, v *volume.Volume) {
	m := mask.New(v.Size, mask.DefaultLabels())
	s.open(&study{info: info, volume: v, mask: m, history: mask.NewHistory(m), hands: mask.NewTouched(v.Size), origins: []provenance{{saved: true}}})
}

// open puts a study in the place of what is open. A stroke that goes on there
// ends; a preview is of what was.
func (s *Session) open(next *study) {
	if s.painting {
		s.Interrupted.Emit(struct{}{})
	}
	s.study = next
	s.preview, s.painting, s.live = preview{}, false, nil
	if s.history != nil {
		s.history.Told = s.Archived.Emit
		s.history.Sign = s.sign
	}
	s.revision++
	s.tellDirty()
}

func (s *Session) sign(step *mask.Step) {
	if s.Sign != nil {
		s.Sign(step)
	}
}

func (s *Session) tellOpened() {
	s.Opened.Emit(OpenedEvent{Volume: s.volume, Complete: s.volume != nil && s.loaded == nil})
	s.WarningsChanged.Emit(struct{}{})
	s.HistoryChanged.Emit(struct{}{})
}

// Info returns what is known of the open series.
func (s *Session) Info() SeriesInfo { return s.info }

// Volume returns the open volume, or nil.
func (s *Session) Volume() *volume.Volume { return s.volume }

// Loading reports whether slices of the open volume are still missing.
func (s *Session) Loading() bool { return s.loaded != nil }

// Loaded returns, while loading, which slices k can be read; nil means all. The
// slice is the session's own: read only.
func (s *Session) Loaded() []bool { return s.loaded }

// Mask returns the mask to edit and to save, or nil where nothing is open.
func (s *Session) Mask() *mask.Mask { return s.mask }

// Revision counts changes of the mask; work started on one revision compares it
// before merging its result.
func (s *Session) Revision() int { return s.revision }
