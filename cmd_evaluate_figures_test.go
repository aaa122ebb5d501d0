package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestFiguresThatAreChosen(t *testing.T) {
	for _, c := range []struct {
		which string
		want  string // some of the names, "-" before one that is not drawn
		named bool
	}{
		{"cohort", "boxes roc -triptych -bland_altman_areas_plain", false},
		{"all", "boxes gif area_slices -bland_altman_areas_plain", true},
		{"all,bland_altman_areas_plain", "gif bland_altman_areas_plain", true},
		{"roc, montage", "roc montage -boxes", true},
		{"none", "-roc -boxes", true},
	} {
		f := figureFlags{which: c.which, dpi: 300, slices: 12}
		chosen, named, err := f.chosen()
		if err != nil || named != c.named || f.check() != nil {
			t.Errorf("%s: %v, named %t", c.which, err, named)
		}
		for _, name := range strings.Fields(c.want) {
			name, not := strings.CutPrefix(name, "-")
			if there := slices.ContainsFunc(chosen, func(k kind) bool { return k.name == name }); there == not {
				t.Errorf("%s: %s is there: %t", c.which, name, there)
			}
		}
	}
	for _, f := range []figureFlags{
		{which: "rock", dpi: 300, slices: 1},
		{which: "roc", dpi: 30, slices: 1},
		{which: "roc", dpi: 300, width: 3, slices: 1},
		{which: "roc", dpi: 300, slices: 0},
		{which: "roc", dpi: 300, slices: 1, sidecar: "a.json"},
	} {
		if f.check() == nil {
			t.Errorf("%+v is taken", f)
		}
	}
}

func TestBinsAreOfWholeSteps(t *testing.T) {
	var values []float32
	for n := range 256 * 64 {
		values = append(values, float32(n%256)) // as often as any other
	}
	s := spreadOf(values, 0)
	if s.Width != 2 || s.Low != -0.5 || len(s.Counts) != 128 {
		t.Fatalf("%d bins of %g from %g", len(s.Counts), s.Width, s.Low)
	}
	for n, c := range s.Counts {
		if c != 128 {
			t.Errorf("bin %d has %g values, not 128: a comb", n, c)
		}
	}
}

// Every kind of figure is drawn of a small cohort, or says why not; and no case is named
// in what is drawn.
func TestFiguresOfACohort(t *testing.T) {
	if testing.Short() {
		t.Skip("draws every figure")
	}
	folder := t.TempDir()
	in := func(parts ...string) string { return filepath.Join(append([]string{folder}, parts...)...) }
	do := func(args ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		if status := run(context.Background(), append(args, "--quiet"), &out, &errs); status != 0 {
			t.Fatalf("%q: %d %s", args, status, errs.String())
		}
		return out.String()
	}
	for n, name := range []string{"smith", "jones", "brown"} {
		for _, seed := range []struct {
			at   string
			seed int
		}{{"references", 2 * n}, {"predictions", 2*n + 1}} {
			made := in("made", seed.at, name)
			do("phantom", "-o", made, "--size", "64x48x20", "--seed", string(rune('1'+seed.seed)))
			move(t, filepath.Join(made, "mask.nii.gz"), in(seed.at, name+".nii.gz"))
			if seed.at == "references" {
				move(t, filepath.Join(made, "ct.nii.gz"), in("images", name+".nii.gz"))
			}
		}
	}
	write(t, in("folds.csv"), "case,fold\nsmith,1\njones,2\nbrown,2\n")
	write(t, in("log.csv"), "epoch,loss,dice\n1,2,0.1\n2,1,0.4\n3,0.5,0.6\n4,0.4,0.7\n")
	said := do("evaluate", "-r", in("references"), "-p", in("predictions"), "--image", in("images"), "--folds", in("folds.csv"), "--resample",
		"--training-log", in("log.csv"), "--figures", "all,bland_altman_areas_plain", "--dpi", "72", "--montage", "4", "-o", in("out"))
	if !strings.Contains(said, "severity by six zones") || !strings.Contains(said, "(inside the body)") {
		t.Error(said)
	}
	for _, name := range []string{"zones.csv", "density.csv", "histogram.csv"} {
		if b, err := os.ReadFile(in("out", name)); err != nil || bytes.Count(b, []byte("\n")) < 10 {
			t.Errorf("%s: %v, %s", name, err, b)
		}
	}
	f, err := os.Open(in("out", "figures", "figures.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	// No probabilities, no outcomes, no model with them, one model alone.
	without := []string{"roc", "roc_outcome", "precision_recall", "calibration", "ablation", "preprocessing"}
	for _, name := range kindNames() {
		n := slices.IndexFunc(rows, func(r []string) bool { return r[1] == name })
		if n < 0 || (rows[n][0] == "") != slices.Contains(without, name) || rows[n][2] == "" {
			t.Errorf("%s: %v", name, rows[max(n, 0)])
		}
	}
	files, err := filepath.Glob(in("out", "figures", "*"))
	if err != nil || len(files) < 200 {
		t.Fatal(len(files), err)
	}
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, who := range []string{"smith", "jones", "brown"} {
			if strings.Contains(path[len(folder):], who) || bytes.Contains(b, []byte(who)) {
				t.Errorf("%s names %s", filepath.Base(path), who)
			}
		}
	}
	do("evaluate", "-r", in("references"), "-p", in("predictions"), "--resample", "--figures", "area_slices", "--identity", "-o", in("out"), "--force")
	if _, err := os.Stat(in("out", "figures", "area_slices_case_smith.png")); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(in("out", "figures", "triptych*")); len(left) > 0 {
		t.Errorf("figures of the run before stayed: %v", left)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func move(t *testing.T, from, to string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}
