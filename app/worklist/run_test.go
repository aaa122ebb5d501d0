package worklist_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"opacity/app"
	"opacity/app/imageio"
	"opacity/app/imageio/nifti"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/phantom"
	"opacity/app/pipeline"
	"opacity/app/volume"
	"opacity/app/worklist"
)

// chest writes a small chest and returns its mask.
func chest(t *testing.T, path string) *mask.Mask {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	v, m := phantom.New(phantom.Options{Size: volume.Size{32, 32, 8}})
	if err := nifti.WriteVolume(context.Background(), path, v, false); err != nil {
		t.Fatal(err)
	}
	return m
}

// folder holds three cases, and what is none.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	m := chest(t, filepath.Join(dir, "one", "ct.nii"))
	chest(t, filepath.Join(dir, "two", "ct.nii"))
	chest(t, filepath.Join(dir, "three.nii"))
	chest(t, filepath.Join(dir, "three.opacity", "checkpoint.nii"))
	chest(t, filepath.Join(dir, "out", "one", "prob_infection.nii.gz"))
	v, _ := phantom.New(phantom.Options{Size: volume.Size{32, 32, 8}})
	if err := nifti.WriteMask(context.Background(), filepath.Join(dir, "two", "drawn.nii"), v, m, false); err != nil {
		t.Fatal(err)
	}
	return dir
}

func scan(t *testing.T, dir string) []worklist.Entry {
	t.Helper()
	found, failed, err := worklist.Scan(context.Background(), imageio.Opener{}, dir, nil, nil, nil)
	if err != nil || len(failed) != 0 {
		t.Fatal(failed, err)
	}
	return found
}

func TestScan(t *testing.T) {
	dir := folder(t)
	found := scan(t, dir)
	var got []string
	for _, e := range found {
		got = append(got, e.Case+" "+strings.TrimPrefix(filepath.ToSlash(e.Path), filepath.ToSlash(dir)))
	}
	if want := []string{"one /one/ct.nii", "three /three.nii", "two /two/ct.nii"}; !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
	for _, e := range found {
		s, err := e.Series(context.Background(), imageio.Opener{}, nil)
		if err != nil || s.Info().Path != e.Path {
			t.Errorf("%s: %v", e.Case, err)
		}
	}
	if err := os.Remove(found[0].Path); err != nil {
		t.Fatal(err)
	}
	if _, err := found[0].Series(context.Background(), imageio.Opener{}, nil); err == nil {
		t.Error("a case that is gone is found")
	}
	anonymous, _, err := worklist.Scan(context.Background(), imageio.Opener{}, dir, func(app.SeriesInfo) string { return "case" }, nil, nil)
	if err != nil || len(anonymous) != 2 || anonymous[1].Case != "case-2" {
		t.Errorf("under names of one's own: %+v, %v", anonymous, err)
	}
	if _, failed, err := worklist.Scan(context.Background(), imageio.Opener{}, filepath.Join(dir, "none"), nil, nil, nil); err != nil || len(failed) != 1 {
		t.Errorf("a folder that is not there: %v, %v", failed, err)
	}
}

// TestScanOfSeries: series of one folder are told apart by their UIDs, others need none.
func TestScanOfSeries(t *testing.T) {
	all := openerOf{
		known{path: "/in/x", uid: "1.1"}, known{path: "/in/x", uid: "1.2"}, known{path: "/in/y", uid: "1.3"},
	}
	found, failed, err := worklist.Scan(context.Background(), all, "/in", nil, nil, nil)
	if err != nil || len(failed) != 0 || len(found) != 3 {
		t.Fatal(found, failed, err)
	}
	var uids []string
	for _, e := range found {
		uids = append(uids, e.SeriesUID)
		s, err := e.Series(context.Background(), all, nil)
		if err != nil || e.SeriesUID != "" && s.Info().Identity.SeriesUID != e.SeriesUID {
			t.Errorf("%+v is %+v, %v", e, s, err)
		}
	}
	if want := []string{"1.1", "1.2", ""}; !slices.Equal(uids, want) {
		t.Errorf("told apart by %q", uids)
	}
	lost := worklist.Entry{Case: "c", Path: "/in/x", SeriesUID: "9"}
	_, err = lost.Series(context.Background(), all, nil)
	if kind, m := app.Explain(err); kind != app.Refused || m.Key != "worklist.no_series" {
		t.Errorf("a series that is gone: %v", err)
	}
}

