package ui

import (
	"context"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/volume"
	"opacity/viewer"
	"opacity/viewer/tool"
)

// sure is a segmenter that is ever less sure of infection to the patient's left,
// and takes the right half of the grid for the right lung, the rest for the left.
// finds is how many columns it takes for infection.
type sure struct {
	fakeSegmenter
	finds   int
	without bool // probabilities
	speck   bool // one voxel far off is not quite infection
	asked   app.SegmentRequest
	gate    chan struct{}
}

func (f *sure) Segment(ctx context.Context, v *volume.Volume, req app.SegmentRequest, h app.SegmentHooks) (*app.SegmentResult, error) {
	f.asked = req
	if f.gate != nil {
		select {
		case <-f.gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	box := req.Box
	if box == (volume.Box{}) {
		box = volume.Whole(v.Size)
	}
	r := &app.SegmentResult{Mask: mask.New(v.Size, mask.DefaultLabels()), Model: f.Models()[0], Device: app.Device{Used: "cpu"}}
	r.Model.Labels = mask.DefaultLabels()[:3]
	infection, lung := make([][]uint8, v.Size[2]), make([][]uint8, v.Size[2])
	n := v.Size[0] * v.Size[1]
	for k := box.Min[2]; k < box.Max[2]; k++ {
		lungs, findings := make([]uint8, n), make([]uint8, n)
		infection[k], lung[k] = make([]uint8, n), make([]uint8, n)
		for o := range lungs {
			i := o % v.Size[0]
			lungs[o], lung[k][o] = mask.RightLung, 200
			if i >= v.Size[0]/2 {
				lungs[o] = mask.LeftLung
			}
			infection[k][o] = uint8(max(0, 128+10*(f.finds-1-i)))
			if f.speck && k == 4 && o == 14+6*v.Size[0] {
				infection[k][o] = 120
			}
			if i < f.finds {
				findings[o] = mask.Infection
			}
		}
		r.Mask.SetSlice(mask.Anatomy, k, lungs)
		r.Mask.SetSlice(mask.Findings, k, findings)
	}
	if req.Probabilities && !f.without {
		r.Probabilities = map[string][][]uint8{"infection": infection, "lung": lung}
		r.Thresholds = map[string]float64{"infection": 0.5, "lung": 0.5}
	}
	return r, nil
}

func newSureBench(t *testing.T) (*bench, *sure) {
	t.Helper()
	f := &sure{finds: 8}
	b := newBench(t, func(o *Options) { o.Segmenter = f })
	b.segmentOne("case")
	b.until("the thresholds can be moved", func() bool { return b.thresholdRefused(mask.Infection) == "" || f.without })
	return b, f
}

func (b *bench) slider(value uint8) *thresholdSlider {
	b.t.Helper()
	for _, r := range b.inspector.model.thresholds.rows {
		if r.label.Value == value {
			return r.slider
		}
	}
	b.t.Fatalf("no slider of label %d", value)
	return nil
}

// slide drags the knob of a threshold to a percentage, and lets go or not.
func (b *bench) slide(value uint8, percent float64, end bool) {
	b.t.Helper()
	s := b.slider(value)
	s.Resize(fyne.NewSize(200, 30))
	const edge = 12.5 // as Fyne leaves at both ends, nearly
	x := edge + float32((percent-1)/98)*(200-2*edge)
	s.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(x, 15)}})
	b.settle()
	if end {
		s.DragEnd()
		b.idle()
		b.until("the threshold is kept", func() bool { return b.inspector.model.thresholds.moving == nil })
	}
}

func (b *bench) shown() int {
	return b.session.Shown().Count(mask.Findings, mask.Infection)
}

// atSlice counts the infection that a plane shows.
func (b *bench) atSlice(axis int) int {
	n, m, at := 0, b.session.Shown(), b.viewer.Cursor()
	for o := range m.Size().Voxels() {
		v := [3]int{o % m.Size()[0], o / m.Size()[0] % m.Size()[1], o / m.Size()[0] / m.Size()[1]}
		if v[axis] == at[axis] && m.At(mask.Findings, v[0], v[1], v[2]) == mask.Infection {
			n++
		}
	}
	return n
}

