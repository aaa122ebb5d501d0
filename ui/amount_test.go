package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"opacity/app/mask"
	"opacity/app/text"
	"opacity/ui/controls"
	"opacity/viewer/tool"
)

// operation finds an operation of the menu.
func (b *bench) operation(id string) *operation {
	b.t.Helper()
	for _, op := range b.operations {
		if op.id == id {
			return op
		}
	}
	b.t.Fatalf("there is no operation %s", id)
	return nil
}

// worked waits until what an operation would do is known.
func (b *bench) worked() {
	b.settle()
	b.until("the preview is there", func() bool { return !b.jobs.Running(jobAmount) })
}

// dotted opens a case with two dots of infection.
func dotted(t *testing.T, opts ...func(*Options)) *bench {
	b := newBench(t, opts...)
	b.openOne("case")
	s := b.kit.Settings()
	s.RadiusMM = 3
	b.kit.SetSettings(s)
	b.use(tool.Brush)
	b.click(0.35, 0.5)
	b.click(0.65, 0.5)
	return b
}

// What is shown while an amount moves is what becomes of it, as one step.
func TestAmountIsShownThenApplied(t *testing.T) {
	b := dotted(t)
	steps, _ := b.session.History()
	was := b.infection()
	b.operate(b.operation("margin"))
	b.worked()
	if !b.amount.object.Visible() || b.strip.object.Visible() || b.kit.Current() != tool.NoTool {
		t.Error("the strip of amounts is not what is shown")
	}
	two := b.session.Shown().Count(mask.Findings, mask.Infection)
	b.amount.set("mm", 6)
	b.worked()
	six := b.session.Shown().Count(mask.Findings, mask.Infection)
	if !(was < two && two < six) || b.infection() != was {
		t.Errorf("%d voxels, by 2 mm %d, by 6 mm %d; in the mask %d", was, two, six, b.infection())
	}
	if !strings.HasPrefix(b.amount.result.Text, "+") {
		t.Errorf("it says %q", b.amount.result.Text)
	}
	b.panes.grid.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	b.settle()
	now, _ := b.session.History()
	if b.infection() != six || len(now) != len(steps)+1 || b.last().Tool != "margin" || b.last().Name.String() != "Grow infection (6 mm)" {
		t.Errorf("%d voxels after %q", b.infection(), b.last().Name)
	}
	if b.amount.object.Visible() || b.kit.Current() != tool.Brush || b.session.Shown() != b.session.Mask() {
		t.Error("it is not over")
	}
	b.operate(b.operation("margin"))
	if b.amount.values["mm"] != 6 {
		t.Errorf("it does not remember 6 mm but %v", b.amount.values)
	}
}

// The line says which limits hold, and what the patterns in the panes mean.
func TestAmountTellsOfLimitsAndPatterns(t *testing.T) {
	b := dotted(t)
	b.operate(b.operation("margin"))
	b.worked()
	if said := b.amount.result.Text; !strings.Contains(said, "striped") || strings.Contains(said, "dotted") || strings.Contains(said, "HU") {
		t.Errorf("grown: %q", said)
	}
	b.amount.set("border", 1)
	b.worked()
	if said := b.amount.result.Text; strings.Contains(said, "striped") || !strings.Contains(said, "dotted") {
		t.Errorf("shrunk: %q", said)
	}
	s := b.kit.Settings()
	s.Limits.HU, s.Limits.Inside = &mask.Range{Min: -700, Max: 100}, mask.LeftLung
	b.kit.SetSettings(s)
	b.worked()
	if said := b.amount.result.Text; !strings.Contains(said, "Limits: −700 to 100 HU, inside left lung") {
		t.Errorf("limited: %q", said)
	}
}

// An amount that is chosen is in the name of its step, one that is not is not.
func TestStepNamesTellAmounts(t *testing.T) {
	for want, a := range map[string]amounts{
		"Grow region: x (label as there, this slice, at most 20 ml, taking away)": {"alike": 2, "where": 0, "most": 20, "erase": 1, "tolerance": 7},
		"Grow region: x (from −700 HU, to 100 HU, in 3D, at most 500 ml)":         {"alike": 1, "where": 1, "most": 500, "from": -700, "to": 100},
	} {
		for _, op := range operations() {
			if op.id == "region" {
				if got := op.stepName(a, func(uint8) string { return "x" }, 1).String(); got != want {
					t.Errorf("%q, want %q", got, want)
				}
			}
		}
	}
}

