package study

import (
	"fmt"
	"slices"
	"strings"

	"opacity/app/mask"
)

// toolLabel is the tool of steps that change the list of labels.
const toolLabel = "label"

// listOnly reports whether a step changed the list of labels and no voxel: nothing
// was painted by it.
func listOnly(step mask.Step) bool { return step.Labels != nil && step.Box.Empty() }

// nameAt is what a label was called at a step: before it, where it changed the list,
// after it where the label is new by it.
func (s *state) nameAt(step mask.Step, value uint8) string {
	if c := step.Labels; c != nil {
		for _, l := range slices.Concat(c.Before, c.After) {
			if l.Value == value {
				return l.Name
			}
		}
	}
	return s.name(value)
}

// labelChange is what a step changed of the list of labels. Of one label:
// "name_from", "name_to", "colour_from" and "colour_to" (#RRGGBB) where they differ,
// those from it alone where it is deleted, those to it where it is added, and
// "place_from" and "place_to", from 1, where it was moved. Of several:
// "labels_added" and "labels_recoloured".
func labelChange(step mask.Step) map[string]any {
	out := map[string]any{}
	c := step.Labels
	if c == nil {
		return out
	}
	if step.Tool != toolLabel || step.Label == 0 {
		several(out, c)
		return out
	}
	before, from := labelIn(c.Before, step.Label)
	after, to := labelIn(c.After, step.Label)
	put := func(name string, a, b any) {
		if a == b && from > 0 && to > 0 {
			return
		}
		if from > 0 {
			out[name+"_from"] = a
		}
		if to > 0 {
			out[name+"_to"] = b
		}
	}
	put("name", before.Name, after.Name)
	put("colour", rgbHex(before.Colour), rgbHex(after.Colour))
	if from > 0 && to > 0 {
		put("place", float64(from), float64(to))
	}
	return out
}

func several(out map[string]any, c *mask.LabelsChange) {
	var added, recoloured []string
	for _, l := range c.After {
		switch was, n := labelIn(c.Before, l.Value); {
		case n == 0:
			added = append(added, fmt.Sprintf("%d %s", l.Value, l.Name))
		case was.Colour != l.Colour:
			recoloured = append(recoloured, fmt.Sprintf("%s %s to %s", l.Name, rgbHex(was.Colour), rgbHex(l.Colour)))
		}
	}
	if added != nil {
		out["labels_added"] = strings.Join(added, ", ")
	}
	if recoloured != nil {
		out["labels_recoloured"] = strings.Join(recoloured, ", ")
	}
}

// labelIn is the label of a value, and its place from 1; 0 where there is none.
func labelIn(labels []mask.Label, value uint8) (mask.Label, int) {
	for n, l := range labels {
		if l.Value == value {
			return l, n + 1
		}
	}
	return mask.Label{}, 0
}

func rgbHex(c mask.RGB) string { return fmt.Sprintf("#%02X%02X%02X", c[0], c[1], c[2]) }
