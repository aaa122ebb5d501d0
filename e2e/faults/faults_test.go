package main

import (
	"context"
	"os"
	"testing"
)

// TestMain makes the test binary a child where it is started as one.
func TestMain(m *testing.M) {
	if isChild() {
		childMain(context.Background())
	}
	os.Exit(m.Run())
}

// TestFaults is a short run of what `make faults` does.
func TestFaults(t *testing.T) {
	r := &run{ctx: t.Context(), log: t.Output(), seed: 7, kills: 30, every: 15}
	if err := r.all(); err != nil {
		t.Fatal(err)
	}
	t.Log(r.tally)
	if r.lost+r.panics > 0 {
		t.Error("work was lost")
	}
	if r.tally.kills < 30 || r.images < 20 {
		t.Error("too little was tried: the run is broken")
	}
}