// Escape, a tool, or another study drop what is shown.
func TestAmountIsDropped(t *testing.T) {
	for name, drop := range map[string]func(b *bench){
		"Escape":        func(b *bench) { b.panes.grid.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape}) },
		"a tool":        func(b *bench) { b.use(tool.Lasso) },
		"a model's run": func(b *bench) { b.segment() },
		"another study": func(b *bench) { b.session.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			b := dotted(t)
			was := b.infection()
			b.operate(b.operation("margin"))
			b.worked()
			drop(b)
			b.settle()
			if b.amount.op != nil || b.amount.object.Visible() {
				t.Error("the strip is still there")
			}
			if name == "Escape" || name == "a tool" {
				if b.session.Shown() != b.session.Mask() || b.infection() != was {
					t.Error("the preview is still there")
				}
			}
		})
	}
}

// Enter that comes before the preview does applies it when it comes; an undo
// meanwhile is worked out anew.
func TestAmountAppliedAhead(t *testing.T) {
	b := dotted(t)
	b.operate(b.operation("margin"))
	b.amount.commit()
	b.worked()
	if b.amount.op != nil || b.last().Tool != "margin" {
		t.Errorf("the last step is %q", b.last().Name)
	}
	grown := b.infection()
	b.operate(b.operation("smooth"))
	b.worked()
	b.focusPanes()
	b.undo()
	b.worked()
	if b.amount.op == nil || b.infection() >= grown {
		t.Error("undo under a preview")
	}
}

// Between two slices that a hand drew on, with another lesion on all slices, only
// the gap at the crosshair is filled; away from any, what a hand drew.
func TestBetweenFillsTheGapAtTheCrosshair(t *testing.T) {
	b, _ := newSureBench(t) // infection in the columns up to 8 of every slice
	b.use(tool.Brush)
	s := b.kit.Settings()
	s.RadiusMM = 1
	b.kit.SetSettings(s)
	b.viewer.SetCursor([3]int{8, 6, 2})
	b.click(0.8, 0.5)
	b.viewer.SetCursor([3]int{8, 6, 5})
	b.click(0.8, 0.5)
	one := (b.infection() - b.session.ModelMask().Count(mask.Findings, mask.Infection)) / 2
	for _, k := range []int{5, 3, 0} {
		b.viewer.SetCursor([3]int{8, 6, k})
		before := b.infection()
		b.operate(b.operation("between"))
		b.worked()
		if got := b.shown() - before; one < 1 || got != 2*one {
			t.Errorf("at slice %d %d voxels are filled, want %d: %s", k, got, 2*one, b.amount.result.Text)
		}
		b.amount.close()
		b.settle()
	}
	b.operate(b.operation("between"))
	b.amount.set("gaps", gapsAround)
	b.amount.set("around", 2)
	b.worked()
	if got := b.shown(); got != b.infection() {
		t.Errorf("between slices 1 to 3, none of which lies beyond a gap, %d voxels are filled", got-b.infection())
	}
}

