package ui

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"opacity/app/mask"
	"opacity/app/text"
	"opacity/viewer/tool"
)

// point is a place in the axial picture: 0, 0 its upper left corner, 1, 1 its lower right.
func (b *bench) point(x, y float32) fyne.Position {
	r, _ := b.panes.grid.PictureRect(0)
	return r.Pos.AddXY(x*r.Size.Width, y*r.Size.Height)
}

// stroke draws with a button from one point of the axial picture to another.
func (b *bench) stroke(button desktop.MouseButton, from, to fyne.Position) {
	g := b.panes.grid
	at := func(p fyne.Position) *desktop.MouseEvent {
		return &desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: p}, Button: button}
	}
	g.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: from}})
	g.MouseDown(at(from))
	g.MouseMoved(at(to))
	g.MouseUp(at(to))
	b.settle()
}

func (b *bench) infection() int { return b.session.Mask().Count(mask.Findings, mask.Infection) }

func TestPaintUndoErase(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	press := func(k fyne.KeyName) { b.panes.grid.TypedKey(&fyne.KeyEvent{Name: k}); b.settle() }

	press("B")
	if want := b.texts.Format(tool.Brush.Hint()); b.status.text.text != want {
		t.Errorf("the status bar says %q, want %q", b.status.text.text, want)
	}
	b.stroke(desktop.MouseButtonPrimary, b.point(0.4, 0.5), b.point(0.6, 0.5))
	painted := b.infection()
	if painted == 0 {
		t.Fatal("nothing was painted")
	}
	b.undo()
	b.settle()
	if b.infection() != 0 {
		t.Errorf("%d voxels are left after undo", b.infection())
	}
	b.redo()
	b.settle()
	if b.infection() != painted {
		t.Errorf("redo brings %d voxels of %d", b.infection(), painted)
	}
	press("E")
	b.stroke(desktop.MouseButtonPrimary, b.point(0.5, 0.5), b.point(0.6, 0.5))
	if b.infection() >= painted {
		t.Error("the eraser took nothing away")
	}
	press("Escape")
	if on := b.kit.Current(); on != tool.NoTool {
		t.Errorf("Escape leaves %s on", on)
	}
}

func TestRefusalOfAToolIsSaid(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	b.session.SetLocked(mask.Infection, true)
	b.keys.Do(tool.Brush.Action())
	b.settle()
	b.stroke(desktop.MouseButtonPrimary, b.point(0.4, 0.5), b.point(0.6, 0.5))
	if want := b.texts.Format(text.M("tool.refused.locked", "infection")); b.status.text.text != want {
		t.Errorf("the status bar says %q, want %q", b.status.text.text, want)
	}
}

func TestToolsNeedAStudy(t *testing.T) {
	b := newBench(t)
	b.keys.Do(tool.Brush.Action())
	if b.kit.Current() != tool.NoTool {
		t.Error("the brush is on with nothing open")
	}
}
