package ui

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"opacity/app/mask"
	"opacity/app/text"
	"opacity/viewer/tool"
)

// Whoever has chosen something in the strip with the mouse goes on in the pictures:
// the keys are theirs again, and Esc puts the tool away.
func TestStripGivesTheKeysBack(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	for name, choose := range map[string]func(){
		"list":   func() { b.strip.solid.SetSelectedIndex(1) },
		"tick":   func() { b.strip.hu.Tapped(&fyne.PointEvent{}) },
		"slider": func() { b.strip.radius.Tapped(&fyne.PointEvent{Position: fyne.NewPos(20, 5)}) },
	} {
		b.use(tool.Brush)
		b.win.Canvas().Focus(b.strip.shape)
		choose()
		b.settle()
		if !b.panesFocused() {
			t.Errorf("%s: %T has the keys", name, b.win.Canvas().Focused())
		}
		b.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
		b.settle()
		if b.kit.Current() != tool.NoTool {
			t.Errorf("%s: %q is on after Esc", name, b.kit.Current())
		}
	}
	b.use(tool.Brush)
	b.win.Canvas().Focus(b.strip.shape)
	b.strip.shape.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
	b.settle()
	if b.panesFocused() || !b.kit.Settings().Square {
		t.Error("a key that chooses leaves the control")
	}
}

// What painting may replace is named after the layer of the active label, which bounds
// it alone; the active label is no bound for itself.
func TestStripOffersWhatCanChange(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	for _, c := range []struct {
		label        uint8
		over, inside []string
	}{
		{mask.Infection, []string{"Over all findings", "Over no finding", "Over visible findings", "Over left lung", "Over right lung"}, []string{"Anywhere", "Inside left lung", "Inside right lung"}},
		{mask.LeftLung, []string{"Over all anatomy", "Over no anatomy", "Over visible anatomy", "Over right lung", "Over infection"}, []string{"Anywhere", "Inside right lung", "Inside infection"}},
	} {
		b.viewer.SetActiveLabel(c.label)
		b.settle()
		if got := b.strip.over.Options; !slices.Equal(got, c.over) {
			t.Errorf("label %d: %q", c.label, got)
		}
		if got := b.strip.inside.Options; !slices.Equal(got, c.inside) {
			t.Errorf("label %d: %q", c.label, got)
		}
	}
	b.strip.over.SetSelectedIndex(4)
	if l := b.kit.Settings().Limits; l.Over != mask.OverLabel || l.OverLabel != mask.Infection {
		t.Errorf("over %d, label %d", l.Over, l.OverLabel)
	}
	b.viewer.SetActiveLabel(mask.Infection)
	b.settle()
	if b.strip.over.Selected != "Over infection" {
		t.Errorf("it shows %q, and the limit is still on", b.strip.over.Selected)
	}
}

// The hint of the scissors is true with what they are set to, and changes with it.
func TestScissorsHint(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	b.use(tool.Scissors)
	for _, c := range []struct {
		outside bool
		slices  int
		want    string
	}{
		{false, tool.WholeStack, "Draw round what is to be cut off through the stack; the right button or Ctrl cuts the rest."},
		{false, 2, "Draw round what is to be cut off in 2 slices on either side; the right button or Ctrl cuts the rest."},
		{true, 0, "Draw round what is to stay, the rest is cut off in this slice alone; the right button or Ctrl cuts the inside."},
	} {
		s := b.kit.Settings()
		s.CutOutside, s.CutSlices = c.outside, c.slices
		b.kit.SetSettings(s)
		b.settle()
		if b.status.text.Text != c.want {
			t.Errorf("it says %q, want %q", b.status.text.Text, c.want)
		}
	}
}

// What was said of limits that were picked goes with them.
func TestPickedLimitsGoWithWhatWasSaid(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	b.use(tool.Brush)
	s := b.kit.Settings()
	s.Limits.HU = &mask.Range{Min: -24, Max: 857}
	b.kit.SetSettings(s)
	b.kit.Said.Emit(text.M("tool.picked", float32(-24), float32(857)))
	b.settle()
	if !strings.HasPrefix(b.status.text.Text, "The tools change only") {
		t.Fatalf("it says %q", b.status.text.Text)
	}
	b.strip.hu.SetChecked(false)
	b.settle()
	if want := b.toolHint(); b.kit.Settings().Limits.HU != nil || b.status.text.Text != want {
		t.Errorf("it says %q, want %q", b.status.text.Text, want)
	}
}
