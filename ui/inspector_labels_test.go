package ui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"opacity/app/mask"
	"opacity/ui/controls"
	"opacity/viewer/tool"
)

// pick carries out an item of a label's menu.
func (b *bench) pick(items []*fyne.MenuItem, label string) {
	b.t.Helper()
	for _, i := range items {
		if strings.HasPrefix(i.Label, label) {
			if i.Disabled {
				b.t.Fatalf("%s is greyed out", label)
			}
			i.Action()
			b.settle()
			return
		}
	}
	b.t.Fatalf("no item %s", label)
}

func (b *bench) labelNames() string {
	var names []string
	for _, l := range b.session.Mask().Labels() {
		names = append(names, l.Name)
	}
	return strings.Join(names, ", ")
}

// dragRow drags a row of the list to the height of another, a part of that below
// its top, and lets go or not.
func (b *bench) dragRow(value, to uint8, part float32, end bool) {
	b.t.Helper()
	row := func(value uint8) *labelRow {
		for _, r := range b.inspector.labels.rows {
			if r.label.Value == value {
				return r
			}
		}
		b.t.Fatalf("no row of label %d", value)
		return nil
	}
	d, from, target := b.app.Driver(), row(value).tile, row(to).tile
	y := d.AbsolutePositionForObject(target).Y - d.AbsolutePositionForObject(from).Y + part*target.Size().Height
	from.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(20, y)}})
	b.settle()
	if end {
		from.DragEnd()
		b.settle()
	}
}

// A row of the list goes where it is dragged to, as one step that can be undone.
func TestLabelsDragged(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	const before = "left lung, right lung, infection"
	tests := []struct {
		name   string
		of, to uint8
		part   float32
		want   string // "" for no step
	}{
		{"to the top", mask.Infection, mask.LeftLung, 0.2, "infection, left lung, right lung"},
		{"up by one", mask.Infection, mask.RightLung, 0.2, "left lung, infection, right lung"},
		{"down by one", mask.LeftLung, mask.RightLung, 0.8, "right lung, left lung, infection"},
		{"to the end", mask.LeftLung, mask.Infection, 3, "right lung, infection, left lung"},
		{"where it is", mask.RightLung, mask.RightLung, 0.6, ""},
		{"between its neighbours", mask.RightLung, mask.Infection, 0.2, ""},
	}
	for _, tt := range tests {
		steps, _ := b.session.History()
		b.dragRow(tt.of, tt.to, tt.part, true)
		now, _ := b.session.History()
		if tt.want == "" {
			if len(now) != len(steps) || b.labelNames() != before {
				t.Errorf("%s: %s", tt.name, b.labelNames())
			}
			if b.viewer.ActiveLabel() != tt.of {
				t.Errorf("%s: it is not pressed either", tt.name)
			}
			continue
		}
		if b.labelNames() != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, b.labelNames(), tt.want)
		}
		b.undo()
		b.settle()
		if b.labelNames() != before {
			t.Fatalf("%s, undone: %s", tt.name, b.labelNames())
		}
	}
	b.dragRow(mask.Infection, mask.LeftLung, 0.2, false)
	if d := b.inspector.labels.drag; !d.marker.Visible() || d.marker.Position().Y > 3 {
		t.Errorf("nothing shows where it would come: %v", d.marker.Position())
	}
	b.keys.Do(tool.ViewCancel)
	b.settle()
	if b.inspector.labels.drag.marker.Visible() {
		t.Error("after Escape the mark is still there")
	}
	b.dragRow(mask.Infection, mask.LeftLung, 0.2, true)
	if b.labelNames() != before {
		t.Errorf("after Escape: %s", b.labelNames())
	}
	b.dragRow(mask.Infection, mask.LeftLung, 0.2, true)
	if b.labelNames() == before {
		t.Error("the next drag does nothing")
	}
}

func TestLabelsAddedRenamedMovedDeleted(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	s := b.inspector.labels
	b.pick(s.added(), "ground glass")
	if b.labelNames() != "left lung, right lung, infection, ground glass" || b.activeName() != "ground glass" {
		t.Fatalf("labels %s, active %s", b.labelNames(), b.activeName())
	}
	if !words(s.object)["ground glass"] || b.named["label.4"] == nil {
		t.Error("it is not in the list")
	}
	for _, i := range s.added() {
		if i.Label == "ground glass" && !i.Disabled {
			t.Error("it is offered twice")
		}
	}

	b.pick(s.items(4), "Rename")
	field := b.named["label.4.name"].(*controls.Entry)
	if !field.Visible() || b.win.Canvas().Focused() != fyne.Focusable(field) {
		t.Fatal("no name can be written")
	}
	field.SetText("infection")
	field.OnSubmitted("infection")
	b.settle()
	if !strings.Contains(b.status.text.Text, "already") || field.Visible() {
		t.Errorf("a name that is taken: %q", b.status.text.Text)
	}
	b.pick(s.items(4), "Rename")
	field.SetText("crazy paving")
	field.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	b.settle()
	if field.Visible() || strings.Contains(b.labelNames(), "crazy") {
		t.Errorf("Escape left %s", b.labelNames())
	}
	b.pick(s.items(4), "Rename")
	field.SetText("crazy paving")
	field.OnSubmitted("")
	b.settle()
	b.pick(s.items(4), "Move up")
	if b.labelNames() != "left lung, right lung, crazy paving, infection" {
		t.Errorf("labels %s", b.labelNames())
	}
	b.use(tool.Brush)
	b.click(0.5, 0.5)
	b.pick(s.items(4), "Delete crazy paving")
	if b.labelNames() != "left lung, right lung, infection" || b.named["label.4"] != nil || b.activeName() != "infection" {
		t.Errorf("labels %s", b.labelNames())
	}
	b.undo()
	b.settle()
	if b.labelNames() != "left lung, right lung, crazy paving, infection" || b.session.Mask().Count(mask.Findings, 4) == 0 {
		t.Errorf("undone to %s", b.labelNames())
	}
	b.pick(s.added(), "Own name")
	if field := b.named["label.5.name"].(*controls.Entry); !field.Visible() || field.Text != "finding" {
		t.Error("an own name is not asked for")
	}
}

