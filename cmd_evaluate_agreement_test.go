package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"opacity/app/imageio/nifti"
)

// Agreement is printed and drawn in the form that was asked for; what was asked for of
// metrics and slices stands beside it, and two models are tested by it.
func TestWhatIsAskedOfEvaluate(t *testing.T) {
	folder := t.TempDir()
	in := func(parts ...string) string { return filepath.Join(append([]string{folder}, parts...)...) }
	do := func(args ...string) (int, string, string) {
		var out, errs bytes.Buffer
		status := run(context.Background(), append(args, "--quiet"), &out, &errs)
		return status, out.String(), errs.String()
	}
	for n, name := range []string{"a", "b", "c", "d", "e"} {
		for m, at := range []string{"references", "one", "two"} {
			made := in("made", at, name)
			if status, _, errs := do("phantom", "-o", made, "--size", "40x32x12", "--seed", string(rune('1'+n+m*n%4))); status != 0 {
				t.Fatal(errs)
			}
			move(t, filepath.Join(made, "mask.nii.gz"), in(at, name+".nii.gz"))
		}
	}
	for _, name := range []string{"a", "b", "c", "d", "e"} { // five lobes in turn
		v, err := loadVoxels(context.Background(), in("references", name+".nii.gz"))
		if err != nil {
			t.Fatal(err)
		}
		for o := range v.Int16 {
			v.Int16[o] = int16(1 + o%5)
		}
		if err := os.MkdirAll(in("lobes"), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := nifti.WriteVolume(context.Background(), in("lobes", name+".nii.gz"), v, false); err != nil {
			t.Fatal(err)
		}
	}
	compare := func(more ...string) []string {
		return append([]string{"evaluate", "-r", in("references"), "-p", in("one"), "--resample", "-o", in("out"), "--force", "--dpi", "72"}, more...)
	}
	for form, want := range map[string]string{
		"percent": "percent of their mean", "ratio": "logarithmic axis", "percentile": "the 2.5th and the 97.5th percentile", "regression": "by regression",
	} {
		status, said, errs := do(compare("--agreement", form, "--figures", "bland_altman_volumes")...)
		if status != 0 || !strings.Contains(said, "  bias ") {
			t.Fatalf("%s: %d %s%s", form, status, said, errs)
		}
		captions, err := filepath.Glob(in("out", "figures", "bland_altman_volumes_*.txt"))
		if err != nil || len(captions) == 0 {
			t.Fatalf("%s: no figures: %v", form, err)
		}
		b, err := os.ReadFile(captions[0])
		if err != nil || !strings.Contains(string(b), want) || form != "percent" && form != "ratio" && strings.Contains(string(b), "1.96 SD") {
			t.Errorf("%s: %v %s", form, err, b)
		}
	}
	status, said, errs := do(compare("-p", in("two"), "--metric", "rvd_itk", "--metric", "mcc", "--in-slices", "assd_mm", "--lobes", in("lobes"), "--no-figures")...)
	if status != 0 || !strings.Contains(said, "  rvd_itk ") || !strings.Contains(said, ", mcc: one against two: paired t P ") || !strings.Contains(said, "lobar severity (five lobes") ||
		!strings.Contains(said, "(tolerance 1 mm)") {
		t.Errorf("%d %s%s", status, said, errs)
	}
	for _, bad := range [][]string{{"--agreement", "ratios"}, {"--in-slices", "auc"}, {"--in-slices", "nonsense"}} {
		if status, _, errs := do(compare(bad...)...); status != 2 || !strings.Contains(errs, bad[1]) {
			t.Errorf("%q: %d %s", bad, status, errs)
		}
	}
}
