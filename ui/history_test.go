package ui

import (
	"path/filepath"
	"strings"
	"testing"

	"opacity/app/mask"
	"opacity/viewer"
	"opacity/viewer/tool"
)

// A press on a step says where that leads, and shows the slice of the step.
func TestHistoryShowsTheStep(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	b.use(tool.Brush)
	for _, k := range []int{1, 3, 6} {
		b.viewer.SetSlice(viewer.Axial, k)
		b.settle()
		b.click(0.5, 0.5)
	}
	b.session.SetLocked(mask.Infection, true)
	b.click(0.2, 0.2) // refused
	for _, tt := range []struct {
		to, slice int
		said      string
	}{
		{1, 1, "Went back 2 steps, to: Paint infection"},
		{3, 6, "Went on 2 steps, to: Paint infection"},
		{2, 3, "Went back 1 step, to: Paint infection"},
		{2, 3, "The mask is where it was: Paint infection"},
		{0, 1, "Went back 2 steps, to: As opened"},
		{1, 1, "Went on 1 step, to: Paint infection"},
	} {
		if tt.to > 0 {
			b.viewer.SetSlice(viewer.Axial, 7)
			b.settle()
		}
		b.inspector.history.goTo(tt.to)
		b.settle()
		if said := b.status.text.Text; b.axial() != tt.slice || said != tt.said {
			t.Errorf("step %d: slice %d, %q; want slice %d, %q", tt.to, b.axial(), said, tt.slice, tt.said)
		}
	}
}

// Going on after going back says what that gives up.
func TestGoingOnSaysWhatIsGivenUp(t *testing.T) {
	b := studied(t, t.TempDir())
	b.openFile(filepath.Join(t.TempDir(), "ct.nii"))
	b.use(tool.Brush)
	for _, x := range []float32{0.2, 0.4, 0.6, 0.8} {
		b.click(x, 0.5)
	}
	b.kept(4)
	b.inspector.history.goTo(1)
	b.settle()
	b.click(0.5, 0.2)
	if want := "Undone steps given up: 3 (the study keeps them)."; !strings.HasSuffix(b.status.text.Text, want) {
		t.Errorf("it says %q", b.status.text.Text)
	}
	b.click(0.5, 0.8)
	if steps, _ := b.session.History(); len(steps) != 3 {
		t.Errorf("%d steps", len(steps))
	}
	made := 0
	for _, r := range b.study().Audit() {
		if r.Event == "step" {
			made++
		}
	}
	if made != 6 {
		t.Errorf("the audit has %d of 6 steps", made)
	}
	b.end()
}
