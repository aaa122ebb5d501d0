package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/ui/controls"
	"opacity/viewer/tool"
)

// says is what the row of a label reads.
func (b *bench) says(value uint8) (volume, change string) {
	b.t.Helper()
	for _, r := range b.inspector.labels.rows {
		if r.label.Value == value {
			return r.volume.Text, r.change.Text
		}
	}
	b.t.Fatalf("no row of label %d", value)
	return "", ""
}

// As a threshold is dragged, a row tells of the whole mask at that threshold: what
// it will say once it is kept.
func TestRowsTellWhatAThresholdLeadsTo(t *testing.T) {
	b, _ := newSureBench(t)
	wasVolume, wasChange := b.says(mask.Infection)
	b.slide(mask.Infection, 30, false)
	b.until("it is counted", func() bool { return !b.numbers().counting })
	volume, change := b.says(mask.Infection)
	if lung, is := b.says(mask.LeftLung); is != "as the model made it" || lung == "" {
		t.Errorf("the lung's row says %s, %s", lung, is)
	}
	b.slide(mask.Infection, 30, true)
	keptVolume, keptChange := b.says(mask.Infection)
	if volume == wasVolume || volume != keptVolume || change != "Preview: "+keptChange || !strings.Contains(keptChange, "Dice") {
		t.Errorf("%s, %s; shown %s, %s; kept %s, %s", wasVolume, wasChange, volume, change, keptVolume, keptChange)
	}
	b.slide(mask.Infection, 60, false)
	b.keys.Do(tool.ViewCancel)
	b.settle()
	if volume, change := b.says(mask.Infection); volume != keptVolume || change != keptChange {
		t.Errorf("given back it says %s, %s", volume, change)
	}
}

// A preview of an operation is told of with all that a row has, and marked.
func TestRowsTellOfAPreview(t *testing.T) {
	b, _ := newSureBench(t)
	b.operate(b.operation("margin"))
	b.amount.set("border", 1)
	b.amount.set("mm", 6)
	b.worked()
	volume, change := b.says(mask.Infection)
	b.amount.commit()
	b.settle()
	keptVolume, keptChange := b.says(mask.Infection)
	if volume != keptVolume || change != "Preview: "+keptChange || !strings.Contains(keptChange, "Dice") {
		t.Errorf("shown %s, %s; kept %s, %s", volume, change, keptVolume, keptChange)
	}
	b.operate(b.operation("margin"))
	b.worked()
	b.keys.Do(tool.ViewCancel)
	b.settle()
	if volume, change := b.says(mask.Infection); volume != keptVolume || change != keptChange {
		t.Errorf("dropped it says %s, %s", volume, change)
	}
}

// A row without a model's mask says at least that it is a preview.
func TestRowsTellOfAPreviewWithoutAModel(t *testing.T) {
	b := dotted(t)
	was, _ := b.says(mask.Infection)
	b.operate(b.operation("margin"))
	b.worked()
	if volume, change := b.says(mask.Infection); volume == was || change != "Preview" {
		t.Errorf("%s, %s", volume, change)
	}
}

// Nothing that a row says of a change is cut off.
func TestWhatChangedFitsARow(t *testing.T) {
	b, _ := newSureBench(t)
	r := b.inspector.labels.rows[2]
	voxels, ml, dice := -4_000_000, -3456.7, 0.9876
	n := labelNumbers{preview: map[uint8]bool{r.label.Value: true}, of: map[uint8]metrics.LiveLabel{r.label.Value: {ChangeVoxels: &voxels, ChangeML: &ml, Dice: &dice}}}
	said, _ := b.sinceModel(n, r.label.Value)
	r.change.Set(said)
	if drawn := controls.Ellipsis(said, r.change.Size().Width, theme.Size(theme.SizeNameCaptionText), fyne.TextStyle{}); drawn != said {
		t.Errorf("of %q is seen %q in %v", said, drawn, r.change.Size().Width)
	}
}
