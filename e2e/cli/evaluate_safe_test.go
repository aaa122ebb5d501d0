package cli

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// Somebody's own file where finished cases are kept stays as it is.
func TestEvaluate_SparesWhatIsNotItsOwn(t *testing.T) {
	ref, pred := cohort(t)
	dir := filepath.Dir(ref)
	if err := os.Rename(ref, filepath.Join(dir, "cases")); err != nil {
		t.Fatal(err)
	}
	sidecar := filepath.Join(dir, "cases", "case1.json")
	write(t, sidecar, `{"SeriesDescription": "mine"}`)
	for _, force := range [][]string{nil, {"--force"}} {
		r := opacity(t, append([]string{"evaluate", "-r", filepath.Join(dir, "cases"), "-p", pred, "-o", dir, "--no-figures"}, force...)...)
		if r.status == 0 || !strings.Contains(r.err, "case1.json") || read(t, sidecar) != `{"SeriesDescription": "mine"}` {
			t.Errorf("status %d, %s; the sidecar is %s", r.status, r.err, read(t, sidecar))
		}
	}
}

// A case may be called as it likes: consensus masks stay in their folder, and a run that
// was stopped goes on.
func TestEvaluate_ConsensusOfAnyName(t *testing.T) {
	ref, pred := cohort(t)
	dir := t.TempDir()
	list := "case,reader,mask\n"
	for _, name := range []string{"../../outside", "s1/c1"} {
		list += name + ",ada," + filepath.Join(ref, "case1.nii.gz") + "\n" + name + ",ben," + filepath.Join(pred, "case1.nii.gz") + "\n"
	}
	write(t, filepath.Join(dir, "readers.csv"), list)
	out := filepath.Join(dir, "deep", "out")
	must(t, "evaluate", "--readers", filepath.Join(dir, "readers.csv"), "--consensus", "--no-figures", "-o", out)
	for _, name := range []string{"..%2F..%2Foutside.nii.gz", "s1%2Fc1.nii.gz"} {
		if _, err := os.Stat(filepath.Join(out, "consensus", "staple", name)); err != nil {
			t.Error(err)
		}
	}
	if found, _ := filepath.Glob(filepath.Join(dir, "*", "outside.nii.gz")); len(found) > 0 {
		t.Errorf("written outside: %v", found)
	}
}

// Brackets in a folder's name are no pattern.
func TestEvaluate_BracketsInNames(t *testing.T) {
	ref, pred := cohort(t)
	dir := filepath.Dir(ref)
	start, voxels := unpack(t, filepath.Join(pred, "case1.nii.gz"))
	maps := filepath.Join(dir, "prob[1]")
	certain := make([]byte, len(voxels))
	for n, v := range voxels {
		if v == 3 {
			certain[n] = 1
		}
	}
	packed(t, filepath.Join(maps, "case1", "prob_infection.nii.gz"), start, certain)
	auc := func(force ...string) float64 {
		args := []string{
			"evaluate", "-r", filepath.Join(ref, "case1.nii.gz"), "-p", filepath.Join(pred, "case1.nii.gz"),
			"--probabilities", filepath.Join(maps, "case1"), "--no-figures", "-o", filepath.Join(dir, "out"),
		}
		must(t, append(args, force...)...)
		return evaluated(t, filepath.Join(dir, "out")).value(t, "case1", "infection", "auc")
	}
	before := auc()
	packed(t, filepath.Join(maps, "case1", "prob_infection.nii.gz"), start, make([]byte, len(voxels)))
	if after := auc("--force"); after == before || after != 0.5 {
		t.Errorf("the area is %g, and of other probabilities %g", before, after)
	}
}