// A threshold moves the boundary on the three planes while it is dragged, leaves
// what a hand has touched, and is one step when it is let go of.
func TestThresholdMovesTheBoundaryAndSparesTheHand(t *testing.T) {
	b, _ := newSureBench(t)
	b.use(tool.Eraser)
	s := b.kit.Settings()
	s.RadiusMM = 3
	b.kit.SetSettings(s)
	b.click(0.3, 0.5)
	b.kit.Use(tool.NoTool)
	touched, err := b.session.Touched()
	if err != nil || touched.Count() == 0 {
		t.Fatalf("the hand touched %d voxels: %v", touched.Count(), err)
	}
	hand := touched.Clone()
	mine := b.session.Mask().Snapshot()
	before := b.infection()
	steps, _ := b.session.History()

	planes := [3]int{b.atSlice(0), b.atSlice(1), b.atSlice(2)}
	b.slide(mask.Infection, 38, false)
	for axis, was := range planes {
		if axis > 0 && b.atSlice(axis) <= was {
			t.Errorf("across axis %d there are %d voxels, were %d", axis, b.atSlice(axis), was)
		}
	}
	if b.infection() != before {
		t.Error("the mask changed before it was let go")
	}
	b.slide(mask.Infection, 30, false)
	b.slide(mask.Infection, 38, true)
	after, applied := b.session.History()
	if len(after) != len(steps)+1 || applied != len(after) || b.last().Tool != "threshold" || b.last().Hand {
		t.Fatalf("%d steps, were %d; the last is %+v", len(after), len(steps), b.last().Name)
	}
	if b.infection() <= before || b.session.Shown() != b.session.Mask() {
		t.Errorf("%d voxels, were %d", b.infection(), before)
	}
	for k := range 8 {
		for j := range 12 {
			for i := range 16 {
				if hand.At(mask.Findings, i, j, k) && b.session.Mask().At(mask.Findings, i, j, k) != mine.At(mask.Findings, i, j, k) {
					t.Fatalf("voxel %d %d %d of the hand changed", i, j, k)
				}
			}
		}
	}
	if at := percentOf(b.thresholdOf(mask.Infection)); at < 36 || at > 40 || b.inspector.model.thresholds.rows[2].value.Text != b.Window.t("ui.percent", whole(float64(at))) {
		t.Errorf("the threshold is %d, the field says %q", at, b.inspector.model.thresholds.rows[2].value.Text)
	}
	b.undo()
	b.settle()
	if b.infection() != before || percentOf(b.thresholdOf(mask.Infection)) != 50 || b.slider(mask.Infection).Value != 50 {
		t.Errorf("undone: %d voxels at %d", b.infection(), b.thresholdOf(mask.Infection))
	}
}

// Back at the model's own threshold the mask is as it was, whatever the model had
// overruled.
func TestThresholdGoesBack(t *testing.T) {
	b, _ := newSureBench(t)
	before := b.session.Mask().Snapshot()
	for _, percent := range []float64{20, 80, 50} {
		r := b.inspector.model.thresholds.rows[2]
		r.value.SetText(whole(percent))
		r.value.OnSubmitted("")
		b.idle()
		b.settle()
		if got := percentOf(b.thresholdOf(mask.Infection)); got != int(percent) {
			t.Fatalf("the threshold is %d after %v was typed", got, percent)
		}
	}
	if !b.session.Mask().Equal(before) {
		t.Error("the mask is another")
	}
	if steps, _ := b.session.History(); len(steps) != 4 {
		t.Errorf("%d steps", len(steps))
	}
}

