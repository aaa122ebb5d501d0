package cohort

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"opacity/app/metrics"
)

// What was written is read back with its slices, and with paths as seen from the folder
// of the results.
func TestRead(t *testing.T) {
	folder := t.TempDir()
	r := Report{Cases: []Row{
		{Case: "a", Label: "lungs", Values: map[string]metrics.Value{"dice": {X: 0.5}}, Slices: []Slice{{Number: 4, Reference: 3, Prediction: 2, Both: 1, ReferenceMM2: 6, PredictionMM2: 4}}},
		{Case: "b", Label: "lungs", Values: map[string]metrics.Value{"dice": metrics.Undefined(metrics.BothEmpty)}},
	}}
	r.Agreement = Agree(r.Cases)
	o := Options{Store: filepath.Join(folder, "out", "cases")}
	r.Provenance.Inputs = []Input{{Case: "a", Paths: map[string]string{"image": o.seen(filepath.Join(folder, "image", "a.nii.gz"))}}}
	out := filepath.Join(folder, "out")
	if err := os.Mkdir(out, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, write := range map[string]func(io.Writer) error{reportName: r.WriteJSON, slicesName: r.WriteSlices} {
		f, err := os.Create(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := write(f); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Read(out)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Cases) != 2 || got.Cases[0].Value("dice") != 0.5 || got.Cases[1].Values["dice"].Defined() {
		t.Errorf("the rows are %+v", got.Cases)
	}
	if s := got.Cases[0].Slices; len(s) != 1 || s[0] != r.Cases[0].Slices[0] || len(got.Cases[1].Slices) != 0 {
		t.Errorf("the slices are %+v", s)
	}
	if p := got.Provenance.Inputs[0].Paths["image"]; p != filepath.Join(folder, "image", "a.nii.gz") {
		t.Errorf("the image is at %s", p)
	}
	for name, text := range map[string]string{"empty": "", "other": `{"cases": 3}`, "none": `{"cases": []}`} {
		bad := filepath.Join(folder, name)
		if err := os.Mkdir(bad, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(bad, reportName), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(bad); err == nil {
			t.Errorf("%s is read", name)
		}
	}
	if _, err := Read(folder); err == nil {
		t.Error("a folder without results is read")
	}
}
