package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// measureSegmenting runs the built program on the thorax and reads the timings
// of its report and its peak memory.
func measureSegmenting(ctx context.Context, bin, dir string) ([]row, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "opacity-headless"),
		"segment", filepath.Join(dir, "dicom"), "-o", filepath.Join(dir, "out"), "--device", "cpu", "--quiet", "--force")
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return nil, err
	}
	b, err := os.ReadFile(filepath.Join(dir, "out", "dicom", "report.json"))
	if err != nil {
		return nil, err
	}
	var report struct {
		Timings map[string]float64 `json:"timings_ms"`
		Input   struct{ Size [3]float64 }
	}
	if err := json.Unmarshal(b, &report); err != nil {
		return nil, err
	}
	t, slices := report.Timings, report.Input.Size[2]
	if t["infer"] <= 0 || slices <= 0 {
		return nil, fmt.Errorf("the report holds no timings")
	}
	rows := []row{
		{What: "network, per slice", Value: t["infer"] / slices, Unit: "ms"},
		{What: "pre- and postprocessing, share of the network's time", Value: 100 * (t["preprocess"] + t["postprocess"]) / t["infer"], Unit: "%", Aim: "< 25 %"},
		{What: "a volume segmented, measured and saved", Value: t["total"] / 1000, Unit: "s"},
	}
	if mb, ok := peakMB(cmd.ProcessState); ok {
		rows = append(rows, row{What: "peak memory, headless, open and segmented", Value: mb / 1000, Unit: "GB", Aim: "< 1.2 GB"})
	}
	return rows, nil
}
