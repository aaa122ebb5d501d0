package ui

import (
	"path/filepath"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"opacity/ui/controls"
	"opacity/ui/look"
	"opacity/viewer"
)

// exportDialog asks what to export and where to, and shows the figure as it will be.
type exportDialog struct {
	w       *Window
	m       *modal
	choices exportChoices
	plane   viewer.Plane
	index   int

	folder                                           *controls.Entry
	mask, labels, report, pictures, figure, identity *controls.Check
	kind, planes, show, window, style                *controls.Selector
	pageFields
	slice, count, frames *numeric
	bar, level, notes    *controls.Check
	column, fields       *fyne.Container
	scroll               *container.Scroll
	preview              *figurePreview
	make                 figureFields
	why                  string          // there is no such figure; "" where there is
	failed               *controls.Prose // why the last export did not begin; nil where it did
}

// askExport asks what to export, and where to.
func (w *Window) askExport() {
	proposed := w.exportFolder()
	w.askExportInto(proposed)
	d := w.exporting
	w.findExported(func() {
		if d != nil && d == w.exporting && d.folder.Text == proposed {
			d.folder.SetText(w.exportFolder())
		}
	})
}

func (w *Window) askExportInto(proposed string) {
	if !w.complete() || w.opts.Writer == nil || w.segmenting {
		return
	}
	d := &exportDialog{w: w, choices: newExportChoices(), plane: w.viewer.Active()}
	if w.prefs.Export != nil {
		d.choices = w.prefs.Export.mended()
	}
	d.index = w.viewer.SliceOf(d.plane)
	d.build(proposed)
	w.exporting = d
	room := w.win.Canvas().Size()
	d.m = w.ask("export", w.t("ui.export.title"), d.body(), fyne.NewSize(min(room.Width-40, 1180), min(room.Height-40, 780)),
		answer{id: "export", label: "ui.export.do", ready: d.ready, run: d.run},
		answer{id: "cancel", label: "ui.cancel", run: d.leave}).ofCase()
	d.compose()
}

// build makes the controls.
func (d *exportDialog) build(proposed string) {
	w, c := d.w, &d.choices
	d.folder = w.make.Entry(proposed, func(string) { d.m.press(0) })
	d.mask = d.tick("mask", &c.Mask)
	d.labels = d.tick("labels", &c.Labels)
	d.report = d.tick("report", &c.Report)
	d.pictures = d.tick("pictures", &c.Pictures)
	d.figure = d.tick("figure", &c.Figure)
	none := false // it is asked each time
	d.identity = d.tick("identity", &none)
	if !w.hasMask() {
		off(d.mask)
		off(d.labels)
	}
	if w.opts.SavePicture == nil {
		off(d.pictures)
	}
	if w.opts.DrawFigure == nil {
		off(d.figure)
	}
	if w.opts.SavePicture == nil && w.opts.DrawFigure == nil {
		off(d.identity)
	}
	d.preview = newFigurePreview(w)
	d.make = figureFields{w, "export.", d.preview, func() { d.m.press(0) }, d.wanted}
	d.kind = d.make.choose("kind", d.words("ui.export.kind.", figureKinds), slices.Index(figureKinds, c.Kind), func(n int) { c.Kind = figureKinds[n] })
	var planes []string
	for p := range viewer.Plane(viewer.Planes) {
		planes = append(planes, w.t("viewer."+p.String()))
	}
	d.planes = d.make.choose("plane", planes, int(d.plane), func(n int) {
		d.plane = planeOf(n)
		d.index = w.viewer.SliceOf(d.plane)
		d.slice.put()
	})
	shows := c.shows()
	d.show = d.make.choose("show", d.words("ui.export.show.", shows), max(slices.Index(shows, c.Show), 0), func(n int) { c.Show = c.shows()[n] })
	windows, at := []string{w.t("ui.export.on_screen")}, 0
	if viewer.HasHU(w.session.Volume()) {
		for n, p := range viewer.Presets {
			windows = append(windows, w.t(p.Key))
			if p.Name == c.Window {
				at = n + 1
			}
		}
	}
	d.window = d.make.choose("window", windows, at, func(n int) {
		c.Window = ""
		if n > 0 {
			c.Window = viewer.Presets[n-1].Name
		}
	})
	d.style = d.make.choose("style", d.words("ui.export.style.", figureStyles), c.Style, func(n int) { c.Style = n })
	d.pageFields = newPageFields(c, figureFormats, d.make, func() (lo, hi int) {
		if c.Kind == FigureAnimation {
			return leastPx, mostGIFPx
		}
		return leastPx, mostPx
	})
	d.buildFields()
	d.bar, d.level, d.notes = d.tick("bar", &c.Bar), d.tick("level", &c.Level), d.tick("notes", &c.Notes)
}