// Keys move the boundary too: Enter keeps it and Escape gives it back, from under
// the pointer too.
func TestThresholdByKeys(t *testing.T) {
	b, _ := newSureBench(t)
	before := b.infection()
	s := b.slider(mask.Infection)
	b.win.Canvas().Focus(s)
	press := func(name fyne.KeyName, times int) {
		for range times {
			s.TypedKey(&fyne.KeyEvent{Name: name})
		}
		b.settle()
	}
	press(fyne.KeyLeft, 8)
	if steps, _ := b.session.History(); len(steps) != 1 || b.shown() <= before || b.infection() != before {
		t.Fatalf("%d steps, %d voxels shown of %d", len(steps), b.shown(), before)
	}
	press(fyne.KeyEscape, 1)
	if b.shown() != before || s.Value != 50 || b.win.Canvas().Focused() != fyne.Focusable(s) {
		t.Errorf("given back: %d voxels at %v", b.shown(), s.Value)
	}
	press(fyne.KeyLeft, 8)
	press(fyne.KeyReturn, 1)
	b.idle()
	if steps, _ := b.session.History(); len(steps) != 2 || b.infection() <= before {
		t.Fatalf("%d steps and %d voxels after Enter", len(steps), b.infection())
	}
	kept := b.infection()
	b.slide(mask.Infection, 20, false)
	b.keys.Do(tool.ViewCancel)
	b.settle()
	b.slide(mask.Infection, 22, true) // the button is still held
	if steps, _ := b.session.History(); len(steps) != 2 || b.infection() != kept || b.shown() != kept {
		t.Errorf("%d steps and %d voxels after a drag was given back", len(steps), b.shown())
	}
	b.slide(mask.Infection, 30, true)
	if steps, _ := b.session.History(); len(steps) != 3 {
		t.Error("the next drag does nothing")
	}
}

// Whoever goes on with the pictures keeps the boundary that was moved by keys.
func TestGoingOnKeepsTheBoundary(t *testing.T) {
	b, _ := newSureBench(t)
	b.win.Canvas().Focus(b.slider(mask.Infection))
	for range 8 {
		b.slider(mask.Infection).TypedKey(&fyne.KeyEvent{Name: fyne.KeyLeft})
	}
	b.settle()
	b.win.Canvas().Focus(b.panes.grid)
	b.idle()
	if b.last().Tool != "threshold" || b.session.Shown() != b.session.Mask() || b.inspector.model.thresholds.moving != nil {
		t.Errorf("the last step is %v", b.last().Name)
	}
	b.use(tool.Brush)
	b.click(0.9, 0.5)
	if steps, _ := b.session.History(); len(steps) != 3 || !b.last().Hand {
		t.Errorf("%d steps", len(steps))
	}
}

func TestThresholdIsOfOneLung(t *testing.T) {
	b, _ := newSureBench(t)
	left, right := b.session.Mask().Count(mask.Anatomy, mask.LeftLung), b.session.Mask().Count(mask.Anatomy, mask.RightLung)
	b.slide(mask.LeftLung, 95, true)
	m := b.session.Mask()
	if m.Count(mask.Anatomy, mask.LeftLung) >= left || m.Count(mask.Anatomy, mask.RightLung) != right {
		t.Errorf("left %d of %d, right %d of %d", m.Count(mask.Anatomy, mask.LeftLung), left, m.Count(mask.Anatomy, mask.RightLung), right)
	}
}

func TestThresholdWithoutProbabilities(t *testing.T) {
	f := &sure{finds: 8, without: true}
	b := newBench(t, func(o *Options) { o.Segmenter = f })
	b.openOne("case")
	if w := b.inspector.model.thresholds.why.Rich.String(); !strings.Contains(w, "Once a model has run") {
		t.Errorf("it says %q", w)
	}
	b.segment()
	b.until("the model has run", func() bool { return !b.segmenting })
	if !b.slider(mask.Infection).Disabled() || !strings.Contains(b.inspector.model.thresholds.why.Rich.String(), "not held") {
		t.Errorf("it says %q", b.inspector.model.thresholds.why.Rich.String())
	}
}

