package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"opacity/app/mask"
	"opacity/app/study"
)

// perFolder is how many kills one study lives through.
const perFolder = 25

// waiting is how many moments a child may be ahead of what it said.
const waiting = 8

// killAll kills children until there are as many as wanted.
func (r *run) killAll(folder string) error {
	for n := 0; r.tally.kills < r.kills; n++ {
		k := &killing{run: r, folder: filepath.Join(folder, fmt.Sprintf("%d%s", n, study.Extension)), seed: r.seed + uint64(n)}
		k.model = inMemory(k.seed)
		for range min(perFolder, r.kills-r.tally.kills) {
			if err := k.once(waiting); err != nil {
				return err
			}
		}
		if err := k.end(); err != nil {
			return err
		}
	}
	r.say("killed %d times, %d lost; %d moments were on disk, %d strokes under way came back, %d studies were not made yet",
		r.tally.kills, r.lost, r.sure, r.strokes, r.unborn)
	return nil
}

// killing is a study that is killed again and again, and what it should be.
type killing struct {
	*run
	folder string
	seed   uint64
	model  *work
	op     int // of the script, the next
}

// once starts a child, kills it, and compares what is left. It may be ahead of
// what it said by so many moments.
func (k *killing) once(ahead int) error {
	said, err := k.kill()
	if err != nil {
		return err
	}
	k.tally.kills++
	k.sure += said
	return k.guard("opening after a kill", func() error { return k.compare(said, ahead) })
}

// kill returns how many moments a child said were on disk before it was killed.
func (k *killing) kill() (said int, err error) {
	rnd := rand.New(rand.NewPCG(k.run.seed, uint64(k.tally.kills)))
	cmd := exec.CommandContext(k.ctx, os.Args[0])
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d %d %s", childEnv, k.seed, k.op, k.folder))
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	time.Sleep(time.Duration(rnd.IntN(200)) * time.Millisecond) // also while it opens
	_ = cmd.Process.Kill()                                      // it may have ended: Wait tells
	err = cmd.Wait()
	if strings.Contains(errs.String(), "panic:") || strings.Contains(errs.String(), "fatal error:") {
		k.panics++
		k.say("PANIC: %s", errs.String())
	} else if cmd.ProcessState.Exited() {
		return 0, fmt.Errorf("a child ended by itself: %v: %s", err, errs.String())
	}
	lines := strings.Split(out.String(), "\n") // after the last line end there may be half a number
	if len(lines) < 2 {
		return 0, k.ctx.Err()
	}
	said, err = strconv.Atoi(lines[len(lines)-2])
	return said, errors.Join(err, k.ctx.Err())
}

// compare opens the study and goes on in the model until both are alike.
func (k *killing) compare(said, ahead int) error {
	s, found, err := study.Open(k.ctx, k.folder)
	if _, gone := os.Stat(k.folder); errors.Is(gone, fs.ErrNotExist) && said == 0 && k.op == 0 {
		k.unborn++
		return nil
	}
	if err != nil {
		k.lose("after kill %d: %v", k.tally.kills, err)
		return k.anew()
	}
	defer s.Close() // told by the next Open
	if !found.Stroke.IsZero() {
		k.strokes++
	}
	if found, err := k.follow(s, said, ahead); err != nil || found {
		return err
	}
	steps, applied := s.History().Steps()
	k.lose("after kill %d: %d moments were on disk, the study has %d steps, %d applied", k.tally.kills, said, len(steps), applied)
	return k.anew()
}

// follow does operations in the model until it is as the study, at least until as
// many moments as the child said.
func (k *killing) follow(s *study.Study, said, ahead int) (found bool, err error) {
	moments := 0
	if said == 0 && k.model.state(nil).is(s) {
		return true, nil
	}
	for !found && moments <= said+ahead {
		err := k.model.do(k.op, func(staged *mask.Step) (bool, error) {
			moments++
			found = moments >= said && k.model.state(staged).is(s)
			return found, nil
		})
		if err != nil {
			return false, err
		}
		k.op++
	}
	return found, nil
}

// anew forgets a study that lost something, so that the others are still tried.
func (k *killing) anew() error {
	k.op, k.model = 0, inMemory(k.seed)
	return os.RemoveAll(k.folder)
}

// end walks the history of the study back to its beginning and forth, beside the
// model's.
func (k *killing) end() error {
	return k.guard("walking through the history", func() error {
		if _, err := os.Stat(k.folder); errors.Is(err, fs.ErrNotExist) {
			return nil // each kill came before it was made
		}
		s, _, err := study.Open(k.ctx, k.folder)
		if err != nil {
			k.lose("%v", err)
			return nil
		}
		defer s.Close() // nothing is compared after it
		steps, applied := s.History().Steps()
		to := []int{applied}
		for n := len(steps); n >= 0; n-- {
			to = append(to, n)
		}
		for _, n := range append(to, len(steps)) {
			_, a := s.History().Go(n)
			_, b := k.model.history.Go(n)
			if err := errors.Join(a, b); err != nil {
				k.lose("step %d: %v", n, err)
				return nil
			}
			if !k.model.state(nil).is(s) {
				k.lose("%d steps of %d applied: another mask than it was", n, len(steps))
				return nil
			}
		}
		return nil
	})
}
