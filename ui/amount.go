package ui

import (
	"context"
	"errors"
	"maps"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"opacity/app"
	"opacity/app/edit"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/ui/controls"
	"opacity/ui/look"
	"opacity/viewer"
	"opacity/viewer/tool"
)

const jobAmount = "amount"

// amountStrip is the lines over the pictures where an operation is given its
// amounts. What it would do is shown in the panes, and worked out anew with each
// change of them, until Apply makes one step of it or Cancel drops it.
type amountStrip struct {
	w        *Window
	object   fyne.CanvasObject
	row      *fyne.Container
	title    *controls.Line
	result   *controls.Line
	bar      *thinBar
	apply    *controls.Button
	cancel   *controls.Button
	rest     *fyne.Container // the result, and what is pressed
	controls []*amountControl

	op      *operation // nil while none is asked for
	values  amounts
	before  tool.Name // that was on
	run     int       // counts previews; what belongs to an older one is dropped
	found   outcome
	changes metrics.LiveChanges // what found does to the numbers
	ready   bool                // found is of the amounts as they are
	wanted  bool                // apply it as soon as it is
	shows   bool                // it is in the panes
}

// resultRoom is what the result and the buttons after it need of a row.
const resultRoom = 400

func newAmountStrip(w *Window) *amountStrip {
	flow := &flowLayout{gap: 12, rest: resultRoom, changed: w.otherStrips, rows: func(width float32) int { return w.strip.rows(width) }}
	s := &amountStrip{w: w, row: container.New(flow), bar: newThinBar()}
	s.title = controls.NewLine("", theme.ColorNameForeground).Strong()
	s.result = controls.NewLine("", theme.ColorNameForeground).Clipped()
	s.apply = w.make.Button(w.t("ui.amount.apply"), theme.ConfirmIcon(), w.withKey(w.t("ui.amount.apply"), tool.ToolCommit), s.commit)
	s.apply.Importance = widget.HighImportance
	s.cancel = w.make.Button(w.t("ui.cancel"), nil, w.withKey(w.t("ui.cancel"), tool.ViewCancel), s.close)
	s.rest = container.NewBorder(nil, nil, nil, container.NewHBox(container.NewCenter(s.bar), s.cancel, s.apply), s.result)
	s.object = controls.NewSurface(look.Panel, container.New(layout.NewCustomPaddedLayout(2, 2, 8, 8), s.row))
	s.object.Hide()
	w.name("amount.apply", s.apply)
	w.name("amount.cancel", s.cancel)
	w.name("amount.result", s.result)
	return s
}

// operate asks for the amounts of an operation.
func (w *Window) operate(op *operation) {
	if !w.canEdit() || len(w.modals) > 0 {
		return
	}
	w.amount.open(op)
}

func (s *amountStrip) open(op *operation) {
	w, before := s.w, s.before
	if s.op == nil {
		before = w.kit.Current()
	}
	hint := w.t("ui.op.hint." + op.id)
	if s.op != nil && s.op != op {
		hint = w.t("ui.amount.left", w.t("ui.op.name."+s.op.id), hint)
	}
	s.drop()
	w.kit.Use(tool.NoTool) // the pointer moves the crosshair
	s.op, s.before, s.values = op, before, op.initial(w.prefs.Amounts)
	s.build()
	s.showLabels()
	controls.Visible(w.strip.object, false)
	controls.Visible(s.object, true)
	w.pictures.Refresh()
	w.soon("actions", w.refreshActions)
	w.status.say(hint)
	s.insist()
	s.preview()
	w.soon("amount.focus", s.focus) // the menu that asked closes first
}

// focus gives the keys to the first number, else to the first control.
func (s *amountStrip) focus() {
	if s.op == nil {
		return
	}
	var first *amountControl
	for _, c := range s.controls {
		if c.object.Visible() && (first == nil || c.param.kind == aNumber && first.param.kind != aNumber) {
			first = c
		}
	}
	if first == nil {
		s.w.focusPanes()
		return
	}
	s.w.win.Canvas().Focus(first.focus)
	if e, ok := first.focus.(*controls.Entry); ok { // what is typed takes the amount's place
		e.TypedShortcut(&fyne.ShortcutSelectAll{})
	}
}

// close drops the operation: the mask is as it was.
func (s *amountStrip) close() {
	if s.op == nil {
		return
	}
	s.drop()
	s.w.status.say(s.w.t("ui.edit.stopped"))
	s.insist()
}

// insist says again what was said last, once the tool that comes on or goes off
// has had its say.
func (s *amountStrip) insist() {
	said := s.w.status.said
	s.w.soon("amount.said", func() { s.w.status.say(said) })
}

