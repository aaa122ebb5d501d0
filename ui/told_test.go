package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"opacity/app/mask"
	"opacity/viewer"
	"opacity/viewer/tool"
)

func (b *bench) told() string { return b.status.text.Text }

// A stroke that limits hold back says so, and what was said before goes; the
// sentence goes when the limits do.
func TestHeldBackStrokeSaysWhy(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	b.use(tool.Brush)
	b.status.say("wide is no radius.")
	limits := b.kit.Settings()
	limits.Limits.HU = &mask.Range{Min: 2000, Max: 3000}
	b.kit.SetSettings(limits)
	b.settle()
	b.stroke(desktop.MouseButtonPrimary, b.point(0.4, 0.5), b.point(0.6, 0.5))
	if want := "Nothing was changed here: the limits are 2000 to 3000 HU."; b.told() != want || b.infection() != 0 {
		t.Errorf("%d voxels; it says %q, want %q", b.infection(), b.told(), want)
	}
	limits.Limits.HU = nil
	b.kit.SetSettings(limits)
	b.settle()
	if b.told() != b.toolHint() {
		t.Errorf("without limits it still says %q", b.told())
	}
}

// What was drawn says what it changed, and where.
func TestStrokesSayTheirResult(t *testing.T) {
	for n, want := range map[tool.Name][]string{
		tool.Brush: {"Paint infection: +", "ml, slice"}, tool.Smart: {"Smart brush: infection: +", "slice"}, tool.Scissors: {"Cut infection: −", "slices"},
	} {
		b := newBench(t)
		b.openOne("case")
		b.use(tool.Brush)
		b.set(func(s *tool.Settings) { s.RadiusMM, s.Solid = 6, n == tool.Scissors })
		if n == tool.Scissors {
			b.stroke(desktop.MouseButtonPrimary, b.point(0.4, 0.5), b.point(0.6, 0.5))
		}
		b.use(n)
		b.draw3(b.point(0.4, 0.4), b.point(0.6, 0.4), b.point(0.5, 0.6))
		for _, part := range want {
			if !strings.Contains(b.told(), part) {
				t.Errorf("%s says %q, want %q in it", n, b.told(), part)
			}
		}
	}
}

func (b *bench) set(change func(*tool.Settings)) {
	s := b.kit.Settings()
	change(&s)
	b.kit.SetSettings(s)
	b.settle()
}

// draw3 drags through three points.
func (b *bench) draw3(p ...fyne.Position) {
	g := b.panes.grid
	at := func(p fyne.Position) *desktop.MouseEvent {
		return &desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: p}, Button: desktop.MouseButtonPrimary}
	}
	g.MouseDown(at(p[0]))
	for _, q := range p[1:] {
		g.MouseMoved(at(q))
	}
	g.MouseUp(at(p[len(p)-1]))
	b.settle()
}

// polygon sets three points of an outline.
func (b *bench) polygon() {
	b.polygonOf([2]float32{0.3, 0.3}, [2]float32{0.7, 0.3}, [2]float32{0.5, 0.7})
}

func (b *bench) polygonOf(points ...[2]float32) {
	b.use(tool.Polygon)
	for _, p := range points {
		b.click(p[0], p[1])
	}
}

// An open outline says where it is: behind another tool, and from another slice.
func TestOpenOutlineIsTold(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	b.polygon()
	where := "axial slice " + b.viewerSlice()
	b.use(tool.Brush)
	if !strings.Contains(b.told(), "The outline on "+where+" is kept: Polygon (V)") || !strings.Contains(b.told(), "Drag to paint") {
		t.Errorf("behind the brush it says %q", b.told())
	}
	b.use(tool.Polygon)
	if b.told() != b.texts.Format(tool.Polygon.Hint()) {
		t.Errorf("on again it says %q", b.told())
	}
	b.keys.Do(tool.SliceUp)
	b.settle()
	if !strings.Contains(b.told(), "open on "+where) {
		t.Errorf("from another slice it says %q", b.told())
	}
	b.keys.Do(tool.ToolCommit)
	b.settle()
	if !strings.Contains(b.told(), "Enter fills it") || b.infection() != 0 {
		t.Errorf("shown, it says %q and has %d voxels", b.told(), b.infection())
	}
	b.keys.Do(tool.ToolCommit)
	b.settle()
	if !strings.Contains(b.told(), "Polygon: infection: +") || b.infection() == 0 {
		t.Errorf("filled, it says %q and has %d voxels", b.told(), b.infection())
	}
}

func (b *bench) viewerSlice() string {
	return whole(float64(axialNumber(b.session.Volume(), b.viewer.SliceOf(viewer.Axial))))
}

// Escape says that it drops the outline, here and from elsewhere, and Undo has it back.
func TestDroppedOutlineComesBack(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	for _, away := range []int{0, 2} {
		b.polygon()
		b.viewer.Step(viewer.Axial, away)
		b.settle()
		b.keys.Do(tool.ViewCancel)
		b.settle()
		if b.kit.Open() != nil || b.told() != "Outline dropped. Undo brings it back." {
			t.Fatalf("outline %v; it says %q", b.kit.Open(), b.told())
		}
		if item := b.item("Edit", "Undo"); !strings.Contains(item.Label, "outline") {
			t.Errorf("the menu offers %q", item.Label)
		}
		b.keys.Do(tool.EditUndo)
		b.settle()
		if o := b.kit.Open(); o == nil || len(o.Points) != 3 {
			t.Fatalf("Undo brings back %+v", o)
		}
		b.keys.Do(tool.ViewCancel)
		b.viewer.Step(viewer.Axial, -away)
		b.settle()
	}
}

// A preview that another tool's key drops says so.
func TestDroppedPreviewIsTold(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	b.use(tool.Brush)
	b.stroke(desktop.MouseButtonPrimary, b.point(0.4, 0.5), b.point(0.6, 0.5))
	painted := b.infection()
	b.operate(b.operation("margin"))
	b.worked()
	b.use(tool.Eraser)
	if b.amount.op != nil || b.infection() != painted {
		t.Fatalf("the strip is open: %v; %d voxels of %d", b.amount.op != nil, b.infection(), painted)
	}
	if !strings.HasPrefix(b.told(), "Grow or shrink was not applied. Drag to erase") {
		t.Errorf("it says %q", b.told())
	}
}

// What writes the mask waits for a preview, and says so.
func TestPreviewIsNotSaved(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	b.use(tool.Brush)
	b.stroke(desktop.MouseButtonPrimary, b.point(0.4, 0.5), b.point(0.6, 0.5))
	b.operate(b.operation("margin"))
	b.worked()
	for _, a := range []tool.Action{tool.FileSave, tool.FileSaveAs, tool.FileExport, tool.FilePicture} {
		b.status.say("")
		b.keys.Do(a)
		b.settle()
		if want := "Apply or cancel “Grow or shrink” first"; !strings.HasPrefix(b.told(), want) || len(b.modals) > 0 || b.amount.op == nil {
			t.Errorf("%s says %q, with %d dialogs", a, b.told(), len(b.modals))
		}
	}
	b.amount.close()
	b.settle()
	if why := b.refused(tool.FileSave); why != "" {
		t.Errorf("then it says %q", why)
	}
}