// Every operation does what its name says, or says in a sentence why it cannot.
func TestOperations(t *testing.T) {
	two := func(b *bench) { b.amount.set("labels", 2) }
	tests := []struct {
		op   string
		set  func(b *bench)
		step string // "" for none
		said string
	}{
		{"holes", nil, "", "Nothing would change"},
		{"region", nil, "Grow region: infection (± 100 HU, in 3D, at most 500 ml)", "+"},
		{"between", nil, "", "fewer than two"},
		{"copy", nil, "Copy slice of infection to the next", "+"},
		{"keep", nil, "Largest islands of infection", "−"},
		{"small", func(b *bench) { b.amount.set("below", 100) }, "Remove small islands of infection (below 100 ml)", "−"},
		{"island", nil, "", "no infection at this point"},
		{"split", two, "Split islands of infection", "2 islands, 2 labels"},
		{"margin", func(b *bench) { b.amount.set("border", 1) }, "Shrink infection (2 mm)", "−"},
		{"smooth", func(b *bench) { b.amount.set("how", 2); b.amount.set("mm", 20) }, "Smooth infection (opening, 20 mm)", "−"},
		{"joint", func(b *bench) { b.amount.set("sigma", 5) }, "Smooth labels together (5 mm)", ""},
		{"boolean", nil, "", "left lung has no voxel"},
		{"relabel", func(b *bench) { b.amount.set("into", float64(mask.RightLung)) }, "Make infection right lung", "−"},
		{"swap", nil, "", "has no voxel"},
	}
	for _, tt := range tests {
		t.Run(tt.op, func(t *testing.T) {
			b := dotted(t)
			before := b.session.Mask().Snapshot()
			steps, _ := b.session.History()
			b.operate(b.operation(tt.op))
			if tt.set != nil {
				tt.set(b)
			}
			b.worked()
			if !strings.Contains(b.amount.result.Text, tt.said) {
				t.Errorf("it says %q, want %q", b.amount.result.Text, tt.said)
			}
			b.amount.commit()
			b.settle()
			now, _ := b.session.History()
			if tt.step == "" {
				if len(now) != len(steps) {
					t.Errorf("it made the step %q", b.last().Name)
				}
				return
			}
			if len(now) != len(steps)+1 || b.last().Name.String() != tt.step || b.last().Tool != tt.op || !b.last().Hand {
				t.Fatalf("the last step is %q", b.last().Name)
			}
			b.undo()
			b.settle()
			if !b.session.Mask().Equal(before) || len(b.session.Mask().Labels()) != 3 {
				t.Error("undo does not lead back")
			}
		})
	}
	b := newBench(t)
	if len(tests) != len(b.operations) {
		t.Errorf("%d operations of %d", len(tests), len(b.operations))
	}
}

// Amounts that are no numbers or out of bounds are brought into them.
func TestAmountsKept(t *testing.T) {
	for _, op := range operations() {
		for _, p := range op.params {
			for _, x := range []float64{-1e9, 1e9, p.first} {
				got := p.kept(x)
				if p.kind == aNumber && (got < p.lo || got > p.hi) {
					t.Errorf("%s %s: %g becomes %g", op.id, p.id, x, got)
				}
				if tr := p.track(); p.kind == aNumber && tr.value(tr.place(got)) != got {
					t.Errorf("%s %s: %g is %g on the slider", op.id, p.id, got, tr.value(tr.place(got)))
				}
			}
		}
	}
}

// A field that is typed in is the amount as it is typed; Enter applies.
func TestAmountTyped(t *testing.T) {
	b := dotted(t)
	was := b.infection()
	b.operate(b.operation("margin"))
	b.settle()
	field := b.named["amount.mm"].(*controls.Entry)
	b.win.Canvas().Focus(field)
	field.SetText("4")
	if b.amount.values["mm"] != 4 {
		t.Errorf("typed 4, it is %v", b.amount.values)
	}
	field.SetText("abc")
	if b.amount.values["mm"] != 4 {
		t.Error("letters are an amount")
	}
	field.SetText("4")
	field.OnSubmitted("4")
	b.worked()
	if b.infection() <= was || b.amount.op != nil {
		t.Error("Enter did not apply it")
	}
}

// Islands that are split get a label each, which the list shows before they are
// there, as something to look at only.
func TestSplitShowsItsLabels(t *testing.T) {
	b := dotted(t)
	rows := func() (found []string) {
		for _, r := range b.inspector.labels.rows {
			found = append(found, r.label.Name)
		}
		return found
	}
	b.operate(b.operation("split"))
	b.worked()
	if got := rows(); len(got) != 4 || got[3] != "infection 2" {
		t.Fatalf("the list shows %v", got)
	}
	r := b.inspector.labels.rows[3]
	if value, _ := b.volumeOf(r.label, b.numbers()); value == b.ml(0) || !r.eye.Disabled() {
		t.Errorf("it is said to have %s", value)
	}
	r.tile.Press()
	r.tile.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDelete})
	if b.viewer.ActiveLabel() != mask.Infection || func() bool { failures, _ := b.bands.texts(); return len(failures) > 0 }() {
		t.Error("a label that is not there was taken")
	}
	b.amount.close()
	b.settle()
	if got := rows(); len(got) != 3 {
		t.Errorf("the list shows %v after Escape", got)
	}
	b.operate(b.operation("split"))
	b.worked()
	b.amount.commit()
	b.settle()
	if got := rows(); len(got) != 4 || b.inspector.labels.rows[3].eye.Disabled() {
		t.Errorf("the list shows %v once it is done", got)
	}
}

