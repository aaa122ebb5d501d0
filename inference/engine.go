package inference

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"github.com/adrg/xdg"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
)

// Options are what an Engine works with.
type Options struct {
	Runtime  Runtime
	Embedded fs.FS  // models that are part of the program; may be nil
	UserDir  string // where the user's own models are; "" for none
}

// UserModels is the folder where the user's own models are kept.
func UserModels() string { return filepath.Join(xdg.DataHome, "opacity", "models") }

// Engine runs models; it is the app.Segmenter. Safe for concurrent use.
type Engine struct {
	options  Options
	sessions sessions
}

var _ app.Segmenter = (*Engine)(nil)

// New returns an Engine.
func New(o Options) *Engine { return &Engine{options: o} }

// Close lets go of the network that is kept open between runs. A run under way
// goes on, and closes its own at its end.
func (e *Engine) Close() { e.sessions.close() }

// Segment proposes a mask of v; see app.Segmenter.
func (e *Engine) Segment(ctx context.Context, v *volume.Volume, req app.SegmentRequest, hooks app.SegmentHooks) (*app.SegmentResult, error) {
	start := time.Now()
	s, err := e.find(req.Model)
	if err != nil {
		return nil, err
	}
	l, err := e.load(s, req.Sidecar)
	if err != nil {
		return nil, err
	}
	if err := suits(l, v); err != nil {
		return nil, err
	}
	if req.Device == "" {
		req.Device = "auto"
	}
	result, err := e.run(ctx, l, v, req, hooks, text.Message{})
	if errors.Is(err, ErrDeviceMemory) && req.Device == "auto" {
		req.Device = "cpu"
		result, err = e.run(ctx, l, v, req, hooks, text.M("inference.on_cpu", text.M("inference.cuda_memory")))
	}
	if err != nil {
		return nil, err
	}
	result.Timings.Total = time.Since(start)
	return result, nil
}

// run is one run of a model from its opening to the mask. why says why it is on
// the CPU though any device would do; empty where it is not a second attempt.
func (e *Engine) run(ctx context.Context, l *loaded, v *volume.Volume, req app.SegmentRequest, hooks app.SegmentHooks, why text.Message) (*app.SegmentResult, error) {
	stage(hooks, "inference.opening")
	r, err := e.open(ctx, l, v, req)
	if err != nil {
		return nil, err
	}
	defer r.close()
	device := r.opened.Device
	if !why.IsZero() {
		device.Requested, device.Reason = "auto", why
	}
	if hooks.Started != nil {
		hooks.Started(l.info, device)
	}
	stage(hooks, "inference.preparing")
	if err := r.plan.measure(ctx); err != nil {
		return nil, err
	}
	if err := r.slices(ctx, hooks); err != nil {
		return nil, err
	}
	result, err := r.finish(ctx, hooks)
	if err != nil {
		return nil, err
	}
	result.Model, result.Device = l.info, device
	return result, nil
}

// stage reports what is being done, without a count.
func stage(hooks app.SegmentHooks, key string) {
	if hooks.Progress != nil {
		hooks.Progress(job.Progress{Stage: text.M(key)})
	}
}

// suits refuses a volume that is not what the model was made for.
func suits(l *loaded, v *volume.Volume) error {
	m := l.manifest
	if got := v.Identity.Modality; got != "" && m.Input.Modality != "any" && got != m.Input.Modality {
		return app.Refuse(nil, "inference.modality", m.ID, m.Input.Modality, got)
	}
	switch m.Input.Unit {
	case "HU":
		if v.Unit != volume.HU {
			return app.Refuse(nil, "inference.needs_hu", m.ID)
		}
	case "uint8":
		if lo, hi := v.Range(); lo < 0 || hi > 255 {
			return app.Refuse(nil, "inference.needs_bytes", m.ID, int(lo), int(hi))
		}
	}
	return nil
}

