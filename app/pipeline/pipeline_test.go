package pipeline_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/pipeline"
	"opacity/app/volume"
)

// fakeSeries loads a small volume, or fails.
type fakeSeries struct {
	name string
	err  error
}

func (s fakeSeries) Info() app.SeriesInfo {
	return app.SeriesInfo{Case: s.name, Path: "/in/" + s.name + ".nii.gz"}
}

func (s fakeSeries) Load(context.Context, app.LoadHooks) (*volume.Volume, error) {
	if s.err != nil {
		return nil, s.err
	}
	g, src := volume.Canonical(volume.Size{2, 2, 2}, volume.Affine{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}})
	return &volume.Volume{Geometry: g, Source: src, Unit: volume.HU, Int16: make([]int16, 8)}, nil
}

func (s fakeSeries) Middle(context.Context) (*volume.Volume, error) { return nil, nil }
func (s fakeSeries) SHA256(context.Context) (string, error)         { return "hash of " + s.name, nil }

// fakeSegmenter calls the first slice left lung.
type fakeSegmenter struct {
	cancel context.CancelFunc
	err    error
	runs   *int
}

func (fakeSegmenter) Models() []app.ModelInfo { return nil }

func (f fakeSegmenter) Segment(ctx context.Context, v *volume.Volume, r app.SegmentRequest, _ app.SegmentHooks) (*app.SegmentResult, error) {
	if f.runs != nil {
		*f.runs++
	}
	if f.err != nil {
		return nil, f.err
	}
	if f.cancel != nil {
		f.cancel()
		return nil, ctx.Err()
	}
	m := mask.New(v.Size, mask.DefaultLabels())
	m.SetSlice(mask.Anatomy, 0, []uint8{1, 1, 1, 1})
	out := &app.SegmentResult{Mask: m, Model: app.ModelInfo{ID: "fake", Labels: mask.DefaultLabels()[:2]}, Device: app.Device{Used: "cpu"}}
	if r.Probabilities {
		out.Probabilities = map[string][][]uint8{"left lung": nil, "infection": nil}
	}
	return out, nil
}

// fakeWriter makes empty files.
type fakeWriter struct {
	reports []app.Report
	fail    error // of the report
}

func touch(path string) error { return os.WriteFile(path, nil, 0o666) }

func (w *fakeWriter) WriteMask(_ context.Context, path string, _ *volume.Volume, _ *mask.Mask, _ bool) error {
	return touch(path)
}

func (w *fakeWriter) WriteVolume(context.Context, string, *volume.Volume, bool) error { return nil }

func (w *fakeWriter) WriteProbability(_ context.Context, path string, _ *volume.Volume, _ [][]uint8, _ bool) error {
	return touch(path)
}

func (w *fakeWriter) WriteReport(_ context.Context, dir string, r app.Report, _ bool) ([]string, error) {
	if w.fail != nil {
		return nil, w.fail
	}
	w.reports = append(w.reports, r)
	path := filepath.Join(dir, "report.json")
	return []string{path}, touch(path)
}

func names(cases []pipeline.Case) (out []string) {
	for _, c := range cases {
		out = append(out, c.Name)
	}
	return out
}

