package ui

import (
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/ui/controls"
)

// doubts says over a mapping what is to be looked at twice, as the mapping is now.
type doubts struct {
	w       *Window
	mapping *mask.Mapping
	guess   mask.Mapping // before anything was chosen
	leftOut string       // translation key
	object  *fyne.Container
}

func (w *Window) newDoubts(m *mask.Mapping, leftOut string) *doubts {
	d := &doubts{w: w, mapping: m, guess: *m, leftOut: leftOut, object: container.New(layout.NewCustomPaddedVBoxLayout(4))}
	d.guess.Assignments = slices.Clone(m.Assignments)
	w.name("mapping.doubts", d.object)
	d.refresh()
	return d
}

func (d *doubts) refresh() {
	said := d.say()
	d.object.Objects = nil
	for _, s := range said {
		words := controls.Paragraph(s, theme.ColorNameWarning)
		if width := d.object.Size().Width; width > 0 { // text that wraps knows its height once it has its width
			words.Resize(fyne.NewSize(width, words.MinSize().Height))
		}
		d.object.Add(words)
	}
	controls.Visible(d.object, len(said) > 0)
	d.object.Refresh()
}

// say is what was guessed and not answered by a choice, what is left out and what is
// joined.
func (d *doubts) say() []string {
	var said []string
	standing := d.guess
	standing.Doubts = slices.DeleteFunc(slices.Clone(d.guess.Doubts), func(m text.Message) bool {
		return m.Key == "mask.doubt.left_out" || m.Key == "mask.doubt.names_left_out" // said of what is chosen
	})
	for _, warned := range app.MaskDoubts(standing, *d.mapping) {
		said = append(said, d.w.texts.Format(warned.Message))
	}
	if out := leftOut(d.mapping); len(out) > 0 && !d.mapping.Unassigned() {
		said = append(said, d.w.t(d.leftOut, strings.Join(out, ", ")))
	}
	return append(said, d.joined()...)
}

// joined says which of what a file has become one label together.
func (d *doubts) joined() []string {
	var said []string
	for _, l := range append([]mask.Label{{Name: d.w.t("ui.mask.both_lungs")}}, d.mapping.Labels...) {
		var from []string
		direct := false // a lung on its own, not only as one of both
		for _, a := range d.mapping.Assignments {
			lung := l.Value == 0 || l.Value == mask.LeftLung || l.Value == mask.RightLung
			if a.BothLungs && lung || !a.BothLungs && l.Value != 0 && a.Label == l.Value {
				from = append(from, fileName(a))
				direct = direct || !a.BothLungs
			}
		}
		if len(from) > 1 && direct == (l.Value != 0) {
			said = append(said, d.w.t("ui.mask.joined", strings.Join(from, ", "), l.Name))
		}
	}
	return said
}

// leftOut are the names or numbers of a file that become nothing.
func leftOut(m *mask.Mapping) []string {
	var out []string
	for _, a := range m.Assignments {
		if a.Label == 0 && !a.BothLungs {
			out = append(out, fileName(a))
		}
	}
	return out
}

// fileName is what a file calls a label of its own: a name, or a number.
func fileName(a mask.Assignment) string {
	if a.Name != "" {
		return a.Name
	}
	return strconv.Itoa(a.File)
}

// named reports whether the labels of a file have names, not numbers alone.
func named(m *mask.Mapping) bool {
	return slices.ContainsFunc(m.Assignments, func(a mask.Assignment) bool { return a.Name != "" })
}
