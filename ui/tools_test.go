package ui

import (
	"strings"
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
	if want := b.texts.Format(tool.Brush.Hint()); b.status.text.Text != want {
		t.Errorf("the status bar says %q, want %q", b.status.text.Text, want)
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

// While an outline is drawn, undo takes its points back before any step.
func TestUndoTakesPointsBackFirst(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	b.use(tool.Brush)
	b.click(0.4, 0.5)
	painted := b.infection()
	b.use(tool.Polygon)
	b.click(0.3, 0.3)
	b.click(0.7, 0.3)
	if item := b.item("Edit", "Undo"); !strings.HasPrefix(item.Label, "Undo last point") {
		t.Errorf("the menu offers %q", item.Label)
	}
	for n := range 2 {
		b.undo()
		b.settle()
		if b.infection() != painted || b.kit.Current() != tool.Polygon {
			t.Fatalf("undo %d took the stroke back", n)
		}
	}
	b.undo()
	b.settle()
	if b.infection() != 0 {
		t.Error("with no points left undo does nothing")
	}
}

// Two entries of the menu that are called the same are told apart by nobody.
func TestToolsAreNamedOnce(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	seen := map[string]bool{}
	for _, i := range b.menu.tools().Items {
		name, _, _ := strings.Cut(i.Label, " (")
		if !i.IsSeparator && seen[name] {
			t.Errorf("%q is there twice", name)
		}
		seen[name] = true
	}
}

// An empty window has no tool on, and says nothing of the last one.
func TestClosingPutsTheToolAway(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	b.use(tool.Brush)
	b.closeStudy()
	b.settle()
	if b.kit.Current() != tool.NoTool || b.status.text.Text != "" || strings.Contains(b.status.mouse.Text, "Brush") {
		t.Errorf("%q is on; %q, %q", b.kit.Current(), b.status.text.Text, b.status.mouse.Text)
	}
}

func TestRefusalOfAToolIsSaid(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	b.session.SetLocked(mask.Infection, true)
	b.keys.Do(tool.Brush.Action())
	b.settle()
	b.stroke(desktop.MouseButtonPrimary, b.point(0.4, 0.5), b.point(0.6, 0.5))
	if want := b.texts.Format(text.M("tool.refused.locked", "infection")); b.status.text.Text != want {
		t.Errorf("the status bar says %q, want %q", b.status.text.Text, want)
	}
}

func TestToolsNeedAStudy(t *testing.T) {
	b := newBench(t)
	b.keys.Do(tool.Brush.Action())
	if b.kit.Current() != tool.NoTool {
		t.Error("the brush is on with nothing open")
	}
}

// What the tools go by is there again at the next start; limits are not.
func TestToolSettingsRemembered(t *testing.T) {
	dir := t.TempDir()
	first := newBench(t, func(o *Options) { o.ConfigDir = dir })
	first.openOne("case")
	s := first.kit.Settings()
	s.RadiusMM, s.Solid, s.ToleranceHU, s.CutSlices = 7.5, true, 40, 5
	s.Limits = mask.Limits{HU: &mask.Range{Min: -600, Max: -200}, Inside: mask.LeftLung}
	first.kit.SetSettings(s)
	first.settle()
	first.tryClose()
	second := newBench(t, func(o *Options) { o.ConfigDir = dir })
	got := second.kit.Settings()
	if got.RadiusMM != 7.5 || !got.Solid || got.ToleranceHU != 40 || got.CutSlices != 5 || got.Limits != (mask.Limits{}) {
		t.Errorf("remembered %+v", got)
	}
	if second.strip.lo.Text != "\u2212600" || second.strip.radiusIs.Text != "7.5" {
		t.Errorf("the strip shows %s HU, %s mm", second.strip.lo.Text, second.strip.radiusIs.Text)
	}
}

// A radius is written as a number; what is none, or larger than the volume, is
// answered by a sentence and not taken.
func TestRadiusWritten(t *testing.T) {
	b := newBench(t)
	b.openOne("case") // 32 x 24 x 40 mm
	b.use(tool.Brush)
	for _, tt := range []struct {
		in, text, said string
		mm             float64
	}{
		{"3.3", "3.3", "", 3.3},
		{"-1", "3.3", "−1 is out of bounds. Write millimetres from 0 to 40, such as 3.3.", 3.3},
		{"wide", "3.3", "wide is no number. Write millimetres from 0 to 40, such as 3.3.", 3.3},
		{"NaN", "3.3", "NaN is no number", 3.3},
		{"3.25", "3.3", "3.25 has too many decimals", 3.3},
		{"999", "3.3", "999 is out of bounds", 3.3},
		{"40", "40.0", "", 40},
		{"0", "0.0", "single voxels", 0},
	} {
		b.status.say("")
		b.write("strip.radius_mm", tt.in)
		b.focusPanes()
		b.settle()
		if got := b.kit.Settings().RadiusMM; got != tt.mm || b.strip.radiusIs.Text != tt.text || tt.said != "" && !strings.Contains(b.status.text.Text, tt.said) {
			t.Errorf("%s: %g mm, shown as %s, %q", tt.in, got, b.strip.radiusIs.Text, b.status.text.Text)
		}
	}
	for range 60 {
		b.kit.Resize(+1)
	}
	if got := b.kit.Settings().RadiusMM; got != 40 {
		t.Errorf("the wheel makes it %g mm", got)
	}
}

// A limit to a label that is deleted goes with it, and that is said.
func TestLimitToADeletedLabel(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	s := b.kit.Settings()
	s.Limits = mask.Limits{Inside: mask.LeftLung, Over: mask.OverLabel, OverLabel: mask.RightLung}
	b.kit.SetSettings(s)
	if err := b.session.DeleteLabel(mask.LeftLung); err != nil {
		t.Fatal(err)
	}
	b.settle()
	if l := b.kit.Settings().Limits; l.Inside != 0 || l.OverLabel != mask.RightLung {
		t.Errorf("limits %+v", l)
	}
	if !strings.Contains(b.status.text.Text, "is gone") {
		t.Errorf("it says %q", b.status.text.Text)
	}
}

// Strokes that begin, go or end outside the picture change what they go over and
// nothing else.
func TestStrokesOutside(t *testing.T) {
	for _, n := range []tool.Name{tool.Brush, tool.Eraser, tool.Smart, tool.Lasso, tool.Polygon, tool.Scissors, tool.Picker, tool.Fill, tool.Island} {
		b := newBench(t)
		b.openOne("case")
		b.use(n)
		b.stroke(desktop.MouseButtonPrimary, b.point(-0.4, -0.3), b.point(-0.2, 1.4))
		b.idle()
		if got := b.infection(); got != 0 {
			t.Errorf("%s: %d voxels", n, got)
		}
	}
}