func TestName(t *testing.T) {
	tests := []struct {
		name     string
		in, want []string
	}{
		{"as they are", []string{"a", "b.c"}, []string{"a", "b.c"}},
		{"twice", []string{"ct", "ct", "CT"}, []string{"ct", "ct-2", "CT-3"}},
		{"spaces and letters of any script", []string{"Thorax 3 (früh)", "胸部 CT_1"}, []string{"Thorax 3 (früh)", "胸部 CT_1"}},
		{"what Windows does not take", []string{"a:b?.", " c\td "}, []string{"a_b_", "c_d"}},
		{"no path out", []string{"..", "a/b", ""}, []string{"case", "a_b", "case-2"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var series []app.Series
			for _, n := range tt.in {
				series = append(series, fakeSeries{name: n})
			}
			if got := names(pipeline.Name(series)); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestBatchGoesOnAfterABadCase(t *testing.T) {
	dir, w := t.TempDir(), &fakeWriter{}
	refused := app.Refuse(nil, "app.interrupted")
	cases := pipeline.Name([]app.Series{fakeSeries{"good", nil}, fakeSeries{"bad", refused}, fakeSeries{"better", nil}})
	var told []string
	done, failed, err := pipeline.Batch(context.Background(), cases, pipeline.Tools{Segmenter: fakeSegmenter{}, Writer: w},
		pipeline.Options{Folder: dir, Version: "1"}, pipeline.Hooks{
			Begin: func(c pipeline.Case, n, of int) { told = append(told, c.Name) },
		})
	if err != nil || len(done) != 2 || len(failed) != 1 || failed[0].Name != "bad" || !errors.Is(failed[0].Err, refused) {
		t.Fatalf("done %d, failed %v, error %v", len(done), failed, err)
	}
	if want := []string{"good", "bad", "better"}; !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
	if _, err := os.Stat(filepath.Join(dir, "bad")); !os.IsNotExist(err) {
		t.Errorf("a folder was made for the bad case: %v", err)
	}
	r := w.reports[0]
	if r.SHA256 != "hash of good" || r.Model.ID != "fake" || r.Version != "1" || r.Measurements.Labels[0].Voxels != 4 || r.Timings.Total <= 0 {
		t.Errorf("report %+v", r)
	}
	if why := r.Measurements.WhyInvolvement; why.Key != "metrics.not_annotated" {
		t.Errorf("involvement by what the model does not look for is stated, or withheld for %q", why.Key)
	}
}

func TestRunWrites(t *testing.T) {
	dir := t.TempDir()
	c := pipeline.Case{Name: "ct", Series: fakeSeries{"ct", nil}}
	o := pipeline.Options{Folder: dir, Request: app.SegmentRequest{Probabilities: true}}
	var last job.Progress
	run := func() (pipeline.Outcome, error) {
		return pipeline.Run(context.Background(), c, pipeline.Tools{Segmenter: fakeSegmenter{}, Writer: &fakeWriter{}}, o,
			pipeline.Hooks{Progress: func(p job.Progress) { last = p }})
	}
	out, err := run()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range out.Files {
		got = append(got, filepath.Base(f))
	}
	if want := []string{"mask.nii.gz", "prob_infection.nii.gz", "prob_left_lung.nii.gz", "report.json"}; !slices.Equal(got, want) {
		t.Errorf("wrote %q, want %q", got, want)
	}
	if last.Done != last.Total || last.Total != 4 {
		t.Errorf("last progress %d of %d", last.Done, last.Total)
	}
	var told *app.Error
	if _, err := run(); !errors.As(err, &told) || told.Kind != app.Usage {
		t.Errorf("a second run said %v, want a refusal to replace", err)
	}
	o.Overwrite = true
	if _, err := run(); err != nil {
		t.Errorf("with Overwrite: %v", err)
	}
}

func TestBatchCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	dir := t.TempDir()
	cases := pipeline.Name([]app.Series{fakeSeries{"a", nil}, fakeSeries{"b", nil}})
	done, failed, err := pipeline.Batch(ctx, cases, pipeline.Tools{Segmenter: fakeSegmenter{cancel: cancel}, Writer: &fakeWriter{}},
		pipeline.Options{Folder: dir}, pipeline.Hooks{})
	if !errors.Is(err, context.Canceled) || done != nil || failed != nil {
		t.Errorf("done %v, failed %v, error %v", done, failed, err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("left %v", entries)
	}
}

func TestReportsCarryTheNameOfTheirFolder(t *testing.T) {
	w := &fakeWriter{}
	_, failed, err := pipeline.Batch(context.Background(), pipeline.Name([]app.Series{fakeSeries{"dicom", nil}, fakeSeries{"dicom", nil}}),
		pipeline.Tools{Segmenter: fakeSegmenter{}, Writer: w}, pipeline.Options{Folder: t.TempDir()}, pipeline.Hooks{})
	if err != nil || failed != nil || w.reports[0].Info.Case != "dicom" || w.reports[1].Info.Case != "dicom-2" {
		t.Errorf("%v, %v, reports of %+v", err, failed, w.reports)
	}
}

// put makes files with their own name in them, and the folders they are in.
func put(t *testing.T, paths ...string) {
	t.Helper()
	for _, p := range paths {
		if err := os.MkdirAll(filepath.Dir(p), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(filepath.Base(p)), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

func inside(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func runIn(dir string, w *fakeWriter, overwrite bool) error {
	_, err := pipeline.Run(context.Background(), pipeline.Case{Name: "ct", Series: fakeSeries{"ct", nil}},
		pipeline.Tools{Segmenter: fakeSegmenter{}, Writer: w}, pipeline.Options{Folder: dir, Overwrite: overwrite}, pipeline.Hooks{})
	return err
}

func TestRunKnowsEveryResult(t *testing.T) {
	for _, name := range append(app.ReportNames(), app.MaskName, "prob_infection.nii.gz") {
		dir := t.TempDir()
		put(t, filepath.Join(dir, "ct", name))
		if kind, m := app.Explain(runIn(dir, &fakeWriter{}, false)); kind != app.Usage {
			t.Errorf("%s in the way: kind %d, %s", name, kind, m)
		}
	}
	dir := t.TempDir()
	put(t, filepath.Join(dir, "ct", "notes.txt"))
	if err := runIn(dir, &fakeWriter{}, false); err != nil {
		t.Errorf("somebody's notes in the way: %v", err)
	}
}

// The results of one image are not taken for those of another of its name.
func TestRunTellsWhoseResultsAreThere(t *testing.T) {
	dir := t.TempDir()
	for sha, want := range map[string]string{"hash of ct": "app.results_exist", "hash of another": "app.results_of_another", "": "app.results_exist"} {
		folder := filepath.Join(dir, "ct")
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "report.json"), []byte(`{"input": {"name": "ct", "sha256": "`+sha+`"}}`), 0o666); err != nil {
			t.Fatal(err)
		}
		_, err := pipeline.Run(t.Context(), pipeline.Case{Name: "ct", Series: fakeSeries{"ct", nil}}, pipeline.Tools{&fakeSegmenter{}, &fakeWriter{}}, pipeline.Options{Folder: dir}, pipeline.Hooks{})
		if _, m := app.Explain(err); m.Key != want {
			t.Errorf("%q: %v", sha, err)
		}
	}
}

func TestRunRemovesProbabilitiesOfAnotherRun(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "ct", "prob_infection.nii.gz"), filepath.Join(dir, "ct", "axial.png"))
	if err := runIn(dir, &fakeWriter{}, true); err != nil {
		t.Fatal(err)
	}
	if got, want := inside(t, filepath.Join(dir, "ct")), []string{"axial.png", "mask.nii.gz", "report.json"}; !slices.Equal(got, want) {
		t.Errorf("holds %q, want %q", got, want)
	}
}

func TestRunThatFailsLeavesTheFolderAsItWas(t *testing.T) {
	full := app.Fail(nil, "app.interrupted")
	dir := filepath.Join(t.TempDir(), "out")
	if err := runIn(dir, &fakeWriter{fail: full}, false); !errors.Is(err, full) {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("left %v", inside(t, dir))
	}
	put(t, filepath.Join(dir, "ct", "mask.nii.gz"), filepath.Join(dir, "ct", "prob_infection.nii.gz"))
	if err := runIn(dir, &fakeWriter{fail: full}, true); !errors.Is(err, full) {
		t.Fatal(err)
	}
	if got, want := inside(t, filepath.Join(dir, "ct")), []string{"mask.nii.gz", "prob_infection.nii.gz"}; !slices.Equal(got, want) {
		t.Errorf("holds %q, want %q", got, want)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "ct", "mask.nii.gz")); err != nil || string(b) != "mask.nii.gz" {
		t.Errorf("the mask of the run before is %q, %v", b, err)
	}
}

// What a model says of a volume is said of the input it comes from.
func TestFailuresNameTheirInput(t *testing.T) {
	needsHU := app.Refuse(nil, "inference.needs_hu", "tiny")
	_, failed, err := pipeline.Batch(context.Background(), pipeline.Name([]app.Series{fakeSeries{"a", nil}, fakeSeries{"b", nil}}),
		pipeline.Tools{Segmenter: fakeSegmenter{err: needsHU}, Writer: &fakeWriter{}}, pipeline.Options{Folder: t.TempDir()}, pipeline.Hooks{})
	if err != nil || len(failed) != 2 {
		t.Fatalf("%v, %v", failed, err)
	}
	for _, f := range failed {
		kind, m := app.Explain(f.Err)
		if want := "/in/" + f.Name + ".nii.gz: "; kind != app.Refused || !strings.HasPrefix(m.String(), want) || !errors.Is(f.Err, needsHU) {
			t.Errorf("kind %d, %s", kind, m)
		}
	}
}

// A place where nothing can be written is found before the model runs.
func TestRunFindsTheFolderFirst(t *testing.T) {
	dir, runs := t.TempDir(), 0
	put(t, filepath.Join(dir, "ct"))
	_, err := pipeline.Run(context.Background(), pipeline.Case{Name: "ct", Series: fakeSeries{"ct", nil}},
		pipeline.Tools{Segmenter: fakeSegmenter{runs: &runs}, Writer: &fakeWriter{}}, pipeline.Options{Folder: dir, Overwrite: true}, pipeline.Hooks{})
	if kind, m := app.Explain(err); kind != app.Failed || !strings.Contains(m.String(), filepath.Join(dir, "ct")) || runs != 0 {
		t.Errorf("kind %d, %s, after %d runs", kind, m, runs)
	}
}
