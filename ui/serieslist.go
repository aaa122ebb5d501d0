package ui

import (
	"context"
	"fmt"
	"image/color"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"opacity/app"
	"opacity/app/job"
	"opacity/ui/controls"
	"opacity/ui/look"
	"opacity/viewer"
	"opacity/viewer/render"
)

// thumbnailSize is the side of a series' picture in the list, at 100 %.
const thumbnailSize = 88

// seriesList offers several series, the best first.
type seriesList struct {
	w      *Window
	series []app.Series
	path   string
	beside beside
	tiles  []*controls.Tile
	thumbs []*canvas.Image
	whose  []*controls.Line // patient and study of each, blank while these are hidden
	chosen int
	object fyne.CanvasObject
	scroll *container.Scroll
}

// offered is what was listed last, to be listed again.
type offered struct {
	series []app.Series
	path   string
	beside beside
}

// same reports whether two descriptions are of one series.
func same(a, b app.SeriesInfo) bool {
	x, y := a.Identity, b.Identity
	return a.Path == b.Path && x.SeriesUID == y.SeriesUID && x.SeriesNumber == y.SeriesNumber && a.Size == b.Size
}

// others is the list that the open image was chosen from; nil where it was not.
func (w *Window) others() *offered {
	if w.offered == nil || !w.complete() || w.choosing() {
		return nil
	}
	for _, s := range w.offered.series {
		if same(s.Info(), w.session.Info()) {
			return w.offered
		}
	}
	return nil
}

// showOthers lists again what the open image was chosen from. It stays open
// until another is.
func (w *Window) showOthers() {
	o := w.others()
	if o == nil || len(w.modals) > 0 {
		return
	}
	w.showList(o.series, o.path, o.beside)
	for n, s := range o.series {
		if same(s.Info(), w.session.Info()) {
			w.list.choose(n)
		}
	}
}

func (w *Window) choosing() bool { return w.list != nil }

func (w *Window) showList(series []app.Series, path string, b beside) {
	l := &seriesList{w: w, series: series, path: path, beside: b}
	rows := container.NewVBox()
	for i, s := range series {
		thumb := canvas.NewImageFromResource(nil)
		thumb.FillMode, thumb.ScaleMode = canvas.ImageFillContain, canvas.ImageScaleFastest
		thumb.SetMinSize(fyne.NewSquareSize(thumbnailSize))
		black := canvas.NewRectangle(color.Black)
		whose := controls.NewLine("", theme.ColorNameForeground).Clipped()
		words := container.NewVBox()
		for n, sentence := range l.describe(s.Info()) {
			ink := look.Dim
			if n == 0 {
				ink = theme.ColorNameForeground
			}
			words.Add(controls.NewLine(sentence, ink).Clipped())
			if n == 0 {
				words.Add(whose)
			}
		}
		l.whose = append(l.whose, whose)
		t := w.make.Tile(container.NewBorder(nil, nil, container.NewHBox(container.NewStack(black, thumb), space(6)), nil, container.NewBorder(space(4), nil, nil, nil, words)),
			w.t("ui.series.tip"), func() { l.pressed(i) })
		t.Fill = look.Panel
		w.name(fmt.Sprintf("series.%d", i+1), t)
		l.tiles, l.thumbs = append(l.tiles, t), append(l.thumbs, thumb)
		rows.Add(t)
	}
	open := w.make.Button(w.t("ui.series.open"), nil, "", l.open)
	open.Importance = widget.HighImportance
	cancel := w.make.Button(w.t("ui.cancel"), nil, "", l.cancel)
	w.name("series.open", open)
	w.name("series.cancel", cancel)
	heading := controls.NewLine(w.t("ui.series.heading", len(series), filepath.Base(path)), theme.ColorNameForeground).Sized(theme.SizeNameSubHeadingText).Strong()
	top := container.NewVBox(heading, controls.NewLine(w.t("ui.series.sub"), look.Dim), space(2))
	l.scroll = container.NewVScroll(rows)
	l.object = container.NewPadded(container.NewPadded(container.NewBorder(top, container.NewHBox(open, cancel), nil, nil, l.scroll)))
	w.list, w.offered = l, &offered{series, path, b}
	l.showIdentity()
	l.choose(0)
	w.show(l.object)
	w.inspector.refresh()
	w.bands.refresh()
	w.refreshActions()
	w.sayLeftOut(b.leftOut)
	l.fetchThumbs()
}

// showIdentity names the patient and the study of each series, unless hidden for
// a demonstration.
func (l *seriesList) showIdentity() {
	for i, s := range l.series {
		said := ""
		if l.w.viewer.Identity() {
			said = viewer.PatientCaption(l.w.texts, s.Info().Identity)
		}
		l.whose[i].Set(said)
	}
}

