package ui

import (
	"context"
	"errors"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/storage"
	"github.com/ncruces/zenity"

	"opacity/app/job"
	"opacity/ui/controls"
	"opacity/ui/look"
)

// chooser asks the user for a place. done is called on the window's goroutine,
// and not at all where the user thought better of it.
type chooser interface {
	openFile(title, folder string, done func(path string))
	openFolder(title, folder string, done func(path string))
	saveFile(title, suggested string, done func(path string))
}

// nativeChooser shows the system's own dialogs, and where it has none a dialog
// of ours: Fyne's own file list freezes on the folders a scanner writes.
type nativeChooser struct{ w *Window }

func (c *nativeChooser) openFile(title, folder string, done func(string)) {
	c.native("choose.file", title, folder+string(filepath.Separator), done, c.pickFile,
		func(options ...zenity.Option) (string, error) { return zenity.SelectFile(options...) })
}

func (c *nativeChooser) openFolder(title, folder string, done func(string)) {
	c.native("choose.folder", title, folder+string(filepath.Separator), done, c.pickFolder,
		func(options ...zenity.Option) (string, error) {
			return zenity.SelectFile(append(options, zenity.Directory())...)
		})
}

func (c *nativeChooser) saveFile(title, suggested string, done func(string)) {
	c.native("choose.save", title, suggested, done, nil,
		func(options ...zenity.Option) (string, error) { return zenity.SelectFileSave(options...) })
}

func (c *nativeChooser) native(id, title, start string, done func(string), list func(set func(string)), pick func(...zenity.Option) (string, error)) {
	if !zenity.IsAvailable() {
		c.typed(id, title, start, done, list)
		return
	}
	job.Run(c.w.jobs, "choose", func(ctx context.Context, _ func(job.Progress)) (string, error) {
		return pick(zenity.Title(title), zenity.Filename(start), zenity.Context(ctx))
	}, nil, func(path string, err error) {
		switch {
		case err == nil && path != "":
			done(path)
		case err == nil, errors.Is(err, zenity.ErrCanceled), errors.Is(err, context.Canceled):
		default:
			c.typed(id, title, start, done, list)
		}
	})
}

// typed asks for a path to be typed, pasted, or picked from Fyne's list.
func (c *nativeChooser) typed(id, title, start string, done func(string), list func(set func(string))) {
	w := c.w
	var m *modal
	path := w.make.Entry(start, func(string) { m.press(0) })
	w.name(id+".path", path)
	row := container.NewBorder(nil, nil, nil, nil, path)
	if list != nil {
		row = container.NewBorder(nil, nil, nil, w.make.Button(w.t("ui.browse"), nil, "", func() { list(path.SetText) }), path)
	}
	body := container.New(layout.NewCustomPaddedVBoxLayout(6), controls.NewLine(w.t("ui.choose.path"), look.Dim), row)
	label := "ui.choose.open"
	if id == "choose.save" {
		label = "ui.choose.save"
	}
	m = w.ask(id, title, body, fyne.NewSize(600, 170),
		answer{id: "ok", label: label, ready: func() bool { return path.Text != "" }, run: func() { done(filepath.Clean(path.Text)) }},
		answer{id: "cancel", label: "ui.cancel"})
	w.win.Canvas().Focus(path)
	path.CursorColumn = len([]rune(start))
	path.Refresh()
}

func (c *nativeChooser) pickFile(set func(string)) {
	d := dialog.NewFileOpen(func(r fyne.URIReadCloser, err error) {
		if err == nil && r != nil {
			set(r.URI().Path())
			_ = r.Close()
		}
	}, c.w.win)
	c.browse(d)
}

func (c *nativeChooser) pickFolder(set func(string)) {
	d := dialog.NewFolderOpen(func(u fyne.ListableURI, err error) {
		if err == nil && u != nil {
			set(u.Path())
		}
	}, c.w.win)
	c.browse(d)
}

func (c *nativeChooser) browse(d *dialog.FileDialog) {
	if u, err := storage.ListerForURI(storage.NewFileURI(c.w.lastFolder())); err == nil {
		d.SetLocation(u)
	}
	size := c.w.win.Canvas().Size()
	d.Resize(fyne.NewSize(size.Width*0.9, size.Height*0.9))
	d.Show()
}
