package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"opacity/viewer/tool"
)

// menuAndTitle is how high the menu of the window and its title bar are.
const menuAndTitle = 34 + 30

// On a low screen bands and the line of the review leave the window as high as the
// screen: the status bar, with Kept and Cancel, stays on it.
func TestTheWindowFitsALowScreen(t *testing.T) {
	const screen = 540
	b := newBench(t)
	b.segmentOne("case")
	b.win.Resize(fyne.NewSize(960, screen-menuAndTitle))
	b.keeping.hints = []string{strings.Repeat("A study was not closed. ", 20), strings.Repeat("There is another copy. ", 20)}
	b.bands.refresh()
	b.keys.Do(tool.ReviewNext)
	b.settle()
	if !b.reviewing.line.object.Visible() {
		t.Fatal("the line of the review is not there")
	}
	if got := b.win.Content().MinSize().Height + menuAndTitle; got > screen {
		t.Errorf("the window is at least %v high", got)
	}
}

// The button that runs the model is on screen in a window of the size that it opens
// with, also with what a run has added to the labels.
func TestSegmentIsOnScreenAfterARun(t *testing.T) {
	b := newBench(t)
	b.segmentOne("case")
	b.win.Resize(fyne.NewSize(1360, 860-menuAndTitle))
	b.settle()
	d := b.app.Driver()
	run, all := b.inspector.model.run, b.inspector.scroll
	foot := d.AbsolutePositionForObject(run).Y + run.Size().Height
	if end := d.AbsolutePositionForObject(all).Y + all.Size().Height; foot > end {
		t.Errorf("the button ends at %v, the inspector at %v", foot, end)
	}
}

// A message that is too long for the status bar takes two lines there.
func TestTheStatusBarTakesTwoLines(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	b.win.Resize(fyne.NewSize(900, 656))
	const said = "Stopped at 500 ml: there is more that hangs together with it and looks alike. Raise Most, or set the HU range closer to what is meant."
	b.status.say(said)
	b.settle()
	var shown []string
	for _, o := range test.WidgetRenderer(b.status.text).Objects() {
		if text := o.(*canvas.Text); text.Text != "" {
			shown = append(shown, text.Text)
			if text.MinSize().Width > b.status.text.Size().Width {
				t.Errorf("%q is wider than its place", text.Text)
			}
		}
	}
	if got := strings.Join(shown, " "); got != said || len(shown) != 2 {
		t.Errorf("it shows %q", shown)
	}
}
