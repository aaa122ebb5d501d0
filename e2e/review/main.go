// Review measures what the review queue is worth: on predictions of patients
// that a model has not seen, the share of the wrong pixels that lie on the first
// 10, 20 and 30 % of the slices, in the order of the queue and in others. It
// reads the folder that training/scripts/review_cases.py makes.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"text/tabwriter"

	"opacity/app/mask"
	"opacity/app/review"
)

const (
	seeds  = 200 // of random orders
	fewest = 10  // slices of a scan: of fewer, a tenth is not a slice
)

var shares = []float64{0.1, 0.2, 0.3}

// way is an order to look at the slices of a scan in.
type way struct {
	name string
	// found is the share of what is wrong on the first slices, by shares; nil where
	// nothing is wrong.
	found func(s scan, q queues, wrong []int) []float64
}

// queues are those of one scan.
type queues struct{ whole, noProbabilities review.Queue }

var ways = []way{
	{"review queue", func(_ scan, q queues, wrong []int) []float64 { return review.Found(q.whole.Order(), wrong, shares...) }},
	{"queue from the mask alone", func(_ scan, q queues, wrong []int) []float64 {
		return review.Found(q.noProbabilities.Order(), wrong, shares...)
	}},
	{"its probabilities alone", func(_ scan, q queues, wrong []int) []float64 {
		return review.Found(by(q.whole, unsure), wrong, shares...)
	}},
	{"mean entropy alone", func(_ scan, q queues, wrong []int) []float64 {
		return review.Found(by(q.whole, func(i review.Item) float64 { return i.Entropy }), wrong, shares...)
	}},
	{"slice order", func(s scan, _ queues, wrong []int) []float64 {
		return review.Found(inOrder(len(wrong)), wrong, shares...)
	}},
	{fmt.Sprintf("random order, mean of %d", seeds), func(_ scan, _ queues, wrong []int) []float64 { return review.FoundAtRandom(seeds, wrong, shares...) }},
	{"the best there is", func(_ scan, _ queues, wrong []int) []float64 {
		order := inOrder(len(wrong))
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(wrong[b], wrong[a]) })
		return review.Found(order, wrong, shares...)
	}},
}

func inOrder(n int) []int {
	order := make([]int, n)
	for k := range order {
		order[k] = k
	}
	return order
}

// by orders slices by something of their items, the most first.
func by(q review.Queue, of func(review.Item) float64) []int {
	items := q.BySlice()
	order := inOrder(len(items))
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(of(items[b]), of(items[a])) })
	return order
}

func unsure(i review.Item) float64 {
	sum := 0.0
	for _, r := range i.Reasons {
		if r.Sign == review.Unsure {
			sum += r.Pixels
		}
	}
	return sum
}

func main() {
	flag.Usage = func() { fmt.Fprintln(flag.CommandLine.Output(), "review [-cases] FOLDER") }
	each := flag.Bool("cases", false, "print every scan besides")
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, flag.Arg(0), *each); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, folder string, each bool) error {
	systems, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		return err
	}
	for _, dir := range systems {
		paths, err := filepath.Glob(filepath.Join(dir, "*", "reference.nii.gz"))
		if err != nil {
			return err
		}
		var scans []scan
		short := 0
		for _, p := range paths {
			s, err := read(ctx, filepath.Dir(p))
			if err != nil {
				return err
			}
			if len(s.wrong("infection")) < fewest {
				short++
				continue
			}
			scans = append(scans, s)
		}
		if short > 0 {
			fmt.Fprintf(out, "%s: %d scans of fewer than %d slices are left out\n", filepath.Base(dir), short, fewest)
		}
		if err := table(ctx, out, filepath.Base(dir), scans, each); err != nil {
			return err
		}
	}
	return nil
}

// table prints the means over scans, of wrong infection and of everything wrong.
func table(ctx context.Context, out io.Writer, system string, scans []scan, each bool) error {
	whats := []string{"infection"}
	if slices.ContainsFunc(scans, func(s scan) bool { return s.wrongLung != nil }) {
		whats = append(whats, "infection and lung")
	}
	ranked := make([]queues, len(scans))
	for n, s := range scans {
		var err error
		if ranked[n], err = s.rank(ctx); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	for _, what := range whats {
		sum, n := make([][]float64, len(ways)), 0
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		for at, s := range scans {
			wrong := s.wrong(what)
			if !slices.ContainsFunc(wrong, func(n int) bool { return n > 0 }) {
				continue
			}
			n++
			for i, way := range ways {
				found := way.found(s, ranked[at], wrong)
				if each {
					fmt.Fprintf(w, "%s\t%s\t%s\n", s.name, way.name, percents(found))
				}
				sum[i] = added(sum[i], found)
			}
		}
		fmt.Fprintf(w, "%s, wrong pixels of %s, %d scans: %% found in the first\t10 %%\t20 %%\t30 %%\n", system, what, n)
		for i, way := range ways {
			fmt.Fprintf(w, "  %s\t%s\n", way.name, percents(divided(sum[i], n)))
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	return nil
}

func percents(found []float64) string {
	s := ""
	for n, f := range found {
		if n > 0 {
			s += "\t"
		}
		s += fmt.Sprintf("%.1f", 100*f)
	}
	return s
}

func added(sum, more []float64) []float64 {
	if sum == nil {
		sum = make([]float64, len(more))
	}
	for n, f := range more {
		sum[n] += f
	}
	return sum
}

func divided(sum []float64, n int) []float64 {
	for i := range sum {
		sum[i] /= float64(n)
	}
	return sum
}

// labels of the masks: the data do not tell the lungs apart.
var labels = []mask.Label{
	{Value: 1, Layer: mask.Anatomy, Name: "lung"},
	{Value: mask.Infection, Layer: mask.Findings, Name: "infection"},
}
