package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
)

// measureDrawing runs the benchmarks of viewer/render, which draw the same
// thorax, and reads their 95th percentiles.
func measureDrawing(ctx context.Context, _, _ string) ([]row, error) {
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "Slice|CrosshairDrag", "-benchtime", "400x", "./viewer/render")
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go test -bench: %w\n%s", err, out)
	}
	var rows []row
	for _, b := range []struct{ name, what, aim string }{
		{"BenchmarkSliceAxial", "axial slice to RGBA with overlay, p95", "< 0.5 ms"},
		{"BenchmarkSliceCoronal", "coronal slice to RGBA with overlay, p95", "< 0.5 ms"},
		{"BenchmarkSliceSagittalWarm", "sagittal slice to RGBA with overlay, next slice, p95", "< 1.5 ms"},
		{"BenchmarkSliceSagittalCold", "sagittal slice to RGBA with overlay, anywhere, p95", "< 4 ms"},
		{"BenchmarkCrosshairDrag", "event to all three panes ready for upload, p95", "< 8 ms"},
	} {
		ms, ok := quantile(out, b.name)
		if !ok {
			return rows, fmt.Errorf("%s printed no p95", b.name)
		}
		rows = append(rows, row{What: b.what, Value: ms, Unit: "ms", Aim: b.aim, Runs: 400})
	}
	return rows, nil
}

// quantile finds the value before "p95-ms" on the line of a benchmark.
func quantile(out []byte, name string) (float64, bool) {
	lines := bufio.NewScanner(bytes.NewReader(out))
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		if len(f) == 0 || f[0] != name && !strings.HasPrefix(f[0], name+"-") {
			continue
		}
		for i, unit := range f {
			if unit == "p95-ms" {
				v, err := strconv.ParseFloat(f[i-1], 64)
				return v, err == nil
			}
		}
	}
	return 0, false
}
