package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2/driver/desktop"

	"opacity/app/mask"
	"opacity/app/text"
	"opacity/viewer/tool"
)

// Nobody paints what is not seen: neither a hidden label, nor with all labels hidden.
func TestPaintedLabelIsShown(t *testing.T) {
	for name, hide := range map[string]func(*bench){
		"the label":  func(b *bench) { b.session.SetVisible(mask.Infection, false) },
		"all labels": func(b *bench) { b.keys.Do(tool.LabelsToggle) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.openOne("case")
			b.use(tool.Brush)
			hide(b)
			b.settle()
			b.stroke(desktop.MouseButtonPrimary, b.point(0.4, 0.5), b.point(0.6, 0.5))
			if l, _ := b.session.Mask().Label(mask.Infection); !l.Visible || !b.viewer.Overlay().Visible || b.infection() == 0 {
				t.Errorf("painted %d voxels; the label is shown: %v, labels are: %v", b.infection(), l.Visible, b.viewer.Overlay().Visible)
			}
			if said := b.status.text.text; !strings.Contains(said, "infection was hidden") {
				t.Errorf("the status bar says %q", said)
			}
		})
	}
}

// Why a tool did nothing is said until that is so no more.
func TestRefusalGoesWithItsReason(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	b.session.SetLocked(mask.Infection, true)
	b.use(tool.Brush)
	b.stroke(desktop.MouseButtonPrimary, b.point(0.4, 0.5), b.point(0.6, 0.5))
	locked := b.texts.Format(text.M("tool.refused.locked", "infection"))
	if b.status.text.text != locked {
		t.Fatalf("the status bar says %q", b.status.text.text)
	}
	b.session.SetLocked(mask.Infection, false)
	b.settle()
	if want := b.toolHint(); b.status.text.text != want {
		t.Errorf("unlocked, the status bar says %q, want %q", b.status.text.text, want)
	}
}
