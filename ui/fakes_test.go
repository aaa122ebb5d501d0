package ui

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
	"opacity/ui/controls"
)

// queue is the window's goroutine in a test: what is dispatched waits until the
// test drains it, in order.
type queue struct {
	mu      sync.Mutex
	waiting []func()
}

func (q *queue) dispatch(f func()) {
	q.mu.Lock()
	q.waiting = append(q.waiting, f)
	q.mu.Unlock()
}

func (q *queue) next() func() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		return nil
	}
	f := q.waiting[0]
	q.waiting = q.waiting[1:]
	return f
}

// bench is a window in a test, with everything around it faked.
type bench struct {
	*Window
	t         testing.TB
	queue     *queue
	opener    *fakeOpener
	segmenter *fakeSegmenter
	writer    *fakeWriter
	chooser   *fakeChooser
	dir       string
}

func newBench(t testing.TB, change ...func(*Options)) *bench {
	t.Helper()
	a := test.NewTempApp(t)
	b := &bench{t: t, queue: &queue{}, opener: &fakeOpener{}, segmenter: &fakeSegmenter{}, writer: &fakeWriter{}, chooser: &fakeChooser{}, dir: t.TempDir()}
	o := Options{
		Opener: b.opener, Segmenter: b.segmenter, Writer: b.writer, Version: "1.2.3",
		Dispatch: b.queue.dispatch,
		After: func(_ time.Duration, f func()) func() { // at once, but in turn
			stopped := false
			b.queue.dispatch(func() {
				if !stopped {
					f()
				}
			})
			return func() { stopped = true }
		},
		SavePicture: func(_ context.Context, path string, _ Picture, _ bool) error {
			return os.WriteFile(path, []byte("png"), 0o600)
		},
	}
	for _, c := range change {
		c(&o)
	}
	b.Window = New(a, o)
	b.choose = b.chooser
	b.win.Resize(fyne.NewSize(1024, 700))
	b.until("the models are listed", func() bool { return len(b.models) > 0 })
	t.Cleanup(b.shut) // nothing writes into the test's folder while that is removed
	return b
}

// until drains the queue until something holds, and then what is left of it.
func (b *bench) until(what string, holds func() bool) {
	b.t.Helper()
	for end := time.Now().Add(10 * time.Second); !holds(); {
		if f := b.queue.next(); f != nil {
			f()
		} else if time.Now().After(end) {
			b.t.Fatalf("it never came that %s", what)
		} else {
			time.Sleep(time.Millisecond)
		}
	}
	b.settle()
}

// settle drains the queue until no work is under way.
func (b *bench) settle() {
	for quiet := 0; quiet < 3; {
		if f := b.queue.next(); f != nil {
			f()
			quiet = 0
			continue
		}
		if !b.looking() {
			quiet++
		}
		time.Sleep(time.Millisecond)
	}
}

// looking reports whether the window looks what is on a disk that answers at once.
func (b *bench) looking() bool {
	return slices.ContainsFunc([]string{jobVacant, jobLook, "open.missing", "labels.export"}, b.jobs.Running)
}

// openOne opens a fake series of the given case.
func (b *bench) openOne(name string, warnings ...volume.Warning) {
	b.t.Helper()
	b.opener.found = app.Scan{Series: []app.Series{newSeries(name, warnings...)}}
	b.Open(name)
	b.until(name+" is open", func() bool { return b.complete() && b.session.Info().Case == name })
}

// segmentOne opens a series and lets the model run to its end.
func (b *bench) segmentOne(name string) {
	b.t.Helper()
	b.openOne(name)
	b.segment()
	b.until("the model has run", func() bool { return !b.segmenting })
}

// item finds a menu item by the start of its label.
func (b *bench) item(menu, label string) *fyne.MenuItem {
	b.t.Helper()
	for _, m := range b.win.MainMenu().Items {
		if m.Label != menu {
			continue
		}
		for _, i := range m.Items {
			if len(i.Label) >= len(label) && i.Label[:len(label)] == label {
				return i
			}
		}
	}
	b.t.Fatalf("no item %s in menu %s", label, menu)
	return nil
}

// answer presses a button of the open dialog.
func (b *bench) answer(modal, id string) {
	b.t.Helper()
	b.settle()
	if len(b.modals) == 0 || b.modals[len(b.modals)-1].id != modal {
		b.t.Fatalf("the dialog %s is not open", modal)
	}
	m := b.modals[len(b.modals)-1]
	for i, a := range m.answers {
		if a.id == id {
			m.press(i)
			b.settle()
			return
		}
	}
	b.t.Fatalf("the dialog %s has no answer %s", modal, id)
}

// words are all the texts under an object.
func words(o fyne.CanvasObject) map[string]bool {
	found := map[string]bool{}
	for _, x := range test.LaidOutObjects(o) {
		switch x := x.(type) {
		case *controls.Line:
			found[x.Text] = true
		case *widget.Label:
			found[x.Text] = true
		case *widget.RichText:
			found[x.String()] = true
		case *controls.Button:
			found[x.Text] = true
		case *controls.Check:
			found[x.Text] = true
		}
	}
	return found
}

type fakeOpener struct {
	found app.Scan
	err   error
}

func (f *fakeOpener) Scan(_ context.Context, _ []string, report func(job.Progress)) (app.Scan, error) {
	report(job.Progress{Done: 1, Total: 1})
	return f.found, f.err
}

