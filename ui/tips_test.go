package ui

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"opacity/app"
	"opacity/ui/controls"
	"opacity/viewer/tool"
)

// However long a hint is, all of it is in its box, and the box in the window.
func TestHintFitsItsBox(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	for _, words := range []int{1, 5, 12, 40, 90} {
		for _, owner := range []string{"toolbar.segment", "toolbar.keys", "status.text", "history.undo"} {
			o := b.named[owner]
			b.make.Tips.Show(o, strings.TrimSpace(strings.Repeat("threshold ", words)))
			b.settle()
			if len(b.make.Tips.Layer.Objects) != 1 {
				t.Fatalf("%d words over %s are not shown", words, owner)
			}
			box := b.make.Tips.Layer.Objects[0]
			lines := 0
			for _, x := range box.(*fyne.Container).Objects {
				if text, ok := x.(*canvas.Text); ok {
					lines++
					at, size := text.Position(), text.MinSize()
					if at.X < 0 || at.Y < 0 || at.X+size.Width > box.Size().Width || at.Y+size.Height > box.Size().Height {
						t.Errorf("%d words: a line at %v of %v runs out of a box of %v", words, at, size, box.Size())
					}
				}
			}
			room := b.make.Tips.Layer.Size()
			if at := box.Position(); at.X < 0 || at.Y < 0 || at.X+box.Size().Width > room.Width || at.Y+box.Size().Height > room.Height {
				t.Errorf("%d words over %s: a box of %v at %v of %v", words, owner, box.Size(), at, room)
			}
			if lines == 0 || words == 40 && lines < 6 {
				t.Errorf("%d words in %d lines", words, lines)
			}
		}
	}
}

// A hint goes once what it speaks of is pressed or dragged.
func TestHintGoesAtAPress(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	b.use(tool.Brush)
	for _, owner := range []fyne.CanvasObject{b.named["toolbar.brush"], b.inspector.display.opacity, b.inspector.labels.rows[0].tile} {
		b.make.Tips.Show(owner, "hint")
		b.settle()
		press, ok := owner.(desktop.Mouseable)
		if !ok {
			t.Fatalf("%T does not hear of a press", owner)
		}
		press.MouseDown(&desktop.MouseEvent{})
		if len(b.make.Tips.Layer.Objects) != 0 {
			t.Errorf("the hint over %T stays", owner)
		}
		press.MouseUp(&desktop.MouseEvent{})
	}
}

// A button that goes with what it was pressed for leaves no hint in the status bar.
func TestDismissLeavesNoHint(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	b.bands.fail(app.Misuse("edit.no_slice"))
	b.settle()
	x := b.named["band.error.0"].(*controls.Button)
	x.MouseIn(&desktop.MouseEvent{})
	if b.status.over != "Dismiss" {
		t.Fatalf("the status bar says %q", b.status.over)
	}
	x.MouseDown(&desktop.MouseEvent{})
	x.MouseUp(&desktop.MouseEvent{})
	x.Tapped(&fyne.PointEvent{})
	b.settle()
	if b.status.over != "" || len(b.bands.failures) != 0 {
		t.Errorf("dismissed, the status bar says %q; %d bands", b.status.over, len(b.bands.failures))
	}
}

// A hint goes once what it speaks of is scrolled away from under it.
func TestHintGoesWithTheWheel(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	b.win.Resize(fyne.NewSize(1024, 500))
	b.settle()
	b.make.Tips.Show(b.inspector.display.opacity, "hint")
	b.settle()
	if len(b.make.Tips.Layer.Objects) == 0 {
		t.Fatal("the hint does not show")
	}
	b.inspector.scroll.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -30)})
	if len(b.make.Tips.Layer.Objects) != 0 || b.status.over != "" {
		t.Errorf("the hint stays, and %q in the status line", b.status.over)
	}
}

func TestWrapped(t *testing.T) {
	test.NewTempApp(t)
	for _, tt := range []struct {
		in   string
		want []string
	}{
		{"", []string{""}},
		{"one two", []string{"one two"}},
		{"one two three", []string{"one two", "three"}},
		{"one\ntwo", []string{"one", "two"}},
		{"of some 3.0\u2009cm", []string{"of some", "3.0\u2009cm"}},
	} {
		controls.Wrapped(tt.in, 0, 14) // comes to an end
		if got := controls.Wrapped(tt.in, 60, 14); !slices.Equal(got, tt.want) {
			t.Errorf("%q: %q, want %q", tt.in, got, tt.want)
		}
	}
	if got := controls.Wrapped("/home/reader/a/very/long/folder/name of a study", 100, 14); strings.Join(got[:3], "") == "" || len(got) < 4 {
		t.Errorf("a long word: %q", got)
	}
}
