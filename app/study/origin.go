package study

import (
	"context"
	"maps"
	"math"
	"slices"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
)

// ModelOf describes a model's run for KeepProposal.
func ModelOf(r *app.SegmentResult) Model {
	m := r.Model
	thresholds := []Threshold{}
	for _, name := range slices.Sorted(maps.Keys(r.Probabilities)) {
		t := Threshold{name, 0.5}
		if own, there := r.Thresholds[name]; there {
			t.Value = own
		}
		thresholds = append(thresholds, t)
	}
	return Model{
		Thresholds: thresholds,
		ID:         m.ID, Version: m.Version, SHA256: m.SHA256, Title: m.Title, Source: m.Source, Licence: m.Licence,
		Labels: labelsOf(m.Labels), Doubts: doubtsOf(r.Warnings), Parts: partsOf(r.Parts), Device: deviceOf(r.Device),
	}
}

func deviceOf(d app.Device) *Device {
	out := Device{Requested: d.Requested, Used: d.Used, Name: d.Name}
	if !d.Reason.IsZero() {
		out.Reason = d.Reason.String()
	}
	if out == (Device{}) {
		return nil
	}
	return &out
}

func appDevice(d *Device) (out app.Device) {
	if d == nil {
		return out
	}
	out = app.Device{Requested: d.Requested, Used: d.Used, Name: d.Name}
	if d.Reason != "" {
		out.Reason = text.M("study.doubt", d.Reason)
	}
	return out
}

// KeepFile says that the next step takes the mask from a file of that name and
// hash, which may be "", and what is doubtful about it.
func (s *Study) KeepFile(name, sha256 string, doubts []volume.Warning) error {
	return s.addModel(Model{ID: name, SHA256: sha256, File: true, Doubts: doubtsOf(doubts)})
}

func (s *Study) addModel(m Model) error {
	return s.Update(func(i *Info) { i.Models, i.Held = append(i.Models, m), nil })
}

// Begun is the study as the archive of a history that was begun before it. origins[n]
// is what the mask after n steps goes back to: that of each step is kept ahead of it,
// as KeepProposal and KeepFile would have, but without what the models proposed.
func (s *Study) Begun(origins []app.Origin) mask.Archive {
	return &begun{Study: s, origins: origins}
}

type begun struct {
	*Study
	origins        []app.Origin
	kept, credited int // steps
}

// Keep may be called again for a step that could not be kept.
func (b *begun) Keep(step mask.Step) (ref int64, err error) {
	if n := b.kept + 1; n < len(b.origins) && b.credited < n {
		if err := b.credit(step, b.origins[n]); err != nil {
			return 0, err
		}
		b.credited = n
	}
	if ref, err = b.Study.Keep(step); err == nil {
		b.kept++
	}
	return ref, err
}

func (b *begun) credit(step mask.Step, o app.Origin) error {
	switch {
	case (step.Tool == toolModel || step.Tool == toolAgain) && o.Result != nil:
		return b.addModel(ModelOf(o.Result))
	case step.Tool == mask.ToolFile:
		return b.KeepFile("", "", o.Warnings)
	case step.Tool == toolThreshold:
		return b.KeepThresholds(o.Thresholds)
	}
	return nil
}

// KeepThresholds says which thresholds the next step leads to, by label value,
// 0..255 for 0..1.
func (s *Study) KeepThresholds(thresholds map[uint8]uint8) error {
	list := []Threshold{}
	s.mu.Lock()
	for _, value := range slices.Sorted(maps.Keys(thresholds)) {
		list = append(list, Threshold{s.name(value), float64(thresholds[value]) / 255})
	}
	s.mu.Unlock()
	return s.Update(func(i *Info) { i.Thresholds, i.Held = list, nil })
}

// HoldThresholds says that the thresholds that were kept last change no voxel: no
// step leads to them, and they are those of the mask as it is.
func (s *Study) HoldThresholds() error { return s.holdBy(toolThreshold) }

// HoldRun says that no step came of the run or the file that was kept last: it found
// what was there already, and the mask goes back to it.
func (s *Study) HoldRun() error { return s.holdBy(toolModel) }

// HoldPart is HoldRun for a model that was run on a part.
func (s *Study) HoldPart() error { return s.holdBy(toolAgain) }

func (s *Study) holdBy(tool string) error {
	s.mu.Lock()
	applied := s.applied
	s.mu.Unlock()
	return s.Update(func(i *Info) { i.Held = &Held{applied, tool} })
}

// hold lets the mask as it is go back to what a step of Info.Held would.
func (s *state) hold() {
	tool := s.info.Held.Tool
	if tool != toolThreshold {
		s.heldModels = len(s.info.Models)
	}
	if o := s.originOf(mask.Step{Tool: tool}); o != nil {
		if s.held == nil {
			s.held = map[int]*origin{}
		}
		s.held[s.applied] = o
	}
}

// The tools of steps that go back to a model or a file, as app.Session names them.
const (
	toolModel     = "model"
	toolAgain     = "again" // a model on a part of the image
	toolThreshold = "threshold"
)

// origin is what a step goes back to: a model's run or a file, and thresholds
// that were set by hand since: by the names of that moment, and by label value, which no
// renaming changes.
type origin struct {
	model      *Model
	thresholds []Threshold
	cuts       map[uint8]uint8
}

// cut is what goes back to a model's run with the thresholds that were kept last, whose
// names are those of the labels as they are.
func (s *state) cut(m *Model) *origin {
	return &origin{m, s.info.Thresholds, cuts(s.info.Thresholds, s.labels)}
}

