package cohort

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"opacity/app"
	"opacity/app/metrics"
	"opacity/app/text"
	"opacity/app/volume"
)

// disk is files whose voxels are made by the tests: each is there, with its name in it,
// so that it can be hashed.
type disk struct {
	dir   string
	files map[string]*volume.Volume
	loads atomic.Int32
}

func newDisk(t *testing.T) *disk { return &disk{dir: t.TempDir(), files: map[string]*volume.Volume{}} }

func (d *disk) put(t *testing.T, name string, v *volume.Volume) string {
	t.Helper()
	path := filepath.Join(d.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(name), 0o666); err != nil {
		t.Fatal(err)
	}
	d.files[path] = v
	return path
}

func (d *disk) load(ctx context.Context, path string) (*volume.Volume, error) {
	d.loads.Add(1)
	if v := d.files[path]; v != nil {
		return v, ctx.Err()
	}
	return nil, app.Refuse(nil, "evaluate.missing", path)
}

// grid is 16 x 6 x 4 voxels of 0.5 x 1 x 2 mm; i grows to the patient's left.
func grid(number func(i, j, k int) int16) *volume.Volume {
	g, src := volume.Canonical(volume.Size{16, 6, 4}, volume.Affine{{0.5, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 2, 0}})
	v := &volume.Volume{Geometry: g, Source: src, Int16: make([]int16, g.Size.Voxels())}
	fill(v, number)
	return v
}

func fill(v *volume.Volume, number func(i, j, k int) int16) {
	for o := range v.Int16 {
		v.Int16[o] = number(o%v.Size[0], o/v.Size[0]%v.Size[1], o/v.Size[0]/v.Size[1])
	}
}

// chest is a lung each side, one numbered right, the other left, and a finding in the
// right one, rows 1 to 4.
func chest(right, left, finding int16) *volume.Volume {
	return grid(func(i, j, k int) int16 {
		switch {
		case j < 1 || j > 4:
			return 0
		case i == 3 && k > 0:
			return finding
		case i >= 1 && i < 7:
			return right
		case i >= 9 && i < 15:
			return left
		}
		return 0
	})
}

func plain(number int16) *volume.Volume {
	return grid(func(i, j, k int) int16 {
		if i > 4 && i < 10 && j > 1 && k > 1 {
			return number
		}
		return 0
	})
}

