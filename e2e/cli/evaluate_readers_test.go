package cli

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"opacity/app"
)

// TestEvaluate_Readers: three readers whose masks are the phantom's, moved by 0, 1 and 2
// voxels, and the first one's second session, which is his first again.
func TestEvaluate_Readers(t *testing.T) {
	dir := t.TempDir()
	header, voxels := unpack(t, filepath.Join(sample(t), "mask.nii.gz"))
	mask := func(reader, name string, by int) string {
		path := filepath.Join(dir, reader, name+".nii.gz")
		packed(t, path, header, shifted(voxels, by))
		return path
	}
	for n := range 3 {
		name := "case" + strconv.Itoa(n)
		mask("ada", name, n)
		mask("again", name, n)
		mask("ben", name, n+1)
		if n < 2 {
			mask("cid", name, n+2)
		}
	}
	out := filepath.Join(dir, "out")
	r := opacity(t, "evaluate", "--reader", "ada="+filepath.Join(dir, "ada"), "--reader", "ben="+filepath.Join(dir, "ben"), "--reader", "cid="+filepath.Join(dir, "cid"),
		"--reader", "ada="+filepath.Join(dir, "again"), "--consensus", "-o", out, "--quiet")
	if r.status != int(app.Failed) || !strings.Contains(r.err, "cid has no mask of the case case2") {
		t.Fatalf("status %d, %q", r.status, r.err)
	}
	for _, want := range []string{"ada (1) and ben (1)", "consensus of others", "repeatability coefficient of ada", filepath.Join(out, "readers.json")} {
		if !strings.Contains(r.out, want) {
			t.Errorf("stdout lacks %q:\n%s", want, r.out)
		}
	}
	var report struct {
		Pairs []struct {
			Kind, A, B, Case, Label string
			Metrics                 map[string]*float64
		}
		Consensus     []struct{ Kind, B, Case, Label string }
		Repeatability []struct {
			Label, Quantity, Reader string
			Coefficient             struct{ Value *float64 } `json:"repeatability_coefficient"`
		}
		Failed []struct{ Case string }
	}
	if err := json.Unmarshal([]byte(read(t, filepath.Join(out, "readers.json"))), &report); err != nil {
		t.Fatal(err)
	}
	// A pair of readers is the same as a reference and a prediction.
	ref := filepath.Join(dir, "ref")
	must(t, "evaluate", "-r", filepath.Join(dir, "ada", "case1.nii.gz"), "-p", filepath.Join(dir, "ben", "case1.nii.gz"), "-o", ref, "--quiet")
	same := evaluated(t, ref)
	found := 0
	for _, p := range report.Pairs {
		switch {
		case p.Kind == "intra_reader" && *p.Metrics["dice"] != 1:
			t.Errorf("ada differs from herself: %+v", p)
		case p.Case == "case1" && p.A == "ada (1)" && p.B == "ben (1)":
			found++
			for _, key := range []string{"dice", "hd95_mm", "nsd"} {
				if want := same.value(t, "case1", p.Label, key); math.Abs(*p.Metrics[key]-want) > 1e-12 {
					t.Errorf("%s of %s: %v, want %v", key, p.Label, *p.Metrics[key], want)
				}
			}
		}
	}
	// Of 3 cases 3 + 3 + 1 pairs of three readers, 3 of two sessions; four labels.
	if found != 4 || len(report.Pairs) != (7+3)*4 || len(report.Failed) != 1 {
		t.Errorf("%d labels, %d pairs, failed %+v", found, len(report.Pairs), report.Failed)
	}
	// Of two cases four kinds of consensus of three readers, of the third two of two.
	if len(report.Consensus) != (2*4*3+2*2)*4 {
		t.Errorf("%d rows of consensus", len(report.Consensus))
	}
	if len(report.Repeatability) == 0 || *report.Repeatability[0].Coefficient.Value != 0 {
		t.Errorf("%+v", report.Repeatability)
	}
	// The consensus is a mask like any other: that of the majority is the middle reader's.
	must(t, "evaluate", "-r", filepath.Join(dir, "ben", "case0.nii.gz"), "-p", filepath.Join(out, "consensus", "majority", "case0.nii.gz"), "-o", filepath.Join(dir, "middle"), "--quiet")
	if got := evaluated(t, filepath.Join(dir, "middle")).value(t, "case0", "lungs", "dice"); got < 0.99 {
		t.Errorf("Dice of the majority and the middle reader %v", got)
	}
	for _, name := range []string{"readers.csv", "readers_summary.csv", "consensus.csv", "consensus_summary.csv", "staple.csv", "reader_volumes.csv", "reliability.csv", filepath.Join("figures", "boxes_readers_dice_infection.pdf")} {
		if info, err := os.Stat(filepath.Join(out, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	ada := "ada=" + filepath.Join(dir, "ada")
	refused(t, opacity(t, "evaluate", "--reader", ada, "-o", out, "--quiet"), int(app.Usage), "readers.json")
	for _, c := range []struct {
		name  string
		args  []string
		kind  app.Kind
		names string
	}{
		{"one reader", []string{"--reader", ada}, app.Refused, "only reader"},
		{"no name", []string{"--reader", "=x"}, app.Usage, "NAME=FILE"},
		{"with a reference", []string{"--reader", ada, "-r", ref}, app.Usage, "--reader"},
		{"no list", []string{"--readers", filepath.Join(dir, "ada", "case0.nii.gz")}, app.Refused, "case, reader, mask"},
		{"nothing to agree on", []string{"--consensus", "-r", ref, "-p", ref}, app.Usage, "--consensus"},
	} {
		t.Run(c.name, func(t *testing.T) {
			none := filepath.Join(dir, "none")
			refused(t, opacity(t, append([]string{"evaluate", "-o", none, "--quiet"}, c.args...)...), int(c.kind), c.names)
			if _, err := os.Stat(none); err == nil {
				t.Errorf("it made %s", none)
			}
		})
	}
}
