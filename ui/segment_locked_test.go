package ui

import (
	"strings"
	"testing"

	"opacity/app/mask"
)

// Running the model says how much of a locked label it would have changed.
func TestSegment_TellsWhatALockKept(t *testing.T) {
	b := newBench(t)
	b.segmentOne("case")
	if said := b.told(); strings.Contains(said, "locked") {
		t.Errorf("said %q", said)
	}
	if _, err := b.session.Undo(); err != nil {
		t.Fatal(err)
	}
	b.session.SetLocked(mask.Infection, true)
	b.segment()
	b.until("the model has run", func() bool { return !b.segmenting })
	if said := b.told(); !strings.Contains(said, "Kept what is locked: infection") || strings.Contains(said, "lung") {
		t.Errorf("said %q", said)
	}
}