// open compiles the plan for a volume and opens the network for it, or takes the
// one that an earlier run left open. Opening a network cannot be stopped:
// cancelled, it is left to end by itself, and is there for the next run.
func (e *Engine) open(ctx context.Context, l *loaded, v *volume.Volume, req app.SegmentRequest) (*runner, error) {
	p, err := newPlan(l.manifest.ID, l.manifest, v)
	if err != nil {
		return nil, err
	}
	if e.options.Runtime == nil {
		return nil, app.Fail(nil, "inference.no_runtime")
	}
	m := l.manifest
	device := req.Device
	if device == "" {
		device = "auto"
	}
	spec := NetworkSpec{
		Name: l.source.file(), Model: l.bytes, Output: m.Output.Name, Device: device, Threads: req.Threads,
		Input: Port{m.Input.Name, inputShape(m.Input.Layout, m.Inference.Batch, p.channels(), p.rows, p.cols), dtypes[m.Input.DType]},
	}
	key := sessionKey(l, spec)
	release := func(o Opened) { e.sessions.give(key, o) }
	if o, ok := e.sessions.take(key); ok {
		return newRunner(p, l, o, release, req)
	}
	type answer struct {
		opened Opened
		err    error
	}
	done := make(chan answer, 1)
	go func() {
		opened, err := e.options.Runtime.Open(spec)
		done <- answer{opened, err}
	}()
	select {
	case a := <-done:
		if a.err != nil {
			return nil, a.err
		}
		return newRunner(p, l, a.opened, release, req)
	case <-ctx.Done():
		go func() {
			if a := <-done; a.err == nil {
				release(a.opened)
			}
		}()
		return nil, ctx.Err()
	}
}

// finish turns what was found into a mask: the model's postprocessing, left and
// right told apart, channels mapped to labels.
func (r *runner) finish(ctx context.Context, hooks app.SegmentHooks) (*app.SegmentResult, error) {
	begin := time.Now()
	stage(hooks, "inference.postprocessing")
	m, v := r.plan.manifest, r.plan.volume
	r.takeAround()
	warnings, err := postprocess(ctx, m, v, r.collector.found, r.collector.peaks)
	if err != nil {
		return nil, err
	}
	targets, labels := m.targets()
	result := &app.SegmentResult{Mask: mask.New(v.Size, labels), Warnings: slices.Concat(r.plan.warnings, warnings)}
	sheets := sheetSet{size: v.Size}
	for _, t := range targets {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		found := r.collector.found[t.channel]
		if found.Empty() && t.layer == mask.Anatomy {
			result.Warnings = append(result.Warnings, warn(volume.WarnModel, "inference.found_nothing", m.Output.Channels[t.channel].Label))
		}
		if !t.split() {
			sheets.add(t.layer, t.value, found)
			continue
		}
		left, right := SplitLungs(found, v)
		sheets.add(t.layer, t.left, left)
		sheets.add(t.layer, t.right, right)
		if sidesDoubtful(left, right) {
			result.Warnings = append(result.Warnings, warn(volume.WarnSides, "inference.sides_doubtful"))
		}
	}
	sheets.paint(result.Mask)
	if r.part.whole(v) {
		if doubt, doubtful := littleLung(result.Mask, v); doubtful {
			result.Warnings = append(result.Warnings, doubt)
		}
	}
	result.Thresholds = map[string]float64{}
	if r.probabilities {
		result.Probabilities = map[string][][]uint8{}
	}
	for _, t := range targets {
		name := m.probabilityName(t)
		if r.probabilities {
			result.Probabilities[name] = r.collector.probabilities[t.channel]
		}
		if !m.Output.Exclusive {
			result.Thresholds[name] = m.Output.Channels[t.channel].Threshold
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r.timings.Postprocess += time.Since(begin)
	result.Timings = r.timings
	return result, nil
}

func warn(kind volume.WarningKind, key string, args ...any) volume.Warning {
	return volume.Warning{Kind: kind, Message: text.M(key, args...)}
}

// sheetSet collects sets of voxels by layer; later ones cover earlier ones.
type sheetSet struct {
	size volume.Size
	list []sheet
}

type sheet struct {
	layer mask.Layer
	value uint8
	set   *mask.Bits
}

func (s *sheetSet) add(l mask.Layer, value uint8, set *mask.Bits) {
	s.list = append(s.list, sheet{l, value, set})
}

// paint writes the sets into a mask, slice by slice.
func (s *sheetSet) paint(m *mask.Mask) {
	row := make([]uint8, s.size[0]*s.size[1])
	for k := range s.size[2] {
		for l := range mask.Layer(mask.Layers) {
			clear(row)
			any := false
			for _, sh := range s.list {
				if sh.layer == l && sh.set.Paint(k, row, sh.value) {
					any = true
				}
			}
			if any {
				m.SetSlice(l, k, row)
			}
		}
	}
}
