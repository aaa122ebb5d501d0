package inference

import (
	"context"
	"fmt"
	"math"

	"opacity/app"
	"opacity/app/volume"
)

// CheckResult is what a model's self-test gave.
type CheckResult struct {
	Model  app.ModelInfo
	Device app.Device
	Tested bool // false where the metadata holds no test vector: it was opened only
	// Difference is the largest of mean, share over threshold and block means
	// from what the metadata states; Tolerance is what is allowed.
	Difference, Tolerance float64
}

// Check opens a model on a device, runs its test vector, and returns an error
// where the answer is not the one its metadata states. Cancelled, it returns
// ctx.Err().
func (e *Engine) Check(ctx context.Context, model, device string) (CheckResult, error) {
	s, err := e.find(model)
	if err != nil {
		return CheckResult{}, err
	}
	l, err := e.load(s, "")
	if err != nil {
		return CheckResult{Model: l.info}, err
	}
	return e.check(ctx, l, device)
}

// CheckAll checks a model as Check does and then every variant of it: metadata
// for other input that lies beside it as NAME.VARIANT.json. It stops at the first
// that fails and returns those that passed.
func (e *Engine) CheckAll(ctx context.Context, model, device string) (passed []CheckResult, err error) {
	s, err := e.find(model)
	if err != nil {
		return nil, err
	}
	list := []source{s}
	if s.variant == "" {
		list = append(list, s.variants()...)
	}
	for _, s := range list {
		l, err := e.load(s, "")
		if err != nil {
			return passed, err
		}
		r, err := e.check(ctx, l, device)
		if err != nil {
			return passed, err
		}
		passed = append(passed, r)
	}
	return passed, nil
}

func (e *Engine) check(ctx context.Context, l *loaded, device string) (CheckResult, error) {
	res := CheckResult{Model: l.info}
	v := rings()
	tv := l.manifest.TestVector
	if tv != nil && tv.Input != "rings.v1" {
		return res, app.Refuse(nil, "inference.later", l.source.file(), "test_vector.input "+tv.Input)
	}
	r, err := e.open(ctx, l, v, app.SegmentRequest{Device: device})
	if err != nil {
		return res, err
	}
	defer r.close()
	res.Device = r.opened.Device
	if err := r.plan.measure(ctx); err != nil {
		return res, err
	}
	it := r.items[0]
	r.prepare(it, 0)
	if err := r.infer(ctx, it); err != nil {
		return res, err
	}
	if tv == nil || len(tv.Channels) == 0 {
		return res, nil
	}
	r.collector.take(it.outMem, 0)
	res.Tested, res.Tolerance = true, tv.Tolerance
	for _, want := range tv.Channels {
		if want.Index >= len(r.collector.nets) {
			return res, app.Refuse(nil, "inference.output_channels", l.source.file(), len(r.collector.nets), want.Index+1)
		}
		threshold := 0.5
		for _, ch := range l.manifest.Output.Channels {
			if ch.Index == want.Index {
				threshold = ch.Threshold
			}
		}
		got := describe(r.collector.nets[want.Index], r.plan.rows, r.plan.cols, threshold)
		res.Difference = math.Max(res.Difference, got.distance(want))
	}
	if !(res.Difference <= tv.Tolerance) {
		return res, app.Fail(nil, "inference.check_failed", l.info.ID, r.opened.Device.Used, fmt.Sprintf("%.4f", res.Difference), fmt.Sprintf("%.4f", tv.Tolerance))
	}
	return res, nil
}

// describe sums a picture of probabilities up as a test vector does.
func describe(pix []float32, rows, cols int, threshold float64) TestChannel {
	var t TestChannel
	t.Grid8 = make([]float64, 64)
	count := make([]float64, 64)
	for y := range rows {
		for x := range cols {
			v := float64(pix[y*cols+x])
			t.Mean += v
			if v > threshold {
				t.OverThreshold++
			}
			n := y*8/rows*8 + x*8/cols
			t.Grid8[n] += v
			count[n]++
		}
	}
	t.Mean /= float64(rows * cols)
	t.OverThreshold /= float64(rows * cols)
	for n := range count {
		t.Grid8[n] /= math.Max(count[n], 1)
	}
	return t
}

func (t TestChannel) distance(o TestChannel) float64 {
	d := math.Max(math.Abs(t.Mean-o.Mean), math.Abs(t.OverThreshold-o.OverThreshold))
	for n, want := range o.Grid8 {
		d = math.Max(d, math.Abs(t.Grid8[n]-want))
	}
	return d
}

// rings makes the test input rings.v1 of SCHEMA.md: one slice of a body with two
// lungs and a focus, by integer arithmetic.
func rings() *volume.Volume {
	const n = 512
	inside := func(dx, dy, a, b int) bool { return dx*dx*b*b+dy*dy*a*a <= a*a*b*b }
	v := &volume.Volume{Unit: volume.HU, Int16: make([]int16, n*n)}
	v.Size = volume.Size{n, n, 1}
	v.Affine = volume.Affine{{0.7, 0, 0, 0}, {0, 0.7, 0, 0}, {0, 0, 1, 0}}
	for y := range n {
		for x := range n {
			dx, dy, t := 2*x-511, 2*y-511, (31*x+17*y)%97-48
			hu := -1000
			if inside(dx, dy, 460, 340) {
				hu = 40 + t
			}
			if inside(dx-220, dy, 170, 230) || inside(dx+220, dy, 170, 230) {
				hu = -850 + t
			}
			if inside(dx+220, dy-90, 60, 60) {
				hu = -450 + t
			}
			v.Int16[x+n*y] = int16(hu)
		}
	}
	return v
}