// A part that is segmented again is one step, spares the hand, and is bounded.
func TestSegmentAgain(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(*bench)
		want func(i, j, k int) bool // may change there
	}{
		{"slice", func(b *bench) { b.keys.Do(tool.SegmentSlice) }, func(_, _, k int) bool { return k == 4 }},
		{"coronal slice", func(b *bench) { b.viewer.SetActive(viewer.Coronal); b.keys.Do(tool.SegmentSlice) }, func(_, j, _ int) bool { return j == 6 }},
		{"box", func(b *bench) {
			b.inspector.model.again.resize(10)
			b.keys.Do(tool.SegmentBox)
			b.keys.Do(tool.ToolCommit)
		}, func(i, j, k int) bool { return i >= 5 && i < 12 && j >= 3 && j < 10 && k >= 3 && k < 6 }},
		{"right lung", func(b *bench) { b.segmentLung(mask.Right) }, func(i, _, _ int) bool { return i < 8 }},
		{"left lung", func(b *bench) { b.segmentLung(mask.Left) }, func(i, _, _ int) bool { return i >= 8 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, f := newSureBench(t)
			b.use(tool.Brush)
			b.click(0.7, 0.5)
			b.kit.Use(tool.NoTool)
			b.settle()
			before := b.session.Mask().Snapshot()
			touched, _ := b.session.Touched()
			hand := touched.Clone()
			if hand.Count() == 0 {
				t.Fatal("the hand touched nothing")
			}
			f.finds = 11
			if c.name == "right lung" {
				f.finds = 6
			}
			c.do(b)
			b.until("the part is there", func() bool { return !b.jobs.Running(jobAgain) && b.last().Tool == "again" })
			if steps, _ := b.session.History(); len(steps) != 3 || b.last().Hand {
				t.Fatalf("%d steps", len(steps))
			}
			changed := 0
			for o := range before.Size().Voxels() {
				i, j, k := o%16, o/16%12, o/192
				if before.At(mask.Findings, i, j, k) == b.session.Mask().At(mask.Findings, i, j, k) {
					continue
				}
				changed++
				if !c.want(i, j, k) || hand.At(mask.Findings, i, j, k) {
					t.Fatalf("voxel %d %d %d changed", i, j, k)
				}
			}
			if changed == 0 || !strings.Contains(b.status.text.Text, "Segment again") {
				t.Errorf("%d voxels changed; it says %q", changed, b.status.text.Text)
			}
			if f.asked.Around == nil || !f.asked.Probabilities {
				t.Errorf("asked for %+v", f.asked)
			}
			if after, _ := b.session.Touched(); after.Count() != hand.Count() {
				t.Error("what the hand touched is forgotten")
			}
			b.undo()
			b.settle()
			if !b.session.Mask().Equal(before) {
				t.Error("undo does not lead back")
			}
		})
	}
}

// A part comes at the threshold that was chosen, and its probabilities replace
// those that were held.
func TestSegmentAgainAtTheChosenThreshold(t *testing.T) {
	b, f := newSureBench(t)
	b.slide(mask.Infection, 38, true)
	columns := func(k int) (n int) {
		for i := range 16 {
			if b.session.Mask().At(mask.Findings, i, 6, k) != 0 {
				n++
			}
		}
		return n
	}
	at := b.thresholdOf(mask.Infection)
	more := columns(4) - 8
	f.finds = 10
	b.keys.Do(tool.SegmentSlice)
	b.until("the part is there", func() bool { return !b.jobs.Running(jobAgain) && b.last().Tool == "again" })
	if columns(4) != 10+more || columns(3) != 8+more || more == 0 {
		t.Errorf("%d and %d columns, %d more than at the model's own threshold", columns(4), columns(3), more)
	}
	if b.thresholdOf(mask.Infection) != at {
		t.Error("the threshold is another")
	}
	b.until("the thresholds can be moved", func() bool { return b.thresholdRefused(mask.Infection) == "" })
	b.slide(mask.Infection, 50, true)
	if columns(4) != 10 || columns(3) != 8 {
		t.Errorf("%d and %d columns back at the model's own threshold", columns(4), columns(3))
	}
}

