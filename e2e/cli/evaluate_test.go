package cli

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"opacity/app"
)

// The masks of these tests are the phantom's, 96 x 96 x 24 voxels, taken apart and put
// together byte by byte: what is expected is counted here, not by the program.
const nx = 96

// unpack reads a .nii.gz whole: its header, and its voxels.
func unpack(t *testing.T, path string) (start header, voxels []byte) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if typ := binary.LittleEndian.Uint16(all[70:]); typ != 2 {
		t.Fatalf("%s is of type %d, not bytes", path, typ)
	}
	return all[:niftiHeader], all[niftiHeader:]
}

func packed(t *testing.T, path string, parts ...[]byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	for _, p := range parts {
		if _, err := z.Write(p); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
}

// shifted moves voxels along i.
func shifted(voxels []byte, by int) []byte {
	out := make([]byte, len(voxels))
	for row := 0; row < len(voxels); row += nx {
		for i := by; i < nx; i++ {
			out[row+i] = voxels[row+i-by]
		}
	}
	return out
}

// cohort makes folders of references and of predictions, shifted by 1, 2, 3 voxels.
func cohort(t *testing.T) (ref, pred string) {
	t.Helper()
	dir := t.TempDir()
	start, voxels := unpack(t, filepath.Join(sample(t), "mask.nii.gz"))
	for n := 1; n <= 3; n++ {
		name := "case" + strconv.Itoa(n) + ".nii.gz"
		packed(t, filepath.Join(dir, "ref", name), start, voxels)
		packed(t, filepath.Join(dir, "pred", name), start, shifted(voxels, n))
	}
	return filepath.Join(dir, "ref"), filepath.Join(dir, "pred")
}

// evaluation is what the tests look at in metrics.json.
type evaluation struct {
	Cases []struct {
		Case, Model, Label, Region string
		Metrics                    map[string]*float64
		Why                        map[string]string
	}
	Summary   []summary
	Agreement []struct {
		Quantity string
		N        int
	}
	Tests []struct {
		Metric, Test string
		P            *float64
	}
	Folds  []struct{}
	Failed []struct{ Why string }

	Provenance struct {
		Opacity     string
		Definitions map[string]string
		Regions     map[string]string
	}
}

type summary struct {
	Label, Metric string
	N             int
	Pooled        *float64
}

func evaluated(t *testing.T, dir string) evaluation {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "metrics.json"))
	if err != nil {
		t.Fatal(err)
	}
	var e evaluation
	if err := json.Unmarshal(b, &e); err != nil {
		t.Fatal(err)
	}
	return e
}

func (e evaluation) value(t *testing.T, name, label, key string) float64 {
	t.Helper()
	for _, c := range e.Cases {
		if c.Case == name && c.Label == label {
			if v := c.Metrics[key]; v != nil {
				return *v
			}
			return math.NaN()
		}
	}
	t.Fatalf("no row of %s, %s", name, label)
	return 0
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-12*max(1, math.Abs(b)) }