// drop ends the operation, and puts the tool on again that was.
func (s *amountStrip) drop() {
	if s.op == nil {
		return
	}
	w := s.w
	s.run++
	s.op, s.ready, s.wanted, s.found = nil, false, false, outcome{}
	w.jobs.Cancel(jobAmount)
	s.hide()
	s.clear()
	controls.Visible(s.object, false)
	controls.Visible(w.strip.object, true)
	w.pictures.Refresh()
	w.soon("actions", w.refreshActions)
	if w.kit.Current() == tool.NoTool {
		w.kit.Use(s.before)
	}
	w.focusPanes()
}

// hide takes the preview off the panes.
func (s *amountStrip) hide() {
	if s.shows {
		s.shows = false
		s.w.session.EndPreview()
	}
}

// stay closes the strip where nothing can be edited any more, or a tool is taken.
func (s *amountStrip) stay() {
	if s.op != nil && (!s.w.canEdit() || s.w.kit.Current() != tool.NoTool) {
		s.shows = s.shows && s.w.canEdit() // what is shown now may be another's
		left := s.w.t("ui.op.name." + s.op.id)
		s.drop()
		if s.w.hasStudy() {
			s.w.status.say(strings.TrimSpace(s.w.t("ui.amount.left", left, s.w.toolHint())))
			s.insist()
		}
	}
}

// set changes an amount.
func (s *amountStrip) set(id string, x float64) {
	if s.op == nil || s.values[id] == x {
		return
	}
	s.values[id] = x
	s.show()
	s.preview()
}

// show brings the controls in line with the amounts.
func (s *amountStrip) show() {
	for _, c := range s.controls {
		c.show(s.values[c.param.id])
		controls.Visible(c.object, c.param.when == nil || c.param.when(s.values))
	}
	s.row.Refresh()
}

// again works the preview out anew, where there is an operation; moved says that
// only the crosshair is elsewhere.
func (s *amountStrip) again(moved bool) {
	if s.op != nil && (!moved || s.op.follows) {
		s.showLabels()
		s.preview()
	}
}

// work is what the operation goes by now.
func (s *amountStrip) work() work {
	w := s.w
	_, _, axis, _ := w.viewer.Active().Axes()
	return work{
		amounts: maps.Clone(s.values), model: w.session.ModelLabels(), voxel: w.viewer.Cursor(), axis: axis, hand: s.hand(),
		in: edit.Input{Mask: w.session.Mask().Snapshot(), Volume: w.session.Volume(), Label: w.viewer.ActiveLabel(), Limits: w.kit.Settings().Limits},
	}
}

// hand is a copy of what hands have touched in the active label's layer, where the
// operation asks for it; nil for nothing.
func (s *amountStrip) hand() *mask.Bits {
	if !s.op.hands {
		return nil
	}
	touched, err := s.w.session.Touched()
	if l, there := s.w.activeLabel(); err == nil && there && touched[l.Layer] != nil {
		return touched[l.Layer].Clone() // here: the next stroke changes it
	}
	return nil // the operation goes without
}

// preview works out what the operation would do, and shows it.
func (s *amountStrip) preview() {
	w, op, at := s.w, s.op, s.work()
	s.run++
	s.ready = false
	run := s.run
	if wrong := s.wrong(); wrong != "" {
		s.refuse(wrong)
		return
	}
	task := &task{}
	job.Run(w.jobs, jobAmount, func(ctx context.Context, report func(job.Progress)) (outcome, error) {
		return op.do(ctx, at, report)
	}, func(p job.Progress) {
		if run == s.run {
			task.p = p
			s.bar.show(task)
		}
	}, func(found outcome, err error) {
		if run == s.run && !errors.Is(err, context.Canceled) {
			s.bar.show(nil)
			s.previewed(found, err)
		}
	})
}

// refuse says why there is nothing to apply.
func (s *amountStrip) refuse(why string) {
	s.w.jobs.Cancel(jobAmount)
	s.bar.show(nil)
	s.hide()
	s.found, s.wanted = outcome{}, false
	s.apply.SetEnabled(false)
	s.result.Color = theme.ColorNameWarning
	s.say(why)
}

