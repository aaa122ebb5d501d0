package ui

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"opacity/app/mask"
	"opacity/ui/controls"
	"opacity/viewer"
)

// staying asks, of each label that is drawn and that a mask file says nothing of,
// whether it stays. They do unless the user takes them away.
type staying struct {
	mapping *mask.Mapping
	rows    []*stayRow
}

type stayRow struct {
	label  mask.Label
	away   bool
	object fyne.CanvasObject
}

func (w *Window) newStaying(m *mask.Mapping) *staying {
	s := &staying{mapping: m}
	now := w.session.Mask()
	for _, l := range now.Labels() {
		n := now.Count(l.Layer, l.Value)
		if n == 0 {
			continue
		}
		row := &stayRow{label: l}
		pick := w.make.Selector([]string{w.t("ui.mask.stays"), w.t("ui.mask.goes")}, func(n int) { row.away = n == 1 })
		pick.Display(0)
		w.name(fmt.Sprintf("stay.%d", l.Value), pick)
		what := controls.NewLine(w.t("ui.mask.not_in_file", l.Name, w.drawnVolume(n)), theme.ColorNameWarning).Clipped()
		row.object = container.NewGridWithColumns(2, what, pick)
		w.name(fmt.Sprintf("stay.row.%d", l.Value), row.object)
		s.rows = append(s.rows, row)
	}
	s.refresh()
	return s
}

// drawnVolume is some voxels in millilitres, or as voxels where these are withheld.
func (w *Window) drawnVolume(voxels int) string {
	v := w.session.Volume()
	if _, withheld := v.Withheld(); withheld {
		return w.t("ui.history.voxels", thousands(voxels))
	}
	return w.fineML(float64(voxels)*v.VoxelVolumeML(), viewer.Number)
}

// refresh asks only of labels that no number of the file becomes.
func (s *staying) refresh() {
	for _, r := range s.rows {
		controls.Visible(r.object, !s.given(r.label))
	}
}

// given reports whether a number of the file becomes a label.
func (s *staying) given(l mask.Label) bool {
	for _, a := range s.mapping.Assignments {
		if a.BothLungs && (l.Value == mask.LeftLung || l.Value == mask.RightLung) || !a.BothLungs && a.Label == l.Value {
			return true
		}
	}
	return false
}

// kept are the labels that stay as they are.
func (s *staying) kept() []mask.Label {
	var kept []mask.Label
	for _, r := range s.rows {
		if !r.away && !s.given(r.label) {
			kept = append(kept, r.label)
		}
	}
	return kept
}

// keepLabels puts labels of another mask into one, over what is there.
func keepLabels(into, from *mask.Mask, labels []mask.Label) {
	if len(labels) == 0 {
		return
	}
	all := into.Labels()
	var keep [mask.Layers][256]bool
	for _, l := range labels {
		keep[l.Layer][l.Value] = true
		if _, there := into.Label(l.Value); !there {
			all = append(all, l)
		}
	}
	_ = into.SetLabels(all) // values are unique
	n := into.Size()[0] * into.Size()[1]
	for l := range mask.Layer(mask.Layers) {
		for k := range into.Size()[2] {
			s := from.Slice(l, k)
			if s == nil {
				continue
			}
			out, changed := make([]uint8, n), false
			copy(out, into.Slice(l, k))
			for o, value := range s {
				if value != 0 && keep[l][value] {
					out[o], changed = value, true
				}
			}
			if changed {
				into.SetSlice(l, k, out)
			}
		}
	}
}
