package worklist

import (
	"context"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/pipeline"
	"opacity/app/review"
	"opacity/app/volume"
)

// Hooks tell how the segmentation of many cases goes, on its goroutine. Any may
// be nil.
type Hooks struct {
	Begin    func(e Entry, number, of int) // number counts from 1
	Progress func(p job.Progress)
	// Keep takes what the model proposes, as into a study, before files are written;
	// its error fails the case. Probabilities are there whether asked for or not.
	Keep func(ctx context.Context, e Entry, s app.Series, v *volume.Volume, r *app.SegmentResult) error
	// Done tells what a finished case left on disk and how unsure the model was, for
	// List.Ran.
	Done func(e Entry, out pipeline.Outcome, uncertainty *float64)
}

// Segment runs a model on cases, one after another, each as pipeline.Run does
// it; without o.Folder no files are written, and what is found goes to h.Keep alone.
// Those that a model has run on are left out, but with o.Overwrite. A case that
// fails does not stop the others. Cancelled, Segment returns ctx.Err() besides.
// It works on copies of entries and may run beside the list.
func Segment(ctx context.Context, cases []Entry, opener app.Opener, t pipeline.Tools, o pipeline.Options, h Hooks) (failed []pipeline.Failure, err error) {
	var todo []Entry
	for _, e := range cases {
		if e.Model == "" || o.Overwrite {
			todo = append(todo, e)
		}
	}
	for n, e := range todo {
		if h.Begin != nil {
			h.Begin(e, n+1, len(todo))
		}
		err := segmentOne(ctx, e, opener, t, o, h)
		if ctx.Err() != nil {
			return failed, ctx.Err()
		}
		if err != nil {
			failed = append(failed, pipeline.Failure{Name: e.Case, Err: err})
		}
	}
	return failed, nil
}

func segmentOne(ctx context.Context, e Entry, opener app.Opener, t pipeline.Tools, o pipeline.Options, h Hooks) error {
	series, err := e.Series(ctx, opener, h.Progress)
	if err != nil {
		return err
	}
	j := &judge{Segmenter: t.Segmenter}
	if h.Keep != nil {
		j.keep = func(ctx context.Context, v *volume.Volume, r *app.SegmentResult) error {
			return h.Keep(ctx, e, series, v, r)
		}
	}
	t.Segmenter = j
	if o.Folder == "" {
		return propose(ctx, e, series, j, o.Request, h)
	}
	out, err := pipeline.Run(ctx, pipeline.Case{Name: e.Case, Series: caseOf{series, e.Case}}, t, o, pipeline.Hooks{Progress: h.Progress})
	if err == nil && h.Done != nil {
		h.Done(e, out, j.uncertainty)
	}
	return err
}

// propose runs a model on a series, for h.Keep and nobody else.
func propose(ctx context.Context, e Entry, series app.Series, j *judge, request app.SegmentRequest, h Hooks) error {
	v, err := series.Load(ctx, app.LoadHooks{Progress: h.Progress})
	if err != nil {
		return err
	}
	r, err := j.Segment(ctx, v, request, app.SegmentHooks{Progress: h.Progress})
	if err != nil {
		return err
	}
	if h.Done != nil {
		h.Done(e, pipeline.Outcome{Report: app.Report{Model: &r.Model, Device: &r.Device, Timings: r.Timings}}, j.uncertainty)
	}
	return nil
}

// judge is a segmenter that looks at how unsure the result is.
type judge struct {
	app.Segmenter
	keep        func(ctx context.Context, v *volume.Volume, r *app.SegmentResult) error
	uncertainty *float64
}

// Segment asks for probabilities, and gives them on where they were asked for.
func (j *judge) Segment(ctx context.Context, v *volume.Volume, req app.SegmentRequest, hooks app.SegmentHooks) (*app.SegmentResult, error) {
	wanted := req.Probabilities
	req.Probabilities = true
	r, err := j.Segmenter.Segment(ctx, v, req, hooks)
	if err != nil {
		return nil, err
	}
	q, err := review.Rank(ctx, review.Input{Mask: r.Mask, Probabilities: r.Probabilities}, nil)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err == nil { // a mask whose probabilities do not fit is a mask all the same
		j.uncertainty = q.Uncertainty
	}
	if j.keep != nil {
		if err := j.keep(ctx, v, r); err != nil {
			return nil, err
		}
	}
	if !wanted {
		r.Probabilities = nil
	}
	return r, nil
}
