package ui

import (
	"fmt"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"opacity/app/mask"
	"opacity/assets/icons"
	"opacity/ui/controls"
	"opacity/ui/look"
	"opacity/viewer/tool"
)

// labelRow is a label in the list.
type labelRow struct {
	label     mask.Label
	eye, lock *controls.Button
	tile      *controls.Tile
	swatch    *canvas.Rectangle
	name      *controls.Line
	field     *controls.Entry // in the place of the name while that is written
	volume    *controls.Line
	change    *controls.Line // since the model
}

// sign is an icon of the program's own in the theme's colour.
func sign(name string) fyne.Resource {
	return theme.NewThemedResource(fyne.NewStaticResource("sign-"+name+".svg", icons.Sign(name)))
}

var lockIcons = map[bool]fyne.Resource{true: sign("lock"), false: sign("unlock")}

func (s *labelSection) build(labels []mask.Label) {
	w := s.w
	for _, r := range s.rows {
		for _, part := range []string{"", ".eye", ".lock", ".name"} {
			w.unname(fmt.Sprintf("label.%d%s", r.label.Value, part))
		}
	}
	s.rows, s.list.Objects, s.renaming = nil, nil, 0
	for _, l := range labels {
		r := s.row(l)
		s.rows = append(s.rows, r)
		s.list.Add(container.NewBorder(nil, nil, container.New(layout.NewCustomPaddedHBoxLayout(0), r.eye, r.lock), nil, r.tile))
	}
	s.list.Refresh()
}

func (s *labelSection) row(l mask.Label) *labelRow {
	w, value := s.w, l.Value
	r := &labelRow{label: l, swatch: canvas.NewRectangle(color.Transparent), name: controls.NewLine("", theme.ColorNameForeground).Clipped(), volume: controls.NewLine("", theme.ColorNameForeground).Right(), change: controls.NewLine("", look.Dim).Clipped().Sized(theme.SizeNameCaptionText)}
	r.swatch.CornerRadius = 2
	r.swatch.SetMinSize(fyne.NewSize(14, 14))
	r.eye = w.make.Button("", theme.VisibilityIcon(), w.t("ui.label.eye"), func() { s.toggle(r) })
	r.lock = w.make.Button("", lockIcons[false], w.t("ui.label.lock.tip"), func() { s.toggleLock(r) })
	r.eye.Importance, r.lock.Importance = widget.LowImportance, widget.LowImportance
	r.field = w.make.Entry(l.Name, func(string) { s.endRename(r, true) })
	r.field.OnLeave = func() { s.endRename(r, true) }
	r.field.OnEscape = func() { s.endRename(r, false) }
	r.field.Hide()
	first := container.NewBorder(nil, nil, container.NewHBox(container.NewCenter(r.swatch), layout.NewSpacer()), r.volume, container.NewStack(r.name, r.field))
	r.tile = w.make.Tile(container.New(layout.NewCustomPaddedVBoxLayout(0), layout.NewSpacer(), first, r.change, layout.NewSpacer()), w.t("ui.label.activate"), func() { w.viewer.SetActiveLabel(value) })
	r.tile.Menu = func(at fyne.Position) {
		w.viewer.SetActiveLabel(value)
		s.popUpAt(s.items(value), at)
	}
	r.tile.OnDrag = func(at fyne.Position) { s.drag.follow(r, at.Y) }
	r.tile.OnDrop = func() { s.drag.end(r) }
	r.tile.Keys = func(e *fyne.KeyEvent) bool { return s.typedKey(r, e) }
	id := fmt.Sprintf("label.%d", value)
	w.name(id, r.tile)
	w.name(id+".eye", r.eye)
	w.name(id+".lock", r.lock)
	w.name(id+".name", r.field)
	return r
}

