package main

import (
	"testing"

	"opacity/app"
	"opacity/inference"
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