// originOf is what a step that comes after those that are applied goes back to;
// nil for those of hands, and where nothing is known.
func (s *state) originOf(step mask.Step) *origin {
	switch step.Tool {
	case toolModel, mask.ToolFile:
		if n := len(s.info.Models); n > 0 {
			return &origin{model: &s.info.Models[n-1]}
		}
	case toolAgain:
		if n := len(s.info.Models); n > 0 {
			o := &origin{model: &s.info.Models[n-1]}
			if before := s.lastOrigin(); before != nil {
				o.thresholds, o.cuts = before.thresholds, before.cuts // which the part is brought to
			}
			return o
		}
	case toolThreshold:
		if o := s.lastOrigin(); o != nil {
			return s.cut(o.model)
		}
	}
	return nil
}

// lastOrigin is what the steps that are applied go back to, nil for nothing known.
func (s *state) lastOrigin() *origin {
	for n := s.applied; n >= 0; n-- {
		if o := s.from(n); o != nil {
			return o
		}
	}
	return nil
}

// from is what the mask after n steps goes back to; nil where that is what it went back
// to before the last of them.
func (s *state) from(n int) *origin {
	if o, there := s.held[n]; there || n == 0 {
		return o
	}
	return s.origins[n-1]
}

// Origins is where the mask came from, for app.Session.Restore: each entry holds
// from that number of steps on, until the next. It reads the models' proposals;
// one that cannot be read any more is left out, with a warning that stays. A model
// that ran last and found what was there already made no step; where an older version
// did not say so it is known by its proposal.
func (s *Study) Origins(ctx context.Context) (map[int]app.Origin, error) {
	s.mu.Lock()
	known := make([]*origin, 1+len(s.origins))
	for n := range known {
		known[n] = s.from(n)
	}
	unstepped := s.unstepped()
	s.mu.Unlock()
	origins, runs := map[int]app.Origin{}, map[string]app.Origin{}
	for n, from := range known {
		if from == nil {
			continue
		}
		o, read := runs[from.model.Folder]
		if !read || from.model.Folder == "" { // files, and what was not kept, have none to tell them by
			var err error
			if o, err = s.run(ctx, from.model); err != nil {
				return nil, err
			}
			runs[from.model.Folder] = o
		}
		o.Thresholds = from.cuts
		origins[n] = o
	}
	if unstepped != nil {
		o, err := s.run(ctx, unstepped)
		if err != nil {
			return nil, err
		}
		if o.Result != nil && mask.Diff(s.Mask(), o.Result.Mask).Empty() {
			origins[len(known)-1] = o
		}
	}
	return origins, nil
}

// unstepped is the last model's run where no step is known to be its, and none was
// taken back; nil where there is none.
func (s *state) unstepped() *Model {
	n := len(s.info.Models)
	if n == 0 || n == s.heldModels || s.applied != len(s.steps) || s.info.Models[n-1].Folder == "" {
		return nil
	}
	last := s.info.Models[n-1]
	if slices.ContainsFunc(s.origins, func(o *origin) bool { return o != nil && o.model.Folder == last.Folder }) {
		return nil
	}
	return &last
}

// run is the origin that a model's run or a file is.
func (s *Study) run(ctx context.Context, m *Model) (app.Origin, error) {
	o := app.Origin{File: m.File, Warnings: warningsOf(m.Doubts)}
	if m.File {
		return o, nil
	}
	p, err := s.Proposal(ctx, *m)
	if ctx.Err() != nil {
		return o, ctx.Err()
	}
	if err != nil {
		lost := volume.Warning{Kind: volume.WarnModel, Message: text.M("study.no_proposal", s.folder, m.ID)}
		o.Warnings, o.Lost = append(o.Warnings, lost), true
		return o, nil
	}
	o.Result = &app.SegmentResult{
		Mask: p.Mask, Probabilities: p.Probabilities, Warnings: o.Warnings, Parts: appParts(m.Parts), Device: appDevice(m.Device),
		Model: app.ModelInfo{
			ID: m.ID, Version: m.Version, SHA256: m.SHA256, Title: m.Title, Source: m.Source, Licence: m.Licence,
			Labels: maskLabels(m.Labels),
		},
	}
	for _, t := range m.Thresholds {
		if o.Result.Thresholds == nil {
			o.Result.Thresholds = map[string]float64{}
		}
		o.Result.Thresholds[t.Label] = t.Value
	}
	return o, nil
}

func cuts(thresholds []Threshold, labels []mask.Label) map[uint8]uint8 {
	var out map[uint8]uint8
	for _, t := range thresholds {
		n := slices.IndexFunc(labels, func(l mask.Label) bool { return l.Name == t.Label })
		if n < 0 || t.Value < 0 || t.Value > 1 {
			continue
		}
		if out == nil {
			out = map[uint8]uint8{}
		}
		out[labels[n].Value] = uint8(math.Round(255 * t.Value))
	}
	return out
}

func doubtsOf(warnings []volume.Warning) []Doubt {
	var out []Doubt
	for _, w := range warnings {
		out = append(out, Doubt{w.Kind, w.Message.String(), w.Slice})
	}
	return out
}

func partsOf(parts []app.Part) []Part {
	var out []Part
	for _, p := range parts {
		out = append(out, Part(p))
	}
	return out
}

func appParts(parts []Part) []app.Part {
	var out []app.Part
	for _, p := range parts {
		out = append(out, app.Part(p))
	}
	return out
}

func warningsOf(doubts []Doubt) []volume.Warning {
	var out []volume.Warning
	for _, d := range doubts {
		out = append(out, volume.Warning{Kind: d.Kind, Message: text.M("study.doubt", d.Text), Slice: d.Slice})
	}
	return out
}
