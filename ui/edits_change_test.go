package ui

import (
	"strings"
	"testing"

	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
)

// Each label that an operation changes is told before and after.
func TestChangesOfEveryLabel(t *testing.T) {
	b := dotted(t)
	if err := b.session.Edit(mask.Step{Name: text.M("ui.step.fill", "lung"), Label: mask.RightLung, Delta: mask.Delta{Slices: []mask.SliceDelta{
		{Layer: mask.Anatomy, K: b.viewer.Cursor()[2], Runs: []mask.Run{{Offset: 0, Length: 16 * 12, New: mask.RightLung}}},
	}}}); err != nil {
		t.Fatal(err)
	}
	b.operate(b.operation("relabel"))
	b.amount.set("into", float64(mask.LeftLung))
	b.worked()
	lost := func(said string) {
		t.Helper()
		for _, want := range []string{"infection −", ", left lung +", ", right lung −"} {
			if !strings.Contains(said, want) {
				t.Errorf("%q does not tell of %q", said, want)
			}
		}
	}
	lost(b.amount.result.Text)
	b.amount.commit()
	b.settle()
	lost(b.status.text.Text)
	if got := b.changeOf(b.last()); !strings.HasPrefix(got, "−") || strings.Contains(got, ",") {
		t.Errorf("in short %q", got)
	}

	b.operate(b.operation("swap")) // infection is active and stays
	b.worked()
	if said := b.amount.result.Text; !strings.HasPrefix(said, "left lung +") || !strings.Contains(said, ", right lung −") || strings.Contains(said, "infection") {
		t.Errorf("swapped: %q", said)
	}
	b.amount.commit()
	b.settle()
	if got := b.changeOf(b.last()); !strings.HasPrefix(got, "left lung +") {
		t.Errorf("in short %q", got)
	}

	even := b.last()
	even.Delta = mask.Delta{Slices: []mask.SliceDelta{{K: 0, Runs: []mask.Run{{Length: 3, Old: 1, New: 2}, {Offset: 5, Length: 3, Old: 2, New: 1}}}}}
	even.Change = even.Delta.Change()
	if got, want := b.changesOf(even), b.amountOf(6, false)+" change their label"; got != want {
		t.Errorf("as many there and back: %q, want %q", got, want)
	}
}

// What is too small for millilitres is told in voxels.
func TestSmallChangesAreVoxels(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	b.session.Volume().Affine = volume.Affine{{0.5, 0, 0, 0}, {0, 0.5, 0, 0}, {0, 0, 1, 0}} // 0.25 mm³
	for n, want := range map[int]string{1: "+1 voxel", -19: "−19 voxels", 20: "+0.01 ml", -8000: "−2.0 ml", 0: "0.00 ml"} {
		if got := strings.ReplaceAll(b.amountOf(n, true), "\u2009", " "); got != want {
			t.Errorf("%d voxels: %q", n, got)
		}
	}
}
