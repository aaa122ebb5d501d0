package ui

import (
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"

	"opacity/app/review"
	"opacity/viewer"
)

// What was said of a slice before a step changed it is known from the study too:
// undone after it was opened again, the step gives it back.
func TestTickComesBackWhenUndoneLater(t *testing.T) {
	dir, image := t.TempDir(), filepath.Join(t.TempDir(), "ct.nii")
	b := studied(t, dir)
	b.openFile(image)
	const k = 3 // where draw draws
	b.draw(5)
	b.viewer.SetSlice(viewer.Axial, k)
	b.press(fyne.KeyF7)
	b.draw(6)
	b.settle()
	b.kept(2)
	state := func() string { return b.studyInfo().Slices[k].State }
	if state() != review.Corrected {
		t.Fatalf("painted on, the slice is %q", state())
	}
	accepted := func(when string, steps int) {
		t.Helper()
		b.until(when, func() bool { return b.applied() == steps })
		if state() != review.Accepted {
			t.Errorf("%s, the slice is %q", when, state())
		}
	}
	b.end()
	b = studied(t, dir)
	b.openFile(image)
	b.undo()
	accepted("undone", 1)
	b.redo()
	b.until("done again", func() bool { return b.applied() == 2 })
	if state() != review.Corrected {
		t.Errorf("done again, the slice is %q", state())
	}
	b.end()
	b = studied(t, dir)
	b.openFile(image)
	b.undo()
	accepted("undone once more", 1)
	b.undo()
	b.until("undone to the start", func() bool { return b.applied() == 0 })
	if state() != review.Corrected {
		t.Errorf("without the step that it was accepted with, the slice is %q", state())
	}
	b.end()
}
