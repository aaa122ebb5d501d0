package ui

import (
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
	"opacity/ui/controls"
	"opacity/ui/look"
	"opacity/viewer"
	"opacity/viewer/tool"
)

// The side of the box around the crosshair, in millimetres.
const (
	leastBoxMM = 10
	mostBoxMM  = 200
	firstBoxMM = 50
)

// againSection runs the model on a part: a slice, a box around the crosshair, a lung.
type againSection struct {
	w                       *Window
	object                  *fyne.Container
	slice, box, left, right *controls.Button
	size                    *controls.Slider
	sizeIs                  *controls.Line
	sizeRow                 *fyne.Container
	mm                      float64
	aiming                  bool // the box is outlined, and Enter runs it
}

func newAgainSection(w *Window) *againSection {
	s := &againSection{w: w, mm: firstBoxMM}
	s.slice = w.make.Button(w.t("ui.again.slice"), nil, w.withKey(w.t("ui.again.slice_tip"), tool.SegmentSlice), func() { w.keys.Do(tool.SegmentSlice) })
	s.box = w.make.Button(w.t("ui.again.box"), nil, w.withKey(w.t("ui.again.box_tip"), tool.SegmentBox), func() { w.keys.Do(tool.SegmentBox) })
	s.left = w.make.Button(w.t("ui.again.left"), nil, w.t("ui.again.lung_tip"), func() { w.segmentLung(mask.Left) })
	s.right = w.make.Button(w.t("ui.again.right"), nil, w.t("ui.again.lung_tip"), func() { w.segmentLung(mask.Right) })
	s.size = w.make.Slider(leastBoxMM, mostBoxMM, 5, s.resize)
	s.sizeIs = controls.NewLine("", theme.ColorNameForeground).Right()
	s.sizeRow = container.NewBorder(nil, nil, controls.NewLine(w.t("ui.again.size"), look.Dim), container.New(fixedWidth(60), s.sizeIs), s.size)
	w.name("again.slice", s.slice)
	w.name("again.box", s.box)
	w.name("again.left", s.left)
	w.name("again.right", s.right)
	w.name("again.size", s.size)
	s.object = container.New(layout.NewCustomPaddedVBoxLayout(4), controls.NewLine(w.t("ui.again.title"), look.Dim),
		container.NewGridWithColumns(2, s.slice, s.box, s.left, s.right), s.sizeRow)
	controls.Visible(s.sizeRow, false)
	return s
}

func (s *againSection) refresh() {
	on := s.w.canSegmentAgain()
	for _, b := range []*controls.Button{s.slice, s.box, s.left, s.right} {
		b.SetEnabled(on)
	}
	if s.aiming && !on {
		s.putAway()
	}
	controls.Visible(s.sizeRow, s.aiming)
	s.size.Display(s.mm)
	s.sizeIs.Set(s.w.t("ui.again.mm", whole(s.mm)))
	label, importance := s.w.t("ui.again.box"), widget.MediumImportance
	if s.aiming {
		label, importance = s.w.t("ui.again.box_run"), widget.HighImportance
	}
	if s.box.Text != label {
		s.box.SetText(label)
	}
	s.box.Highlight(importance)
}

// canSegmentAgain reports whether the model can look at a part now.
func (w *Window) canSegmentAgain() bool {
	return w.canSegment() && w.model().Problem == nil && w.model().ID != ""
}

// part is what the model looks at again.
type part struct {
	name   text.Message // of the step
	called string       // what is in it
	box    volume.Box
	lung   uint8 // its label, bounds what is taken over; 0 for no such bound
}

// segmentSlice runs the model on the slice of the pane in use.
func (w *Window) segmentSlice() {
	v := w.session.Volume()
	if v == nil {
		return
	}
	plane := w.viewer.Active()
	_, _, axis, _ := plane.Axes()
	index := w.viewer.SliceOf(plane)
	box := volume.Whole(v.Size)
	box.Min[axis], box.Max[axis] = index, index+1
	which, number := w.t("viewer."+plane.String()), plane.SliceNumber(v.Geometry, index)
	w.segmentPart(part{name: text.M("ui.again.step_slice", which, number), called: w.t("ui.again.part_slice", which, number), box: box})
}

// segmentLung runs the model on one lung.
func (w *Window) segmentLung(side mask.Side) {
	if !w.canSegmentAgain() {
		return
	}
	for _, l := range w.session.Mask().Labels() {
		if l.Layer == mask.Anatomy && l.Side == side {
			w.segmentPart(part{name: text.M("ui.again.step_lung", l.Name), called: w.t("ui.again.part_lung", l.Name), lung: l.Value})
			return
		}
	}
}

// segmentBox outlines the box around the crosshair; where it is outlined, runs
// the model in it.
func (w *Window) segmentBox() {
	s := w.inspector.model.again
	if !w.canSegmentAgain() {
		return
	}
	if !s.aiming {
		s.aiming = true
		s.follow()
		s.refresh()
		w.relayout()
		w.status.say(w.t("ui.again.aim"))
		return
	}
	box := w.viewer.Region()
	s.putAway()
	w.segmentPart(part{name: text.M("ui.again.step_box", whole(s.mm)), called: w.t("ui.again.part_box", whole(s.mm)), box: box})
}

// putAway takes the box off the pictures; false where there is none.
func (s *againSection) putAway() bool {
	if !s.aiming {
		return false
	}
	s.aiming = false
	s.w.viewer.SetRegion(volume.Box{})
	s.refresh()
	s.w.status.say("")
	return true
}

// resize makes the box another size.
func (s *againSection) resize(mm float64) {
	s.mm = min(max(math.Round(mm), leastBoxMM), mostBoxMM)
	s.follow()
	s.refresh()
}

// follow keeps the box around the crosshair.
func (s *againSection) follow() {
	if v := s.w.session.Volume(); s.aiming && v != nil {
		s.w.viewer.SetRegion(boxAround(v.Geometry, s.w.viewer.Cursor(), s.mm))
	}
}

// boxAround is the voxels of a cube around a voxel, within the grid.
func boxAround(g volume.Geometry, center [3]int, mm float64) volume.Box {
	spacing := g.SpacingMM()
	var b volume.Box
	for c := range 3 {
		half := 0
		if spacing[c] > 0 {
			half = int(math.Round(mm / 2 / spacing[c]))
		}
		b.Min[c], b.Max[c] = center[c]-half, center[c]+half+1
	}
	return b.Intersect(volume.Whole(g.Size))
}

// aim lets the keys of a tool's size resize the box while one is outlined.
func (w *Window) aim() {
	s := w.inspector.model.again
	aimed := func(a tool.Action, do, else_ func()) {
		w.keys.Handle(a, func() {
			if s.aiming {
				do()
			} else {
				else_()
			}
		})
	}
	aimed(tool.ToolLarger, func() { s.resize(s.mm + 5) }, func() { w.kit.Resize(+1) })
	aimed(tool.ToolSmaller, func() { s.resize(s.mm - 5) }, func() { w.kit.Resize(-1) })
	w.viewer.Changed.Connect(func(c viewer.Change) {
		if c&viewer.CursorMoved != 0 {
			s.follow()
			w.inspector.model.thresholds.follow()
		}
	})
}
