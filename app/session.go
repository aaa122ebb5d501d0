package app

import (
	"slices"

	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/text"
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
	// whole grid. Also emitted for the preview of a running model.
	MaskChanged Signal[MaskEvent]
	// LabelsChanged: name, colour, visibility or lock of a label changed.
	LabelsChanged Signal[struct{}]
	// HistoryChanged: there is another step to undo or redo.
	HistoryChanged Signal[struct{}]
	// WarningsChanged: the doubts about the data or the result changed.
	WarningsChanged Signal[struct{}]
	// DirtyChanged: the mask gained changes that are not on disk, or lost them.
	DirtyChanged Signal[bool]

	info     SeriesInfo
	volume   *volume.Volume
	loaded   []bool // per slice k; nil when all are in
	mask     *mask.Mask
	history  *mask.History
	preview  *mask.Mask
	before   *mask.Mask   // the mask as it was when the model began
	origins  []provenance // of the mask after n steps; one more than there are steps
	dirty    bool         // as DirtyChanged told last
	revision int
}

// provenance is where a mask came from. It goes back and forth with the steps,
// so that a report never credits a model with a mask that it did not make.
type provenance struct {
	result   *SegmentResult   // nil where no model has run
	warnings []volume.Warning // of the model run or of the mask file
	file     bool             // it was read from a file
	saved    bool             // it is on disk as it is, or there is nothing of it to save
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
func NewSession() *Session { return &Session{} }

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
	s.Opened.Emit(OpenedEvent{Volume: v, Complete: true})
	s.WarningsChanged.Emit(struct{}{})
	s.HistoryChanged.Emit(struct{}{})
}

// Keep returns how to put everything back as it is now: for a load that shows
// slices as they come and may still fail.
func (s *Session) Keep() (restore func()) {
	info, v, loaded, m, h := s.info, s.volume, s.loaded, s.mask, s.history
	origins := s.origins
	return func() {
		if v == nil {
			s.Close()
			return
		}
		s.info, s.volume, s.loaded, s.mask, s.history = info, v, loaded, m, h
		s.preview, s.before, s.origins = nil, nil, origins
		s.revision++
		s.tellDirty()
		s.Opened.Emit(OpenedEvent{Volume: v, Complete: loaded == nil})
		s.WarningsChanged.Emit(struct{}{})
		s.HistoryChanged.Emit(struct{}{})
	}
}

// Close leaves the session with nothing open.
func (s *Session) Close() {
	s.info, s.volume, s.loaded, s.mask, s.history = SeriesInfo{}, nil, nil, nil, nil
	s.preview, s.before, s.origins = nil, nil, nil
	s.revision++
	s.tellDirty()
	s.Opened.Emit(OpenedEvent{})
	s.WarningsChanged.Emit(struct{}{})
	s.HistoryChanged.Emit(struct{}{})
}

