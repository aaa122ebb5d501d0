package inference

import (
	"slices"
	"strconv"
	"strings"

	"opacity/app/mask"
)

// target is where the voxels of an output channel go in a mask: one label, or
// for a channel that is split by side the two of left and right.
type target struct {
	channel     int // in Output.Channels
	layer       mask.Layer
	value       uint8
	left, right uint8 // instead of value, where split
}

func (t target) split() bool { return t.left != 0 }

// targets maps a model's channels to mask labels by name and side, never by
// number. Names a study starts with keep their values; others get the next
// free ones. labels holds the labels a study starts with and the new ones.
func (m *Manifest) targets() (list []target, labels []mask.Label) {
	labels = mask.DefaultLabels()
	for n, ch := range m.Output.Channels {
		if ch.Label == "" {
			continue
		}
		layer, _ := mask.ParseLayer(ch.Layer)
		t := target{channel: n, layer: layer}
		if ch.Side == "split" {
			t.left = labelFor(&labels, ch, layer, mask.Left)
			t.right = labelFor(&labels, ch, layer, mask.Right)
		} else {
			t.value = labelFor(&labels, ch, layer, mask.Side(ch.Side))
		}
		list = append(list, t)
	}
	return list, labels
}

// labelFor finds or adds the label of a channel on a side and returns its value.
func labelFor(labels *[]mask.Label, ch Channel, layer mask.Layer, side mask.Side) uint8 {
	name := strings.ToLower(strings.TrimSpace(ch.Label))
	if side == mask.NoSide { // "left lung" says its side in its name
		for _, s := range []mask.Side{mask.Left, mask.Right} {
			if strings.HasPrefix(name, string(s)+" ") {
				side = s
			}
		}
	} else if !strings.HasPrefix(name, string(side)+" ") {
		name = string(side) + " " + name
	}
	for _, l := range *labels {
		if l.Name == name && l.Side == side && l.Layer == layer {
			return l.Value
		}
	}
	value := uint8(1)
	for slices.ContainsFunc(*labels, func(l mask.Label) bool { return l.Value == value }) {
		value++
	}
	extra := len(*labels) - len(mask.DefaultLabels())
	l := mask.Label{
		Value: value, Layer: layer, Name: name, Side: side, Code: ch.Code, Visible: true,
		Colour: mask.ExtraColours[extra%len(mask.ExtraColours)],
	}
	if rgb, err := strconv.ParseUint(strings.TrimPrefix(ch.Colour, "#"), 16, 32); err == nil && ch.Colour != "" {
		l.Colour = mask.RGB{uint8(rgb >> 16), uint8(rgb >> 8), uint8(rgb)}
	}
	*labels = append(*labels, l)
	return value
}

// labelsMade returns the labels that a run of the model can set.
func (m *Manifest) labelsMade() []mask.Label {
	list, labels := m.targets()
	return slices.DeleteFunc(labels, func(l mask.Label) bool {
		return !slices.ContainsFunc(list, func(t target) bool {
			return l.Value == t.value || l.Value == t.left || l.Value == t.right
		})
	})
}

// probabilityName is the name under which a channel's probabilities are given.
func (m *Manifest) probabilityName(t target) string {
	ch := m.Output.Channels[t.channel]
	name := strings.ToLower(strings.TrimSpace(ch.Label))
	if side := mask.Side(ch.Side); (side == mask.Left || side == mask.Right) && !strings.HasPrefix(name, ch.Side+" ") {
		name = ch.Side + " " + name
	}
	return name
}
