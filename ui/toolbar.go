package ui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"opacity/assets/icons"
	"opacity/ui/controls"
	"opacity/ui/look"
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
	groups [][]fyne.CanvasObject // of buttons; the last is at the foot
	across int                   // buttons beside one another
}

type toolbarTool struct {
	button  *controls.Button
	enabled func() bool // nil: always
	on      func() bool // nil: nothing that is on or off
}

func newToolbar(w *Window) *toolbar {
	t := &toolbar{w: w, groups: make([][]fyne.CanvasObject, 1), across: 1}
	add := func(id string, icon fyne.Resource, key string, a tool.Action, enabled, on func() bool) {
		b := w.make.Button("", icon, w.withKey(w.t(key), a), func() { w.keys.Do(a) })
		b.Importance = widget.LowImportance
		w.name("toolbar."+id, b)
		t.tools = append(t.tools, toolbarTool{b, enabled, on})
		t.put(b)
	}
	gap := func() { t.groups = append(t.groups, nil) }
	v := w.viewer
	add("open", theme.FolderOpenIcon(), "ui.tool.open", tool.FileOpenFolder, nil, nil)
	add("save", theme.DocumentSaveIcon(), "ui.tool.save", tool.FileSave, func() bool { return w.hasMask() && !w.segmenting }, nil)
	add("export", theme.DownloadIcon(), "ui.tool.export", tool.FileExport, func() bool { return w.complete() && !w.segmenting }, nil)
	gap()
	add("segment", theme.MediaPlayIcon(), "ui.tool.segment", tool.SegmentRun, w.canSegment, func() bool { return w.segmenting })
	gap()
	for _, n := range tool.Names() {
		t.addTool(n)
	}
	gap()
	for _, op := range w.operations {
		if op.often {
			add(op.id, operationIcon(op.id), "ui.op.name."+op.id, tool.Operation(op.id), w.canEdit, func() bool { return w.amount.op == op })
		}
	}
	gap()
	add("profile", theme.ColorChromaticIcon(), "ui.tool.profile", tool.ViewProfile, nil, func() bool { return v.Profile() == viewer.Reading })
	add("crosshair", theme.ContentAddIcon(), "ui.tool.crosshair", tool.ViewCrosshair, nil, v.Crosshair)
	add("labels", theme.VisibilityIcon(), "ui.tool.labels", tool.LabelsToggle, nil, func() bool { return v.Overlay().Visible })
	add("style", theme.ColorPaletteIcon(), "ui.tool.style", tool.LabelsStyle, nil, nil)
	add("fit", theme.ZoomFitIcon(), "ui.tool.fit", tool.ViewFit, w.hasStudy, nil)
	add("maximise", theme.ViewFullScreenIcon(), "ui.tool.maximise", tool.PaneMaximise, w.hasStudy, func() bool { return v.Arrangement() == viewer.OnePane })
	gap()
	light := w.make.Button("", theme.ColorAchromaticIcon(), w.t("ui.tool.theme"), func() { w.setLight(!w.prefs.Light) })
	light.Importance = widget.LowImportance
	w.name("toolbar.theme", light)
	t.put(light)
	add("inspector", theme.ListIcon(), "ui.tool.inspector", tool.ViewInspector, nil, func() bool { return w.prefs.Inspector })
	add("keys", theme.HelpIcon(), "ui.tool.keys", tool.ViewKeys, nil, nil)
	objects := slices.Concat(t.groups...)
	for range t.groups[1:] {
		objects = append(objects, widget.NewSeparator())
	}
	t.column = container.New(&toolbarLayout{t}, objects...)
	t.scroll = container.NewVScroll(t.column) // for a window that is lower still
	t.scroll.OnScrolled = w.make.Tips.Scrolled
	t.object = controls.NewSurface(look.Panel, container.New(toolbarWidth{t}, t.scroll))
	t.refresh()
	return t
}

