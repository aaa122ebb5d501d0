package ui

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"opacity/viewer/tool"
)

// inside reports what of a strip is cut off or smaller than it must be.
func (b *bench) inside(what string, row *fyne.Container, strip fyne.CanvasObject) {
	b.t.Helper()
	d := b.app.Driver()
	room := strip.Size()
	for n, o := range row.Objects {
		if !o.Visible() {
			continue
		}
		at := d.AbsolutePositionForObject(o).Subtract(d.AbsolutePositionForObject(strip))
		size, least := o.Size(), o.MinSize()
		if at.X < 0 || at.Y < 0 || at.X+size.Width > room.Width || at.Y+size.Height > room.Height || size.Width < least.Width || size.Height < least.Height {
			b.t.Errorf("%s: object %d at %v of %v, needs %v, is cut off in %v", what, n, at, size, least, room)
		}
	}
}

// Whatever tool is on, all that it goes by is to be seen, in windows small and large.
func TestStripsAreWhole(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	for _, size := range []fyne.Size{fyne.NewSize(1024, 700), fyne.NewSize(1360, 860), fyne.NewSize(900, 600), fyne.NewSize(1920, 1080)} {
		b.kit.Use(tool.Brush)
		b.win.Resize(size)
		b.settle()
		top := b.panes.grid.Position().Y
		still := func(what string) {
			t.Helper()
			if at := b.panes.grid.Position().Y; at != top {
				t.Errorf("%v: with %q the pictures begin at %v, and at %v with the brush", size, what, at, top)
			}
		}
		high := float32(0)
		for _, n := range append(tool.Names(), tool.NoTool) {
			b.kit.Use(n)
			b.settle()
			b.inside(string(n), b.strip.row, b.strip.object)
			if h := b.strip.object.Size().Height; h < high {
				t.Errorf("%v: with %q the strip is %v high, was %v", size, n, h, high)
			} else {
				high = h
			}
			if size.Width > 1000 {
				still(string(n))
			}
		}
		if most := map[float32]float32{1920: 50, 1360: 70, 1024: 70}[size.Width]; most > 0 && high > most {
			t.Errorf("%v: the strip is %v high", size, high)
		}
		for _, op := range b.operations {
			b.operate(op)
			b.worked()
			b.inside(op.id, b.amount.row, b.amount.object)
			if size.Width > 1200 || size.Width > 1000 && op.id != "region" { // which has too much for two rows
				still(op.id)
			}
			b.keys.Do(tool.ViewCancel)
			b.settle()
		}
		if at := b.panes.grid.Position().Y; at < b.strip.object.Size().Height {
			t.Errorf("%v: the panes begin at %v", size, at)
		}
	}
}

// Before the window runs, what is put off is done at once: nothing of it may need
// what is not there yet.
func TestWindowIsMadeAtOnce(t *testing.T) {
	w := New(test.NewTempApp(t), Options{Dispatch: func(f func()) { f() }, After: func(time.Duration, func()) func() { return func() {} }})
	w.win.Resize(fyne.NewSize(1024, 700))
	if w.strip.object.Size().IsZero() && w.centre.Size().IsZero() {
		t.Error("it has no size")
	}
}
