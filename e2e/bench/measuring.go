package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"opacity/app/imageio/nifti"
	"opacity/app/mask"
	"opacity/app/phantom"
	"opacity/app/volume"
)

func measures() []suite {
	return []suite{
		{"./app/metrics/surface", "^Benchmark(Lungs|Scattered)$/^both$", "3x", []benchmark{
			{"BenchmarkLungs/both", "ns/op", nsToMS * msToS, "HD, HD95, ASSD, NSD of both lungs, by voxels and by surfels", "< 2 s", "s"},
			{"BenchmarkScattered/both", "ns/op", nsToMS * msToS, "the same of scattered infection", "< 0.5 s", "s"},
		}},
		{"./app/metrics/score", "^BenchmarkAUC$/^float32$", "3x", []benchmark{
			{"BenchmarkAUC/float32", "ns/op", nsToMS * msToS, "ROC and AUC of 78.6 M voxels", "< 0.5 s", "s"},
			{"BenchmarkAUC/float32", "B/op", 1e-6, "memory of the same, beside the inputs", "< 200 MB", "MB"},
		}},
		{"./app/metrics", "^BenchmarkCounts$", "10x", []benchmark{
			{"BenchmarkCounts", "ns/op", nsToMS, "all count metrics of a case", "< 100 ms", "ms"},
		}},
		{"./export/plot", "^BenchmarkGallery$", "1x", []benchmark{
			{"BenchmarkGallery", "ns/op", nsToMS * msToS, "every kind of figure, of 100 cases, three formats", "< 10 s", "s"},
		}},
	}
}

// measureCohort runs `evaluate` on 5, 20 and 40 full-size cases with two processors, and
// draws the figures of 100 small ones that are measured already.
func measureCohort(ctx context.Context, bin, dir string) ([]row, error) {
	full := filepath.Join(dir, "cohort")
	const written = 20
	for n := range written {
		// What five patients have, predicted four times each by something else.
		if err := writeCase(ctx, full, n, uint64(1+n%5), volume.Size{}); err != nil {
			return nil, err
		}
	}
	var rows, peaks []row
	for _, of := range []struct {
		cases     int
		aim, peak string
	}{{5, "", ""}, {written, "< 100 s", "the same"}, {2 * written, "", "the same"}} {
		folder := filepath.Join(dir, strconv.Itoa(of.cases))
		if err := linkCases(full, folder, of.cases, written); err != nil {
			return rows, err
		}
		s, mb, err := evaluate(ctx, bin, folder)
		if err != nil {
			return rows, err
		}
		rows = append(rows, row{What: fmt.Sprintf("evaluate %d cases of 512x512x300 with probabilities, from .nii.gz", of.cases), Value: s, Unit: "s", Aim: of.aim})
		if mb > 0 {
			peaks = append(peaks, row{What: fmt.Sprintf("peak memory of the %d", of.cases), Value: mb, Unit: "MB", Aim: of.peak})
		}
	}
	rows = append(rows, peaks...)
	small := filepath.Join(dir, "small")
	for n := range 100 {
		if err := writeCase(ctx, small, n, uint64(1+n), volume.Size{96, 96, 40}); err != nil {
			return rows, err
		}
	}
	if _, _, err := evaluate(ctx, bin, small); err != nil {
		return rows, err
	}
	s, _, err := evaluate(ctx, bin, small, "--force") // what is measured is kept
	if err != nil {
		return rows, err
	}
	return append(rows, row{What: "evaluate 100 cases measured before: tables and their figures, three formats", Value: s, Unit: "s", Aim: "< 10 s"}), nil
}

// kinds are the folders of a cohort.
var kinds = []string{"reference", "prediction", "probability"}

// linkCases makes a cohort of some cases, which are those written, again and again.
func linkCases(from, to string, cases, written int) error {
	for _, kind := range kinds {
		if err := os.MkdirAll(filepath.Join(to, kind), 0o777); err != nil {
			return err
		}
		for n := range cases {
			if err := os.Symlink(filepath.Join(from, kind, caseName(n%written)), filepath.Join(to, kind, caseName(n))); err != nil {
				return err
			}
		}
	}
	return nil
}

