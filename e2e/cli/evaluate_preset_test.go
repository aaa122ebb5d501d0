package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"opacity/app"
)

// TestEvaluate_Presets: the tables of published works, from folders and folds.
func TestEvaluate_Presets(t *testing.T) {
	ref, pred := cohort(t)
	dir := t.TempDir()
	folds, out := filepath.Join(dir, "folds.csv"), filepath.Join(dir, "out")
	if err := os.WriteFile(folds, []byte("case,fold\ncase1,1\ncase2,2\ncase3,2\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	args := []string{"evaluate", "-r", ref, "-p", pred, "-o", out, "--quiet"}
	for _, name := range []string{"miscnn", "fv-paspp", "keras", "lecture", "base-middle-apex"} {
		args = append(args, "--preset", name)
	}
	must(t, append(args, "--folds", folds, "--image", filepath.Join(sample(t), "ct.nii.gz"))...)
	e := evaluated(t, out)
	dice := e.value(t, "case1", "infection", "dice")
	for _, c := range []struct{ name, begins, holds string }{
		{"miscnn_folds.csv", "Fold,Lungs DSC,Lungs Sens.,Lungs Spec.,COVID-19 DSC,", "\nAVG,"},
		{"fv_paspp_subjects_infection.csv", "Subject,Resolution,Dice Score,Sensitivity,IoU\nA,\"(96, 96, 24)\",", "\nMean,,"},
		{"keras_folds.csv", "Segmentation,Lungs Validation,Infection Validation\nJaccard-Tanimoto,", "±"},
		{"lecture_ttest_infection.csv", "t test of,pairs,", "slices"},
		{"lecture_thirds_infection.csv", ",base,middle,apex\nDice,", "\nHD (mm),"},
		{"lecture_thirds_infection.txt", "", "dice apex value== "},
		{"miscnn_folds.txt", "Fold", "Medians of a fold hide its worst cases"},
	} {
		said := read(t, filepath.Join(out, "tables", c.name))
		if !strings.HasPrefix(said, c.begins) || !strings.Contains(said, c.holds) {
			t.Errorf("%s\n%s", c.name, said)
		}
	}
	if lines := strings.Count(read(t, filepath.Join(out, "tables", "lecture_areas_infection.csv")), "\n"); lines != 1+3*24 {
		t.Errorf("areas of %d slices", lines-1)
	}
	if dice <= 0 || dice >= 1 {
		t.Errorf("Dice %v", dice)
	}
	for _, name := range []string{"tables/miscnn_folds.pdf", "figures/boxes_dice.png", "figures/gif_case_3.gif", "figures/bland_altman_areas_plain_infection.svg"} {
		if info, err := os.Stat(filepath.Join(out, filepath.FromSlash(name))); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}

	// What cannot be made is told, and the rest is there.
	none := filepath.Join(dir, "none")
	r := opacity(t, "evaluate", "-r", ref, "-p", pred, "-o", none, "--quiet", "--preset", "miscnn", "--preset", "fv-paspp")
	if r.status != int(app.Failed) || !strings.Contains(r.err, "No case names a fold") {
		t.Errorf("status %d, %q", r.status, r.err)
	}
	read(t, filepath.Join(none, "tables", "fv_paspp_subjects_infection.txt"))
	read(t, filepath.Join(none, "metrics.json"))
	refused(t, opacity(t, "evaluate", "-r", ref, "-p", pred, "-o", filepath.Join(dir, "bad"), "--preset", "miscn"), int(app.Usage), "fv-paspp")

	// What is there before anything is compared takes no prediction.
	seen := filepath.Join(dir, "seen")
	must(t, "evaluate", "-r", filepath.Join(ref, "case1.nii.gz"), "--image", filepath.Join(sample(t), "ct.nii.gz"), "--preset", "miscnn-reproduction", "-o", seen, "--quiet")
	if said := read(t, filepath.Join(seen, "tables", "miscnn_reproduction_exploration.txt")); !strings.Contains(said, "(96, 96, 24, 1)") || !strings.Contains(said, "X-Axes Mean: 96.0\n") || !strings.Contains(said, "lung_L ") {
		t.Error(said)
	}
}
