// Conformance prints what Opacity measures of masks, probabilities and numbers that
// training/conformance makes, as JSON, for it to compare with what others measure of
// the same. It reads FOLDER/input.json and the raw files that it names.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"

	"opacity/app/metrics"
)

func main() {
	flag.Usage = func() { fmt.Fprintln(flag.CommandLine.Output(), "conformance [-bench] FOLDER") }
	bench := flag.Bool("bench", false, "print how long it takes instead")
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, flag.Arg(0), *bench); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, folder string, bench bool) error {
	in, err := read(folder)
	if err != nil {
		return err
	}
	var answer any
	if bench {
		answer, err = timeAll(ctx, folder, in)
	} else {
		answer, err = measureAll(ctx, folder, in)
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(answer)
}

// output is what is measured, in the order of the input.
type output struct {
	Pairs    []pairValues   `json:"pairs"`
	Scores   []scoreValues  `json:"scores"`
	Paired   []pairedValues `json:"paired"`
	Ratings  []iccValues    `json:"ratings"`
	Repeated []repeated     `json:"repeated"`
	Outcomes []outcome      `json:"outcomes"`
	Holm     [][]number     `json:"holm"`
}

func measureAll(ctx context.Context, folder string, in input) (output, error) {
	out := statistics(in)
	for _, p := range in.Pairs {
		v, err := measurePair(ctx, folder, p, in.TolerancesMM)
		if err != nil {
			return output{}, fmt.Errorf("%s: %w", p.Name, err)
		}
		out.Pairs = append(out.Pairs, v)
	}
	for _, s := range in.Scores {
		v, err := measureScore(ctx, folder, s)
		if err != nil {
			return output{}, fmt.Errorf("%s: %w", s.Name, err)
		}
		out.Scores = append(out.Scores, v)
	}
	return out, nil
}

// number is a float64 that may be infinite or NaN, which JSON has no numbers for.
type number float64

// MarshalJSON writes what is not finite as a string.
func (n number) MarshalJSON() ([]byte, error) {
	if x := float64(n); math.IsNaN(x) || math.IsInf(x, 0) {
		return json.Marshal(fmt.Sprint(x))
	}
	return json.Marshal(float64(n))
}

func numbers(x ...float64) []number {
	out := make([]number, 0, len(x))
	for _, v := range x {
		out = append(out, number(v))
	}
	return out
}

// plain is a value's number, or why there is none.
func plain(v metrics.Value) any {
	if !v.Defined() {
		return string(v.Why)
	}
	return number(v.X)
}