func caseName(n int) string { return fmt.Sprintf("case-%03d.nii.gz", n) }

// writeCase writes the masks of a thorax, the same moved by some slices as a prediction,
// and probabilities of its infection.
func writeCase(ctx context.Context, dir string, n int, seed uint64, size volume.Size) error {
	for _, kind := range kinds {
		if err := os.MkdirAll(filepath.Join(dir, kind), 0o777); err != nil {
			return err
		}
	}
	at := func(kind int) string { return filepath.Join(dir, kinds[kind], caseName(n)) }
	v, m := phantom.New(phantom.Options{Seed: seed, Size: size})
	by := 1 + n/5%4
	moved := mask.New(m.Size(), m.Labels())
	probability := make([][]uint8, m.Size()[2])
	r := rand.New(rand.NewPCG(seed, uint64(n)))
	for k := range probability {
		probability[k] = make([]uint8, m.Size()[0]*m.Size()[1])
		if k < by {
			continue
		}
		for _, l := range []mask.Layer{mask.Anatomy, mask.Findings} {
			moved.SetSlice(l, k, m.Slice(l, k-by))
		}
		for i, label := range m.Slice(mask.Findings, k-by) {
			switch {
			case label != 0:
				probability[k][i] = uint8(255 - r.IntN(160))
			case m.Slice(mask.Anatomy, k-by)[i] != 0:
				probability[k][i] = uint8(r.IntN(140))
			}
		}
	}
	if err := nifti.WriteMask(ctx, at(0), v, m, false); err != nil {
		return err
	}
	if err := nifti.WriteMask(ctx, at(1), v, moved, false); err != nil {
		return err
	}
	return nifti.WriteProbability(ctx, at(2), v, probability, false)
}

// evaluate runs the program on a cohort; it returns seconds and its peak memory in MB.
func evaluate(ctx context.Context, bin, dir string, flags ...string) (seconds, mb float64, err error) {
	args := append([]string{
		"evaluate", "-r", filepath.Join(dir, kinds[0]), "-p", filepath.Join(dir, kinds[1]),
		"--probabilities", filepath.Join(dir, kinds[2]), "-o", filepath.Join(dir, "out"), "--quiet",
	}, flags...)
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "opacity-headless"), args...)
	cmd.Env, cmd.Stderr = append(os.Environ(), "GOMAXPROCS=2"), os.Stderr
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return 0, 0, err
	}
	seconds = time.Since(start).Seconds()
	mb, _ = peakMB(cmd.ProcessState)
	return seconds, mb, nil
}

// measurePeers returns what asks the peers, by the Python environment of `make
// conformance`, for the same as Opacity, one after the other.
func measurePeers(python string) func(context.Context, string, string) ([]row, error) {
	return func(ctx context.Context, bin, dir string) ([]row, error) {
		if python == "" {
			return nil, fmt.Errorf("no Python environment: make bench PYTHON=... names one that `make conformance` has made")
		}
		times := filepath.Join(dir, "times.json")
		cmd := exec.CommandContext(ctx, python, filepath.Join("training", "conformance", "conformance.py"), "--bench", "--times", times,
			"--measure", filepath.Join(bin, "conformance"), "--opacity", filepath.Join(bin, "opacity-headless"))
		cmd.Stderr = os.Stderr
		if err := cmd.Run(); err != nil {
			return nil, err
		}
		b, err := os.ReadFile(times)
		if err != nil {
			return nil, err
		}
		var said []struct {
			What, Peer  string
			Seconds, MB float64
		}
		if err := json.Unmarshal(b, &said); err != nil {
			return nil, err
		}
		var rows []row
		for _, s := range said {
			rows = append(rows, row{What: s.What, Value: s.Seconds, Unit: "s", Note: fmt.Sprintf("%.0f MB; %s", s.MB, s.Peer)})
		}
		return rows, nil
	}
}
