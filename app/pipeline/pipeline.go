// Package pipeline does the main job without a window: load a series, let a
// model propose a mask, measure it, write mask and report.
package pipeline

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"time"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/metrics"
	"opacity/app/safefile"
	"opacity/app/text"
)

// Tools are the ports that a run goes through.
type Tools struct {
	Segmenter app.Segmenter
	Writer    app.Writer
}

// Options says what to do with each case.
type Options struct {
	Request   app.SegmentRequest
	Folder    string // results go to Folder/CASE
	Overwrite bool
	Version   string // of the program, for the report
}

// Case is one series to work on, under the name of its results.
type Case struct {
	Name   string
	Series app.Series
}

// Hooks tell how a run goes. Any may be nil.
type Hooks struct {
	Begin    func(c Case, number, of int) // number counts from 1
	Started  func(m app.ModelInfo, d app.Device)
	Progress func(p job.Progress)
	Done     func(o Outcome)
}

// Outcome is what a finished case left on disk.
type Outcome struct {
	Case   Case
	Folder string
	Files  []string // the mask first
	Report app.Report
}

// Failure is a case that could not be done.
type Failure struct {
	Name string
	Err  error
}

// Batch runs the cases one after another. A case that fails does not stop the
// others. Cancelled, Batch stops and returns ctx.Err() besides.
func Batch(ctx context.Context, cases []Case, t Tools, o Options, h Hooks) ([]Outcome, []Failure, error) {
	var done []Outcome
	var failed []Failure
	for n, c := range cases {
		if h.Begin != nil {
			h.Begin(c, n+1, len(cases))
		}
		out, err := Run(ctx, c, t, o, h)
		if ctx.Err() != nil {
			return done, failed, ctx.Err()
		}
		if err != nil {
			failed = append(failed, Failure{c.Name, err})
			continue
		}
		done = append(done, out)
		if h.Done != nil {
			h.Done(out)
		}
	}
	return done, failed, nil
}

// Run does one case. The case's folder is held from the beginning on, so that
// nobody waits for a model only to learn that there is no place for its results.
// Where Run fails or is cancelled (it returns ctx.Err() then) the folder is as it
// was before. What is wrong with the case itself is said with the input's path.
func Run(ctx context.Context, c Case, t Tools, o Options, h Hooks) (out Outcome, err error) {
	begin := time.Now()
	folder := filepath.Join(o.Folder, c.Name)
	if err := vacant(folder, o.Overwrite); err != nil {
		return Outcome{}, taken(ctx, folder, c, err)
	}
	held, err := reserve(folder)
	if err != nil {
		return Outcome{}, err
	}
	defer func() { held.release(err != nil) }()
	if err := vacant(folder, o.Overwrite); err != nil { // another run may have ended since
		return Outcome{}, err
	}
	hash := hashing(ctx, c.Series)
	v, err := c.Series.Load(ctx, app.LoadHooks{Progress: h.Progress})
	if err != nil {
		return Outcome{}, err
	}
	loaded := time.Since(begin)
	result, err := t.Segmenter.Segment(ctx, v, o.Request, app.SegmentHooks{Started: h.Started, Progress: h.Progress})
	if err != nil {
		return Outcome{}, about(c, err)
	}
	measured, err := metrics.Measure(ctx, v, result.Mask)
	if err != nil {
		return Outcome{}, err
	}
	measured.LeaveOut(result.Model.Finds)
	sum := <-hash
	if sum.err != nil {
		return Outcome{}, sum.err
	}
	info := c.Series.Info()
	info.Case = c.Name // two series may share a name of their own
	info.Warnings, info.Unit = v.Warnings, v.Unit
	report := app.Report{
		Version: o.Version, Info: info, SHA256: sum.hex, Unit: v.Unit,
		Model: &result.Model, Device: &result.Device, Timings: result.Timings,
		Measurements: measured, Made: result.Made(), Warnings: slices.Concat(result.Warnings, metrics.CutLungs(result.Mask)),
	}
	report.Timings.Load = loaded
	files, err := save(ctx, folder, t.Writer, o, saving{v, result, begin}, &report, h)
	if err != nil {
		return Outcome{}, err
	}
	return Outcome{Case: c, Folder: folder, Files: files, Report: report}, nil
}

// about puts the input before what a model says of it: a model knows a volume
// and not where it comes from.
func about(c Case, err error) error {
	var told *app.Error
	if !errors.As(err, &told) {
		return err
	}
	return &app.Error{Kind: told.Kind, Message: text.M("app.of_case", c.Series.Info().Path, told.Message), Err: err}
}

// vacant refuses a folder that holds results already or cannot be looked into,
// before any work is done.
func vacant(folder string, overwrite bool) error {
	names, err := safefile.Names(folder)
	if err != nil || overwrite {
		return err
	}
	for _, name := range names {
		if app.IsResult(name) {
			return app.Misuse("app.results_exist", filepath.Join(folder, name))
		}
	}
	return nil
}

// taken says, where a folder holds the results of another image, that it does: two
// inputs of one name, of which one could not be found before, are not taken for each
// other. Else it leaves the error as it is.
func taken(ctx context.Context, folder string, c Case, err error) error {
	there, ok := Reported(folder)
	if !ok || there.SHA256 == "" {
		return err
	}
	if sum, failed := c.Series.SHA256(ctx); failed != nil || sum == there.SHA256 {
		return err
	}
	return app.Misuse("app.results_of_another", folder, c.Series.Info().Path)
}

type digest struct {
	hex string
	err error
}

// hashing works out the input's hash beside the rest.
func hashing(ctx context.Context, s app.Series) <-chan digest {
	out := make(chan digest, 1)
	go func() {
		hex, err := s.SHA256(ctx)
		out <- digest{hex, err}
	}()
	return out
}

func progress(h Hooks, done, total int) {
	if h.Progress != nil {
		h.Progress(job.Progress{Stage: text.M("app.saving"), Done: done, Total: total})
	}
}