// previewed shows what the operation would do, or says why it cannot.
func (s *amountStrip) previewed(found outcome, err error) {
	w := s.w
	if err == nil && !found.empty() {
		err = w.session.PreviewStep(mask.Step{Delta: found.delta, Labels: found.labels})
		if s.shows = err == nil; s.shows {
			s.changes = w.session.ChangesOf(found.delta)
		}
	} else {
		s.hide()
	}
	s.found, s.ready = found, err == nil
	s.apply.SetEnabled(err == nil && !found.empty())
	s.result.Color = theme.ColorNameForeground
	if err != nil {
		_, why := app.Explain(err)
		s.result.Color = theme.ColorNameWarning
		s.say(w.texts.Format(why))
		s.wanted = false
		return
	}
	s.say(s.describe(found))
	if s.wanted {
		s.commit()
	}
}

// say writes the result; it may be cut, and is whole on hover.
func (s *amountStrip) say(what string) {
	s.result.Why(s.w.make.Tips, what).Text = what
	s.result.Refresh()
}

// describe says what the operation would change.
func (s *amountStrip) describe(o outcome) string {
	w := s.w
	said := w.t("ui.amount.nothing")
	if !o.empty() {
		step := mask.Step{Label: w.viewer.ActiveLabel(), Box: o.delta.Box(w.session.Volume().Size[0]), Change: o.delta.Change(), Delta: o.delta, Labels: o.labels}
		said = w.t("ui.amount.would", w.changesOf(step), w.sliceOf(step.Box))
	}
	switch {
	case o.told.IsZero():
	case o.instead:
		said = w.texts.Format(o.told)
	default:
		said = w.t("ui.amount.and", strings.TrimSuffix(said, "."), strings.TrimSuffix(w.texts.Format(o.told), "."))
	}
	if limits := w.kit.LimitsCaption(); limits != nil {
		said = w.t("ui.amount.limited", strings.TrimSuffix(said, "."), limits)
	}
	if key := patterns(o.delta); key != "" {
		said = w.t(key, said)
	}
	return said
}

// patterns says what the patterns of a preview in the panes mean, by its text.
func patterns(d mask.Delta) string {
	var comes, goes bool
	for _, s := range d.Slices {
		for _, r := range s.Runs {
			comes, goes = comes || r.New != 0, goes || r.New == 0
		}
	}
	switch {
	case comes && goes:
		return "ui.amount.patterns"
	case comes:
		return "ui.amount.striped"
	case goes:
		return "ui.amount.dotted"
	}
	return ""
}

// commit makes one step of what is shown; where it is still worked out, then.
func (s *amountStrip) commit() {
	switch {
	case s.op == nil:
		return
	case s.wrong() != "":
		s.w.status.note(s.wrong())
		return
	case !s.ready && s.w.jobs.Running(jobAmount):
		s.wanted = true
		s.say(s.w.t("ui.amount.waiting"))
		return
	case !s.ready: // the line says why not
		return
	}
	w, op, found := s.w, s.op, s.found
	label := w.viewer.ActiveLabel()
	step := mask.Step{
		Name: op.stepName(s.values, w.labelName, label), Tool: op.id, Label: label,
		Delta: found.delta, Labels: found.labels, Hand: true, Settings: w.amountsOf(op, s.values),
	}
	w.prefs.Amounts = op.remember(s.values, w.prefs.Amounts)
	w.savePreferences()
	s.drop()
	if w.edited(step, nil) && op.goes {
		w.goAlong(found.delta)
	}
	s.insist()
}

// connectAmount follows what an operation goes by.
func (w *Window) connectAmount() {
	s := w.amount
	w.keys.Handle(tool.ToolCommit, func() {
		if s.op != nil {
			s.commit()
			return
		}
		if w.inspector.model.again.aiming {
			w.segmentBox()
			return
		}
		w.kit.Commit()
	})
	settings := w.kit.Settings().Limits
	w.kit.Changed.Connect(func(struct{}) {
		now := w.kit.Settings().Limits
		if changed := now != settings; changed {
			settings = now
			w.soon("amount", func() { s.again(false) })
		}
		if w.kit.Current() != tool.NoTool {
			w.soon("amount.stay", s.stay)
		}
	})
	changed := func(struct{}) { w.soon("amount", func() { s.again(false) }) }
	w.session.HistoryChanged.Connect(changed)
	w.session.LabelsChanged.Connect(changed)
	w.session.Opened.Connect(func(app.OpenedEvent) {
		s.shows = false
		s.drop()
	})
	w.viewer.Changed.Connect(func(c viewer.Change) {
		switch {
		case c&viewer.LabelMoved != 0:
			w.soon("amount", func() { s.again(false) })
		case c&(viewer.CursorMoved|viewer.LayoutMoved) != 0:
			w.soon("amount.moved", func() { s.again(true) })
		}
	})
}
