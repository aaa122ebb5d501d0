package ui

import (
	"fmt"
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"opacity/app/metrics"
	"opacity/ui/controls"
	"opacity/ui/look"
	"opacity/viewer"
	"opacity/viewer/render"
	"opacity/viewer/tool"
)

// differences are what a voxel may be in a comparison with the model's mask, and
// what each is called.
var differences = []legendEntry{
	{viewer.Added, "ui.compare.added"},
	{viewer.Removed, "ui.compare.removed"},
	{viewer.Relabeled, "ui.compare.relabelled"},
}

// compareSection measures what hands changed of the model's mask, per label.
type compareSection struct {
	w       *Window
	object  *fyne.Container
	shown   *controls.Check
	why     *controls.Prose // why there is nothing to measure
	table   *fyne.Container
	written string // what the table says
}

func newCompareSection(w *Window) *compareSection {
	s := &compareSection{w: w, why: controls.Paragraph("", look.Dim), table: container.New(layout.NewCustomPaddedVBoxLayout(2))}
	s.shown = w.make.Check(w.withKey(w.t("ui.compare.show"), tool.ViewCompare), func(bool) { w.keys.Do(tool.ViewCompare); s.refresh() })
	w.name("compare.show", s.shown)
	w.name("compare.table", s.table)
	w.name("compare.why", s.why)
	s.object = container.New(layout.NewCustomPaddedVBoxLayout(4), s.shown, s.why, s.table)
	return s
}

// compareRefused says why there is nothing to compare, "" where there is.
func (w *Window) compareRefused() string {
	switch {
	case w.blinded():
		return w.t("ui.compare.blinded")
	case !w.hasStudy() || w.session.ModelMask() == nil:
		return w.t("ui.compare.none")
	}
	return ""
}

// toggleCompare shows what changed since the model in the place of the labels,
// or the labels again.
func (w *Window) toggleCompare() {
	w.viewer.SetComparing(!w.viewer.Comparing())
	w.refreshCompare()
	w.refreshReference() // one is shown at a time
	w.refreshActions()
}

// refreshCompare brings everything that compares in line with the mask.
func (w *Window) refreshCompare() {
	if w.viewer.Comparing() && w.blinded() {
		w.viewer.SetComparing(false)
	}
	w.inspector.compare.refresh()
	w.legend.refresh()
}

func (s *compareSection) refresh() {
	w := s.w
	why := w.compareRefused()
	s.shown.Display(w.viewer.Comparing())
	controls.Enable(s.shown, why == "" || w.viewer.Comparing())
	var rows []metrics.LiveLabel
	if why == "" && !w.segmenting {
		n := w.numbers()
		if n.counting {
			return // soon it is known
		}
		for _, label := range w.session.Mask().Labels() {
			if l := n.of[label.Value]; l.Added != nil {
				rows = append(rows, l)
			}
		}
	}
	s.why.Set(why)
	cells := [][]string{{w.t("ui.compare.label"), w.t("ui.compare.head_added"), w.t("ui.compare.head_removed"), w.t("ui.compare.head_dice")}}
	for _, l := range rows {
		dice := dash
		if l.Dice != nil {
			dice = viewer.Number(*l.Dice, 4)
		}
		cells = append(cells, []string{l.Label.Name, w.differing(*l.Added), w.differing(*l.Removed), dice})
	}
	if len(rows) == 0 {
		cells = nil
	}
	if now := fmt.Sprint(cells); now != s.written {
		s.written = now
		s.fill(cells)
	}
}

// differing writes how much differs: millilitres, or voxels where those are withheld.
func (w *Window) differing(voxels int) string {
	v := w.session.Volume()
	if v == nil {
		return dash
	}
	if _, withheld := v.Withheld(); withheld {
		return whole(float64(voxels))
	}
	ml := float64(voxels) * v.VoxelVolumeML()
	if ml < 10 {
		return viewer.Number(ml, 2)
	}
	return tenths(ml)
}

func (s *compareSection) fill(cells [][]string) {
	s.table.Objects = nil
	for n, row := range cells {
		ink := theme.ColorNameForeground
		if n == 0 {
			ink = look.Dim
		}
		numbers := container.NewGridWithColumns(3)
		for _, text := range row[1:] {
			numbers.Add(controls.NewLine(text, ink).Right())
		}
		s.table.Add(container.NewBorder(nil, nil, container.New(fixedWidth(76), controls.NewLine(row[0], ink).Clipped()), nil, numbers))
	}
	s.table.Refresh()
}

// legend says, over the pictures, how a comparison is drawn.
type legend struct {
	w      *Window
	object fyne.CanvasObject
	shown  func() bool
}

// Of a swatch, in pixels.
const swatchWidth, swatchHeight = 30, 14

// legendEntry is what a voxel may be in a comparison, and what it is called.
type legendEntry struct {
	value uint8
	key   string
}

// newLegend is that of a comparison with the model's mask.
func newLegend(w *Window) *legend {
	return makeLegend(w, "compare", tool.ViewCompare, differences, func() bool { return w.viewer.Comparing() && w.compareRefused() == "" })
}

// makeLegend makes one; an action shows the labels again.
func makeLegend(w *Window, id string, close tool.Action, entries []legendEntry, shown func() bool) *legend {
	l := &legend{w: w, shown: shown}
	row := container.New(layout.NewCustomPaddedHBoxLayout(10))
	for _, d := range entries {
		raster := canvas.NewRaster(func(width, height int) image.Image {
			return render.DifferenceSwatch(d.value, width, height, float64(width)/swatchWidth)
		})
		raster.SetMinSize(fyne.NewSize(swatchWidth, swatchHeight))
		word := controls.NewLine(w.t(d.key), theme.ColorNameForeground)
		row.Add(container.New(layout.NewCustomPaddedHBoxLayout(5), container.NewCenter(raster), word))
	}
	off := w.make.Button(w.withKey(w.t("ui.compare.close"), close), nil, "", func() { w.keys.Do(close) })
	l.object = controls.NewSurface(look.Panel, container.New(layout.NewCustomPaddedLayout(2, 2, 10, 10), container.NewBorder(nil, nil, row, off)))
	w.name(id+".legend", l.object)
	w.name(id+".close", off)
	l.object.Hide()
	return l
}

func (l *legend) refresh() {
	on := l.shown() && !l.w.segmenting
	controls.Visible(l.object, on)
	l.w.legends.arrange()
}