func (b *bench) activeName() string { return b.labelName(b.viewer.ActiveLabel()) }

func TestLabelLockedHiddenRecoloured(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	s := b.inspector.labels
	b.named["label.3.lock"].(*controls.Button).OnTapped()
	b.named["label.3.eye"].(*controls.Button).OnTapped()
	b.settle()
	l, _ := b.session.Mask().Label(mask.Infection)
	if !l.Locked || l.Visible {
		t.Fatalf("%+v", l)
	}
	for _, i := range s.items(mask.Infection) {
		if strings.HasPrefix(i.Label, "Delete") && !i.Disabled {
			t.Error("a locked label can be deleted")
		}
	}
	row := b.named["label.3"].(*controls.Tile)
	row.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDelete})
	b.settle()
	if !strings.Contains(b.status.text.Text, "locked") || !strings.Contains(b.labelNames(), "infection") {
		t.Errorf("Delete on it says %q", b.status.text.Text)
	}
	b.pick(s.items(mask.Infection), "Colour")
	if !s.palette.object.Visible() {
		t.Fatal("no palette")
	}
	b.named["colour.teal"].(*controls.Tile).Press()
	b.settle()
	if l, _ := b.session.Mask().Label(mask.Infection); l.Colour != (mask.RGB{0x44, 0xAA, 0x99}) || s.palette.object.Visible() {
		t.Errorf("colour %v", l.Colour)
	}
	b.pick(s.items(mask.Infection), "Colour")
	own := b.named["colour.own"].(*controls.Entry)
	own.OnSubmitted("beige")
	if !strings.Contains(b.status.text.Text, "#E69F00") || !s.palette.object.Visible() {
		t.Errorf("beige: %q", b.status.text.Text)
	}
	own.OnSubmitted("#102030")
	b.settle()
	if l, _ := b.session.Mask().Label(mask.Infection); l.Colour != (mask.RGB{0x10, 0x20, 0x30}) {
		t.Errorf("colour %v", l.Colour)
	}
}

func TestLabelsSayWhatChangedSinceTheModel(t *testing.T) {
	b := newBench(t)
	b.segmentOne("case")
	row := b.inspector.labels.rows[2]
	if row.change.Text != "as the model made it" || !row.change.Visible() {
		t.Errorf("untouched it says %q", row.change.Text)
	}
	b.use(tool.Brush)
	b.click(0.5, 0.5)
	if !strings.HasPrefix(row.change.Text, "+") || !strings.Contains(row.change.Text, "Dice 0.") {
		t.Errorf("painted it says %q", row.change.Text)
	}
}

func TestLabelsImportedAndExported(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	file := filepath.Join(b.dir, "own.txt")
	text := "# ITK-SNAP\n0 0 0 0 0 0 0 \"Clear Label\"\n7 10 20 30 1 1 1 \"cyst\"\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	b.importLabels(file)
	b.until("the label is there", func() bool { return strings.Contains(b.labelNames(), "cyst") })
	if b.status.text.Text != "Labels added: 1, from own.txt." {
		t.Errorf("it says %q", b.status.text.Text)
	}
	out := filepath.Join(b.dir, "labels.txt")
	b.chooser.path = out
	b.askExportLabels()
	b.settle()
	if data, err := os.ReadFile(out); err != nil || !strings.Contains(string(data), `"cyst"`) {
		t.Errorf("exported %s, %v", data, err)
	}
	b.importLabels(filepath.Join(b.dir, "missing.txt"))
	b.until("an error is shown", func() bool { e, _ := b.bands.texts(); return len(e) > 0 })
	if e, _ := b.bands.texts(); !strings.Contains(e[0], "missing.txt cannot be read") {
		t.Errorf("it says %q", e)
	}
}

func TestParseColour(t *testing.T) {
	for in, want := range map[string]bool{"#E69F00": true, " e69f00 ": true, "#E69F0": false, "red": false, "": false, "#-12345": false} {
		if c, ok := parseColour(in); ok != want || ok && c != (mask.RGB{0xE6, 0x9F, 0}) {
			t.Errorf("%q: %v, %v", in, c, ok)
		}
	}
}