// operationIcon is the icon of an operation.
func operationIcon(id string) fyne.Resource {
	return theme.NewThemedResource(fyne.NewStaticResource("operation-"+id+".svg", icons.Operation(id)))
}

// put adds a button to the last group.
func (t *toolbar) put(b *controls.Button) {
	last := len(t.groups) - 1
	t.groups[last] = append(t.groups[last], b)
}

// addTool adds the button of a painting tool, which puts it on and off.
func (t *toolbar) addTool(n tool.Name) {
	w := t.w
	icon := theme.NewThemedResource(fyne.NewStaticResource("tool-"+string(n)+".svg", icons.Tool(string(n))))
	b := w.make.Button("", icon, w.withKey(w.texts.Format(n.Title()), n.Action()), func() {
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
	t.put(b)
}

func (t *toolbar) refresh() {
	for _, tt := range t.tools {
		tt.button.SetEnabled(tt.enabled == nil || tt.enabled())
		if tt.on != nil {
			importance := widget.LowImportance
			if tt.on() {
				importance = widget.MediumImportance
			}
			tt.button.Highlight(importance)
		}
	}
}

const (
	squareMost  = 36 // of a button of the strip, wide and high
	squareLeast = 30
	mostAcross  = 3
	groupGap    = 9
	toolbarEdge = 4
)

// width is that of the strip.
func (t *toolbar) width() float32 { return 2*toolbarEdge + float32(t.across)*squareMost }

// arrange tells how many buttons stand beside one another in a strip of a height,
// and how high each is: as few as can be pressed with ease.
func (t *toolbar) arrange(height float32) (across int, square float32) {
	room := height - 2*toolbarEdge - float32(len(t.groups)-1)*groupGap
	for across = 1; ; across++ {
		if square = room / float32(t.rows(across)); square >= squareLeast || across == mostAcross {
			whole := float32(int(square)) // lines between pixels are not seen
			return across, max(min(whole, squareMost), squareLeast)
		}
	}
}

// rows is how many rows of buttons there are.
func (t *toolbar) rows(across int) int {
	n := 0
	for _, g := range t.groups {
		n += (len(g) + across - 1) / across
	}
	return n
}

// toolbarLayout puts the buttons in groups with a line between them, the last
// group at the foot. Lines are the last objects of its container.
type toolbarLayout struct{ t *toolbar }

func (l *toolbarLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	rows, gaps := float32(l.t.rows(mostAcross)), float32(len(l.t.groups)-1)
	return fyne.NewSize(l.t.width(), rows*squareLeast+gaps*groupGap+2*toolbarEdge)
}

func (l *toolbarLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	t := l.t
	if size.Height <= 0 {
		return // it has no place yet
	}
	across, square := t.arrange(size.Height)
	if across != t.across {
		t.across = across
		t.w.soon("toolbar", t.w.relayout)
	}
	lines := objects[len(objects)-len(t.groups)+1:]
	y := float32(toolbarEdge)
	for n, g := range t.groups {
		rows := (len(g) + across - 1) / across
		if n > 0 {
			if n == len(lines) {
				y = max(y, float32(int(size.Height))-toolbarEdge-float32(rows)*square-groupGap)
			}
			lines[n-1].Move(fyne.NewPos(toolbarEdge+2, y+4))
			lines[n-1].Resize(fyne.NewSize(t.width()-2*toolbarEdge-4, 1))
			y += groupGap
		}
		for i, b := range g {
			b.Move(fyne.NewPos(toolbarEdge+float32(i%across)*squareMost, y+float32(i/across)*square))
			b.Resize(fyne.NewSize(squareMost, square))
		}
		y += float32(rows) * square
	}
}

// toolbarWidth gives the strip the width that it has.
type toolbarWidth struct{ t *toolbar }

func (l toolbarWidth) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(l.t.width(), 0) }

func (l toolbarWidth) Layout(o []fyne.CanvasObject, size fyne.Size) { o[0].Resize(size) }
