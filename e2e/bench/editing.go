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

// benchmark is a figure that a benchmark of a package prints.
type benchmark struct {
	name      string // as it is printed, without the number of processors
	unit      string // that the figure stands before
	perUnit   float64
	what, aim string
	shown     string // the unit it is shown in
}

// suite is benchmarks of one package.
type suite struct {
	folder, pattern, time string
	figures               []benchmark
}

const (
	nsToMS = 1e-6
	µsToMS = 1e-3
	msToS  = 1e-3
)

func editing() []suite {
	return []suite{
		{"./ui/sliceview", "BrushMove$", "400x", []benchmark{
			{"BenchmarkBrushMove", "p95-ms", 1, "brush 10 mm: event to three panes ready, p95", "< 4 ms", "ms"},
		}},
		{"./ui", "ThresholdMove$", "200x", []benchmark{
			{"BenchmarkThresholdMove", "p95-ms", 1, "threshold slider: event to numbers and three panes ready, p95", "< 16 ms", "ms"},
			{"BenchmarkThresholdMove", "first-ms", 1, "the first move of the same", "", "ms"},
		}},
		{"./viewer/tool", "Move$/^(brush10mm|ball20mm|smart10mm)$", "30x", []benchmark{
			{"BenchmarkMove/brush10mm", "p95-ms/move", 1, "brush 10 mm: event to mask and signals, p95", "", "ms"},
			{"BenchmarkMove/ball20mm", "p95-ms/move", 1, "ball 20 mm: event to mask and signals, p95", "< 8 ms", "ms"},
			{"BenchmarkMove/smart10mm", "p95-ms/move", 1, "smart brush 10 mm: event to mask and signals, p95", "", "ms"},
		}},
		{"./app/study", "(Keep|Reopen)$", "20x", []benchmark{
			{"BenchmarkKeep", "p95-ms", 1, "commit of a stroke until it is on disk, p95", "< 50 ms", "ms"},
			{"BenchmarkReopen/checkpoint", "ns/op", nsToMS * msToS, "reopening a study of 10,000 steps", "< 1 s", "s"},
			{"BenchmarkReopen/none", "ns/op", nsToMS * msToS, "the same without its checkpoint", "", "s"},
		}},
		{"./app/mask", "(StrokeMemory|Undo|UndoOfAThousand)$", "3x", []benchmark{
			{"BenchmarkStrokeMemory/disc10mm", "MB-counted", 1, "1,000 strokes of 100 points, 10 mm", "< 64 MB", "MB"},
			{"BenchmarkUndo", "µs/step", µsToMS, "undo or redo of one stroke", "< 4 ms", "ms"},
			{"BenchmarkUndoOfAThousand", "ms/1000", msToS, "undo or redo of 1,000 in a row", "< 1 s", "s"},
		}},
		{"./app/metrics", "Live$", "100x", []benchmark{
			{"BenchmarkLive/disc10mm", "ns/op", nsToMS, "live numbers after a move, 10 mm", "< 5 ms", "ms"},
			{"BenchmarkLive/ball20mm", "ns/op", nsToMS, "live numbers after a move, ball 20 mm", "< 5 ms", "ms"},
		}},
		{"./app/edit", "(ThresholdThreePlanes|Threshold|FloodLung|Margin3mm|Islands|Between10)$", "5x", []benchmark{
			{"BenchmarkThresholdThreePlanes", "ns/op", nsToMS, "threshold slider, three planes", "< 16 ms", "ms"},
			{"BenchmarkThreshold", "ns/op", nsToMS, "threshold slider let go, whole volume", "", "ms"},
			{"BenchmarkFloodLung", "ns/op", nsToMS, "flood fill of a lung", "< 400 ms", "ms"},
			{"BenchmarkMargin3mm", "ns/op", nsToMS, "margin 3 mm around both lungs", "< 400 ms", "ms"},
			{"BenchmarkIslands", "ns/op", nsToMS, "islands of both lungs", "< 300 ms", "ms"},
			{"BenchmarkBetween10", "ns/op", nsToMS, "fill between slices, 10 of both lungs", "< 200 ms", "ms"},
		}},
		{"./app/review", "Rank$", "3x", []benchmark{
			{"BenchmarkRank/probabilities", "ns/op", nsToMS * msToS, "review queue of 300 slices", "", "s"},
		}},
	}
}

func drawing() []suite {
	const slice, next, any = "< 0.5 ms", "< 1.5 ms", "< 4 ms"
	return []suite{{"./viewer/render", "Slice|CrosshairDrag", "400x", []benchmark{
		{"BenchmarkSliceAxial", "p95-ms", 1, "axial slice to RGBA with overlay, p95", slice, "ms"},
		{"BenchmarkSliceCoronal", "p95-ms", 1, "coronal slice to RGBA with overlay, p95", slice, "ms"},
		{"BenchmarkSliceSagittalWarm", "p95-ms", 1, "sagittal slice to RGBA with overlay, next slice, p95", next, "ms"},
		{"BenchmarkSliceSagittalCold", "p95-ms", 1, "sagittal slice to RGBA with overlay, anywhere, p95", any, "ms"},
		{"BenchmarkCrosshairDrag", "p95-ms", 1, "event to all three panes ready for upload, p95", "< 8 ms", "ms"},
	}}}
}

// measureSuites returns what runs the benchmarks of packages, on the same thorax
// or one of its size, and reads the figures they print.
func measureSuites(all []suite) func(context.Context, string, string) ([]row, error) {
	return func(ctx context.Context, _, _ string) ([]row, error) {
		var rows []row
		for _, s := range all {
			cmd := exec.CommandContext(ctx, "go", "test", "-tags", "migrated_fynedo", "-run", "^$", "-bench", s.pattern, "-benchtime", s.time, s.folder)
			out, err := cmd.Output()
			if err != nil {
				return rows, fmt.Errorf("go test -bench %s %s: %w\n%s", s.pattern, s.folder, err, out)
			}
			for _, f := range s.figures {
				v, runs, ok := figure(out, f.name, f.unit)
				if !ok {
					return rows, fmt.Errorf("%s printed no %s", f.name, f.unit)
				}
				rows = append(rows, row{What: f.what, Value: v * f.perUnit, Unit: f.shown, Aim: f.aim, Runs: runs})
			}
		}
		return rows, nil
	}
}

// figure finds the value before a unit on the line of a benchmark, and how often
// that was run.
func figure(out []byte, name, unit string) (value float64, runs int, ok bool) {
	lines := bufio.NewScanner(bytes.NewReader(out))
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		if len(f) < 4 || f[0] != name && !strings.HasPrefix(f[0], name+"-") {
			continue
		}
		runs, _ = strconv.Atoi(f[1])
		for i, u := range f {
			if u == unit {
				v, err := strconv.ParseFloat(f[i-1], 64)
				return v, runs, err == nil
			}
		}
	}
	return 0, 0, false
}
