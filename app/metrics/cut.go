package metrics

import (
	"bytes"

	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
)

// CutLungs says which lungs reach the first or the last axial slice: what was
// scanned ends there, and the lung may not.
func CutLungs(m *mask.Mask) []volume.Warning {
	var found []volume.Warning
	last := m.Size()[2] - 1
	for _, l := range m.Labels() {
		if l.Layer != mask.Anatomy || l.Side == mask.NoSide {
			continue
		}
		first, end := reaches(m, l, 0), last > 0 && reaches(m, l, last)
		key, k := "", 0
		switch {
		case first && end:
			key = "metrics.cut_both"
		case first:
			key = "metrics.cut_first"
		case end:
			key, k = "metrics.cut_last", last
		default:
			continue
		}
		found = append(found, volume.Warning{Kind: volume.WarnCutOff, Message: text.M(key, l.Name), Slice: &volume.Slice{Axis: 2, Index: k}})
	}
	return found
}

func reaches(m *mask.Mask, l mask.Label, k int) bool {
	return bytes.IndexByte(m.Slice(l.Layer, k), l.Value) >= 0
}