// While a part is on its way the hand goes on; it can be stopped, and the model
// does not run twice.
func TestSegmentAgainBesideTheHand(t *testing.T) {
	b, f := newSureBench(t)
	f.finds, f.gate = 11, make(chan struct{})
	b.keys.Do(tool.SegmentSlice)
	b.settle()
	if b.canSegment() || b.refused(tool.SegmentRun) == "" {
		t.Error("the model may run twice")
	}
	b.use(tool.Eraser)
	b.click(0.3, 0.5)
	b.kit.Use(tool.NoTool)
	erased := b.session.Mask().Snapshot()
	touched, _ := b.session.Touched()
	hand := touched.Clone()
	close(f.gate)
	b.until("the part is there", func() bool { return !b.jobs.Running(jobAgain) && b.last().Tool == "again" })
	for o := range erased.Size().Voxels() {
		i, j, k := o%16, o/16%12, o/192
		if hand.At(mask.Findings, i, j, k) && b.session.Mask().At(mask.Findings, i, j, k) != erased.At(mask.Findings, i, j, k) {
			t.Fatal("what was erased meanwhile came back")
		}
	}
	f.gate = make(chan struct{})
	steps, _ := b.session.History()
	b.keys.Do(tool.SegmentSlice)
	b.settle()
	b.use(tool.Brush)
	b.Window.after = func(time.Duration, func()) func() { return func() {} } // a note stays
	for range 3 {                                                            // out of the tool, and once more by mistake
		b.keys.Do(tool.ViewCancel)
		b.settle()
	}
	if !b.jobs.Running(jobAgain) || b.kit.Current() != tool.NoTool || !strings.Contains(b.status.text.Text, "The model runs on") {
		t.Fatalf("after Escape the model runs: %v; it says %q", b.jobs.Running(jobAgain), b.status.text.Text)
	}
	b.status.cancel.OnTapped()
	b.until("it stops", func() bool { return !b.jobs.Running(jobAgain) })
	if after, _ := b.session.History(); len(after) != len(steps) || !strings.Contains(b.status.text.Text, "Stopped") {
		t.Errorf("%d steps; it says %q", len(after), b.status.text.Text)
	}
}

// After a run on one lung of a mask that no model made, the model has said nothing of
// the other: no number compares with it, and no threshold moves it.
func TestOneLungAloneIsNotComparedBeyondIt(t *testing.T) {
	f := &sure{finds: 4}
	b := newBench(t, func(o *Options) { o.Segmenter = f })
	b.openOne("case")
	b.use(tool.Brush)
	b.click(0.2, 0.5)
	b.kit.Use(tool.NoTool)
	b.segmentLung(mask.Left)
	b.until("the part is there", func() bool { return !b.jobs.Running(jobAgain) && b.last().Tool == "again" })
	b.until("the threshold can be moved", func() bool { return b.thresholdRefused(mask.LeftLung) == "" })
	n := b.numbers()
	for value, compared := range map[uint8]bool{mask.LeftLung: true, mask.RightLung: false, mask.Infection: false} {
		l := n.of[value]
		if _, whole := b.sinceModel(n, value); (l.ChangeVoxels != nil) != compared || (l.Dice != nil) && !compared || strings.Contains(whole, "(the left lung)") == compared {
			t.Errorf("label %d is compared: %v; it says %q", value, l.ChangeVoxels != nil, whole)
		}
	}
	b.viewer.SetComparing(true)
	if d := b.viewer.Difference(); d == nil || !d.Empty() {
		t.Error("what was drawn where the model was not run is shown as a change of its mask")
	}
	b.viewer.SetComparing(false)
	for _, r := range b.inspector.model.thresholds.rows {
		if r.label.Value == mask.RightLung {
			t.Error("there is a threshold of the right lung")
		}
	}
	b.segmentLung(mask.Right)
	b.until("the other is there", func() bool { return !b.jobs.Running(jobAgain) })
	b.settle()
	if n := b.numbers(); n.of[mask.RightLung].ChangeVoxels == nil {
		t.Error("the right lung is not compared after a run on it")
	}
}

// Lowering a threshold adds to what the model found, and paints no specks far off.
func TestThresholdPaintsNoSpecks(t *testing.T) {
	f := &sure{finds: 4, speck: true}
	b := newBench(t, func(o *Options) { o.Segmenter = f })
	b.segmentOne("case")
	b.until("the thresholds can be moved", func() bool { return b.thresholdRefused(mask.Infection) == "" })
	before := b.infection()
	b.slide(mask.Infection, 40, false)
	shown := b.shown()
	b.slide(mask.Infection, 40, true)
	m := b.session.Mask()
	if b.infection() <= before || m.At(mask.Findings, 14, 6, 4) != 0 || b.atSlice(2) == 0 {
		t.Errorf("%d voxels of %d, %d while it moved; the speck: %d", b.infection(), before, shown, m.At(mask.Findings, 14, 6, 4))
	}
	if parts := mask.BitsOf(m, mask.Findings, mask.Infection).Components(6).List; len(parts) != 1 {
		t.Errorf("%d islands", len(parts))
	}
}

