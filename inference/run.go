package inference

import (
	"context"
	"errors"
	"time"

	"gorgonia.org/tensor"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/text"
	"opacity/app/volume"
)

// runner leads one network over one volume.
type runner struct {
	plan      *plan
	opened    Opened
	release   func(Opened) // keeps the network for the next run
	failed    bool         // the network did: it is not kept
	collector *collector
	items     [pipelined]*item
	sum       []float32 // of mirrored answers, where there are such
	spare     []float32
	timings   app.Timings
	name      string

	probabilities bool
	part          part
	middle        float64 // column i that provisionally parts left from right
}

// pipelined is how many batches are on the way at once: one is prepared and one
// collected while the network works on a third.
const pipelined = 3

// item is one batch on its way, with memory of its own.
type item struct {
	first, n int // slices
	in, out  *tensor.Dense
	inMem    any
	outMem   any
	cuts     []rect
}

// newRunner checks what the network gives against the metadata. The network is
// the runner's from here on: where it returns an error, it has been let go.
func newRunner(p *plan, l *loaded, o Opened, release func(Opened), req app.SegmentRequest) (r *runner, err error) {
	defer func() {
		if err != nil {
			release(o)
		}
	}()
	m := p.manifest
	channels, shape, err := outputShape(m, l.source.file(), o.Output.Shape, p)
	if err != nil {
		return nil, err
	}
	r = &runner{
		plan: p, opened: o, release: release, name: l.source.file(), probabilities: req.Probabilities,
		part: newPart(p.view, req),
	}
	if req.Probabilities {
		r.collector = newCollector(p, channels, r.part.kept())
	} else {
		r.collector = newCollector(p, channels, volume.Box{})
	}
	if len(m.Inference.TTA) > 0 {
		if o.Output.Type != tensor.Float32 {
			return nil, app.Refuse(nil, "inference.tta_type", l.source.file())
		}
		r.sum = make([]float32, shape.TotalSize())
		r.spare = make([]float32, p.rows*p.cols)
	}
	for n := range r.items {
		it := &item{cuts: make([]rect, m.Inference.Batch)}
		it.in, it.inMem = newTensor(inputShape(m.Input.Layout, m.Inference.Batch, p.channels(), p.rows, p.cols), dtypes[m.Input.DType])
		it.out, it.outMem = newTensor(shape, o.Output.Type)
		r.items[n] = it
	}
	r.middle, _ = midline(p.volume, 0, p.volume.Size[2])
	return r, nil
}

// outputShape fits what the model declares of its output to the pictures it is
// fed; open sizes (-1) are filled in.
func outputShape(m *Manifest, file string, declared tensor.Shape, p *plan) (channels int, shape tensor.Shape, err error) {
	for _, ch := range m.Output.Channels {
		channels = max(channels, ch.Index+1)
	}
	if len(declared) != 4 {
		return 0, nil, app.Refuse(nil, "inference.output_shape", file, m.Output.Name, declared)
	}
	at := 1
	if m.Input.Layout == "NHWC" {
		at = 3
	}
	needed := channels
	if declared[at] > 0 {
		channels = declared[at]
	}
	shape = inputShape(m.Input.Layout, m.Inference.Batch, channels, p.rows, p.cols)
	for n, d := range declared {
		if d > 0 && d != shape[n] {
			return 0, nil, app.Refuse(nil, "inference.output_shape", file, m.Output.Name, declared)
		}
	}
	if channels != needed {
		return 0, nil, app.Refuse(nil, "inference.output_channels", file, channels, needed)
	}
	return channels, shape, nil
}

// close lets go of the network. Nothing may be running.
func (r *runner) close() {
	if r.failed {
		r.opened.Network.Close()
		return
	}
	r.release(r.opened)
}

// slices leads the network over the volume: one goroutine prepares, one runs
// the network, and the caller's collects and tells the hooks.
func (r *runner) slices(parent context.Context, hooks app.SegmentHooks) error {
	ctx, stop := context.WithCancelCause(parent)
	defer stop(nil)
	free, ready, done := make(chan *item, pipelined), make(chan *item, pipelined), make(chan *item, pipelined)
	for _, it := range r.items {
		free <- it
	}
	finished := make(chan struct{}, 2)
	go func() {
		defer func() { close(ready); finished <- struct{}{} }()
		r.prepareAll(ctx, free, ready)
	}()
	go func() {
		defer func() { close(done); finished <- struct{}{} }()
		for it := range ready {
			begin := time.Now()
			if err := r.infer(ctx, it); err != nil {
				stop(err)
				return
			}
			r.timings.Infer += time.Since(begin)
			done <- it
		}
	}()
	r.collectAll(ctx, free, done, hooks)
	if r.collector.broken {
		stop(app.Fail(nil, "inference.not_numbers", r.name, r.opened.Device.Used))
	}
	<-finished // both goroutines use the network and the plan: wait for them
	<-finished
	if parent.Err() != nil {
		return parent.Err()
	}
	return context.Cause(ctx)
}

