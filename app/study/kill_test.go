package study

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"opacity/app/mask"
	"opacity/app/text"
)

const (
	// paintKey makes the test program paint in the study it names until it is killed.
	paintKey = "OPACITY_TEST_PAINT_STUDY"
	// killsKey says how many processes to kill.
	killsKey = "OPACITY_KILLS"
	// script is how many actions are painted at most.
	script = 3000
)

// act does action n of the script of a seed to a history: an edit, an undo or a
// redo, or, told by staged, a part of a stroke that is not done yet.
func act(h *mask.History, seed, n uint64) (staged *mask.Step) {
	r := rand.New(rand.NewPCG(seed, n))
	step := mask.Step{Name: text.M("action", int(n)), Tool: "brush", Hand: true, Delta: mask.Diff(h.Mask(), scribble(r, h.Mask()))}
	switch r.IntN(8) {
	case 0:
		_, _ = h.Undo() // there may be none
	case 1:
		_, _ = h.Redo()
	case 2:
		return &step
	default:
		h.Commit(step)
	}
	return nil
}

// paint says after each Sync how many actions are sure.
func paint(folder string, seed uint64) error {
	s, _, err := Open(context.Background(), folder)
	if err != nil {
		return err
	}
	s.History().SetBudget(4000)
	for n := range uint64(script) {
		if staged := act(s.History(), seed, n); staged != nil {
			if err := s.Stage(*staged); err != nil {
				return err
			}
		}
		switch r := rand.New(rand.NewPCG(n, seed)); r.IntN(12) {
		case 0:
			if err := s.Update(func(i *Info) { i.ReadingSeconds = float64(n) }); err != nil {
				return err
			}
		case 1:
			if r.IntN(8) == 0 {
				if err := s.Save(context.Background()); err != nil {
					return err
				}
			}
		case 2, 3, 4:
			if err := s.Sync(context.Background()); err != nil {
				return err
			}
			fmt.Println(n + 1)
		}
	}
	time.Sleep(time.Minute) // to be killed
	return nil
}

// Killed at any moment, a study comes back with all that was acknowledged.
func TestKilled(t *testing.T) {
	kills := 6
	if n, err := strconv.Atoi(os.Getenv(killsKey)); err == nil {
		kills = n
	}
	s := create(t)
	mustClose(t, s)
	lost, panics, recovered := 0, 0, 0
	for seed := range uint64(kills) {
		folder := copyFolder(t, s.Folder())
		sure, out := killPainter(t, folder, seed)
		if strings.Contains(out, "panic") {
			panics++
			t.Error(out)
		}
		c, rec, err := Open(t.Context(), folder)
		if err != nil {
			lost++
			t.Errorf("kill %d: %v", seed, err)
			continue
		}
		if !rec.Stroke.IsZero() {
			recovered++
		}
		if !wasThere(c, seed, sure) {
			lost++
			t.Errorf("kill %d: %d actions were acknowledged, and what came back is none of the states since", seed, sure)
		}
		mustClose(t, c)
		if err := os.RemoveAll(folder); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d kills, %d lost, %d panics, %d strokes recovered", kills, lost, panics, recovered)
}

// killPainter kills a painting process after a while, and returns the last number
// it said and what else it had to say.
func killPainter(t *testing.T, folder string, seed uint64) (sure uint64, out string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), paintKey+"="+folder, paintKey+"_SEED="+fmt.Sprint(seed))
	var said strings.Builder
	cmd.Stderr = &said
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	first, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for lines := bufio.NewScanner(pipe); lines.Scan(); {
			if n, err := strconv.ParseUint(lines.Text(), 10, 64); err == nil {
				if sure == 0 {
					close(first)
				}
				sure = n
			}
		}
	}()
	select { // it takes a moment to begin
	case <-first:
		time.Sleep(time.Duration(rand.New(rand.NewPCG(seed, 99)).IntN(150)) * time.Millisecond)
	case <-done:
	}
	_ = cmd.Process.Kill()
	<-done
	_ = cmd.Wait() // killed
	return sure, said.String()
}

// wasThere plays the script in memory and looks for the state of a study among
// those after sure actions or more.
func wasThere(c *Study, seed, sure uint64) bool {
	got := c.Mask()
	steps, applied := c.History().Steps()
	start := mask.New(c.size, nil)
	begin, err := c.Delta(c.begin)
	if err != nil {
		return false
	}
	start.Apply(begin)
	h := mask.NewHistory(start)
	var pending *mask.Step // the last part of a stroke that nothing came after
	for n := range uint64(script) {
		before, were := h.Steps()
		staged := act(h, seed, n)
		there, at := h.Steps()
		if staged != nil || len(there) != len(before) || at != were {
			pending = staged
		}
		if n+1 < sure {
			continue
		}
		if len(there) == len(steps) && at == applied && h.Mask().Equal(got) {
			return true
		}
		if pending != nil && len(steps) > 0 && steps[len(steps)-1].Name.Key == "study.step.recovered" {
			whole := h.Mask().Snapshot()
			whole.Apply(pending.Delta)
			if whole.Equal(got) {
				return true
			}
		}
	}
	return false
}

func paintKeyed() bool {
	folder := os.Getenv(paintKey)
	if folder == "" {
		return false
	}
	seed, err := strconv.ParseUint(os.Getenv(paintKey+"_SEED"), 10, 64)
	if err == nil {
		err = paint(filepath.Clean(folder), seed)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	return true
}
