package main

import (
	"strings"
	"testing"

	"opacity/app"
	"opacity/app/text"
	"opacity/inference"
	"opacity/inference/onnx"
)

// A model that holds nothing to test it with did not pass a test.
func TestDoctorOfAModelWithoutATest(t *testing.T) {
	on := app.Device{Used: "cpu"}
	for name, r := range map[string]inference.CheckResult{"tested": {Device: on, Tested: true}, "not tested": {Device: on}} {
		if got := selfTest(r, nil); got.Passed != r.Tested || got.Tested != r.Tested || got.Problem != "" {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := selfTest(inference.CheckResult{Device: on}, app.Misuse("app.interrupted")); got.Passed || got.Problem == "" {
		t.Errorf("failed: %+v", got)
	}
}

// A script learns from the status that no model can run here, or that one does not work;
// a machine without a GPU, or a model without a test, is no failure.
func TestDoctorsVerdict(t *testing.T) {
	missing := text.M("inference.runtime_missing", "libonnxruntime.so")
	good, bad := testJSON{Tested: true, Passed: true}, testJSON{Tested: true, Problem: "Off by 1."}
	for name, c := range map[string]struct {
		d    doctorJSON
		says string // "" for nothing wrong
	}{
		"all well":                {doctorJSON{Models: []modelJSON{{ID: "m", Tests: []testJSON{good}}}}, ""},
		"no CUDA":                 {doctorJSON{Runtime: onnx.Diagnosis{CUDA: missing}}, ""},
		"nothing to test it with": {doctorJSON{Models: []modelJSON{{ID: "m", Tests: []testJSON{{}}}}}, ""},
		"no runtime":              {doctorJSON{Runtime: onnx.Diagnosis{Problem: missing}, Models: []modelJSON{{ID: "m"}}}, "libonnxruntime.so"},
		"failed on one device":    {doctorJSON{Models: []modelJSON{{ID: "m", Tests: []testJSON{good, bad}}}}, "m"},
		"unreadable, of one's own": {doctorJSON{Models: []modelJSON{
			{ID: "m", Path: "/models/m.onnx", Problem: "Damaged."}, {ID: "m", Tests: []testJSON{good}},
		}}, "m (/models/m.onnx);"},
	} {
		err := c.d.verdict()
		if err == nil || c.says == "" {
			if err != nil || c.says != "" {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if kind, why := app.Explain(err); kind != app.Failed || !strings.Contains(why.String(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Models that share an ID are told apart by the file of the user's own.
func TestDoctorTellsModelsOfOneIDApart(t *testing.T) {
	passed := []testJSON{{Device: app.Device{Used: "cpu"}, Tested: true, Passed: true}}
	lines := doctorJSON{Models: []modelJSON{
		{ID: "m", Version: "1", Path: "/models/m.onnx", Tests: []testJSON{{Problem: "Off by 1."}}}, {ID: "m", Version: "1", Tests: passed},
	}}.text()
	for _, want := range []string{"Model m (/models/m.onnx): Off by 1.\n", "Model m 1 passed"} {
		if !strings.Contains(lines, want) {
			t.Errorf("no %q in\n%s", want, lines)
		}
	}
}
