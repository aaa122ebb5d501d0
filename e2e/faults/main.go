// Faults tries to make a study lose work. Children paint scripted strokes and are
// killed at random moments; every change a run makes on disk is recorded, and what
// a loss of power after any of them may leave is opened; disks are filled; each
// byte of a journal is flipped and cut, and so are all files of a study's folder. What is found is compared with the same
// script in memory. The last line says
//
//	N kills, N crash images, N lost, N panics
//
// and the exit status is 1 unless nothing was lost and nothing panicked.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
)

func main() {
	kills := flag.Int("kills", 500, "how often a child is killed")
	seed := flag.Uint64("seed", 1, "of the script and the moments")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if isChild() {
		childMain(ctx)
	}
	r := &run{ctx: ctx, log: os.Stderr, seed: *seed, kills: *kills, every: 1}
	if err := r.all(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(r.tally)
	if r.lost+r.panics > 0 {
		os.Exit(1)
	}
}

// tally is what came out.
type tally struct{ kills, images, lost, panics int }

func (t tally) String() string {
	return fmt.Sprintf("%d kills, %d crash images, %d lost, %d panics", t.kills, t.images, t.lost, t.panics)
}

// run is one run of everything.
type run struct {
	tally
	ctx   context.Context
	log   io.Writer
	seed  uint64
	kills int // how many are wanted
	every int // one in so many images and damaged journals is opened

	sure, strokes, unborn int // of the kills: see killAll
}

func (r *run) all() error {
	parts := []struct {
		in string
		do func(folder string) error
	}{{"", r.killAll}, {inMemoryFolder(), r.powerCuts}, {inMemoryFolder(), r.damage}, {inMemoryFolder(), r.damageFolder}, {"", r.fullDisk}}
	for _, part := range parts {
		folder, err := os.MkdirTemp(part.in, "opacity-faults-")
		if err != nil {
			return err
		}
		err = part.do(folder)
		if e := os.RemoveAll(folder); err == nil {
			err = e
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// inMemoryFolder is a folder in memory where the system has one, for what is
// written to be opened once.
func inMemoryFolder() string {
	const shm = "/dev/shm"
	if info, err := os.Stat(shm); err == nil && info.IsDir() {
		return shm
	}
	return ""
}

func (r *run) say(format string, args ...any) { fmt.Fprintf(r.log, format+"\n", args...) }

// lose counts a loss.
func (r *run) lose(format string, args ...any) {
	r.lost++
	r.say("LOST: "+format, args...)
}

// guard counts a panic of f.
func (r *run) guard(where string, f func() error) error {
	defer func() {
		if p := recover(); p != nil {
			r.panics++
			r.say("PANIC: %s: %v", where, p)
		}
	}()
	return f()
}