type fakeSeries struct {
	info   app.SeriesInfo
	v      *volume.Volume
	err    error         // of Load, after half of the slices
	halted chan struct{} // closed to let Load go on past half; nil: no halt
}

func newSeries(name string, warnings ...volume.Warning) *fakeSeries {
	size := volume.Size{16, 12, 8}
	g, src := volume.Canonical(size, volume.Affine{{2, 0, 0, 0}, {0, 2, 0, 0}, {0, 0, 5, 0}})
	v := &volume.Volume{Geometry: g, Source: src, Int16: make([]int16, size.Voxels()), Unit: volume.HU, Warnings: warnings}
	for i := range v.Int16 {
		v.Int16[i] = int16(i%1400) - 1000
	}
	return &fakeSeries{v: v, info: app.SeriesInfo{Path: name, Case: name, Size: size, Unit: volume.HU, Files: 8}}
}

func (s *fakeSeries) Info() app.SeriesInfo { return s.info }

func (s *fakeSeries) Load(ctx context.Context, h app.LoadHooks) (*volume.Volume, error) {
	h.Begin(s.v)
	h.Slices(0, 3)
	h.Progress(job.Progress{Done: 4, Total: 8})
	if s.halted != nil {
		select {
		case <-s.halted:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if s.err != nil {
		return nil, s.err
	}
	h.Slices(4, 7)
	return s.v, nil
}

func (s *fakeSeries) Middle(context.Context) (*volume.Volume, error) {
	v := *s.v
	v.Size[2] = 1
	v.Int16 = s.v.SliceInt16(4)
	return &v, nil
}

func (s *fakeSeries) SHA256(context.Context) (string, error) { return "abc", nil }

// fakeSegmenter finds a lung in the left half of the grid and infection in its middle.
type fakeSegmenter struct {
	halted chan struct{}
	err    error
}

func (f *fakeSegmenter) Models() []app.ModelInfo {
	return []app.ModelInfo{{ID: "m", Version: "1", Title: "Fake model", Licence: "CC0", Card: "# The card"}}
}

func (f *fakeSegmenter) Segment(ctx context.Context, v *volume.Volume, req app.SegmentRequest, h app.SegmentHooks) (*app.SegmentResult, error) {
	d := app.Device{Requested: req.Device, Used: "cpu", Reason: text.M("app.unexpected", "no CUDA")}
	model := f.Models()[0]
	h.Started(model, d)
	m := mask.New(v.Size, mask.DefaultLabels())
	for k := range v.Size[2] {
		var labels [mask.Layers][]uint8
		for l := range labels {
			labels[l] = make([]uint8, v.Size[0]*v.Size[1])
		}
		labels[mask.Anatomy][0], labels[mask.Anatomy][1], labels[mask.Findings][1] = mask.LeftLung, mask.RightLung, mask.Infection
		h.Slice(volume.Slice{Axis: 2, Index: k}, labels)
		for l := range labels {
			m.SetSlice(mask.Layer(l), k, labels[l])
		}
		h.Progress(job.Progress{Done: k + 1, Total: v.Size[2]})
		if f.halted != nil && k == 3 {
			select {
			case <-f.halted:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
	}
	return &app.SegmentResult{Mask: m, Model: model, Device: d}, f.err
}

type fakeWriter struct {
	mu      sync.Mutex
	done    []string
	reports []app.Report
}

// reported are the reports written so far.
func (f *fakeWriter) reported() []app.Report {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.reports
}

// wrote are the masks written so far.
func (f *fakeWriter) wrote() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.done
}

var errDisk = errors.New("disk full")

func (f *fakeWriter) WriteMask(_ context.Context, path string, _ *volume.Volume, _ *mask.Mask, overwrite bool) error {
	if filepath.Base(path) == "full.nii.gz" {
		return app.Fail(errDisk, "safefile.disk_full", path)
	}
	if _, err := os.Stat(path); err == nil && !overwrite {
		return app.Misuse("safefile.exists", path)
	}
	f.mu.Lock()
	f.done = append(f.done, path)
	f.mu.Unlock()
	return os.WriteFile(path, []byte("mask"), 0o600)
}

func (f *fakeWriter) WriteVolume(context.Context, string, *volume.Volume, bool) error { return nil }

func (f *fakeWriter) WriteProbability(context.Context, string, *volume.Volume, [][]uint8, bool) error {
	return nil
}

func (f *fakeWriter) WriteReport(_ context.Context, dir string, r app.Report, _ bool) ([]string, error) {
	path := filepath.Join(dir, "report.json")
	f.mu.Lock()
	f.reports = append(f.reports, r)
	f.mu.Unlock()
	return []string{path}, os.WriteFile(path, []byte(r.SHA256), 0o600)
}

// fakeChooser answers every question for a place with the same one, and one that
// comes back with it not at all.
type fakeChooser struct {
	path      string
	suggested string
	asked     int
}

func (f *fakeChooser) openFile(_, _ string, done func(string))   { f.answer(done) }
func (f *fakeChooser) openFolder(_, _ string, done func(string)) { f.answer(done) }

func (f *fakeChooser) saveFile(_, suggested string, done func(string)) {
	again := suggested == f.path // what was answered would not do
	f.suggested, f.asked = suggested, f.asked+1
	if !again {
		f.answer(done)
	}
}

func (f *fakeChooser) answer(done func(string)) {
	if f.path != "" {
		done(f.path)
	}
}
