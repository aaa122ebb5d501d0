package tool

import (
	"strings"

	"opacity/app/mask"
	"opacity/app/text"
)

// LimitsCaption says what limits are on, for beside the pointer: "−700 to −300
// HU", "inside left lung". Empty where there are none.
func (k *Kit) LimitsCaption() []text.Message {
	var said []text.Message
	m, lim := k.viewer.Session().Mask(), k.settings.Limits
	if m == nil {
		return nil
	}
	name := func(value uint8) any {
		if l, ok := m.Label(value); ok {
			return l.Name
		}
		return text.M("tool.limit.gone")
	}
	if lim.HU != nil {
		said = append(said, text.M("tool.limit.hu", lim.HU.Min, lim.HU.Max))
	}
	if lim.Inside != 0 {
		said = append(said, text.M("tool.limit.inside", name(lim.Inside)))
	}
	active, _ := m.Label(k.viewer.ActiveLabel())
	switch lim.Over {
	case mask.OverNothing:
		said = append(said, text.M("tool.limit.over_nothing."+active.Layer.String()))
	case mask.OverVisible:
		said = append(said, text.M("tool.limit.over_visible."+active.Layer.String()))
	case mask.OverLabel:
		said = append(said, text.M("tool.limit.over_label", name(lim.OverLabel)))
	}
	if locked := lockedNames(m); locked != "" {
		said = append(said, text.M("tool.limit.locked", locked))
	}
	return said
}

// lockedNames are the labels that no tool changes.
func lockedNames(m *mask.Mask) string {
	var names []string
	for _, l := range m.Labels() {
		if l.Locked {
			names = append(names, l.Name)
		}
	}
	return strings.Join(names, ", ")
}
