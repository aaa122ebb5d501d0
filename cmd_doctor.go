package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"opacity/app"
	"opacity/inference"
	"opacity/inference/onnx"
)

// doctorJSON is what `opacity doctor --json` writes.
type doctorJSON struct {
	Opacity string         `json:"opacity"`
	System  string         `json:"system"`
	Display string         `json:"display"` // empty where there is none
	Runtime onnx.Diagnosis `json:"runtime"`
	Models  []modelJSON    `json:"models"`
}

// modelJSON is a model's self-test on each device.
type modelJSON struct {
	ID      string     `json:"id"`
	Version string     `json:"version"`
	Path    string     `json:"path"` // of one of the user's own; empty for one that is built in
	Problem string     `json:"problem"`
	Tests   []testJSON `json:"tests"`
}

type testJSON struct {
	Device     app.Device `json:"device"`
	Tested     bool       `json:"tested"` // false where the model holds nothing to test it with
	Passed     bool       `json:"passed"`
	Difference float64    `json:"difference"`
	Tolerance  float64    `json:"tolerance"`
	Problem    string     `json:"problem"`
}

func newDoctor(c *cli) *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use: "doctor", Short: c.table.T("cmd.doctor.short"), Args: arguments(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			d, err := diagnose(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				err = c.printJSON(d)
			} else {
				err = c.printDoctor(d)
			}
			if err != nil {
				return err
			}
			return d.verdict()
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, c.table.T("cmd.json"))
	return cmd
}

// diagnose looks at what is there and tests each model. Stopped, it returns
// ctx.Err().
func diagnose(ctx context.Context) (doctorJSON, error) {
	// Loading a driver's libraries cannot be stopped.
	found, err := stoppable(ctx, func() onnx.Diagnosis { return (&onnx.Runtime{}).Diagnose() })
	if err != nil {
		return doctorJSON{}, err
	}
	d := doctorJSON{
		Opacity: programVersion(), System: runtime.GOOS + "/" + runtime.GOARCH,
		Display: os.Getenv("WAYLAND_DISPLAY") + os.Getenv("DISPLAY"), Runtime: found, Models: []modelJSON{},
	}
	devices := []string{"cpu"}
	if d.Runtime.CUDABuild && d.Runtime.CUDA.IsZero() {
		for n := range d.Runtime.GPUs {
			devices = append(devices, fmt.Sprintf("cuda:%d", n))
		}
	}
	engine := wire().engine
	defer engine.Close()
	for _, m := range engine.Models() {
		one := modelJSON{ID: m.ID, Version: m.Version, Path: m.Path, Tests: []testJSON{}}
		if m.Problem != nil {
			one.Problem = sentence(m.Problem)
		} else if d.Runtime.Problem.IsZero() {
			for _, device := range devices {
				one.Tests = append(one.Tests, selfTest(engine.Check(ctx, m.Key(), device)))
			}
		}
		if ctx.Err() != nil {
			return d, ctx.Err()
		}
		d.Models = append(d.Models, one)
	}
	return d, nil
}

// verdict is an error where no model can run here, or one of them does not: what CUDA or
// a display would add is not missed.
func (d doctorJSON) verdict() error {
	if !d.Runtime.Problem.IsZero() {
		return &app.Error{Kind: app.Failed, Message: d.Runtime.Problem}
	}
	var bad []string
	for _, m := range d.Models {
		if m.Problem != "" || slices.ContainsFunc(m.Tests, func(t testJSON) bool { return t.Problem != "" }) {
			bad = append(bad, named(m.ID, m.Path))
		}
	}
	if len(bad) > 0 {
		return app.Fail(nil, "cmd.doctor.failed", strings.Join(bad, ", "))
	}
	return nil
}

func selfTest(r inference.CheckResult, err error) testJSON {
	t := testJSON{Device: r.Device, Tested: r.Tested, Passed: err == nil && r.Tested, Difference: r.Difference, Tolerance: r.Tolerance}
	if err != nil {
		t.Problem = sentence(err)
	}
	return t
}