// In a region of interest, thirds are those of the whole lungs.
func TestEvaluate_ThirdsInARegion(t *testing.T) {
	ref, _ := cohort(t)
	dir := filepath.Dir(ref)
	start, voxels := unpack(t, filepath.Join(ref, "case1.nii.gz"))
	low := make([]byte, len(voxels))
	for n := range len(low) / 2 { // the lower half: slices go up
		low[n] = 1
	}
	roi := filepath.Join(dir, "roi.nii.gz")
	packed(t, roi, start, low)
	ml := func(name string, more ...string) map[string]float64 {
		out := filepath.Join(dir, name)
		must(t, append([]string{"evaluate", "-r", filepath.Join(ref, "case1.nii.gz"), "-p", filepath.Join(ref, "case1.nii.gz"), "--no-figures", "-o", out}, more...)...)
		rows, err := csv.NewReader(strings.NewReader(read(t, filepath.Join(out, "thirds.csv")))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		at := map[string]int{}
		for n, column := range rows[0] {
			at[column] = n
		}
		found := map[string]float64{}
		for _, row := range rows[1:] {
			if row[at["label"]] == "infection" {
				v, err := strconv.ParseFloat(row[at["volume_ref_ml"]], 64)
				if err != nil {
					t.Fatal(err)
				}
				found[row[at["third"]]] = v
			}
		}
		return found
	}
	whole, part := ml("whole"), ml("part", "--roi", roi)
	if part["base"] != whole["base"] || whole["base"] == 0 || part["middle"] >= whole["middle"] || part["apex"] != 0 {
		t.Errorf("of the whole %v, in the lower half %v", whole, part)
	}
}

// --force leaves nothing of an earlier run among the results.
func TestEvaluate_ForceClears(t *testing.T) {
	ref, pred := cohort(t)
	dir := filepath.Dir(ref)
	out := filepath.Join(dir, "out")
	write(t, filepath.Join(dir, "folds.csv"), "case,fold\ncase1,1\ncase2,1\ncase3,2\n")
	must(t, "evaluate", "-r", ref, "-p", pred, "--folds", filepath.Join(dir, "folds.csv"), "--figures", "boxes", "-o", out)
	write(t, filepath.Join(out, "figures", "boxes_for_the_paper.svg"), "mine")
	write(t, filepath.Join(out, "notes.txt"), "mine")
	must(t, "evaluate", "-r", ref, "-p", pred, "--label", "lungs=1,2,3", "--no-figures", "--force", "-o", out)
	kept := 0
	for _, name := range tree(t, out) {
		switch {
		case strings.HasPrefix(name, "cases"):
		case name == "notes.txt", filepath.ToSlash(name) == "figures/boxes_for_the_paper.svg":
			kept++
		case name == "folds.csv", name == "zones.csv", strings.HasPrefix(name, "figures"+string(filepath.Separator)):
			t.Errorf("%s is of the run before", name)
		}
	}
	if kept != 2 {
		t.Error("a file of the user's is gone")
	}
}

// Models whose names become the same file names both have their figures.
func TestEvaluate_NamesAlike(t *testing.T) {
	ref, pred := cohort(t)
	dir := filepath.Dir(ref)
	other := filepath.Join(dir, "pred_1")
	if err := os.Rename(pred, filepath.Join(dir, "pred 1")); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(other, os.DirFS(filepath.Join(dir, "pred 1"))); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out")
	must(t, "evaluate", "-r", ref, "-p", filepath.Join(dir, "pred 1"), "-p", other, "--figures", "scatter", "-o", out)
	found, _ := filepath.Glob(filepath.Join(out, "figures", "scatter*.png"))
	if len(found) < 2 {
		t.Errorf("figures of one model alone: %v", found)
	}
}

// One JSON value also where nothing could be read; a quoted header behind a mark of order.
func TestEvaluate_JSONAndLists(t *testing.T) {
	ref, _ := cohort(t)
	dir := filepath.Dir(ref)
	write(t, filepath.Join(dir, "bad", "case1.nii.gz"), "no mask")
	write(t, filepath.Join(dir, "bad", "case2.nii.gz"), "no mask")
	r := opacity(t, "evaluate", "-r", ref, "-p", filepath.Join(dir, "bad"), "--json", "-o", filepath.Join(dir, "out"))
	var said evaluation
	if err := json.Unmarshal([]byte(r.out), &said); err != nil || r.status == 0 || len(said.Failed) < 2 {
		t.Errorf("status %d, %v: %.200s", r.status, err, r.out)
	}
	list := filepath.Join(dir, "pairs.csv")
	mask := filepath.Join(ref, "case1.nii.gz")
	write(t, list, "\ufeff\"case\",\"reference\",\"prediction\"\nc,"+mask+","+mask+"\n")
	must(t, "evaluate", "--pairs", list, "--no-figures", "-o", filepath.Join(dir, "listed"))
}