// describe writes a series in three lines, none of them about the patient.
func (l *seriesList) describe(i app.SeriesInfo) []string {
	w := l.w
	title, number := i.Identity.SeriesDescription, i.Identity.SeriesNumber
	switch {
	case title != "" && number != "":
		title = w.t("ui.series.numbered", number, title)
	case number != "":
		title = w.t("viewer.series", number)
	case title == "" && i.Format == "DICOM": // its case is the folder's name, which describes nothing
		title = w.t("ui.series.nameless")
	case title == "":
		title = i.Case
	}
	modality := i.Identity.Modality
	if modality == "" {
		modality = i.Format
	}
	size := w.t("ui.series.size", modality, i.Size[0], i.Size[1], i.Size[2])
	if s := i.SpacingMM; s[0] > 0 && s[2] > 0 {
		size = w.t("ui.series.size_mm", modality, i.Size[0], i.Size[1], i.Size[2], viewer.Number(s[0], 2), viewer.Number(s[1], 2), viewer.Number(s[2], 2))
	}
	last := w.t("ui.series.files", i.Files)
	if i.Identity.Kernel != "" {
		last = w.t("ui.series.kernel", last, i.Identity.Kernel)
	}
	if len(i.Warnings) > 0 {
		last = w.t("ui.series.warned", last, w.texts.Format(i.Warnings[0].Message))
	}
	if w.session.Volume() != nil && same(i, w.session.Info()) {
		last = w.t("ui.series.open_now", last)
	}
	return []string{title, size, last}
}

func (l *seriesList) choose(i int) {
	l.chosen = min(max(i, 0), len(l.tiles)-1)
	for n, t := range l.tiles {
		if t.Chosen != (n == l.chosen) {
			t.Chosen = n == l.chosen
			t.Refresh()
		}
	}
	t := l.tiles[l.chosen]
	if top, bottom := t.Position().Y, t.Position().Y+t.Size().Height; t.Size().Height > 0 {
		if top < l.scroll.Offset.Y {
			l.scroll.ScrollToOffset(fyne.NewPos(0, top))
		} else if bottom > l.scroll.Offset.Y+l.scroll.Size().Height {
			l.scroll.ScrollToOffset(fyne.NewPos(0, bottom-l.scroll.Size().Height))
		}
	}
}

// pressed chooses a series, and opens the one that was chosen already.
func (l *seriesList) pressed(i int) {
	if i == l.chosen {
		l.open()
		return
	}
	l.choose(i)
}

// typedKey moves the choice; false for keys that are none of the list's.
func (l *seriesList) typedKey(e *fyne.KeyEvent) bool {
	switch e.Name {
	case fyne.KeyUp:
		l.choose(l.chosen - 1)
	case fyne.KeyDown:
		l.choose(l.chosen + 1)
	case fyne.KeyHome:
		l.choose(0)
	case fyne.KeyEnd:
		l.choose(len(l.tiles) - 1)
	case fyne.KeyReturn, fyne.KeyEnter:
		l.open()
	case fyne.KeyEscape:
		l.cancel()
	default:
		return false
	}
	return true
}

func (l *seriesList) open() {
	l.w.closeList()
	if info := l.series[l.chosen].Info(); l.w.complete() && same(info, l.w.session.Info()) {
		l.w.status.say(l.w.t("ui.series.open_already"))
		return
	}
	l.w.load(l.series[l.chosen], l.path, l.beside)
}

func (l *seriesList) cancel() { l.w.closeList() }

// closeList takes the list away and shows again what was there.
func (w *Window) closeList() {
	if w.list == nil {
		return
	}
	for i := range w.list.tiles {
		w.unname(fmt.Sprintf("series.%d", i+1))
	}
	w.jobs.Cancel("thumbnails")
	w.list = nil
	w.showStudy()
}

// fetchThumbs reads the middle slice of each series, one after another.
func (l *seriesList) fetchThumbs() {
	w := l.w
	side := int(thumbnailSize * w.win.Canvas().Scale())
	job.Run(w.jobs, "thumbnails", func(ctx context.Context, _ func(job.Progress)) (struct{}, error) {
		for i, s := range l.series {
			v, err := s.Middle(ctx)
			if ctx.Err() != nil {
				return struct{}{}, ctx.Err()
			}
			if err != nil {
				continue // opening the series will say why
			}
			picture := render.Thumbnail(v, side)
			w.dispatch(func() {
				if w.list == l {
					l.thumbs[i].Image = picture
					l.thumbs[i].Refresh()
				}
			})
		}
		return struct{}{}, nil
	}, nil, func(struct{}, error) {})
}