func TestEvaluate_ShiftedMasks(t *testing.T) {
	ref, pred := cohort(t)
	out := filepath.Join(t.TempDir(), "out")
	r := must(t, "evaluate", "-r", ref, "-p", pred, "-o", out, "--quiet")
	for _, want := range []string{"infection\n", "dice ", "inside the reference's lungs", filepath.Join(out, "metrics.json")} {
		if !strings.Contains(r.out, want) {
			t.Errorf("stdout lacks %q:\n%s", want, r.out)
		}
	}
	e := evaluated(t, out)
	if n := len(e.Cases); n != 12 { // of three cases: left lung, right lung, lungs, infection
		t.Fatalf("%d rows", n)
	}
	_, a := unpack(t, filepath.Join(ref, "case2.nii.gz"))
	_, b := unpack(t, filepath.Join(pred, "case2.nii.gz"))
	var tp, fp, fn, tn, both, in1, in2 float64
	for n := range a {
		x, y := a[n] == 3, b[n] == 3
		switch {
		case x && y:
			tp++
		case y:
			fp++
		case x:
			fn++
		}
		if a[n] != 0 && y && !x {
			in1++ // false positives inside the reference's lungs
		}
		if a[n] != 0 && !x && !y {
			tn++
		}
		if a[n] != 0 && b[n] != 0 {
			both++
		}
		if a[n] != 0 {
			in2++
		}
	}
	for _, c := range []struct {
		label, key string
		want       float64
	}{
		{"infection", "dice", 2 * tp / (2*tp + fp + fn)},
		{"infection", "sensitivity", tp / (tp + fn)},
		{"infection", "specificity", tn / (tn + in1)},
		{"infection", "volume_ref_ml", e.value(t, "case1", "infection", "volume_ref_ml")},
		{"lungs", "dice", both / in2},
		{"left lung", "avd_ml", 0},
		{"lungs", "nsd_tolerance_mm", 1},
		{"infection", "nsd_tolerance_mm", 3},
	} {
		if got := e.value(t, "case2", c.label, c.key); !near(got, c.want) {
			t.Errorf("%s %s: %v, want %v", c.label, c.key, got, c.want)
		}
	}
	// Moved by n voxels, what was at the side is n voxels away.
	step := e.value(t, "case1", "left lung", "hd_mm")
	if got := e.value(t, "case3", "left lung", "hd_mm"); step <= 0 || math.Abs(got-3*step) > 1e-6 {
		t.Errorf("HD of three voxels %v, of one %v", got, step)
	}
	for _, key := range []string{"dice", "hd95_mm", "specificity"} {
		if e.Provenance.Definitions[key] == "" {
			t.Errorf("no definition of %s", key)
		}
	}
	if e.Provenance.Opacity != "1.2.3-test" || e.Provenance.Regions["reference_lungs"] == "" {
		t.Errorf("provenance %+v", e.Provenance)
	}
	if lines := strings.Count(read(t, filepath.Join(out, "metrics.csv")), "\n"); lines != 13 {
		t.Errorf("metrics.csv has %d lines", lines)
	}
	if !strings.HasPrefix(read(t, filepath.Join(out, "summary.csv")), "model,label,metric,n,n_undefined,n_missed,mean,") {
		t.Error("summary.csv begins otherwise")
	}
	if n := slices.IndexFunc(e.Summary, func(s summary) bool { return s.Label == "infection" && s.Metric == "dice" }); n < 0 || e.Summary[n].N != 3 || e.Summary[n].Pooled == nil {
		t.Errorf("summaries %+v", e.Summary)
	}
	if len(e.Agreement) == 0 || e.Agreement[0].Quantity != "volume_ml" || e.Agreement[0].N != 3 {
		t.Errorf("agreement %+v", e.Agreement)
	}

	if lines := strings.Count(read(t, filepath.Join(out, "thirds.csv")), "\n"); lines != 1+3*4*3 {
		t.Errorf("thirds.csv has %d lines", lines)
	}
	for _, name := range []string{"boxes_dice.png", "boxes_hd95_mm.pdf", "bland_altman_volumes_infection.svg", "bland_altman_volumes_infection.csv"} {
		if info, err := os.Stat(filepath.Join(out, "figures", name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if said := read(t, filepath.Join(out, "figures", "boxes_dice.txt")); !strings.Contains(said, "n = 3 cases") || !strings.Contains(said, "1.2.3-test") {
		t.Errorf("caption %q", said)
	}
	refused(t, opacity(t, "evaluate", "-r", ref, "-p", pred, "-o", out), int(app.Usage), "metrics.json")
}

// TestEvaluate_InTheBody: with the image, air around the patient is no success.
func TestEvaluate_InTheBody(t *testing.T) {
	ref, pred := cohort(t)
	one, dir := filepath.Join(pred, "case3.nii.gz"), t.TempDir()
	ct := filepath.Join(sample(t), "ct.nii.gz")
	must(t, "evaluate", "-r", filepath.Join(ref, "case3.nii.gz"), "-p", one, "-o", filepath.Join(dir, "grid"), "--quiet")
	must(t, "evaluate", "-r", filepath.Join(ref, "case3.nii.gz"), "-p", one, "-o", filepath.Join(dir, "body"), "--image", ct, "--quiet")
	grid, body := evaluated(t, filepath.Join(dir, "grid")), evaluated(t, filepath.Join(dir, "body"))
	a, b := grid.value(t, "case3", "lungs", "specificity"), body.value(t, "case3", "lungs", "specificity")
	if !(b < a) || grid.Cases[0].Region != "whole_grid" || body.Cases[0].Region != "body" || body.Cases[3].Region != "reference_lungs" {
		t.Errorf("specificity %v in the grid, %v in the body; %+v", a, b, body.Cases)
	}
	if grid.value(t, "case3", "lungs", "dice") != body.value(t, "case3", "lungs", "dice") {
		t.Error("Dice depends on the region")
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestEvaluate_OneBadCaseAndARunThatGoesOn(t *testing.T) {
	ref, pred := cohort(t)
	out := filepath.Join(t.TempDir(), "out")
	good := read(t, filepath.Join(pred, "case2.nii.gz"))
	if err := os.WriteFile(filepath.Join(pred, "case2.nii.gz"), []byte(good[:len(good)/2]), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(ref, "case4.nii.gz"), []byte(good), 0o666); err != nil {
		t.Fatal(err)
	}
	r := opacity(t, "evaluate", "-r", ref, "-p", pred, "-o", out, "--quiet")
	if r.status != int(app.Failed) || !strings.Contains(r.err, "case2") || !strings.Contains(r.err, "case4") || !strings.Contains(r.err, "2 of 4 cases") {
		t.Fatalf("status %d, %q", r.status, r.err)
	}
	if e := evaluated(t, out); len(e.Cases) != 8 || len(e.Failed) != 2 || !strings.Contains(e.Failed[0].Why+e.Failed[1].Why, "case2.nii.gz") {
		t.Errorf("%d rows, failed %+v", len(e.Cases), e.Failed)
	}

	// With the case mended, the others are not measured again.
	if err := os.WriteFile(filepath.Join(pred, "case2.nii.gz"), []byte(good), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(ref, "case4.nii.gz")); err != nil {
		t.Fatal(err)
	}
	r = must(t, "evaluate", "-r", ref, "-p", pred, "-o", out, "--force")
	if !strings.Contains(r.err, "2 of 3 cases were measured by an earlier run") {
		t.Errorf("stderr %q", r.err)
	}
	again := read(t, filepath.Join(out, "metrics.json"))
	fresh := filepath.Join(t.TempDir(), "fresh")
	must(t, "evaluate", "-r", ref, "-p", pred, "-o", fresh, "--quiet")
	if read(t, filepath.Join(fresh, "metrics.json")) != again {
		t.Error("a run that went on says otherwise than a fresh one")
	}
	// Other options are other numbers.
	r = must(t, "evaluate", "-r", ref, "-p", pred, "-o", out, "--force", "--tolerance", "2")
	if strings.Contains(r.err, "earlier run") {
		t.Errorf("stderr %q", r.err)
	}
}

func TestEvaluate_ModelsSideBySide(t *testing.T) {
	ref, pred := cohort(t)
	out := filepath.Join(t.TempDir(), "out")
	folds := filepath.Join(t.TempDir(), "folds.csv")
	if err := os.WriteFile(folds, []byte("case,fold\ncase1,a\ncase2,a\ncase3,b\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	must(t, "evaluate", "-r", ref, "-p", pred, "-p", ref, "-o", out, "--label", "all=1,2,3", "--folds", folds, "--quiet")
	e := evaluated(t, out)
	if len(e.Cases) != 6 || e.Cases[0].Model != "pred" || e.Cases[5].Model != "ref" {
		t.Fatalf("rows %+v", e.Cases)
	}
	found := false
	for _, x := range e.Tests {
		if x.Metric == "dice" && x.Test == "wilcoxon" {
			found = true
			if x.P == nil || *x.P != 0.25 { // the least that three pairs can have
				t.Errorf("P %v", x.P)
			}
		}
	}
	if !found {
		t.Errorf("tests %+v", e.Tests)
	}
	if len(e.Folds) == 0 || !strings.Contains(read(t, filepath.Join(out, "folds.csv")), ",dice,mean,3,") {
		t.Errorf("folds.csv\n%s", read(t, filepath.Join(out, "folds.csv")))
	}
}

func TestEvaluate_Probabilities(t *testing.T) {
	dir := t.TempDir()
	start, voxels := unpack(t, filepath.Join(sample(t), "mask.nii.gz"))
	ref := filepath.Join(dir, "ref.nii.gz")
	packed(t, ref, start, voxels)
	// Probability 1 in half of the infection's voxels, 0.2 (51/255) in every other voxel:
	// AUC is 1/2 + 1/4, whatever the region.
	scaled := slices.Clone(start).float(112, 1.0/255) // scl_slope
	p := make([]byte, len(voxels))
	infected, hit := 0, 0
	for n, v := range voxels {
		p[n] = 51
		if v == 3 {
			if infected++; infected%2 == 0 {
				p[n], hit = 255, hit+1
			}
		}
	}
	packed(t, filepath.Join(dir, "p.nii.gz"), scaled, p)
	out := filepath.Join(dir, "out")
	r := must(t, "evaluate", "-r", ref, "-p", ref, "-o", out, "--probabilities", filepath.Join(dir, "p.nii.gz"), "--json", "--quiet")
	if read(t, filepath.Join(out, "metrics.json")) != r.out {
		t.Error("--json is not metrics.json")
	}
	share := float64(hit) / float64(infected)
	if got := evaluated(t, out).value(t, "ref", "infection", "auc"); !near(got, share+(1-share)/2) {
		t.Errorf("AUC %v of a share of %v", got, share)
	}
	if _, err := os.Stat(filepath.Join(out, "figures", "roc_infection.pdf")); err != nil {
		t.Error(err)
	}
	r = opacity(t, "evaluate", "-r", ref, "-p", ref, "-o", filepath.Join(dir, "other"), "--probabilities", filepath.Join(sample(t), "ct.nii.gz"), "--quiet")
	refused(t, r, int(app.Refused), "ct.nii.gz")
}

func TestEvaluate_BadInput(t *testing.T) {
	dir := t.TempDir()
	start, voxels := unpack(t, filepath.Join(sample(t), "mask.nii.gz"))
	at := func(name string) string { return filepath.Join(dir, name) }
	ref := at("ref.nii.gz")
	packed(t, ref, start, voxels)
	packed(t, at("moved.nii.gz"), slices.Clone(start).float(atSRow+12, 1234), voxels)
	other := bytes.Clone(voxels)
	for n, v := range other {
		other[n] = v + 7*min(v, 1)
		if n%5 == 0 && v != 0 {
			other[n] = 20
		}
	}
	packed(t, at("other.nii.gz"), start, other)
	values := make(header, 4*len(voxels)).float(400, math.NaN())
	packed(t, at("nan.nii.gz"), slices.Clone(start).short(70, 16).short(72, 32), values) // float32
	for _, name := range []string{"empty", "renamed"} {
		if err := os.Mkdir(at(name), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	packed(t, at("renamed/ref_seg.nii.gz"), start, voxels)
	if err := os.WriteFile(at("other.nrrd"), []byte("NRRD0004\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		args  []string
		kind  app.Kind
		names string
	}{
		{"another grid", []string{"-r", ref, "-p", at("moved.nii.gz")}, app.Refused, "96x96x24"},
		{"other labels", []string{"-r", ref, "-p", at("other.nii.gz")}, app.Refused, "--label"},
		{"NaN", []string{"-r", ref, "-p", at("nan.nii.gz")}, app.Refused, "NaN"},
		{"a CT", []string{"-r", ref, "-p", filepath.Join(sample(t), "ct.nii.gz")}, app.Refused, "ct.nii.gz"},
		{"no such file", []string{"-r", ref, "-p", at("gone.nii.gz")}, app.Refused, "gone.nii.gz"},
		{"an empty folder", []string{"-r", at("empty"), "-p", at("empty")}, app.Refused, "empty"},
		{"file and folder", []string{"-r", ref, "-p", at("empty")}, app.Usage, "empty"},
		{"no list", []string{"--pairs", ref}, app.Refused, "ref.nii.gz"},
		{"list and files", []string{"--pairs", ref, "-r", ref}, app.Usage, "--pairs"},
		{"no prediction", []string{"-r", ref}, app.Usage, "-p"},
		{"a prediction twice", []string{"-r", ref, "-p", ref, "-p", ref}, app.Usage, "twice"},
		{"a label of nothing", []string{"-r", ref, "-p", ref, "--label", "lungs"}, app.Usage, "lungs"},
		{"no tolerance", []string{"-r", ref, "-p", ref, "--tolerance", "-1"}, app.Usage, "-1"},
		{"a tolerance of nothing", []string{"-r", ref, "-p", ref, "--tolerance", "infektion=5"}, app.Usage, "left lung, right lung, lungs, infection"},
		{"a tolerance of nothing that is named", []string{"-r", ref, "-p", ref, "--label", "all=1,2,3", "--tolerance", "infection=5"}, app.Usage, "there is all"},
		{"another format", []string{"-r", ref, "-p", at("other.nrrd")}, app.Refused, ".nii.gz"},
		{"other names", []string{"-r", filepath.Dir(ref), "-p", at("renamed")}, app.Refused, "ref_seg"},
		{"numbers of two maps for readers", []string{"--reader", "a=" + ref, "--reader", "b=" + ref, "--label", "infection=1:3"}, app.Usage, "infection=1:3"},
		{"no metric", []string{"-r", ref, "-p", ref, "--metric", "dicee"}, app.Usage, "dicee"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := at("out")
			refused(t, opacity(t, append([]string{"evaluate", "-o", out, "--quiet"}, c.args...)...), int(c.kind), c.names)
			if _, err := os.Stat(out); err == nil {
				t.Errorf("it made %s", out)
			}
		})
	}
	t.Run("figures that cannot be drawn", func(t *testing.T) {
		out := at("undrawn")
		r := opacity(t, "evaluate", "-o", out, "--quiet", "-r", ref, "-p", ref, "--figures", "learning,confusion,hu_histogram")
		if r.status != int(app.Failed) || !strings.Contains(r.err, "hu_histogram, learning") || !strings.Contains(r.out, "metrics.json") {
			t.Errorf("%+v", r)
		}
		if drawn, err := filepath.Glob(filepath.Join(out, "figures", "confusion*.png")); len(drawn) != 1 {
			t.Error(drawn, err)
		}
	})
	// On request the prediction is brought onto the reference's grid: far away, nothing is left of it.
	out := at("resampled")
	r := must(t, "evaluate", "-r", ref, "-p", at("moved.nii.gz"), "-o", out, "--resample", "--label", "lungs=1,2,3")
	if !strings.Contains(r.err, "brought onto the grid") {
		t.Errorf("stderr %q", r.err)
	}
	e := evaluated(t, out)
	if got := e.value(t, "ref", "lungs", "dice"); got != 0 {
		t.Errorf("Dice %v", got)
	}
	if why := e.Cases[0].Why["hd_mm"]; why != "miss" {
		t.Errorf("HD is not defined for %q", why)
	}
}

// TestEvaluate_NowhereToWrite: an output folder that cannot be is told before any work.
func TestEvaluate_NowhereToWrite(t *testing.T) {
	ref := filepath.Join(sample(t), "mask.nii.gz")
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	refused(t, opacity(t, "evaluate", "-r", ref, "-p", ref, "-o", filepath.Join(file, "out"), "--quiet"), int(app.Failed), "out")
}
