package ui

import (
	"slices"

	"fyne.io/fyne/v2"

	"opacity/ui/controls"
)

// pageFields choose the format of a figure and the page that it is made for, in each
// dialog that writes figures.
type pageFields struct {
	c                           *exportChoices
	format, width, dpi, onPaper *controls.Selector
	px                          *numeric
}

// newPageFields makes them; bound is how many pixels wide a figure may be.
func newPageFields(c *exportChoices, formats []string, fields figureFields, bound func() (lo, hi int)) pageFields {
	w, choose, number := fields.w, fields.choose, fields.number
	f := pageFields{c: c}
	var names, widths, dots []string
	for _, name := range formats {
		names = append(names, w.t("ui.export.format."+name))
	}
	for _, mm := range figureWidths {
		widths = append(widths, w.t("ui.export.width_mm", mm))
	}
	widths[len(widths)-1] = w.t("ui.export.width_px")
	for _, n := range figureDPI {
		dots = append(dots, w.t("ui.export.dpi_of", n))
	}
	f.format = choose("format", names, slices.Index(formats, c.Format), func(n int) { c.Format = formats[n] })
	f.width = choose("width", widths, slices.Index(figureWidths, c.WidthMM), func(n int) { c.WidthMM = figureWidths[n] })
	f.dpi = choose("dpi", dots, slices.Index(figureDPI, c.DPI), func(n int) { c.DPI = figureDPI[n] })
	dark := 0
	if c.Dark {
		dark = 1
	}
	f.onPaper = choose("paper", []string{w.t("ui.export.light"), w.t("ui.export.dark")}, dark, func(n int) { c.Dark = n == 1 })
	f.px = number("px", bound, func() int { lo, hi := bound(); return min(max(c.WidthPx, lo), hi) }, func(n int) { c.WidthPx = n })
	return f
}

// cells offers what is a choice for the format, each under what it is called.
func (f *pageFields) cells(cell func(key string, o fyne.CanvasObject)) {
	cell("format", f.format)
	if f.c.Format == "csv" {
		return
	}
	cell("paper", f.onPaper)
	cell("width", f.width)
	if f.c.WidthMM == 0 {
		cell("px", f.px.Entry)
	}
	if f.c.Format == "png" || f.c.WidthMM == 0 {
		cell("dpi", f.dpi)
	}
}

// widthMM is how wide a figure is on its page.
func (c exportChoices) widthMM() float64 {
	if c.WidthMM == 0 {
		return float64(c.WidthPx) / float64(c.DPI) * 25.4
	}
	return float64(c.WidthMM)
}

// figureFields makes the lists and fields of a dialog that writes figures; its names begin
// with prefix, and changed hears of every choice.
type figureFields struct {
	w             *Window
	prefix        string
	preview       *figurePreview
	done, changed func()
}

// choose is a list that shows one of some options.
func (f figureFields) choose(id string, options []string, shown int, chosen func(n int)) *controls.Selector {
	s := f.w.make.Selector(options, func(n int) {
		chosen(n)
		f.changed()
	})
	s.Display(shown)
	f.w.name(f.prefix+id, s)
	return s
}

// number is a field for a whole number; what cannot be taken is said under the picture.
func (f figureFields) number(id string, bound func() (lo, hi int), shown func() int, take func(n int)) *numeric {
	n := f.w.newNumeric(func() bounds {
		lo, hi := bound()
		return bounds{lo: float64(lo), hi: float64(hi), of: "export_" + id}
	}, func() string { return whole(float64(shown())) }, func(x float64) { take(int(x)) })
	n.OnSubmitted = func(string) { f.done() }
	n.OnLeave = n.put
	n.OnChanged = func(string) {
		x, wrong := n.read()
		if wrong != "" {
			f.preview.tell(wrong)
			return
		}
		take(int(x))
		f.changed()
	}
	f.w.name(f.prefix+id, n.Entry)
	return n
}