func (s *labelSection) update(r *labelRow, l mask.Label, n labelNumbers) {
	w := s.w
	r.label = l
	proposed := s.proposed(l)
	r.tile.Disabled = proposed
	r.eye.SetEnabled(!proposed)
	r.lock.SetEnabled(!proposed)
	active := l.Value == w.viewer.ActiveLabel()
	r.swatch.FillColor = color.NRGBA{l.Colour[0], l.Colour[1], l.Colour[2], 0xFF}
	r.swatch.Refresh()
	icon := theme.VisibilityIcon()
	if !l.Visible {
		icon = theme.VisibilityOffIcon()
	}
	if r.eye.Icon.Name() != icon.Name() {
		r.eye.SetIcon(icon)
	}
	if icon := lockIcons[l.Locked]; r.lock.Icon.Name() != icon.Name() {
		r.lock.SetIcon(icon)
	}
	r.name.Bold, r.name.Text, r.name.Color = active, l.Name, theme.ColorNameForeground
	if !l.Visible || proposed {
		r.name.Color = look.Dim
	}
	r.name.Refresh()
	value, reason := w.volumeOf(l, n)
	change, all := w.sinceModel(n, l.Value)
	volumeInk, changeInk := theme.ColorNameForeground, look.Dim
	if n.preview[l.Value] {
		volumeInk, changeInk = theme.ColorNamePrimary, theme.ColorNamePrimary
	}
	r.volume.Why(w.make.Tips, reason).Ink(volumeInk).Set(value)
	r.change.Why(w.make.Tips, all).Ink(changeInk).Set(change)
	if controls.Visible(r.change, change != ""); r.tile.Chosen != active {
		r.tile.Chosen = active
		r.tile.Refresh()
	}
}

func (s *labelSection) toggle(r *labelRow) {
	if s.w.session.Mask() != nil {
		s.w.session.SetVisible(r.label.Value, !r.label.Visible)
	}
}

func (s *labelSection) toggleLock(r *labelRow) {
	if s.w.session.Mask() != nil {
		s.w.session.SetLocked(r.label.Value, !r.label.Locked)
	}
}

// typedKey carries out the keys of a row that has the focus.
func (s *labelSection) typedKey(r *labelRow, e *fyne.KeyEvent) bool {
	shift := s.w.modifiers()&tool.Shift != 0
	switch {
	case s.proposed(r.label):
		return false
	case e.Name == fyne.KeyUp && shift:
		s.move(r.label.Value, -1)
	case e.Name == fyne.KeyDown && shift:
		s.move(r.label.Value, +1)
	case e.Name == fyne.KeyDelete:
		s.delete(r.label.Value)
	case e.Name == desktop.KeyMenu, e.Name == fyne.KeyF10 && shift:
		s.popUp(s.items(r.label.Value), r.tile)
	default:
		return false
	}
	return true
}

// rename lets a label's name be written in its row.
func (s *labelSection) rename(value uint8) {
	for _, r := range s.rows {
		if r.label.Value == value && s.canChange() {
			s.renaming = value
			r.field.Text = r.label.Name
			controls.Visible(r.name, false)
			controls.Visible(r.volume, false)
			controls.Visible(r.field, true)
			r.field.Refresh()
			s.w.soon("rename", func() {
				s.w.win.Canvas().Focus(r.field)
				r.field.TypedShortcut(&fyne.ShortcutSelectAll{})
			})
		}
	}
}

// takeName takes the name that is being written, as its case goes.
func (s *labelSection) takeName() {
	for _, r := range s.rows {
		if s.renaming != 0 && r.label.Value == s.renaming {
			s.endRename(r, true)
		}
	}
}

// endRename takes the name that was written, or drops it.
func (s *labelSection) endRename(r *labelRow, take bool) {
	if s.renaming != r.label.Value {
		return
	}
	s.renaming = 0
	controls.Visible(r.field, false)
	controls.Visible(r.name, true)
	controls.Visible(r.volume, true)
	if s.w.win.Canvas().Focused() == fyne.Focusable(r.field) {
		s.w.focusPanes()
	}
	if take && r.field.Text != r.label.Name {
		s.done(s.w.session.RenameLabel(r.label.Value, r.field.Text))
	}
}
