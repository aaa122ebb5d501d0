package ui

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"opacity/app/mask"
	"opacity/app/review"
	"opacity/app/study"
	"opacity/app/text"
	"opacity/ui/controls"
	"opacity/viewer"
	"opacity/viewer/tool"
)

// doubtful opens a case whose infection is on slices 2 and 5 alone, and most on 5.
func (b *bench) doubtful() {
	b.t.Helper()
	b.openOne("case")
	to := b.session.Mask().Snapshot()
	for k, n := range map[int]int{2: 10, 5: 30} {
		s := make([]uint8, 16*12)
		for o := range n {
			s[32+o] = mask.Infection
		}
		to.SetSlice(mask.Findings, k, s)
	}
	if err := b.session.Edit(mask.Step{Name: text.M("ui.step.segment", "x"), Delta: mask.Diff(b.session.Mask(), to)}); err != nil {
		b.t.Fatal(err)
	}
	b.until("the slices are ranked", func() bool { return b.Window.queue() != nil })
}

func (b *bench) press(k fyne.KeyName) {
	b.panes.grid.TypedKey(&fyne.KeyEvent{Name: k})
	b.settle()
}

func (b *bench) axial() int { return b.viewer.SliceOf(viewer.Axial) }

func TestQueueIsWalked(t *testing.T) {
	b := newBench(t)
	b.openOne("empty")
	b.press(fyne.KeyN)
	if want := b.Window.t("ui.review.waiting"); b.Window.queue() != nil || b.status.text.Text != want {
		t.Errorf("of an empty mask the status bar says %q, want %q", b.status.text.Text, want)
	}
	b.doubtful()
	order := b.Window.queue().Order()
	if order[0] != 5 {
		t.Fatalf("the order is %v", order)
	}
	b.viewer.SetArrangement(viewer.OnePane)
	b.viewer.SetActive(viewer.Coronal)
	for n, want := range order[:3] {
		b.press(fyne.KeyN)
		if b.axial() != want || b.viewer.Active() != viewer.Axial {
			t.Errorf("step %d: slice %d in the %v pane, want %d", n, b.axial(), b.viewer.Active(), want)
		}
	}
	b.press(fyne.KeyP)
	b.press(fyne.KeyP)
	if b.axial() != order[0] {
		t.Errorf("back at slice %d, want %d", b.axial(), order[0])
	}
	if c, i := b.viewer.Cursor(), b.reviewing.items[5]; c[0] != i.At[0] || c[1] != i.At[1] {
		t.Errorf("the cursor is at %v, the doubt at %v", c, i.At)
	}
	if said := b.status.text.Text; !strings.HasPrefix(said, "Slice 6 · number 1 in doubt: ") || !strings.Contains(said, "infection") {
		t.Errorf("the status bar says %q", said)
	}
	if said := b.inspector.review.why.Rich.String(); !strings.Contains(said, "infection") {
		t.Errorf("the section says %q", said)
	}
	b.press(fyne.KeyP)
	if want := b.Window.t("ui.review.beginning"); b.status.text.Text != want {
		t.Errorf("at the beginning the status bar says %q", b.status.text.Text)
	}
}

func TestTicks(t *testing.T) {
	b := newBench(t)
	b.doubtful()
	order := b.Window.queue().Order()
	b.press(fyne.KeyN)
	b.press(fyne.KeyF7)
	if got := b.studyInfo().Slices[order[0]]; got.State != review.Accepted || got.By != b.reader() || !got.Seen {
		t.Errorf("after F7 the study says %+v", got)
	}
	if i := b.item("Review", "Slice accepted"); !i.Checked {
		t.Error("the menu does not show the tick")
	}
	if got := b.inspector.review.ticked.Text; !strings.HasPrefix(got, "1 of the ") {
		t.Errorf("progress: %q", got)
	}
	b.press(fyne.KeyN)
	b.press(fyne.KeyP) // only the ticked one lies behind
	if b.axial() != order[1] {
		t.Errorf("back at slice %d, which is ticked, not %d", b.axial(), order[1])
	}
	b.item("Review", "Leave out ticked").Action()
	b.settle()
	b.press(fyne.KeyP)
	if b.axial() != order[0] {
		t.Errorf("at slice %d where ticked ones are not left out", b.axial())
	}
	b.press(fyne.KeyF8)
	b.press(fyne.KeyF8)
	if s := b.studyInfo().Slices[order[0]].State; s != review.Corrected {
		t.Errorf("pressed twice it is %q", s)
	}
	b.inspector.review.ticks[review.Corrected].Press()
	if s := b.studyInfo().Slices[order[0]].State; s != review.Corrected {
		t.Errorf("its button pressed again it is %q", s)
	}
	b.item("Review", "Take the tick back").Action()
	b.settle()
	if s := b.studyInfo().Slices[order[0]].State; s != "" || !b.item("Review", "Take the tick back").Disabled {
		t.Errorf("taken back it is %q", s)
	}
	b.press(fyne.KeyF8)
	b.inspector.review.back.OnTapped()
	b.settle()
	if s := b.studyInfo().Slices[order[0]].State; s != "" || b.inspector.review.back.Visible() {
		t.Errorf("taken back with the button it is %q", s)
	}
	b.inspector.review.ticks[review.Problem].Press()
	note := b.inspector.review.note
	b.win.Canvas().Focus(note)
	note.SetText("motion")
	note.OnSubmitted("motion")
	b.settle()
	if got := b.studyInfo().Slices[order[0]]; got.State != review.Problem || got.Note != "motion" {
		t.Errorf("the study says %+v", got)
	}
	b.press(fyne.KeyUp)
	if note.Text != "" {
		t.Errorf("the note %q is shown with another slice", note.Text)
	}
	b.press(fyne.KeyDown)
	if note.Text != "motion" {
		t.Errorf("back on its slice the note is %q", note.Text)
	}
}