func (s *Session) replace(info SeriesInfo, v *volume.Volume) {
	s.info, s.volume, s.loaded = info, v, nil
	s.mask = mask.New(v.Size, mask.DefaultLabels())
	s.history = mask.NewHistory(s.mask)
	s.preview, s.before, s.origins = nil, nil, []provenance{{saved: true}}
	s.revision++
	s.tellDirty()
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

// Shown returns the mask to draw: the preview of a running model, else Mask.
func (s *Session) Shown() *mask.Mask {
	if s.preview != nil {
		return s.preview
	}
	return s.mask
}

// Result returns the model run that the mask goes back to, corrected since or
// not, or nil where it goes back to none.
func (s *Session) Result() *SegmentResult {
	if o := s.origin(); o != nil {
		return o.result
	}
	return nil
}

// origin is where the mask as it is now came from; nil where nothing is open.
func (s *Session) origin() *provenance {
	if s.history == nil {
		return nil
	}
	_, applied := s.history.Steps()
	return &s.origins[applied]
}

// Revision counts changes of the mask; work started on one revision compares it
// before merging its result.
func (s *Session) Revision() int { return s.revision }

// Dirty reports whether the mask has changes that were not saved. A mask that
// was merely opened has none, and a saved one has none again once the steps
// taken since are taken back.
func (s *Session) Dirty() bool {
	o := s.origin()
	return o != nil && !o.saved
}

// MarkSaved says that the mask as it was at revision is on disk, and that what
// was there before is not any more.
func (s *Session) MarkSaved(revision int) {
	if s.history == nil || revision != s.revision {
		return
	}
	for i := range s.origins {
		s.origins[i].saved = false
	}
	s.origin().saved = true
	s.tellDirty()
}

// Annotated reports whether the mask says anything about a label: whether a
// voxel of it is drawn, or somebody looked for it. A mask file without a voxel of
// it, or a model that does not know it, says nothing, not even that there is none.
func (s *Session) Annotated(l mask.Label) bool {
	o := s.origin()
	switch {
	case o == nil || s.mask.Count(l.Layer, l.Value) > 0:
		return true
	case o.file:
		return false
	}
	return o.result == nil || o.result.Model.Finds(l)
}

// Warnings returns every doubt about the open study: the volume's own first,
// those about the mask as it is now last.
func (s *Session) Warnings() []volume.Warning {
	if s.volume == nil {
		return nil
	}
	return slices.Concat(s.volume.Warnings, s.origin().warnings, metrics.CutLungs(s.mask))
}

// Edit commits a change to the mask as one named step.
func (s *Session) Edit(step mask.Step) {
	o := *s.origin()
	o.saved = o.saved && step.Delta.Empty()
	s.commit(step, o)
	s.WarningsChanged.Emit(struct{}{})
}

func (s *Session) commit(made mask.Step, p provenance) {
	step, ok := s.history.Commit(made)
	if !ok {
		p.saved = s.origin().saved // no voxel changed, so there is no step to go with it
		*s.origin() = p
		return
	}
	_, applied := s.history.Steps()
	s.origins = append(s.origins[:applied:applied], p)
	s.changed(step.Box)
}

// SetMask replaces the labels at every voxel by those of m, which was read from a
// file, as one named step. What is doubtful about m stays on screen with it. It
// needs no saving, unless work that does comes before it.
func (s *Session) SetMask(name text.Message, m *mask.Mask, doubts ...volume.Warning) {
	s.mergeLabels(m)
	s.commit(mask.Step{Name: name, Tool: "file", Delta: mask.Diff(s.mask, m)}, provenance{warnings: doubts, file: true, saved: !s.Dirty()})
	s.WarningsChanged.Emit(struct{}{})
}

// Undo takes back the last step and returns it. The error is mask.ErrNoStep
// where there is none, or why it could not be read back.
func (s *Session) Undo() (mask.Step, error) { return s.step((*mask.History).Undo) }

// Redo applies the last undone step again and returns it. Errors are those of Undo.
func (s *Session) Redo() (mask.Step, error) { return s.step((*mask.History).Redo) }

func (s *Session) step(move func(*mask.History) (mask.Step, error)) (mask.Step, error) {
	if s.history == nil {
		return mask.Step{}, mask.ErrNoStep
	}
	step, err := move(s.history)
	if err != nil {
		return mask.Step{}, err
	}
	s.changed(step.Box)
	s.WarningsChanged.Emit(struct{}{})
	return step, nil
}

// History returns the steps, oldest first, and how many are applied. Read only.
func (s *Session) History() (steps []mask.Step, applied int) {
	if s.history == nil {
		return nil, 0
	}
	return s.history.Steps()
}

// BeginPreview shows an empty mask that a running model paints, until
// EndPreview or Adopt.
func (s *Session) BeginPreview() {
	s.preview, s.before = mask.New(s.volume.Size, s.mask.Labels()), s.mask.Snapshot()
	s.touched(volume.Whole(s.volume.Size))
}

// Preview shows the labels a running model found on a slice across any axis.
func (s *Session) Preview(at volume.Slice, labels [mask.Layers][]uint8) {
	if s.preview == nil {
		return
	}
	for l, values := range labels {
		s.preview.SetPlane(mask.Layer(l), at, values)
	}
	box := volume.Whole(s.volume.Size)
	box.Min[at.Axis], box.Max[at.Axis] = at.Index, at.Index+1
	s.touched(box)
}

// EndPreview shows the mask again: the model was cancelled or failed, and
// everything is as it was.
func (s *Session) EndPreview() {
	if s.preview == nil {
		return
	}
	s.preview, s.before = nil, nil
	s.touched(volume.Whole(s.volume.Size))
}

// Adopt merges a model's proposal as one named step and keeps the result for
// the report. What was changed while the model ran, after BeginPreview, is newer
// than what the model saw and stays as it is.
func (s *Session) Adopt(name text.Message, r *SegmentResult) {
	proposal := r.Mask
	if s.before != nil {
		if newer := mask.Diff(s.before, s.mask); !newer.Empty() {
			proposal = r.Mask.Snapshot()
			proposal.Overwrite(newer)
		}
	}
	s.preview, s.before = nil, nil
	s.mergeLabels(r.Mask)
	s.commit(mask.Step{Name: name, Tool: "model", Delta: mask.Diff(s.mask, proposal)}, provenance{result: r, warnings: r.Warnings})
	s.touched(volume.Whole(s.volume.Size))
	s.WarningsChanged.Emit(struct{}{})
}

// SetLabels replaces names, colours, visibility and locks of the labels.
func (s *Session) SetLabels(labels []mask.Label) error {
	if err := s.mask.SetLabels(labels); err != nil {
		return err
	}
	if s.preview != nil {
		_ = s.preview.SetLabels(labels) // the same list was accepted a line above
	}
	s.LabelsChanged.Emit(struct{}{})
	return nil
}

// mergeLabels adds the labels of m that the session's mask does not have.
func (s *Session) mergeLabels(m *mask.Mask) {
	labels, added := s.mask.Labels(), false
	for _, l := range m.Labels() {
		if _, there := s.mask.Label(l.Value); !there {
			labels, added = append(labels, l), true
		}
	}
	if added {
		_ = s.SetLabels(labels) // values unique: each was missing before
	}
}

func (s *Session) changed(box volume.Box) {
	s.revision++
	s.tellDirty()
	s.touched(box)
	s.HistoryChanged.Emit(struct{}{})
}

func (s *Session) touched(box volume.Box) {
	s.MaskChanged.Emit(MaskEvent{Box: box, Revision: s.revision})
}

func (s *Session) tellDirty() {
	if d := s.Dirty(); s.dirty != d {
		s.dirty = d
		s.DirtyChanged.Emit(d)
	}
}