// known is a series of which a path and a UID are known.
type known struct {
	app.Series
	path, uid string
}

func (k known) Info() app.SeriesInfo {
	return app.SeriesInfo{Case: filepath.Base(k.path), Path: k.path, Size: volume.Size{4, 4, 4}, Identity: volume.Identity{SeriesUID: k.uid}}
}

type openerOf []app.Series

func (o openerOf) Scan(context.Context, []string, func(job.Progress)) (app.Scan, error) {
	return app.Scan{Series: o}, nil
}

// model calls half of a slice infection, and is not sure.
type model struct {
	asked  *[]bool // for probabilities
	cancel context.CancelFunc
}

func (model) Models() []app.ModelInfo { return nil }

func (s model) Segment(ctx context.Context, v *volume.Volume, req app.SegmentRequest, _ app.SegmentHooks) (*app.SegmentResult, error) {
	*s.asked = append(*s.asked, req.Probabilities)
	if s.cancel != nil {
		s.cancel()
		return nil, ctx.Err()
	}
	m := mask.New(v.Size, mask.DefaultLabels())
	n := v.Size[0] * v.Size[1]
	labels, p := make([]uint8, n), make([]uint8, n)
	for o := range n / 2 {
		labels[o], p[o] = mask.Infection, 204 // 0.8
	}
	m.SetSlice(mask.Findings, 3, labels)
	probabilities := make([][]uint8, v.Size[2])
	probabilities[3] = p
	return &app.SegmentResult{Mask: m, Model: app.ModelInfo{ID: "m"}, Probabilities: map[string][][]uint8{"infection": probabilities}}, nil
}

// writer notes what it writes.
type writer struct {
	app.Writer
	masks, probabilities []string
	fail                 string // of which path
}

func (w *writer) WriteMask(_ context.Context, path string, _ *volume.Volume, _ *mask.Mask, _ bool) error {
	if w.fail != "" && strings.Contains(path, w.fail) {
		return errors.New("the pen broke")
	}
	w.masks = append(w.masks, path)
	return os.WriteFile(path, nil, 0o666)
}

func (w *writer) WriteProbability(_ context.Context, path string, _ *volume.Volume, _ [][]uint8, _ bool) error {
	w.probabilities = append(w.probabilities, path)
	return os.WriteFile(path, nil, 0o666)
}

func (w *writer) WriteReport(context.Context, string, app.Report, bool) ([]string, error) {
	return nil, nil
}

func TestSegment(t *testing.T) {
	l := &worklist.List{}
	l.Add(scan(t, folder(t)))
	l.Ran("one", "old", nil)
	l.Add([]worklist.Entry{{Case: "gone", Path: filepath.Join(t.TempDir(), "gone.nii")}})
	out, w := t.TempDir(), &writer{}
	var asked []bool
	var begun, kept []string
	hooks := worklist.Hooks{
		Begin: func(e worklist.Entry, n, of int) {
			begun = append(begun, e.Case)
			if n != len(begun) || of != 3 {
				t.Errorf("%d of %d", n, of)
			}
		},
		Keep: func(_ context.Context, e worklist.Entry, _ app.Series, _ *volume.Volume, r *app.SegmentResult) error {
			kept = append(kept, e.Case)
			if r.Probabilities == nil {
				t.Error("no probabilities to keep")
			}
			return nil
		},
		Done: func(e worklist.Entry, o pipeline.Outcome, u *float64) { l.Ran(e.Case, o.Report.Model.ID, u) },
	}
	failed, err := worklist.Segment(context.Background(), l.Entries(), imageio.Opener{}, pipeline.Tools{Segmenter: model{asked: &asked}, Writer: w}, pipeline.Options{Folder: out}, hooks)
	if err != nil || len(failed) != 1 || failed[0].Name != "gone" {
		t.Fatalf("failed %v, %v", failed, err)
	}
	if !slices.Equal(begun, []string{"gone", "three", "two"}) || !slices.Equal(kept, []string{"three", "two"}) || !slices.Equal(asked, []bool{true, true}) {
		t.Errorf("begun %q, kept %q, asked %v", begun, kept, asked)
	}
	if want := []string{filepath.Join(out, "three", app.MaskName), filepath.Join(out, "two", app.MaskName)}; !slices.Equal(w.masks, want) || len(w.probabilities) != 0 {
		t.Errorf("wrote %q and probabilities %q", w.masks, w.probabilities)
	}
	e, _ := l.Entry("two")
	if e.Model != "m" || e.Uncertainty == nil || *e.Uncertainty < 0.16 || *e.Uncertainty > 0.17 { // 0.2 of 1.2
		t.Errorf("%+v", e)
	}
}