// What a study says is shown, and what was seen before there was one is kept by it.
func TestMarksComeFromTheStudy(t *testing.T) {
	b := newBench(t)
	b.doubtful()
	b.note(func(i *study.Info) { i.Slices = map[int]study.Slice{1: {State: review.Corrected, Seen: true, By: "A"}} })
	b.settle()
	if s := b.reviewing.marks.State(1); s != review.Corrected {
		t.Errorf("slice 1 is %s", s)
	}
	if s := b.reviewing.marks.State(b.axial()); s != review.Seen {
		t.Errorf("the slice on screen is %s", s)
	}
	b.undo()
	b.settle()
	b.openOne("another")
	if n := len(b.reviewing.seen); n != 1 || b.Window.queue() != nil { // the one on screen
		t.Errorf("of another case %d slices are seen; there is a queue: %v", n, b.Window.queue() != nil)
	}
}

func TestSlicesOnScreenAreSeen(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	seen := func() int { return b.reviewing.marks.Progress(8).Seen }
	if seen() != 1 {
		t.Errorf("%d slices are seen at first", seen())
	}
	b.viewer.Step(viewer.Axial, 1)
	b.viewer.Step(viewer.Axial, 1) // at once: the slice between was not looked at
	b.settle()
	if seen() != 2 {
		t.Errorf("%d slices are seen, want 2", seen())
	}
	b.viewer.SetArrangement(viewer.OnePane)
	b.viewer.SetActive(viewer.Coronal)
	b.viewer.SetSlice(viewer.Axial, 0)
	b.settle()
	if seen() != 2 {
		t.Error("a slice of a pane that is not shown counts as seen")
	}
	b.viewer.SetArrangement(viewer.LargeAxial)
	b.settle()
	for k := range 8 {
		b.viewer.SetSlice(viewer.Axial, k)
		b.settle()
	}
	if want := b.Window.t("ui.review.seen_all", 8); b.inspector.review.seen.Text != want {
		t.Errorf("says %q, want %q", b.inspector.review.seen.Text, want)
	}
}

// The queue follows the hand.
func TestRankedAgainAfterAStroke(t *testing.T) {
	b := newBench(t)
	b.doubtful()
	was := b.Window.queue()
	b.viewer.SetSlice(viewer.Axial, 4)
	b.keys.Do(tool.Brush.Action())
	b.settle()
	b.stroke(desktop.MouseButtonPrimary, b.point(0.2, 0.3), b.point(0.8, 0.8))
	b.until("it is ranked again", func() bool { return b.Window.queue() != was })
	if slices.Equal(was.Order(), b.Window.queue().Order()) {
		t.Error("a stroke changes nothing of the order")
	}
}

func TestStripTellsOfSlices(t *testing.T) {
	b := newBench(t)
	b.doubtful()
	b.reviewing.hover(5)
	if said := b.status.text.Text; !strings.HasPrefix(said, "Slice 6 · number 1 in doubt, not seen yet. ") {
		t.Errorf("over the strip the status bar says %q", said)
	}
	b.reviewing.hover(-1)
	if said := b.status.text.Text; strings.Contains(said, "number 1") {
		t.Errorf("beside the strip the status bar says %q", said)
	}
}

// Whatever is ticked, the section stays within the inspector.
func TestReviewSectionFits(t *testing.T) {
	b := newBench(t)
	b.doubtful()
	b.inspector.unfold("review")
	for _, k := range []fyne.KeyName{fyne.KeyF7, fyne.KeyF8, fyne.KeyF9} {
		b.press(k)
		if w := b.inspector.bodies["review"].MinSize().Width; w > inspectorWidth-24 {
			t.Errorf("after %s the section wants %g of %d", k, w, inspectorWidth)
		}
	}
}

// What was written of a slice is of that case and no other.
func TestNotesStayWithTheirCase(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	note := b.inspector.review.note
	note.SetText("motion")
	b.settle()
	b.openOne("another")
	if note.Text != "" {
		t.Errorf("the note %q is shown with another case", note.Text)
	}
	for k, s := range b.studyInfo().Slices {
		if s.Note != "" {
			t.Errorf("slice %d of another case has the note %q", k, s.Note)
		}
	}
}