func measured(t *testing.T, d *disk, o Options, cases ...Case) Run {
	t.Helper()
	o.Load, o.Workers = d.load, 2
	r, err := Measure(context.Background(), cases, o, Hooks{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func row(t *testing.T, r Run, name, label string) Row {
	t.Helper()
	for _, x := range r.Rows {
		if x.Case == name && x.Label == label {
			return x
		}
	}
	t.Fatalf("no row of %q, %q in %+v; failed %v", name, label, r.Rows, r.Failed)
	return Row{}
}

func TestWhatIsCompared(t *testing.T) {
	all := []string{leftLung, rightLung, lungs, infection}
	for _, c := range []struct {
		name                  string
		reference, prediction *volume.Volume
		named                 []Label
		labels                []string
		perfect               []string // those with a Dice of 1
		refused, noted        string
	}{
		{"the same", chest(2, 1, 3), chest(2, 1, 3), nil, all, all, "", ""},
		{"sides numbered the other way round", chest(2, 1, 3), chest(1, 2, 3), nil, all, all, "", "p.nii: "},
		{"a lung lost", chest(2, 1, 3), chest(2, 0, 3), nil, all, []string{rightLung, infection}, "", "are taken for what they are"},
		{"a finding alone, as the other numbers it", chest(2, 1, 3), chest(0, 0, 3), nil, []string{infection}, []string{infection}, "", "mark no lungs"},
		{"a finding alone in the reference", chest(0, 0, 3), chest(2, 1, 3), nil, []string{infection}, []string{infection}, "", "are not compared"},
		{"nothing predicted", chest(2, 1, 3), chest(0, 0, 0), nil, []string{infection}, nil, "", "mark no lungs"},
		{"one number each", plain(1), plain(255), nil, []string{single}, []string{single}, "", "whatever its number"},
		{"one number, and none", plain(1), plain(0), nil, []string{single}, nil, "", ""},
		{"named", chest(2, 1, 3), chest(2, 1, 3), []Label{{Name: "right", Values: []int{2, 3}}}, []string{"right"}, []string{"right"}, "", "are not compared"},
		{"numbers of something else", chest(2, 1, 3), grid(func(i, _, _ int) int16 { return int16(i) }), nil, nil, nil, "--label", ""},
		{"one number against several", plain(7), chest(2, 1, 3), nil, nil, nil, "--label", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDisk(t)
			r := measured(t, d, Options{Labels: c.named}, Case{Name: "a", Reference: d.put(t, "r.nii", c.reference), Prediction: d.put(t, "p.nii", c.prediction)})
			if c.refused != "" {
				if len(r.Failed) != 1 || !strings.Contains(r.Failed[0].Err.Error(), c.refused) {
					t.Errorf("failed %v, rows %+v", r.Failed, r.Rows)
				}
				return
			}
			labels, perfect := comparedLabels(r.Rows)
			if !slices.Equal(labels, c.labels) || !slices.Equal(perfect, c.perfect) {
				t.Errorf("compared %q, perfect %q; failed %v", labels, perfect, r.Failed)
			}
			if notes := strings.Join(r.Notes, " "); !strings.Contains(notes, c.noted) || c.noted == "" && notes != "" {
				t.Errorf("noted %q", notes)
			}
		})
	}
}

func TestFindingsAreUnfolded(t *testing.T) {
	d := newDisk(t)
	r := measured(t, d, Options{}, Case{Name: "a", Reference: d.put(t, "r.nii", chest(2, 1, 3)), Prediction: d.put(t, "p.nii", chest(2, 1, 2))})
	if got := row(t, r, "a", rightLung); got.Value("dice") != 1 {
		t.Errorf("a lung with its finding marked as lung: Dice %v", got.Value("dice"))
	}
	got := row(t, r, "a", infection)
	if got.Region != InLungs || got.InRegion.Total() != 2*6*4*4 {
		t.Errorf("counted in %s, %d voxels", got.Region, got.InRegion.Total())
	}
	if v := got.Values["hd_mm"]; v.Why != metrics.Miss {
		t.Errorf("HD of a miss: %+v", v)
	}
	if v := got.Values["dice"]; !v.Defined() || v.X != 0 {
		t.Errorf("Dice of a miss: %+v", v)
	}
}

func TestNothingInEither(t *testing.T) {
	d := newDisk(t)
	empty := d.put(t, "e.nii", chest(0, 0, 0))
	r := measured(t, d, Options{},
		Case{Name: "empty", Reference: empty, Prediction: empty},
		Case{Name: "full", Reference: d.put(t, "r.nii", chest(2, 1, 3)), Prediction: d.put(t, "p.nii", chest(2, 1, 3))})
	for _, label := range []string{leftLung, rightLung, lungs, infection} {
		if v := row(t, r, "empty", label).Values["dice"]; v.Why != metrics.BothEmpty {
			t.Errorf("%s: Dice %+v", label, v)
		}
	}
	summary := Summarise(r.Rows, nil, Rules{}, 1)
	n := slices.IndexFunc(summary, func(s Summary) bool { return s.Label == lungs && s.Metric == "dice" })
	if n < 0 {
		t.Fatal("no summary of the lungs' Dice")
	}
	if s := summary[n]; s.N != 1 || s.NUndefined != 1 || s.NMissed != 0 || s.Mean != 1 {
		t.Errorf("summary %+v", s)
	}
}

func TestMillimetresAreNotKnown(t *testing.T) {
	d := newDisk(t)
	moved := plain(1)
	for o := len(moved.Int16) - 1; o > 1; o-- {
		moved.Int16[o] = moved.Int16[o-2]
	}
	reference := plain(1)
	reference.Warnings = []volume.Warning{{Kind: volume.WarnNoSpacing, Message: text.M("app.interrupted")}}
	got := row(t, measured(t, d, Options{}, Case{Name: "a", Reference: d.put(t, "r.nii", reference), Prediction: d.put(t, "p.nii", moved)}), "a", single)
	for _, key := range []string{"hd_mm", "volume_ref_ml", "avd_ml", "nsd"} {
		if v := got.Values[key]; v.Why != metrics.NoSpacing {
			t.Errorf("%s: %+v", key, v)
		}
	}
	if v := got.Values["hd_px"]; v.X != 2 {
		t.Errorf("HD in voxels %+v", v)
	}
}

func TestOtherGrids(t *testing.T) {
	d := newDisk(t)
	g, src := volume.Canonical(volume.Size{32, 12, 8}, volume.Affine{{0.25, 0, 0, -0.125}, {0, 0.5, 0, -0.25}, {0, 0, 1, -0.5}})
	fine := &volume.Volume{Geometry: g, Source: src, Int16: make([]int16, g.Size.Voxels())}
	coarse := chest(2, 1, 3)
	fill(fine, func(i, j, k int) int16 { return int16(coarse.At(i/2, j/2, k/2)) })
	c := Case{Name: "a", Reference: d.put(t, "r.nii", coarse), Prediction: d.put(t, "p.nii", fine)}
	r := measured(t, d, Options{}, c)
	if len(r.Failed) != 1 {
		t.Fatalf("not refused: %+v", r.Rows)
	}
	for _, want := range []string{"p.nii", "16x6x4", "32x12x8", "0.25 x 0.5 x 1 mm", "--resample"} {
		if why := r.Failed[0].Err.Error(); !strings.Contains(why, want) {
			t.Errorf("%q lacks %q", why, want)
		}
	}
	r = measured(t, d, Options{Resample: true}, c)
	if got := row(t, r, "a", infection).Value("dice"); got != 1 {
		t.Errorf("Dice %v", got)
	}
	if !strings.Contains(strings.Join(r.Notes, " "), "brought onto the grid") {
		t.Errorf("noted %q", r.Notes)
	}
}

func TestRegionOfInterest(t *testing.T) {
	d := newDisk(t)
	half := grid(func(i, _, _ int) int16 {
		if i < 8 {
			return 1
		}
		return 0
	})
	wrong := chest(2, 1, 3)
	for o := range wrong.Int16 {
		if o%16 > 11 { // in the left lung alone
			wrong.Int16[o] = 0
		}
	}
	r := measured(t, d, Options{Labels: []Label{{Name: "lungs", Values: []int{1, 2, 3}}}}, Case{
		Name: "a", Reference: d.put(t, "r.nii", chest(2, 1, 3)), Prediction: d.put(t, "p.nii", wrong), ROI: d.put(t, "roi.nii", half),
	})
	got := row(t, r, "a", "lungs")
	if got.Region != InROI || got.Counts.Total() != 8*6*4 || got.Value("dice") != 1 || got.Value("accuracy") != 1 {
		t.Errorf("%+v", got)
	}
}

func TestGoesOnWhereItStopped(t *testing.T) {
	d := newDisk(t)
	o := Options{Store: t.TempDir(), Version: "1"}
	a := Case{Name: "a", Reference: d.put(t, "r.nii", chest(2, 1, 3)), Prediction: d.put(t, "p.nii", chest(2, 1, 0))}
	b := Case{Name: "b/b", Model: "m", Reference: a.Reference, Prediction: d.put(t, "q.nii", chest(2, 1, 3))}
	gone := Case{Name: "gone", Reference: a.Reference, Prediction: filepath.Join(d.dir, "gone.nii")}
	asJSON := func(r Run) string {
		s, err := json.Marshal(r.Rows)
		if err != nil {
			t.Fatal(err)
		}
		return string(s)
	}
	first := measured(t, d, o, a, gone, b)
	if len(first.Failed) != 1 || first.Failed[0].Case != "gone" || first.Reused != 0 {
		t.Fatalf("failed %v, reused %d", first.Failed, first.Reused)
	}
	before := d.loads.Load()
	second := measured(t, d, o, a, b)
	if second.Reused != 2 || d.loads.Load() != before {
		t.Errorf("reused %d, read %d files", second.Reused, d.loads.Load()-before)
	}
	if asJSON(first) != asJSON(second) {
		t.Errorf("what was kept says otherwise:\n%s\n%s", asJSON(first), asJSON(second))
	}
	for name, other := range map[string]Options{
		"another version":   {Store: o.Store, Version: "2"},
		"another tolerance": {Store: o.Store, Version: "2", ToleranceMM: map[string]float64{"": 2}},
	} {
		if r := measured(t, d, other, a); r.Reused != 0 {
			t.Errorf("%s: reused", name)
		}
	}
	if err := os.WriteFile(b.Prediction, []byte("something else"), 0o666); err != nil {
		t.Fatal(err)
	}
	if r := measured(t, d, o, b); r.Reused != 0 {
		t.Error("reused what another file gave")
	}
}

func TestStops(t *testing.T) {
	d := newDisk(t)
	ctx, cancel := context.WithCancel(context.Background())
	path := d.put(t, "r.nii", chest(2, 1, 3))
	cases := make([]Case, 50)
	for n := range cases {
		cases[n] = Case{Name: string(rune('A' + n)), Reference: path, Prediction: path}
	}
	_, err := Measure(ctx, cases, Options{Workers: 1, Load: func(ctx context.Context, path string) (*volume.Volume, error) {
		cancel()
		return d.load(ctx, path)
	}}, Hooks{})
	if !errors.Is(err, context.Canceled) || d.loads.Load() > 2 {
		t.Errorf("%v after %d files", err, d.loads.Load())
	}
}

func TestModelsAndFolds(t *testing.T) {
	d := newDisk(t)
	path, worse := d.put(t, "r.nii", chest(2, 1, 3)), d.put(t, "p.nii", chest(2, 1, 0))
	var cases []Case
	for n, name := range []string{"a", "b", "c"} {
		fold := []string{"1", "1", "2"}[n]
		cases = append(cases, Case{Name: name, Model: "x", Fold: fold, Reference: path, Prediction: path},
			Case{Name: name, Model: "y", Fold: fold, Reference: path, Prediction: worse})
	}
	r := measured(t, d, Options{}, cases...)
	found := 0
	for _, x := range Compare(r.Rows, Rules{}) {
		if x.Label == infection && x.Metric == "dice" {
			found++
			if x.N != 3 || x.A != "x" || x.B != "y" || x.Effect != 1 {
				t.Errorf("%+v", x)
			}
			if x.Test == "wilcoxon" && (x.P != 0.25 || x.PHolm < x.P || !x.Exact) {
				t.Errorf("%+v", x)
			}
		}
	}
	if found != 3 {
		t.Errorf("%d tests", found)
	}
	var folds []Fold
	for _, f := range ByFold(r.Rows) {
		if f.Model == "y" && f.Label == lungs && f.Metric == "volume_ref_ml" {
			folds = append(folds, f)
		}
	}
	if len(folds) != 3 || folds[0].Fold != "1" || folds[0].N != 2 || folds[2].Fold != MeanOfFolds || folds[2].Median != folds[0].Median {
		t.Errorf("%+v", folds)
	}
}

func TestThirds(t *testing.T) {
	d := newDisk(t)
	r := measured(t, d, Options{}, Case{Name: "a", Reference: d.put(t, "r.nii", chest(2, 1, 3)), Prediction: d.put(t, "p.nii", chest(2, 1, 0))})
	got := row(t, r, "a", infection)
	if len(got.Thirds) != 3 || got.Thirds[0].Third != "base" {
		t.Fatalf("%+v", got.Thirds)
	}
	var all metrics.Counts
	for _, x := range got.Thirds {
		all = all.Add(metrics.Counts(x.Counts))
		if in := metrics.Counts(x.InRegion).Total(); in == 0 || in%48 != 0 { // whole slices of both lungs
			t.Errorf("%s: %d voxels of lung", x.Third, in)
		}
	}
	if all != got.Counts {
		t.Errorf("thirds hold %+v, the whole %+v", all, got.Counts)
	}
	if v := got.Thirds[2].value("sensitivity"); !v.Defined() || v.X != 0 {
		t.Errorf("sensitivity at the apex %+v", v)
	}
}

// half is a probability of one half wherever the chest has a label, 0 elsewhere.
func half() *volume.Volume {
	v := grid(func(_, _, _ int) int16 { return 0 })
	v.Int16, v.Float32 = nil, make([]float32, v.Size.Voxels())
	for o, x := range chest(2, 1, 3).Int16 {
		if x != 0 {
			v.Float32[o] = 0.5
		}
	}
	return v
}

func TestProbabilitiesByLabel(t *testing.T) {
	d := newDisk(t)
	prob := half()
	d.put(t, "p/prob_lung.nii.gz", prob)
	c := Case{Name: "a", Reference: d.put(t, "r.nii", chest(2, 1, 3)), Prediction: d.put(t, "p.nii", chest(2, 1, 3)), Probability: filepath.Join(d.dir, "p")}
	r := measured(t, d, Options{}, c)
	if got := row(t, r, "a", lungs).Value("auc"); got != 1 {
		t.Errorf("AUC %v", got)
	}
	var auc []Summary
	for _, s := range Summarise(r.Rows, r.Pooled, Rules{}, 1) {
		if s.Metric == "auc" {
			auc = append(auc, s)
		}
	}
	if len(auc) != 1 || auc[0].Label != lungs || auc[0].Pooled != 1 {
		t.Errorf("summaries of areas, of lungs alone there are probabilities: %+v", auc)
	}
	prob.Float32[100] = 2
	if r := measured(t, d, Options{}, c); len(r.Failed) != 1 || !strings.Contains(r.Failed[0].Err.Error(), "prob_lung.nii.gz") {
		t.Errorf("failed %v", r.Failed)
	}
}

// A file by itself that is named as this program names them is of the label in its name;
// any other, one that is named after its case too, is of the infection, or of the one label.
func TestProbabilitiesInAFile(t *testing.T) {
	d := newDisk(t)
	two, one := d.put(t, "prob_7.nii", chest(2, 1, 3)), d.put(t, "one.nii", plain(1))
	for _, c := range []struct {
		masks, file string
		labels      []Label
		of, refused string // the label that has an AUC; or what the sentence names
	}{
		{two, "p.nii.gz", nil, infection, ""},
		{two, "prob_infection.nii.gz", nil, infection, ""},
		{two, "prob_lung.nii.gz", nil, lungs, ""},
		{two, "prob_lungs.nii", nil, lungs, ""},
		{two, "prob_left_lung.nii.gz", nil, leftLung, ""},
		{two, "prob_7.nii.gz", nil, infection, ""},
		{two, "prob_effusion.nii.gz", nil, "", "effusion"},
		{two, "prob_lung.nii.gz", []Label{{Name: infection, Values: []int{3}}}, "", "infection"},
		{two, "p.nii.gz", []Label{{Name: "lesion", Values: []int{3}}}, "lesion", ""},
		{two, "prob_lesion.nii.gz", []Label{{Name: "lesion", Values: []int{3}}}, "lesion", ""},
		{one, "prob_infection.nii.gz", nil, single, ""}, // what a map of one number holds is not known
	} {
		r := measured(t, d, Options{Labels: c.labels}, Case{Name: "prob_7", Reference: c.masks, Prediction: c.masks, Probability: d.put(t, "maps/"+c.file, half())})
		if c.refused != "" {
			if len(r.Failed) != 1 || !strings.Contains(r.Failed[0].Err.Error(), c.file) || !strings.Contains(r.Failed[0].Err.Error(), c.refused) {
				t.Errorf("%s, %v: failed %v", c.file, c.labels, r.Failed)
			}
			continue
		}
		var of []string
		for _, x := range r.Rows {
			if v, measured := x.Values["auc"]; measured && v.Defined() {
				of = append(of, x.Label)
			}
		}
		if !slices.Equal(of, []string{c.of}) {
			t.Errorf("%s, %v: probabilities of %v; failed %v", c.file, c.labels, of, r.Failed)
		}
	}
}

// comparedLabels are the labels of rows, and those of them that are the same in both masks.
func comparedLabels(rows []Row) (labels, perfect []string) {
	for _, x := range rows {
		labels = append(labels, x.Label)
		if x.Value("dice") == 1 {
			perfect = append(perfect, x.Label)
		}
	}
	return labels, perfect
}
