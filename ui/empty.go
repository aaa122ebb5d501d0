package ui

import (
	"fmt"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"opacity/ui/controls"
	"opacity/ui/look"
	"opacity/viewer/tool"
)

// recentOnEmpty is how many recent studies the empty window lists.
const recentOnEmpty = 6

// emptyView is the window with nothing open: what to do first, and where one
// was last.
func (w *Window) emptyView() fyne.CanvasObject {
	_, folderKey := w.keyOf(tool.FileOpenFolder)
	_, fileKey := w.keyOf(tool.FileOpen)
	targets := container.NewGridWithColumns(3,
		w.target("empty.folder", theme.FolderOpenIcon(), "ui.empty.folder", w.t("ui.empty.folder_sub"), folderKey, w.askOpenFolder),
		w.target("empty.file", theme.FileIcon(), "ui.empty.file", w.t("ui.empty.file_sub"), fileKey, w.askOpenFile),
		w.target("empty.sample", theme.MediaPhotoIcon(), "ui.empty.sample", w.t("ui.empty.sample_sub"), "", func() { w.openSample(false) }))
	heading := controls.NewLine(w.t("ui.empty.heading"), theme.ColorNameForeground).Sized(theme.SizeNameHeadingText).Strong()
	column := []fyne.CanvasObject{
		heading, controls.NewLine(w.t("ui.research"), look.Dim), space(8), targets, space(2),
		controls.NewLine(w.t("ui.empty.drop"), look.Dim),
	}
	if rows := w.leftRows(); len(rows) > 0 {
		column = append(column, space(10), controls.NewLine(w.t("ui.study.left_heading"), theme.ColorNameForeground).Strong(), container.NewVBox(rows...))
	}
	if rows := w.recentRows(); len(rows) > 0 {
		column = append(column, space(10), controls.NewLine(w.t("ui.empty.recent"), theme.ColorNameForeground).Strong(), container.NewVBox(rows...))
	}
	return container.New(upTo(720), container.New(layout.NewCustomPaddedVBoxLayout(6), column...))
}

func (w *Window) target(id string, icon fyne.Resource, key, sub, shortcut string, do func()) fyne.CanvasObject {
	picture := widget.NewIcon(theme.NewPrimaryThemedResource(icon))
	content := container.New(layout.NewCustomPaddedVBoxLayout(6),
		space(10), container.NewCenter(container.NewGridWrap(fyne.NewSquareSize(44), picture)), space(2),
		centred(controls.NewLine(w.t(key), theme.ColorNameForeground).Sized(theme.SizeNameSubHeadingText).Strong()),
		centred(controls.NewLine(sub, look.Dim).Sized(theme.SizeNameCaptionText).Clipped()),
		centred(controls.NewLine(shortcut, look.Dim).Sized(theme.SizeNameCaptionText)), space(6))
	t := w.make.Tile(content, "", do)
	t.Fill, t.Pad = look.Panel, 10
	w.name(id, t)
	return t
}

func centred(l *controls.Line) *controls.Line {
	l.Align = fyne.TextAlignCenter
	return l
}

func (w *Window) recentRows() []fyne.CanvasObject {
	var rows []fyne.CanvasObject
	for i, path := range w.prefs.Recent[:min(len(w.prefs.Recent), recentOnEmpty)] {
		name := controls.NewLine(filepath.Join(filepath.Base(filepath.Dir(path)), filepath.Base(path)), theme.ColorNameForeground)
		place := controls.NewLine(filepath.Dir(path), look.Dim).Clipped()
		t := w.make.Tile(container.NewBorder(nil, nil, container.NewHBox(name, space(8)), nil, place), path, func() { w.openRecent(i) })
		w.name(fmt.Sprintf("recent.%d", i+1), t)
		rows = append(rows, t)
	}
	return rows
}

// upTo centres one object, as tall as it must be and at most this wide.
type upTo float32

func (upTo) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(320, min(o[0].MinSize().Height, 300))
}

func (u upTo) Layout(o []fyne.CanvasObject, size fyne.Size) {
	width, height := min(float32(u), size.Width-32), min(o[0].MinSize().Height, size.Height)
	o[0].Resize(fyne.NewSize(width, height))
	o[0].Move(fyne.NewPos((size.Width-width)/2, (size.Height-height)/2))
}

// space is a gap of the given height and width.
func space(size float32) fyne.CanvasObject {
	return container.NewGridWrap(fyne.NewSquareSize(size), layout.NewSpacer())
}