// A slice that is changed after it was accepted is a corrected one, until that is
// taken back.
func TestAcceptedSliceIsChanged(t *testing.T) {
	b := newBench(t)
	b.doubtful()
	state := func(k int) string { return b.studyInfo().Slices[k].State }
	for k, key := range map[int]fyne.KeyName{4: fyne.KeyF7, 3: fyne.KeyF7, 2: fyne.KeyF9} {
		b.viewer.SetSlice(viewer.Axial, k)
		b.press(key)
	}
	b.use(tool.Brush)
	paint := func(k int) {
		b.viewer.SetSlice(viewer.Axial, k)
		b.settle()
		b.stroke(desktop.MouseButtonPrimary, b.point(0.3, 0.5), b.point(0.6, 0.5))
	}
	paint(2)
	paint(4)
	if state(4) != review.Corrected || state(3) != review.Accepted || state(2) != review.Problem {
		t.Errorf("painted on, slices 2 to 4 are %q, %q, %q", state(2), state(3), state(4))
	}
	if said := b.status.text.Text; said != "Slice 5 was accepted before this change: now it counts as corrected." {
		t.Errorf("the status bar says %q", said)
	}
	b.undo()
	b.settle()
	if state(4) != review.Accepted {
		t.Errorf("undone, the slice is %q", state(4))
	}
	b.redo()
	b.settle()
	if state(4) != review.Corrected || b.status.text.Text != "Redone: Paint infection" {
		t.Errorf("done again, the slice is %q, and the status bar says %q", state(4), b.status.text.Text)
	}
	b.viewer.SetSlice(viewer.Axial, 4)
	b.press(fyne.KeyF7) // after the change
	b.undo()
	b.settle()
	if state(4) != review.Corrected {
		t.Errorf("accepted as it was painted, and the stroke undone, the slice is %q", state(4))
	}
	b.viewer.SetSlice(viewer.Axial, 3)
	b.press(fyne.KeyF7)
	b.segment()
	b.until("the model has run", func() bool { return !b.segmenting })
	if state(3) != "" {
		t.Errorf("the model has changed the slice, it is %q", state(3))
	}
}

// Why a slice is doubtful stands over the pictures from the first step of a walk,
// until it is put away or another case is open.
func TestReasonsOverThePictures(t *testing.T) {
	b := newBench(t)
	b.doubtful()
	line := b.reviewing.line
	if line.object.Visible() {
		t.Error("it is there before the walk")
	}
	b.press(fyne.KeyN)
	if said := line.why.Text; !line.object.Visible() || said != b.status.text.Text || !strings.Contains(said, "number 1 in doubt") {
		t.Errorf("on the first slice it says %q", said)
	}
	high := line.object.MinSize().Height
	b.viewer.SetSlice(viewer.Axial, 0)
	b.settle()
	if said := line.why.Text; !strings.HasPrefix(said, "Slice 1") || line.object.MinSize().Height != high {
		t.Errorf("on another slice it says %q", said)
	}
	b.named["review.line.next"].(*controls.Button).OnTapped()
	b.settle()
	if said := line.why.Text; !strings.Contains(said, "number 2 in doubt") || !b.panesFocused() {
		t.Errorf("on the second slice it says %q", said)
	}
	b.named["review.line.off"].(*controls.Button).OnTapped()
	b.settle()
	if line.object.Visible() {
		t.Error("put away, it is there")
	}
	b.press(fyne.KeyP)
	b.undo()
	b.settle()
	b.openOne("another")
	if line.object.Visible() {
		t.Error("it is there with another case")
	}
}

// How many slices are to be ticked stays while they are: the order follows the
// hand, the number does not.
func TestTotalStaysDuringAPass(t *testing.T) {
	b := newBench(t)
	b.doubtful()
	b.press(fyne.KeyN)
	total := func() string { _, said, _ := strings.Cut(b.inspector.review.ticked.Text, " of the "); return said }
	before := total()
	b.use(tool.Brush)
	for _, k := range []int{0, 1, 3, 4, 7} {
		was := b.Window.queue()
		b.viewer.SetSlice(viewer.Axial, k)
		b.settle()
		b.stroke(desktop.MouseButtonPrimary, b.point(0.2, 0.3), b.point(0.8, 0.8))
		b.until("it is ranked again", func() bool { return b.Window.queue() != was })
		if total() != before {
			t.Fatalf("of %s became of %s", before, total())
		}
	}
	for _, k := range b.reviewing.worst {
		b.viewer.SetSlice(viewer.Axial, k)
		b.press(fyne.KeyF8)
	}
	was := b.Window.queue()
	b.stroke(desktop.MouseButtonPrimary, b.point(0.2, 0.8), b.point(0.8, 0.3))
	b.until("it is ranked again", func() bool { return b.Window.queue() != was })
	if total() == before {
		t.Error("once all are ticked, the next pass is of the same slices")
	}
}
