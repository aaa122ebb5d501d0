package cli

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"opacity/app"
)

// needModel skips where the build has no model or nothing to run it with.
func needModel(t *testing.T) {
	t.Helper()
	models, err := filepath.Glob(filepath.Join(root(), "assets", "models", "*.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	why := ""
	switch {
	case len(models) == 0:
		why = "no model in assets/models"
	case runtimeLibrary() == "" && os.Getenv("OPACITY_ONNXRUNTIME") == "":
		why = "no ONNX Runtime: run scripts/onnxruntime.sh"
	}
	if why != "" && os.Getenv("OPACITY_REQUIRE_DATA") == "1" {
		t.Fatal(why)
	} else if why != "" {
		t.Skip(why)
	}
}

// report is what the tests read of report.json.
type report struct {
	Opacity     string
	IntendedUse string `json:"intended_use"`
	Input       struct {
		Name, SHA256, Orientation, Unit string
		SeriesUID                       string `json:"series_uid"`
		Size                            [3]int
		SpacingMM                       [3]*float64 `json:"spacing_mm"`
		Warnings                        []any
		Why                             map[string]string
	}
	Model     struct{ ID, Version, SHA256, Source, Licence string }
	Device    struct{ Requested, Used, Name, Reason string }
	TimingsMS map[string]float64 `json:"timings_ms"`
	Labels    []struct {
		Value      int
		Name, Side string
		Voxels     int
		VolumeML   *float64 `json:"volume_ml"`
		MeanHU     *float64 `json:"mean_hu"`
		SDHU       *float64 `json:"sd_hu"`
		Why        map[string]string
	}
	Involvement struct {
		Left, Right, Total *float64
		Why                map[string]string
	} `json:"involvement_percent"`
	Made []struct {
		Value          int
		Name, Source   string
		Threshold      *float64
		ModelThreshold *float64 `json:"model_threshold"`
		Changed        *changed
		ByHand         *changed `json:"by_hand"`
	}
	Warnings []any
}

type changed struct {
	AddedVoxels   int      `json:"added_voxels"`
	RemovedVoxels int      `json:"removed_voxels"`
	AddedML       *float64 `json:"added_ml"`
	RemovedML     *float64 `json:"removed_ml"`
}

func readReport(t *testing.T, path string) report {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var r report
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return r
}

func TestSegment(t *testing.T) {
	needModel(t)
	dir, out := sample(t), t.TempDir()
	r := must(t, "segment", filepath.Join(dir, "ct.nii.gz"), filepath.Join(dir, "dicom"), "-o", out, "--device", "cpu", "--probabilities")
	if !strings.Contains(r.out, "left lung") || !strings.Contains(r.out, filepath.Join(out, "dicom", "mask.nii.gz")) {
		t.Errorf("printed\n%s", r.out)
	}
	if !strings.Contains(r.out, " mean -") || strings.Contains(r.out, "\u2212") {
		t.Errorf("numbers below zero with a sign that programs do not read\n%s", r.out)
	}
	for _, c := range []string{"ct", "dicom"} {
		files := tree(t, filepath.Join(out, c))
		for _, want := range []string{"mask.nii.gz", "report.json", "report.csv", "area.png", "area.svg", "prob_infection.nii.gz"} {
			if !slices.Contains(files, want) {
				t.Errorf("%s: no %s in %v", c, want, files)
			}
		}
		got := readReport(t, filepath.Join(out, c, "report.json"))
		for _, m := range got.Made {
			if m.Source != "model" || m.Threshold == nil || *m.Threshold != *m.ModelThreshold || m.Changed == nil || m.Changed.AddedVoxels+m.ByHand.RemovedVoxels > 0 {
				t.Errorf("%s was made by %s at threshold %v, changed %+v", m.Name, m.Source, m.Threshold, m.Changed)
			}
		}
		if len(got.Made) != 3 {
			t.Errorf("said of %d labels how they were made", len(got.Made))
		}
		if got.Opacity != "1.2.3-test" || got.Device.Used != "cpu" || got.Model.ID == "" || len(got.Input.SHA256) != 64 ||
			got.Input.Size != [3]int{96, 96, 24} || !strings.Contains(got.IntendedUse, "not a medical device") ||
			len(got.Labels) != 5 || got.TimingsMS["total"] <= 0 || got.TimingsMS["infer"] <= 0 {
			t.Errorf("%s: report %+v", c, got)
		}
		for _, name := range []string{"report.json", "report.csv"} {
			if text, err := os.ReadFile(filepath.Join(out, c, name)); err != nil || !strings.Contains(string(text), "-7") && !strings.Contains(string(text), "-8") || strings.Contains(string(text), "\u2212") {
				t.Errorf("%s: numbers below zero of %s, %v\n%s", c, name, err, text)
			}
		}
		a, b := load(t, filepath.Join(dir, "ct.nii.gz")), load(t, filepath.Join(out, c, "mask.nii.gz"))
		if !a.SameGrid(b.Geometry, 1e-3) {
			t.Errorf("%s: the mask lies on another grid", c)
		}
		if voxels := 0; true {
			for _, x := range b.Int16 {
				if x == 1 || x == 3 {
					voxels++
				}
			}
			if got.Labels[0].Name != "left lung" || got.Labels[0].Voxels > voxels || got.Labels[0].Voxels == 0 {
				t.Errorf("%s: %d voxels of left lung reported, %d of it and infection in the mask", c, got.Labels[0].Voxels, voxels)
			}
		}
	}
	before := tree(t, out)
	refused(t, opacity(t, "segment", filepath.Join(dir, "ct.nii.gz"), "-o", out, "-q"), int(app.Usage), "already there")
	if !slices.Equal(tree(t, out), before) {
		t.Error("files were added")
	}
	must(t, "segment", filepath.Join(dir, "ct.nii.gz"), "-o", out, "--force", "-q")
	if files := tree(t, filepath.Join(out, "ct")); len(files) != 5 {
		t.Errorf("probabilities of the run before are left: %v", files)
	}
}

// TestSegmentTwoOfOneName: each case goes by the name of its folder.
func TestSegmentTwoOfOneName(t *testing.T) {
	needModel(t)
	ct, again, out := filepath.Join(sample(t), "ct.nii.gz"), filepath.Join(t.TempDir(), "ct.nii.gz"), t.TempDir()
	must(t, "convert", ct, again)
	must(t, "segment", ct, again, "-o", out, "-q")
	for _, name := range []string{"ct", "ct-2"} {
		if got := readReport(t, filepath.Join(out, name, "report.json")).Input.Name; got != name {
			t.Errorf("report.json of %s names %s", name, got)
		}
		b, err := os.ReadFile(filepath.Join(out, name, "report.csv"))
		if err != nil || !strings.Contains(string(b), "\n"+name+",1,") {
			t.Errorf("report.csv of %s: %v\n%s", name, err, b)
		}
	}
}

// TestSegmentFindsThePhantom holds the shipped model to what its card claims:
// 0.95 of the phantom's lungs and 0.5 of its infection, as Dice.
func TestSegmentFindsThePhantom(t *testing.T) {
	needModel(t)
	dir := t.TempDir()
	must(t, "phantom", "-o", dir, "--size", "256x256x60", "--seed", "11")
	must(t, "segment", filepath.Join(dir, "dicom"), "-o", filepath.Join(dir, "out"), "-q")
	want, got := load(t, filepath.Join(dir, "mask.nii.gz")), load(t, filepath.Join(dir, "out", "dicom", "mask.nii.gz"))
	lungs := dice(want.Int16, got.Int16, func(x int16) bool { return x != 0 })
	infection := dice(want.Int16, got.Int16, func(x int16) bool { return x == 3 })
	left := dice(want.Int16, got.Int16, func(x int16) bool { return x == 1 })
	t.Logf("Dice: lungs %.4f, left lung without infection %.4f, infection %.4f", lungs, left, infection)
	if lungs < 0.95 || infection < 0.5 || left < 0.9 {
		t.Error("below what the model card claims")
	}
}

// TestMirroredThoraxIsDoubted: a file whose header names the wrong side is
// segmented as it says, with a doubt.
func TestMirroredThoraxIsDoubted(t *testing.T) {
	needModel(t)
	for _, mirror := range []bool{false, true} {
		path := spoilt(t, "ct.nii", func(n header, _ []byte) []byte {
			if mirror {
				for c := range 4 {
					at := atSRow + 4*c // x from left to right
					n.float(at, -float64(math.Float32frombits(binary.LittleEndian.Uint32(n[at:]))))
				}
				n.short(atQCode, 0).short(atSCode, 1)
			}
			return n
		})
		out := t.TempDir()
		r := must(t, "segment", path, "-o", out, "-q")
		doubts := len(readReport(t, filepath.Join(out, "ct", "report.json")).Warnings)
		if said := strings.Contains(r.out, "Left and right look exchanged"); said != mirror || (doubts > 0) != mirror {
			t.Errorf("mirrored %t: said %t, %d warnings in the report\n%s", mirror, said, doubts, r.out)
		}
	}
}

func dice(a, b []int16, is func(int16) bool) float64 {
	both, sum := 0, 0
	for n := range a {
		x, y := is(a[n]), is(b[n])
		if x && y {
			both++
		}
		if x {
			sum++
		}
		if y {
			sum++
		}
	}
	return 2 * float64(both) / float64(sum)
}

func TestBatchGoesOnAfterABadInput(t *testing.T) {
	needModel(t)
	dir, out := t.TempDir(), t.TempDir()
	bad := filepath.Join(dir, "bad.nii.gz")
	if err := os.WriteFile(bad, []byte("this is no image"), 0o666); err != nil {
		t.Fatal(err)
	}
	ct := filepath.Join(sample(t), "ct.nii.gz")
	r := opacity(t, "segment", bad, ct, filepath.Join(dir, "gone"), "-o", out, "-q")
	if r.status != int(app.Refused) {
		t.Errorf("status %d", r.status)
	}
	for _, want := range []string{"bad.nii.gz", "gone", "2 of 3"} {
		if !strings.Contains(r.err, want) {
			t.Errorf("stderr does not name %q:\n%s", want, r.err)
		}
	}
	if _, err := os.Stat(filepath.Join(out, "ct", "mask.nii.gz")); err != nil {
		t.Errorf("the good case was not done: %v", err)
	}
	if files := tree(t, out); slices.ContainsFunc(files, func(f string) bool { return !strings.HasPrefix(f, "ct/") }) {
		t.Errorf("left %v", files)
	}
}

func TestOnlyMasks(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	refused(t, opacity(t, "segment", filepath.Join(sample(t), "mask.nii.gz"), "-o", out, "-q"), int(app.Refused), "mask.nii.gz")
}

func TestModels(t *testing.T) {
	needModel(t)
	list := must(t, "models").out
	if list != must(t, "models", "list").out || !strings.Contains(list, "CC BY-NC-SA") {
		t.Errorf("models prints %q", list)
	}
	id := strings.Fields(list)[0]
	show := must(t, "models", "show", id).out
	for _, want := range []string{id, "not a medical device", "left lung", "infection"} {
		if !strings.Contains(show, want) {
			t.Errorf("models show does not say %q:\n%s", want, show)
		}
	}
	if r := must(t, "models", "check", id, "--device", "cpu"); strings.Count(r.out, " passed its self-test") != 2 || !strings.Contains(r.out, id+"-slices8 passed") {
		t.Errorf("models check prints %q", r.out)
	}
	if r := must(t, "models", "check", id+"-slices8", "--device", "cpu"); strings.Count(r.out, "\n") != 1 {
		t.Errorf("models check of a variant prints %q", r.out)
	}
	// A model of one's own: added once, listed, not replaced without --force.
	own := filepath.Join(root(), "assets", "models", id+".onnx")
	env := "XDG_DATA_HOME=" + t.TempDir()
	run := func(args ...string) result {
		cmd := command(t, args...)
		cmd.Env = append(cmd.Env, env)
		return finish(t, cmd)
	}
	if r := run("models", "add", own); r.status != 0 {
		t.Fatalf("models add: %s", r.err)
	}
	refused(t, run("models", "add", own), int(app.Usage), id)
	if r := run("models", "add", own, "--force"); r.status != 0 {
		t.Errorf("models add --force: %s", r.err)
	}
	list = run("models").out
	if lines := strings.Split(strings.TrimSpace(list), "\n"); len(lines) != 2 || lines[0] == lines[1] || !strings.Contains(list, "built in") {
		t.Errorf("the added model and the program's own cannot be told apart:\n%s", list)
	}
	if show := must(t, "models", "show", own).out; !strings.Contains(show, own) || !strings.Contains(show, id) {
		t.Errorf("models show of a file says\n%s", show)
	}
	refused(t, run("models", "show", "nonesuch"), int(app.Usage), "nonesuch")
	refused(t, run("models", "show", filepath.Join(t.TempDir(), "gone.onnx")), int(app.Refused), "gone.onnx")
}

func TestDoctor(t *testing.T) {
	needModel(t)
	text := must(t, "doctor").out
	for _, want := range []string{"ONNX Runtime", "CUDA"} {
		if !strings.Contains(text, want) {
			t.Errorf("doctor does not speak of %s:\n%s", want, text)
		}
	}
	var any map[string]any
	if err := json.Unmarshal([]byte(must(t, "doctor", "--json").out), &any); err != nil {
		t.Errorf("doctor --json: %v", err)
	}
}

// The status says that no model can run here, and what was found is printed all the same.
func TestDoctorWithoutRuntime(t *testing.T) {
	for _, asJSON := range []bool{false, true} {
		cmd := command(t, "doctor", fmt.Sprintf("--json=%t", asJSON))
		cmd.Env = append(cmd.Env, "OPACITY_ONNXRUNTIME="+filepath.Join(t.TempDir(), "gone.so"))
		r := finish(t, cmd)
		if r.status != int(app.Failed) || !strings.Contains(r.err, "gone.so") || strings.Count(r.err, "\n") != 1 {
			t.Errorf("status %d, stderr %q", r.status, r.err)
		}
		if json.Valid([]byte(r.out)) != asJSON || !strings.Contains(r.out, "gone.so") {
			t.Errorf("--json=%t: stdout %q", asJSON, r.out)
		}
	}
}

// A model of one's own that keeps the ID of a built-in one, as one that learned does, is
// what that ID means and says so; the built-in one is still there, and the default.
func TestModelsThatShareAnID(t *testing.T) {
	needModel(t)
	id := strings.Fields(must(t, "models").out)[0]
	data, out := t.TempDir(), t.TempDir()
	run := func(args ...string) result {
		cmd := command(t, args...)
		cmd.Env = append(cmd.Env, "XDG_DATA_HOME="+data)
		return finish(t, cmd)
	}
	if r := run("models", "add", filepath.Join(root(), "assets", "models", id+".onnx")); r.status != 0 {
		t.Fatalf("models add: %s", r.err)
	}
	own := filepath.Join(data, "opacity", "models", id+".onnx")
	for n, c := range []struct {
		model string
		own   bool
	}{{"", false}, {id, true}, {"builtin:" + id, false}} {
		r := run("segment", filepath.Join(sample(t), "ct.nii.gz"), "-o", filepath.Join(out, fmt.Sprint(n)), "--model", c.model)
		if r.status != 0 || strings.Contains(r.err, own) != c.own {
			t.Errorf("--model %q: status %d, stderr %q", c.model, r.status, r.err)
		}
	}
	if err := os.WriteFile(own, []byte("damaged"), 0o666); err != nil {
		t.Fatal(err)
	}
	r := run("doctor")
	if r.status != int(app.Failed) || !strings.Contains(r.err, own) || !strings.Contains(r.out, " passed its self-test") {
		t.Errorf("doctor: status %d, stderr %q\n%s", r.status, r.err, r.out)
	}
}

// TestSample is what `make run` does where there is no display.
func TestSample(t *testing.T) {
	needModel(t)
	out := t.TempDir()
	r := must(t, "sample", "-o", out, "--size", "96x96x24", "-q")
	for _, f := range []string{"sample.nii.gz", "sample/mask.nii.gz", "sample/report.json", "sample/axial.png"} {
		if _, err := os.Stat(filepath.Join(out, f)); err != nil {
			t.Error(err)
		}
		if f != "sample.nii.gz" && !strings.Contains(r.out, filepath.Join(out, filepath.FromSlash(f))) {
			t.Errorf("does not say where %s is:\n%s", f, r.out)
		}
	}
	refused(t, opacity(t, "sample", "-o", out, "--size", "96x96x24", "-q"), int(app.Usage), "sample.nii.gz")
}
