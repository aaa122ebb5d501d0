package ui

import (
	"testing"

	"fyne.io/fyne/v2"

	"opacity/app"
)

// A red band, and an operation that asks for much, leave buttons and pictures where
// they are.
func TestNothingJumps(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	b.win.Resize(fyne.NewSize(1024, 700))
	b.settle()
	at := func() [4]fyne.Position {
		d := b.app.Driver()
		return [4]fyne.Position{d.AbsolutePositionForObject(b.named["toolbar.brush"]), d.AbsolutePositionForObject(b.named["toolbar.keys"]), d.AbsolutePositionForObject(b.panes.grid), fyne.NewPos(b.panes.grid.Size().Components())}
	}
	before := at()
	b.bands.fail(app.Misuse("edit.no_slice"))
	b.bands.fail(app.Misuse("edit.other_grid"))
	b.settle()
	if now := at(); now != before {
		t.Errorf("a band moves what was at %v to %v", before, now)
	}
	if shown := b.bands.over.Objects; len(shown) != 2 || shown[0].Size().Width < 300 || shown[0].Size().Height < 20 {
		t.Error("the bands are not seen")
	}
	b.bands.clearFailures()
	for _, op := range b.operations {
		b.operate(op)
		b.worked()
		if now := at(); now != before {
			t.Errorf("%s moves what was at %v to %v", op.id, before, now)
		}
		b.amount.close()
		b.settle()
	}
	b.closeNow()
	b.settle()
	b.bands.fail(app.Misuse("edit.no_slice"))
	if len(b.bands.object.Objects) != 1 || len(b.bands.over.Objects) != 0 {
		t.Error("with nothing open a band is not under the menu")
	}
}

// Every button of the toolbar is there to press, however low the window.
func TestToolbarShowsAllButtons(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	for _, tt := range []struct {
		height float32
		across int
	}{{1080, 1}, {860, 2}, {700, 2}, {560, 3}, {860, 2}} {
		b.win.Resize(fyne.NewSize(1024, tt.height))
		b.settle()
		if b.toolbar.across != tt.across {
			t.Errorf("%g high: %d beside one another", tt.height, b.toolbar.across)
		}
		room := b.toolbar.scroll.Size()
		if min := b.toolbar.column.MinSize(); min.Height > room.Height || b.toolbar.object.Size().Width != b.toolbar.width() {
			t.Errorf("%g high: it needs %v of %v", tt.height, min, room)
		}
		taken := map[fyne.Position]bool{}
		for _, tt := range b.toolbar.tools {
			at, size := tt.button.Position(), tt.button.Size()
			if at.X+size.Width > room.Width || at.Y+size.Height > room.Height || size.Height < squareLeast || taken[at] {
				t.Errorf("a button of %v at %v of %v", size, at, room)
			}
			taken[at] = true
		}
	}
}