// The box follows the crosshair, is resized by the keys of a tool's size, and is
// put away by Escape.
func TestBoxAroundTheCrosshair(t *testing.T) {
	b, _ := newSureBench(t)
	b.keys.Do(tool.SegmentBox)
	first := b.viewer.Region()
	if first.Empty() || !b.inspector.model.again.sizeRow.Visible() {
		t.Fatal("no box")
	}
	b.inspector.model.again.resize(15)
	small := b.viewer.Region()
	b.keys.Do(tool.ToolLarger)
	if larger := b.viewer.Region(); larger == small || small == first {
		t.Error("it keeps its size")
	}
	b.viewer.SetCursor([3]int{3, 3, 2})
	if at := b.viewer.Region(); at.Min[0] != 0 || at.Max[0] > 9 {
		t.Errorf("it stays at %v", at)
	}
	b.keys.Do(tool.ViewCancel)
	b.settle()
	if !b.viewer.Region().Empty() || b.inspector.model.again.sizeRow.Visible() {
		t.Error("Escape leaves it")
	}
}

// What hands changed of the model's mask is drawn, named and measured.
func TestCompareWithTheModel(t *testing.T) {
	b, _ := newSureBench(t)
	b.use(tool.Eraser)
	b.click(0.3, 0.5)
	removed := b.session.ModelMask().Count(mask.Findings, mask.Infection) - b.infection()
	b.use(tool.Brush)
	b.click(0.9, 0.5)
	added := b.infection() - b.session.ModelMask().Count(mask.Findings, mask.Infection) + removed
	b.kit.Use(tool.NoTool)
	b.settle()
	b.keys.Key(tool.Chord{Key: "Y"})
	b.settle()
	d := b.viewer.Difference()
	if d == nil || d.Count(mask.Findings, viewer.Added) != added || d.Count(mask.Findings, viewer.Removed) != removed || added == 0 || removed == 0 {
		t.Fatalf("the difference is %v; %d added and %d removed", d != nil, added, removed)
	}
	if !b.legend.object.Visible() {
		t.Error("no legend")
	}
	said := words(b.legend.object)
	for _, w := range []string{"Added", "Taken away", "Other label"} {
		if !said[w] {
			t.Errorf("the legend does not say %q: %v", w, said)
		}
	}
	table := words(b.inspector.compare.table)
	if !table[b.differing(added)] || !table[b.differing(removed)] {
		t.Errorf("the table says %v, want %s and %s", table, b.differing(added), b.differing(removed))
	}
	b.item("View", "Changes since the model").Action()
	b.settle()
	if b.viewer.Difference() != nil || b.legend.object.Visible() {
		t.Error("it is still shown")
	}
	test.Tap(b.inspector.compare.shown)
	b.settle()
	if !b.viewer.Comparing() {
		t.Error("the tick does nothing")
	}
	b.session.MarkSaved(b.session.Revision())
	b.openOne("another")
	if b.viewer.Comparing() || b.legend.object.Visible() {
		t.Error("it is shown of another study")
	}
	b.keys.Do(tool.ViewCompare)
	if b.viewer.Comparing() || !strings.Contains(b.status.text.Text, "No model has run") {
		t.Errorf("it says %q", b.status.text.Text)
	}
}

// A threshold that keys have moved is a step before the model runs anew, and what the
// model paints then stays on screen.
func TestARunKeepsAThresholdMovedByKeys(t *testing.T) {
	b, f := newSureBench(t)
	s := b.slider(mask.Infection)
	b.win.Canvas().Focus(s)
	for range 8 {
		s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
	}
	b.settle()
	f.gate = make(chan struct{})
	b.keys.Do(tool.SegmentRun)
	b.until("the model runs", func() bool { return b.segmenting })
	steps, applied := b.session.History()
	if applied != 2 || steps[1].Tool != "threshold" {
		t.Errorf("%d steps, the last of %s", applied, steps[applied-1].Tool)
	}
	b.win.Canvas().Focus(b.panes.grid) // a click on the pictures
	b.settle()
	if !b.session.ModelShown() {
		t.Error("what the model paints is gone")
	}
	close(f.gate)
	b.until("it has run", func() bool { return !b.segmenting })
}
