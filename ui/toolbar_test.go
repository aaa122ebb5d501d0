package ui

import (
	"testing"

	"fyne.io/fyne/v2"
)

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
