package tool

import (
	"opacity/app"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
)

// pen is a stroke under way in the session's mask. It ends as one named step.
type pen struct {
	session *app.Session
	stroke  *mask.Stroke
	step    mask.Step
	erase   bool
}

// begin puts the pen down; nil where the tool may not change anything, and
// Refused says why.
func (k *Kit) begin(n Name, erase bool) *pen {
	k.finish()
	s := k.viewer.Session()
	if why := k.refusal(); !why.IsZero() {
		k.Refused.Emit(why)
		return nil
	}
	label, _ := s.Mask().Label(k.viewer.ActiveLabel())
	name := text.M("tool.step."+string(n), label.Name)
	if erase {
		name = text.M("tool.step."+string(n)+"_erase", label.Name)
	}
	k.pen = &pen{
		session: s,
		stroke:  s.Mask().Begin(s.Volume(), label.Value, erase, k.settings.Limits),
		step:    mask.Step{Name: name, Tool: string(n), Label: label.Value, Hand: true},
		erase:   erase,
	}
	s.Painted(volume.Box{})
	return k.pen
}

// refusal says why nothing can be painted now.
func (k *Kit) refusal() text.Message {
	s := k.viewer.Session()
	if s.Mask() == nil || s.Loading() {
		return text.M("tool.refused.loading")
	}
	if k.Stopped != nil {
		if why := k.Stopped(); !why.IsZero() {
			return why
		}
	}
	if s.Shown() != s.Mask() {
		return text.M("tool.refused.preview")
	}
	label, ok := s.Mask().Label(k.viewer.ActiveLabel())
	switch {
	case !ok:
		return text.M("tool.refused.no_label")
	case label.Locked:
		return text.M("tool.refused.locked", label.Name)
	case k.settings.Limits.HU != nil && s.Volume().Unit != volume.HU:
		return text.M("tool.refused.not_hu")
	}
	return text.Message{}
}

// finish ends the stroke under way, if there is one, as a step; false where it
// changed nothing.
func (k *Kit) finish() bool {
	p := k.pen
	if p == nil {
		return false
	}
	ours := p.session.Painting() // else another study is open by now
	p.end()
	k.pen = nil
	if !ours {
		return false
	}
	why := text.Message{}
	if p.step.Delta.Empty() {
		why = k.unchanged(p)
	}
	k.Ended.Emit(why)
	return why.IsZero()
}

// unchanged says why a stroke changed nothing.
func (k *Kit) unchanged(p *pen) text.Message {
	label, _ := p.session.Mask().Label(p.step.Label)
	limits := k.LimitsCaption()
	switch {
	case p.stroke.Held() && len(limits) > 0:
		return text.M("tool.unchanged.limits", limits)
	case p.erase:
		return text.M("tool.unchanged.erase", label.Name)
	}
	return text.M("tool.unchanged.paint", label.Name)
}

func (p *pen) paint(s mask.Shape) {
	if box := p.stroke.Paint(s); !box.Empty() {
		p.session.Painted(box)
	}
}

func (p *pen) end() {
	p.step.Delta = p.stroke.Delta()
	p.session.Record(p.step)
}

// abort puts the mask back as it was; also one that is open no more.
func (p *pen) abort() { p.session.Unpainted(p.stroke.Abort()) }

// UnderWay returns the step that the stroke under way would be if it ended now,
// for whoever keeps long strokes on disk as they go; false where there is none.
func (k *Kit) UnderWay() (mask.Step, bool) {
	if k.pen == nil {
		return mask.Step{}, false
	}
	step := k.pen.step
	step.Delta = k.pen.stroke.Delta()
	return step, true
}
