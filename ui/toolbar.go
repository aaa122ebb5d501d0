package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"opacity/assets/icons"
	"opacity/viewer"
	"opacity/viewer/tool"
)

// toolbar is the strip at the left: one family of icons, name and key on hover,
// what is on filled.
type toolbar struct {
	w      *Window
	object fyne.CanvasObject
	scroll *container.Scroll
	column *fyne.Container
	tools  []toolbarTool
}

type toolbarTool struct {
	button  *button
	enabled func() bool // nil: always
	on      func() bool // nil: nothing that is on or off
}

func newToolbar(w *Window) *toolbar {
	t := &toolbar{w: w}
	box := container.NewVBox()
	add := func(id string, icon fyne.Resource, key string, a tool.Action, enabled, on func() bool) {
		b := w.newButton("", icon, w.withKey(w.t(key), a), func() { w.keys.Do(a) })
		b.Importance = widget.LowImportance
		w.name("toolbar."+id, b)
		t.tools = append(t.tools, toolbarTool{b, enabled, on})
		box.Add(container.New(squareLayout{}, b))
	}
	gap := func() { box.Add(container.New(layout.NewCustomPaddedLayout(3, 3, 6, 6), widget.NewSeparator())) }
	v := w.viewer
	add("open", theme.FolderOpenIcon(), "ui.tool.open", tool.FileOpenFolder, nil, nil)
	add("save", theme.DocumentSaveIcon(), "ui.tool.save", tool.FileSave, func() bool { return w.hasMask() && !w.segmenting }, nil)
	add("export", theme.DownloadIcon(), "ui.tool.export", tool.FileExport, func() bool { return w.complete() && !w.segmenting }, nil)
	gap()
	add("segment", theme.MediaPlayIcon(), "ui.tool.segment", tool.SegmentRun, w.canSegment, func() bool { return w.segmenting })
	gap()
	for _, n := range tool.Names() {
		t.addTool(box, n)
	}
	gap()
	add("profile", theme.ColorChromaticIcon(), "ui.tool.profile", tool.ViewProfile, nil, func() bool { return v.Profile() == viewer.Reading })
	add("crosshair", theme.ContentAddIcon(), "ui.tool.crosshair", tool.ViewCrosshair, nil, v.Crosshair)
	add("labels", theme.VisibilityIcon(), "ui.tool.labels", tool.LabelsToggle, nil, func() bool { return v.Overlay().Visible })
	add("style", theme.ColorPaletteIcon(), "ui.tool.style", tool.LabelsStyle, nil, nil)
	add("fit", theme.ZoomFitIcon(), "ui.tool.fit", tool.ViewFit, w.hasStudy, nil)
	add("maximise", theme.ViewFullScreenIcon(), "ui.tool.maximise", tool.PaneMaximise, w.hasStudy, func() bool { return v.Arrangement() == viewer.OnePane })
	box.Add(layout.NewSpacer())
	light := w.newButton("", theme.ColorAchromaticIcon(), w.t("ui.tool.theme"), func() { w.setLight(!w.prefs.Light) })
	light.Importance = widget.LowImportance
	w.name("toolbar.theme", light)
	box.Add(container.New(squareLayout{}, light))
	add("inspector", theme.ListIcon(), "ui.tool.inspector", tool.ViewInspector, nil, func() bool { return w.prefs.Inspector })
	add("keys", theme.HelpIcon(), "ui.tool.keys", tool.ViewKeys, nil, nil)
	t.scroll, t.column = container.NewVScroll(box), box // it scrolls in a window too low for it
	t.object = newSurface(colorPanel, container.New(layout.NewCustomPaddedLayout(4, 4, 0, 0), container.New(fixedWidth(44), t.scroll)))
	t.refresh()
	return t
}

// addTool adds the button of a painting tool, which puts it on and off.
func (t *toolbar) addTool(box *fyne.Container, n tool.Name) {
	w := t.w
	icon := theme.NewThemedResource(fyne.NewStaticResource("tool-"+string(n)+".svg", icons.Tool(string(n))))
	b := w.newButton("", icon, w.withKey(w.texts.Format(n.Title()), n.Action()), func() {
		if w.kit.Current() == n {
			w.kit.Use(tool.NoTool)
		} else {
			w.keys.Do(n.Action())
		}
		w.focusPanes()
	})
	b.Importance = widget.LowImportance
	w.name("toolbar."+string(n), b)
	t.tools = append(t.tools, toolbarTool{b, w.hasStudy, func() bool { return w.kit.Current() == n }})
	box.Add(container.New(squareLayout{}, b))
}

func (t *toolbar) refresh() {
	for _, tt := range t.tools {
		tt.button.enable(tt.enabled == nil || tt.enabled())
		if tt.on != nil {
			importance := widget.LowImportance
			if tt.on() {
				importance = widget.MediumImportance
			}
			tt.button.highlight(importance)
		}
	}
}

// squareLayout makes a button of the strip 36 wide and high in a strip of 44.
type squareLayout struct{}

func (squareLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(44, 36) }

func (squareLayout) Layout(objects []fyne.CanvasObject, _ fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.NewPos(4, 0))
		o.Resize(fyne.NewSquareSize(36))
	}
}
