package ui

import (
	"slices"
	"testing"

	"opacity/app/mask"
	"opacity/app/volume"
)

// A mask on another grid is opened for correction too, where that is wanted, as one step
// that is undone; that it was resampled stays with it.
func TestMaskIsResampledOnRequest(t *testing.T) {
	b := newBench(t, elsewhere)
	b.openOne("case")
	for _, answer := range []string{"cancel", "resample"} {
		b.openMask("elsewhere.nii")
		b.until("it asks", func() bool { return len(b.modals) == 1 })
		b.answer("grid", answer)
		if answer == "cancel" && (len(b.modals) != 0 || !b.session.Mask().Empty()) {
			t.Fatal("it is opened all the same")
		}
	}
	b.until("it asks what the numbers are", func() bool { return len(b.modals) == 1 })
	b.answer("mapping", "use")
	b.until("it is the mask", func() bool { return !b.session.Mask().Empty() })
	if n := b.session.Mask().Count(mask.Findings, mask.Infection); n != 2*4 { // one slice of theirs is two of ours
		t.Errorf("it has %d voxels of infection", n)
	}
	told := func(w volume.Warning) bool { return w.Message.Key == "mask.doubt.resampled" }
	if !slices.ContainsFunc(b.session.Warnings(), told) {
		t.Error("that it was resampled is not kept")
	}
	if _, err := b.session.Undo(); err != nil {
		t.Fatal(err)
	}
	if !b.session.Mask().Empty() || slices.ContainsFunc(b.session.Warnings(), told) {
		t.Error("it is not undone")
	}
}
