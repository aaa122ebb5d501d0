// Bench measures what the README states: on the synthetic thorax, 512x512x300,
// with everything in the page cache. It prints a table and writes JSON, with
// the load average beside it: run it with nothing else running. It judges
// nothing.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// row is one figure: the median of its runs, or what its name says.
type row struct {
	What  string  `json:"what"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	Aim   string  `json:"aim"`
	Runs  int     `json:"runs,omitempty"`
	Note  string  `json:"note,omitempty"`
}

type table struct {
	Date        string   `json:"date"`
	Machine     string   `json:"machine"`
	Cores       int      `json:"cores"`
	Go          string   `json:"go"`
	LoadBefore  string   `json:"load_average_before"`
	LoadAfter   string   `json:"load_average_after"`
	Phantom     string   `json:"phantom"`
	Rows        []row    `json:"rows"`
	NotMeasured []string `json:"not_measured,omitempty"`
}

func main() {
	out := flag.String("o", "out/bench.json", "where the JSON goes")
	bin := flag.String("bin", "bin", "folder of the built programs")
	python := flag.String("python", "", "Python with the packages of make conformance: times its programs beside ours")
	only := flag.String("only", "", "the one part to measure, by its name (segmenting, window and pointer need the files of opening)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *bin, *python, *only, *out); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, bin, python, only, out string) error {
	dir, err := os.MkdirTemp("", "opacity-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	t := &table{
		Date: time.Now().Format(time.DateOnly), Machine: processor(), Cores: runtime.NumCPU(), Go: runtime.Version(),
		LoadBefore: load(), Phantom: "512x512x300",
	}
	for _, part := range []struct {
		name    string
		measure func(context.Context, string, string) ([]row, error)
	}{
		{"opening", measureOpening},
		{"drawing", measureSuites(drawing())},
		{"editing", measureSuites(editing())},
		{"measuring", measureSuites(measures())},
		{"cohorts", measureCohort},
		{"peers", measurePeers(python)},
		{"segmenting", measureSegmenting},
		{"window", measureWindow},
		{"pointer", measureLatency},
	} {
		if only != "" && only != part.name {
			continue
		}
		fmt.Fprintf(os.Stderr, "measuring: %s\n", part.name)
		rows, err := part.measure(ctx, bin, dir)
		t.Rows = append(t.Rows, rows...)
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			t.NotMeasured = append(t.NotMeasured, fmt.Sprintf("%s: %v", part.name, err))
		}
	}
	t.LoadAfter = load()
	t.print()
	if err := os.MkdirAll(filepath.Dir(out), 0o777); err != nil {
		return err
	}
	b, err := json.MarshalIndent(t, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(out, append(b, '\n'), 0o666)
}

func (t *table) print() {
	fmt.Printf("%s, %d cores, %s, %s; load average before %s, after %s; phantom %s\n\n",
		t.Machine, t.Cores, t.Go, t.Date, t.LoadBefore, t.LoadAfter, t.Phantom)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "what\tmeasured\taim\t")
	for _, r := range t.Rows {
		fmt.Fprintf(w, "%s\t%.4g %s\t%s\t%s\n", r.What, r.Value, r.Unit, r.Aim, r.Note)
	}
	w.Flush()
	for _, n := range t.NotMeasured {
		fmt.Println("not measured:", n)
	}
}

// medianSeconds runs f n times after one run that does not count and returns
// the median of each of the durations f returns.
func medianSeconds(n int, f func() ([]time.Duration, error)) ([]float64, error) {
	var all [][]time.Duration
	for range n + 1 {
		runtime.GC()
		d, err := f()
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	all = all[1:]
	medians := make([]float64, len(all[0]))
	for i := range medians {
		var column []float64
		for _, d := range all {
			column = append(column, d[i].Seconds())
		}
		slices.Sort(column)
		medians[i] = column[len(column)/2]
	}
	return medians, nil
}

func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(b))[:3], " ")
}

func processor() string {
	b, _ := os.ReadFile("/proc/cpuinfo") // elsewhere than on Linux: unknown
	for line := range strings.Lines(string(b)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.TrimSpace(strings.TrimLeft(name, "\t :"))
		}
	}
	return runtime.GOARCH
}