// buildFields makes those that numbers are written into.
func (d *exportDialog) buildFields() {
	c := &d.choices
	d.slice = d.make.number("slice", func() (lo, hi int) { return 1, d.slices() },
		func() int { return d.plane.SliceNumber(d.w.session.Volume().Geometry, d.index) },
		func(n int) { d.index = d.plane.SliceIndex(d.w.session.Volume().Geometry, n) })
	d.count = d.make.number("count", func() (lo, hi int) { return 1, min(mostOnMontage, d.slices()) },
		func() int { return min(c.Count, d.slices()) }, func(n int) { c.Count = n })
	d.frames = d.make.number("frames", func() (lo, hi int) { return 1, min(mostFrames, d.slices()) },
		func() int { return min(c.Frames, d.slices()) }, func(n int) { c.Frames = n })
}

// slices is how many the plane goes through.
func (d *exportDialog) slices() int {
	_, _, n, _ := d.plane.Axes()
	return d.w.session.Volume().Size[n]
}

// off takes a tick away for good.
func off(c *controls.Check) {
	c.Checked = false
	c.Disable()
}

// tick is a box that shows and sets a choice.
func (d *exportDialog) tick(id string, choice *bool) *controls.Check {
	ready := false
	c := d.w.make.Check(d.w.t("ui.export."+id), func(on bool) {
		if ready {
			*choice = on
			d.changed()
		}
	})
	c.Checked, ready = *choice, true
	d.w.name("export."+id, c)
	return c
}

// wanted ticks the figure, which somebody is composing.
func (d *exportDialog) wanted() {
	if !d.figure.Disabled() && !d.figure.Checked {
		d.figure.Display(true)
		d.choices.Figure = true
	}
	d.changed()
}

func (d *exportDialog) words(key string, of []string) (words []string) {
	for _, o := range of {
		words = append(words, d.w.t(key+o))
	}
	return words
}

// body lays the dialog out: what and how at the left, the figure at the right.
func (d *exportDialog) body() fyne.CanvasObject {
	w := d.w
	browse := w.make.Button(w.t("ui.browse"), nil, "", func() {
		w.choose.openFolder(w.t("ui.export.folder"), filepath.Dir(d.folder.Text), d.folder.SetText)
	})
	w.name("export.folder", d.folder)
	indent := func(o fyne.CanvasObject) fyne.CanvasObject { return container.NewBorder(nil, nil, space(24), nil, o) }
	d.fields = container.New(layout.NewCustomPaddedVBoxLayout(4))
	d.column = container.New(layout.NewCustomPaddedVBoxLayout(2),
		d.mask, indent(d.labels), d.report, d.pictures, d.figure, indent(d.fields), d.identity)
	d.scroll = container.NewVScroll(container.NewBorder(nil, nil, nil, space(10), d.column))
	left := container.NewBorder(nil, nil, nil, space(6), d.scroll)
	var into fyne.CanvasObject = container.NewBorder(nil, nil, controls.NewLine(w.t("ui.export.into"), look.Dim), browse, d.folder)
	if n := slices.IndexFunc(w.bands.failures, func(f failure) bool { return f.about == "save" }); n >= 0 {
		d.failed = controls.Paragraph(w.bands.failures[n].sentence, theme.ColorNameError) // its band is under the dialog
		into = container.NewVBox(into, d.failed)
	}
	return container.NewBorder(container.NewVBox(into, space(2)), controls.NewLine(w.t("ui.research"), look.Dim).Sized(theme.SizeNameCaptionText),
		container.New(fixedWidth(exportColumn), left), nil, d.preview.object)
}

