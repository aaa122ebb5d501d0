package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// cohortOfTwo makes references and predictions of two small phantoms.
func cohortOfTwo(t *testing.T) (references, predictions string) {
	t.Helper()
	folder := t.TempDir()
	for _, name := range []string{"a", "b"} {
		var out, errs bytes.Buffer
		made := filepath.Join(folder, "made", name)
		if status := run(context.Background(), []string{"phantom", "-o", made, "--size", "48x40x12", "--quiet"}, &out, &errs); status != 0 {
			t.Fatal(errs.String())
		}
		b, err := os.ReadFile(filepath.Join(made, "mask.nii.gz"))
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []string{"r", "p"} {
			if err := os.MkdirAll(filepath.Join(folder, at), 0o777); err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(folder, at, name+".nii.gz"), string(b))
		}
	}
	return filepath.Join(folder, "r"), filepath.Join(folder, "p")
}

// What is needed after the measuring is read before it: nothing is left behind where it
// cannot be used.
func TestEvaluate_ReadsAllBeforeMeasuring(t *testing.T) {
	references, predictions := cohortOfTwo(t)
	folder := t.TempDir()
	in := func(name string) string { return filepath.Join(folder, name) }
	write(t, in("log.csv"), "loss\n1\n")
	write(t, in("others.csv"), "case,outcome\nx,1\ny,0\n")
	write(t, in("folds.csv"), "case,fold\nx,1\ny,2\n")
	write(t, in("ones.csv"), "case,outcome\na,1\nb,1\n")
	for _, c := range []struct {
		name, want string
		status     int
		args       []string
	}{
		{"a log that is none", "log.csv", 3, []string{"--figures", "boxes,learning", "--training-log", in("log.csv")}},
		{"outcomes of no case", "has an outcome", 3, []string{"--outcome", in("others.csv")}},
		{"folds of no case", "names none of the cases", 3, []string{"--folds", in("folds.csv")}},
		{"one outcome", "have the same outcome", 0, []string{"--outcome", in("ones.csv"), "--no-figures"}},
		{"a folder as image of a file", "opacity convert", 3, []string{"--image", folder, "-r", filepath.Join(references, "a.nii.gz"), "-p", filepath.Join(predictions, "a.nii.gz")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			args := c.args
			if !strings.Contains(strings.Join(args, " "), " -r ") {
				args = append(args, "-r", references, "-p", predictions)
			}
			var said, errs bytes.Buffer
			status := run(context.Background(), append([]string{"evaluate", "-o", out}, args...), &said, &errs)
			if status != c.status || !strings.Contains(errs.String(), c.want) {
				t.Errorf("status %d, %q", status, errs.String())
			}
			if _, err := os.Stat(out); (err == nil) != (c.status == 0) {
				t.Errorf("a folder is left: %v", err)
			}
		})
	}
}

// A run that is stopped while figures are drawn goes on with the same command.
func TestEvaluate_StoppedWhileFiguresAreDrawn(t *testing.T) {
	references, predictions := cohortOfTwo(t)
	out := filepath.Join(t.TempDir(), "out")
	args := []string{"evaluate", "-r", references, "-p", predictions, "-o", out, "--dpi", "1200", "--quiet"}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go func() {
		for ctx.Err() == nil { // agreement.csv is of the last of the tables
			if _, err := os.Stat(filepath.Join(out, "agreement.csv")); err == nil {
				stop()
			}
			time.Sleep(time.Millisecond)
		}
	}()
	var said, errs bytes.Buffer
	if status := run(ctx, args, &said, &errs); status != 130 {
		t.Fatalf("status %d, %s", status, errs.String())
	}
	if _, err := os.Stat(filepath.Join(out, "metrics.json")); err == nil {
		t.Error("metrics.json is left")
	}
	args = append(args, "--no-figures")
	if status := run(context.Background(), args, &said, &errs); status != 0 {
		t.Errorf("again: status %d, %s", status, errs.String())
	}
}