// Without a folder nothing is written: what is found is kept by who asked for it.
func TestSegmentWithoutFiles(t *testing.T) {
	cases := scan(t, folder(t))
	var asked []bool
	var kept []string
	unsure := map[string]float64{}
	hooks := worklist.Hooks{
		Keep: func(_ context.Context, e worklist.Entry, s app.Series, v *volume.Volume, r *app.SegmentResult) error {
			if s.Info().Path != e.Path || v.Size != r.Mask.Size() {
				t.Errorf("%s comes with %s", e.Case, s.Info().Path)
			}
			if e.Case == "three" {
				return errors.New("no room")
			}
			kept = append(kept, e.Case)
			return nil
		},
		Done: func(e worklist.Entry, o pipeline.Outcome, u *float64) { unsure[o.Report.Model.ID+" "+e.Case] = *u },
	}
	w := &writer{}
	failed, err := worklist.Segment(context.Background(), cases, imageio.Opener{}, pipeline.Tools{Segmenter: model{asked: &asked}, Writer: w}, pipeline.Options{}, hooks)
	if err != nil || len(failed) != 1 || failed[0].Name != "three" || !slices.Equal(kept, []string{"one", "two"}) || len(w.masks) != 0 {
		t.Errorf("kept %q, failed %v, %v, wrote %q", kept, failed, err, w.masks)
	}
	if len(unsure) != 2 || unsure["m two"] < 0.16 {
		t.Errorf("done: %v", unsure)
	}
}

func TestSegmentStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	var asked []bool
	cases := scan(t, folder(t))
	failed, err := worklist.Segment(ctx, cases, imageio.Opener{}, pipeline.Tools{Segmenter: model{&asked, cancel}, Writer: &writer{}},
		pipeline.Options{Folder: t.TempDir()}, worklist.Hooks{})
	if !errors.Is(err, context.Canceled) || len(failed) != 0 || len(asked) != 1 {
		t.Errorf("failed %v, %v, after %d runs", failed, err, len(asked))
	}
}

// drawn gives a mask for each case but those it names.
type drawn map[string]bool

func (d drawn) Mask(_ context.Context, e worklist.Entry) (*volume.Volume, *mask.Mask, error) {
	if d[e.Case] {
		return nil, nil, errors.New("damaged")
	}
	v, m := phantom.New(phantom.Options{Size: volume.Size{8, 8, 2}})
	return v, m, nil
}

func TestExport(t *testing.T) {
	cases := listOf("a", "b", "c").Entries()
	dir := filepath.Join(t.TempDir(), "out")
	w := &writer{fail: "c.nii"}
	paths, failed, err := worklist.Export(context.Background(), cases, drawn{"b": true}, w, dir, false, nil)
	if want := []string{filepath.Join(dir, "a.nii.gz")}; err != nil || !reflect.DeepEqual(paths, want) || !reflect.DeepEqual(w.masks, want) {
		t.Errorf("wrote %q, %v", paths, err)
	}
	if len(failed) != 2 || failed[0].Name != "b" || failed[1].Name != "c" {
		t.Errorf("failed %v", failed)
	}
	w = &writer{}
	_, _, err = worklist.Export(context.Background(), cases, drawn{}, w, dir, false, nil)
	if kind, m := app.Explain(err); kind != app.Usage || !strings.Contains(m.String(), "a.nii.gz") || len(w.masks) != 0 {
		t.Errorf("a mask in the way: %v, wrote %q", err, w.masks)
	}
	if paths, _, err := worklist.Export(context.Background(), cases, drawn{}, w, dir, true, nil); err != nil || len(paths) != 3 {
		t.Errorf("replacing: %q, %v", paths, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	_, _, err = worklist.Export(ctx, cases, drawn{}, &writer{}, t.TempDir(), false, func(p job.Progress) {
		if p.Done == 1 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}
