package ui

import (
	"slices"

	"opacity/app/mask"
	"opacity/app/study"
	"opacity/viewer/tool"
)

// signIn makes what is done to a study from now on the work of who reads now, and
// remembers who made the study where that is another.
func (w *Window) signIn(k *keeping, s *study.Study) {
	if s.ReadOnly() != nil {
		return
	}
	if by := s.BegunBy(); by != w.reader() {
		k.begunBy = by
	}
	withheld := ""
	if why, is := w.session.Volume().Withheld(); is {
		withheld = why.Message.String()
	}
	err := s.SignIn(w.reader(), w.opts.Version)
	if err == nil {
		err = s.Update(func(i *study.Info) { i.Withheld = withheld })
	}
	if err != nil {
		w.bands.failAbout("study", err)
	}
}

// signStep fills in who makes a step, and what its tool goes by, for the audit.
func (w *Window) signStep(step *mask.Step) {
	if step.Who == "" {
		step.Who = w.reader()
	}
	if step.Settings == nil {
		step.Settings = w.settingsOf(step.Tool)
	}
}

// settingsOf is what a tool goes by now, by the names of the audit; nil where it goes
// by nothing. An operation's amounts are told by who carries it out: see amountsOf.
func (w *Window) settingsOf(by string) map[string]any {
	name := tool.Name(by)
	if !slices.Contains(tool.Names(), name) {
		return nil
	}
	s, said := w.kit.Settings(), w.limitsOf(map[string]any{"plane": w.viewer.Active().String()})
	switch name {
	case tool.Brush, tool.Eraser, tool.Smart:
		said["radius_mm"], said["shape"] = s.RingMM(name), ringShape(s)
		if name == tool.Smart {
			said["sensitivity"] = s.Sensitivity
		}
	case tool.Fill:
		said["tolerance"], said["extent"] = s.ToleranceHU, "slice"
		if s.Solid {
			said["extent"] = "3D"
		}
	case tool.Scissors:
		said["slices_each_way"] = "all"
		if s.CutSlices != tool.WholeStack {
			said["slices_each_way"] = float64(s.CutSlices)
		}
		if s.CutOutside {
			said["cut"] = "outside"
		}
	}
	return said
}

func ringShape(s tool.Settings) string {
	shapes := [2][2]string{{"disc", "ball"}, {"square", "cube"}}
	return shapes[index(s.Square)][index(s.Solid)]
}

// limitsOf adds the limits that are on, with the English names of the audit.
func (w *Window) limitsOf(said map[string]any) map[string]any {
	l := w.kit.Settings().Limits
	if l.HU != nil {
		said["hu_from"], said["hu_to"] = float64(l.HU.Min), float64(l.HU.Max)
	}
	if l.Inside != 0 {
		said["inside"] = w.labelName(l.Inside)
	}
	switch l.Over {
	case mask.OverNothing:
		said["over"] = "background"
	case mask.OverVisible:
		said["over"] = "visible labels"
	case mask.OverLabel:
		said["over"] = w.labelName(l.OverLabel)
	}
	return said
}

// amountsOf is what an operation goes by with some amounts, by the names of the audit.
func (w *Window) amountsOf(op *operation, a amounts) map[string]any {
	said := w.limitsOf(map[string]any{"plane": w.viewer.Active().String()})
	for _, p := range op.params {
		x, there := a[p.id]
		if !there || p.when != nil && !p.when(a) {
			continue
		}
		name := p.id
		if p.unit != "" && p.unit != p.id {
			name += "_" + p.unit
		}
		switch p.kind {
		case aNumber:
			said[name] = x
		case aChoice:
			if n := int(x); n >= 0 && n < len(p.options) {
				said[name] = p.options[n]
			}
		case aLabel:
			said[name] = w.labelName(uint8(x))
		case aTick:
			said[name] = [2]string{"no", "yes"}[index(x != 0)]
		}
	}
	return said
}