func (r *runner) prepareAll(ctx context.Context, free <-chan *item, ready chan<- *item) {
	batch := r.plan.manifest.Inference.Batch
	for s := r.part.first; s < r.part.after; s += batch {
		select {
		case it := <-free:
			begin := time.Now()
			r.prepare(it, s)
			r.timings.Preprocess += time.Since(begin)
			ready <- it
		case <-ctx.Done():
			return
		}
	}
}

// prepare fills an item with the batch that begins at slice s; a batch that
// runs past the end is filled up with the last slice.
func (r *runner) prepare(it *item, s int) {
	m := r.plan.manifest
	it.first, it.n = s, min(m.Inference.Batch, r.part.after-s)
	channels := r.plan.channels()
	for b := range m.Inference.Batch {
		at := min(s+b, r.plan.view.slices-1)
		for c := range channels {
			pix, _ := r.plan.channel(at, c)
			put(it.inMem, planeOf(m.Input.Layout, b, c, channels, len(pix)), pix)
		}
		_, it.cuts[b] = r.plan.picture(at)
	}
}

// infer runs the network on an item; with mirrored variants it is run on each
// and the answers, mirrored back, are averaged.
func (r *runner) infer(ctx context.Context, it *item) error {
	if err := r.run(ctx, it); err != nil || r.sum == nil {
		return err
	}
	out := it.outMem.([]float32)
	copy(r.sum, out)
	tta := r.plan.manifest.Inference.TTA
	for _, axes := range tta {
		r.mirror(it.inMem, it.in.Shape(), axes)
		err := r.run(ctx, it)
		r.mirror(it.inMem, it.in.Shape(), axes)
		if err != nil {
			return err
		}
		r.mirror(out, it.out.Shape(), axes)
		for n, x := range out {
			r.sum[n] += x
		}
	}
	for n, x := range r.sum {
		out[n] = x / float32(len(tta)+1)
	}
	return nil
}

func (r *runner) run(ctx context.Context, it *item) error {
	err := r.opened.Network.Run(ctx, it.in, it.out)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	r.failed = r.failed || err != nil
	var known *app.Error
	if err != nil && !errors.As(err, &known) {
		err = app.Fail(err, "inference.run_failed", r.name, r.opened.Device.Used, err.Error())
	}
	return err
}

// mirror flips every picture of a tensor along "x", "y" or both ("xy").
func (r *runner) mirror(mem any, shape tensor.Shape, axes string) {
	layout, channels := r.plan.manifest.Input.Layout, shape[1]
	if layout == "NHWC" {
		channels = shape[3]
	}
	rows, cols := r.plan.rows, r.plan.cols
	for n := range shape[0] {
		for c := range channels {
			at := planeOf(layout, n, c, channels, rows*cols)
			switch pix := mem.(type) {
			case []float32:
				flip(pix, at, rows, cols, axes)
			case []uint16:
				flip(pix, at, rows, cols, axes)
			case []uint8:
				flip(pix, at, rows, cols, axes)
			}
		}
	}
}

func flip[T any](pix []T, at plane, rows, cols int, axes string) {
	swap := func(a, b int) {
		a, b = at.offset+a*at.step, at.offset+b*at.step
		pix[a], pix[b] = pix[b], pix[a]
	}
	if axes != "y" {
		for y := range rows {
			for x := range cols / 2 {
				swap(y*cols+x, y*cols+cols-1-x)
			}
		}
	}
	if axes != "x" {
		for y := range rows / 2 {
			for x := range cols {
				swap(y*cols+x, (rows-1-y)*cols+x)
			}
		}
	}
}

// collectAll takes answers as they come, until none is left or ctx ends.
func (r *runner) collectAll(ctx context.Context, free chan<- *item, done <-chan *item, hooks app.SegmentHooks) {
	progress := newProgress(r.part.after - r.part.first)
	targets, _ := r.plan.manifest.targets()
	for it := range done {
		for b := range it.n {
			begin := time.Now()
			r.collector.take(it.outMem, b)
			r.collector.place(it.first+b, it.cuts[b])
			r.timings.Postprocess += time.Since(begin)
			if r.collector.broken || ctx.Err() != nil {
				return
			}
			if hooks.Slice != nil {
				axis := r.plan.view.slice.index
				at := volume.Slice{Axis: axis, Index: r.plan.view.voxel(it.first+b, 0, 0)[axis]}
				hooks.Slice(at, r.preview(at, targets))
			}
			if hooks.Progress != nil {
				hooks.Progress(progress.after(it.first + b + 1 - r.part.first))
			}
		}
		free <- it
	}
}

// progress tells how long the rest will take, from how long slices took.
type progress struct {
	total int
	begin time.Time
}

func newProgress(total int) *progress { return &progress{total, time.Now()} }

// warmup is how many slices must be done before their pace says anything.
const warmup = 3

func (p *progress) after(done int) job.Progress {
	out := job.Progress{Stage: text.M("inference.segmenting"), Done: done, Total: p.total}
	if done == warmup {
		p.begin = time.Now()
	}
	if done > warmup {
		pace := time.Since(p.begin) / time.Duration(done-warmup)
		out.Left = (pace * time.Duration(p.total-done)).Round(100 * time.Millisecond)
	}
	return out
}
