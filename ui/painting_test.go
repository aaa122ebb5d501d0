package ui

import (
	"context"
	"strings"
	"testing"

	"fyne.io/fyne/v2/driver/desktop"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
	"opacity/viewer/tool"
)

// Nobody paints what is not seen: neither a hidden label, nor with all labels hidden.
func TestPaintedLabelIsShown(t *testing.T) {
	for name, hide := range map[string]func(*bench){
		"the label":  func(b *bench) { b.session.SetVisible(mask.Infection, false) },
		"all labels": func(b *bench) { b.keys.Do(tool.LabelsToggle) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.openOne("case")
			b.use(tool.Brush)
			hide(b)
			b.settle()
			b.stroke(desktop.MouseButtonPrimary, b.point(0.4, 0.5), b.point(0.6, 0.5))
			if l, _ := b.session.Mask().Label(mask.Infection); !l.Visible || !b.viewer.Overlay().Visible || b.infection() == 0 {
				t.Errorf("painted %d voxels; the label is shown: %v, labels are: %v", b.infection(), l.Visible, b.viewer.Overlay().Visible)
			}
			if said := b.status.text.Text; !strings.Contains(said, "infection was hidden") {
				t.Errorf("the status bar says %q", said)
			}
		})
	}
}

// A mask of the folder is offered until there is something that it would replace.
func TestMaskIsNotOfferedOverWork(t *testing.T) {
	b := newBench(t, func(o *Options) {
		o.ReadMask = func(_ context.Context, _ string, g volume.Geometry) (*mask.LabelMap, error) {
			return &mask.LabelMap{Geometry: g, Values: []int{0}, Slices: make([][]uint8, g.Size[2])}, nil
		}
	})
	picture, fits := newSeries("folder/thin"), newSeries("folder/fits.nii")
	fits.info.LabelMap = true
	b.opener.found = app.Scan{Series: []app.Series{picture, fits}}
	b.Open("folder")
	b.until("it is open", b.complete)
	b.until("the mask is offered", func() bool { return b.bands.beside != "" })
	b.use(tool.Brush)
	b.stroke(desktop.MouseButtonPrimary, b.point(0.4, 0.5), b.point(0.6, 0.5))
	if b.bands.beside != "" {
		t.Error("it is offered over a stroke")
	}
	b.offerMask([]string{"folder/fits.nii"})
	b.settle()
	if b.bands.beside != "" {
		t.Error("it is offered again over a stroke")
	}
}

// Why a tool did nothing is said until that is so no more.
func TestRefusalGoesWithItsReason(t *testing.T) {
	b := newBench(t)
	b.openOne("case")
	b.session.SetLocked(mask.Infection, true)
	b.use(tool.Brush)
	b.stroke(desktop.MouseButtonPrimary, b.point(0.4, 0.5), b.point(0.6, 0.5))
	locked := b.texts.Format(text.M("tool.refused.locked", "infection"))
	if b.status.text.Text != locked {
		t.Fatalf("the status bar says %q", b.status.text.Text)
	}
	b.session.SetLocked(mask.Infection, false)
	b.settle()
	if want := b.toolHint(); b.status.text.Text != want {
		t.Errorf("unlocked, the status bar says %q, want %q", b.status.text.Text, want)
	}
}