// exportColumn is how wide the choices are.
const exportColumn = 400

// field is a control under what it is called.
func (d *exportDialog) field(key string, o fyne.CanvasObject) fyne.CanvasObject {
	return container.New(layout.NewCustomPaddedVBoxLayout(0), controls.NewLine(d.w.t("ui.export."+key), look.Dim).Sized(theme.SizeNameCaptionText), o)
}

// compose offers what is a choice for the kind of figure, and draws it.
func (d *exportDialog) compose() {
	c := &d.choices
	rows := []fyne.CanvasObject{d.kind}
	var cells []fyne.CanvasObject
	cell := func(key string, o fyne.CanvasObject) { cells = append(cells, d.field(key, o)) }
	if shows := c.shows(); shows != nil {
		at := max(slices.Index(shows, c.Show), 0)
		d.show.List(d.words("ui.export.show.", shows), at)
		rows = append(rows, d.field("shows", d.show))
	}
	cell("plane", d.planes)
	switch c.Kind {
	case FigureMontage:
		cell("count", d.count.Entry)
	case FigureAnimation:
		cell("frames", d.frames.Entry)
	default:
		cell("slice", d.slice.Entry)
	}
	cell("window", d.window)
	cell("style", d.style)
	if c.Kind == FigureAnimation {
		cell("px", d.px.Entry)
	} else {
		d.cells(cell)
	}
	for _, n := range []*numeric{d.slice, d.count, d.frames, d.px} {
		n.refresh()
	}
	grid := container.New(layout.NewGridLayoutWithColumns(2), cells...)
	ticks := container.NewGridWithColumns(2, d.bar, d.level)
	d.fields.Objects = append(rows, grid, ticks, d.notes)
	d.fields.Refresh()
	d.column.Refresh()
	d.scroll.Refresh()
	d.draw()
}

// changed keeps what was chosen and shows what comes of it.
func (d *exportDialog) changed() {
	if d.w.exporting != d || d.m == nil {
		return // it is being made, or gone
	}
	kept := d.choices
	d.w.prefs.Export = &kept
	d.w.savePreferences()
	if !d.mask.Disabled() {
		controls.Enable(d.labels, d.choices.Mask)
	}
	d.compose()
}

// draw has the figure drawn as it is chosen now.
func (d *exportDialog) draw() {
	f, why := d.w.sliceFigure(d.choices, d.plane, d.index, d.identity.Checked)
	d.why = why
	d.preview.draw(f, why, d.figure.Checked)
}

// ready reports whether there is something to write and a place for it.
func (d *exportDialog) ready() bool {
	return d.folder.Text != "" && (d.mask.Checked || d.report.Checked || d.pictures.Checked || d.figure.Checked) && (!d.figure.Checked || d.why == "")
}

// run exports.
func (d *exportDialog) run() {
	w := d.w
	e := exportJob{
		folder: d.folder.Text, mask: d.mask.Checked, report: d.report.Checked, pictures: d.pictures.Checked, identity: d.identity.Checked,
		names: d.mask.Checked && d.labels.Checked, notes: d.choices.Notes,
	}
	if d.figure.Checked {
		f, _ := w.sliceFigure(d.choices, d.plane, d.index, d.identity.Checked)
		e.figure = &f
	}
	d.leave()
	w.export(e)
}

func (d *exportDialog) leave() {
	d.w.exporting = nil
	d.preview.stop()
}