// Which labels are smoothed together is in the strip, and which are left out.
func TestJointNamesItsLabels(t *testing.T) {
	b := dotted(t)
	var runs []mask.Run
	for row := range 12 {
		runs = append(runs, mask.Run{Offset: int32(16 * row), Length: 8, New: mask.LeftLung}, mask.Run{Offset: int32(16*row + 8), Length: 8, New: mask.RightLung})
	}
	if err := b.session.Edit(mask.Step{Name: text.M("ui.step.fill", "lungs"), Delta: mask.Delta{Slices: []mask.SliceDelta{{Layer: mask.Anatomy, K: 3, Runs: runs}}}}); err != nil {
		t.Fatal(err)
	}
	title := func() string { b.worked(); return b.amount.title.Text }
	b.operate(b.operation("joint"))
	if got := title(); got != "Smooth labels together: infection" {
		t.Errorf("of findings: %q", got)
	}
	b.viewer.SetActiveLabel(mask.LeftLung)
	if got := title(); got != "Smooth labels together: left lung, right lung" {
		t.Errorf("of lungs: %q", got)
	}
	b.session.SetLocked(mask.RightLung, true)
	if got := title(); got != "Smooth labels together: left lung" || !strings.Contains(b.amount.result.Text, "left as it is: right lung") {
		t.Errorf("one locked: %q, %q", got, b.amount.result.Text)
	}
}

// Where nothing is closed in space, the holes of slices are told of.
func TestHolesInSlicesAreTold(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	ring := func(k int) mask.SliceDelta {
		s := mask.SliceDelta{Layer: mask.Findings, K: k}
		for _, r := range []mask.Run{{Offset: 2, Length: 5}, {Offset: 18, Length: 1}, {Offset: 20, Length: 1}, {Offset: 22, Length: 1}, {Offset: 34, Length: 5}} {
			r.New = mask.Infection
			s.Runs = append(s.Runs, r)
		}
		return s
	}
	k := b.viewer.Cursor()[2]
	if err := b.session.Edit(mask.Step{Name: text.M("ui.step.fill", "x"), Label: mask.Infection, Delta: mask.Delta{Slices: []mask.SliceDelta{ring(k)}}}); err != nil {
		t.Fatal(err)
	}
	b.operate(b.operation("holes"))
	b.worked()
	if said := b.amount.result.Text; !strings.Contains(said, "Nothing is closed in 3D; 2 holes on this slice: choose This slice.") || strings.Contains(said, "would change") {
		t.Errorf("it says %q", said)
	}
	at := b.viewer.Cursor()
	at[2] = 0
	b.viewer.Look(at)
	b.worked()
	if said := b.amount.result.Text; !strings.Contains(said, "choose Every slice") {
		t.Errorf("elsewhere it says %q", said)
	}
}

// What a label is combined with is one that there is some of.
func TestCombineProposesADrawnLabel(t *testing.T) {
	b := dotted(t)
	if err := b.session.Edit(mask.Step{Name: text.M("ui.step.fill", "lung"), Delta: mask.Delta{Slices: []mask.SliceDelta{
		{Layer: mask.Anatomy, K: 3, Runs: []mask.Run{{Length: 20, New: mask.RightLung}}},
	}}}); err != nil {
		t.Fatal(err)
	}
	b.operate(b.operation("boolean"))
	b.worked()
	if got := b.amount.values.label("with"); got != mask.RightLung {
		t.Errorf("label %d is proposed", got)
	}
}
