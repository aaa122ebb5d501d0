package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2/driver/desktop"

	"opacity/app/mask"
	"opacity/viewer/tool"
)

// What the first move needs is made ready while the pointer rests on a slider, of the
// mask as it is then, and leads where the move would lead without.
func TestThresholdIsMadeReady(t *testing.T) {
	moved := func(hover, paint bool) (shown, kept int) {
		b, _ := newSureBench(t)
		section, s := b.inspector.model.thresholds, b.slider(mask.Infection)
		if hover {
			s.MouseIn(&desktop.MouseEvent{})
			b.until("it is ready", func() bool { return section.isReady(mask.Infection) })
		}
		if paint {
			b.use(tool.Eraser)
			b.click(0.3, 0.5)
			b.kit.Use(tool.NoTool)
			if b.settle(); section.ready != nil {
				t.Error("what is ready is of another mask")
			}
		}
		b.slide(mask.Infection, 38, false)
		if section.ready != nil {
			t.Error("what was ready is not taken")
		}
		shown = b.shown()
		b.slide(mask.Infection, 38, true)
		return shown, b.infection()
	}
	for _, paint := range []bool{false, true} {
		shown, kept := moved(false, paint)
		if s, k := moved(true, paint); s != shown || k != kept {
			t.Errorf("painted %v: ready, %d voxels are shown and %d kept, else %d and %d", paint, s, k, shown, kept)
		}
	}
}

// What is ready is let go of with the slider.
func TestThresholdReadyIsForgotten(t *testing.T) {
	b, _ := newSureBench(t)
	section, s := b.inspector.model.thresholds, b.slider(mask.Infection)
	s.MouseIn(&desktop.MouseEvent{})
	s.MouseOut()
	b.settle()
	if section.ready != nil || b.jobs.Running(jobReady) {
		t.Error("a pointer that passes makes it ready")
	}
	s.MouseIn(&desktop.MouseEvent{})
	b.until("it is ready", func() bool { return section.isReady(mask.Infection) })
	s.MouseOut()
	if section.ready != nil {
		t.Error("it is held for nobody")
	}
}

// A threshold moved after an undo tells what it changed, though the history is no longer
// than it was: the undone step is given up for it.
func TestThresholdAfterAnUndoSaysWhatItChanged(t *testing.T) {
	b, _ := newSureBench(t)
	b.use(tool.Eraser)
	b.click(0.3, 0.5)
	b.kit.Use(tool.NoTool)
	b.settle()
	b.undo()
	before := b.infection()
	b.slide(mask.Infection, 38, true)
	if said := b.status.text.Text; b.infection() == before || strings.Contains(said, b.Window.t("ui.again.none")) {
		t.Errorf("%d voxels were %d, and it says %q", b.infection(), before, said)
	}
}
