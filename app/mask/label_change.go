package mask

import (
	"bytes"
	"strings"
	"unicode"
)

// NewFinding returns a label for a finding of one's own: the next free value,
// and a colour that no label has: the first of ExtraColours, then the one that
// differs most from all in use. ok is false where every value is taken. The mask is not changed.
func (m *Mask) NewFinding(name string) (l Label, ok bool) {
	value := m.freeValue()
	if value == 0 {
		return Label{}, false
	}
	return Label{Value: value, Layer: Findings, Name: name, Colour: m.freeColour(), Visible: true}, true
}

// freeValue is the lowest value that neither a label nor a voxel has, or 0. Those of
// the lungs and of infection are theirs in every file, whether they are in use or not.
func (m *Mask) freeValue() uint8 {
	for value := int(Infection) + 1; value < 256; value++ {
		if m.Free(uint8(value)) {
			return uint8(value)
		}
	}
	return 0
}

// Free reports whether a value other than 0 belongs to no label and no voxel.
func (m *Mask) Free(value uint8) bool {
	_, taken := m.Label(value)
	for l := range m.layers {
		taken = taken || m.layers[l].counts[value] > 0
	}
	return !taken && value != 0
}

// Reserving is a mask that has the labels of a model's own too: no new one gets the
// number of one that was deleted, or it would pass for what the model made. Read only:
// where it has them all it is the mask itself.
func (m *Mask) Reserving(labels []Label) *Mask {
	all := m.Labels()
	for _, l := range labels {
		if _, there := m.Label(l.Value); !there {
			all = append(all, l)
		}
	}
	if len(all) == len(m.labels) {
		return m
	}
	m = m.Snapshot()
	_ = m.SetLabels(all) // values are unique
	return m
}

// CleanName writes a label's name in one line: no control characters, no more
// than one space between words, none around them, 64 letters at most.
func CleanName(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, name)
	letters := []rune(strings.Join(strings.Fields(name), " "))
	if len(letters) > 64 {
		letters = letters[:64]
	}
	return strings.TrimSpace(string(letters))
}

// Named returns the label of a name, whatever its case.
func (m *Mask) Named(name string) (Label, bool) {
	for _, l := range m.labels {
		if strings.EqualFold(l.Name, name) {
			return l, true
		}
	}
	return Label{}, false
}

// Erasure returns the change that takes away every voxel of a label.
func (m *Mask) Erasure(l Layer, value uint8) Delta {
	var d Delta
	for k := range m.size[2] {
		if m.layers[l].counts[value] == 0 || value == 0 {
			return d
		}
		if runs := runsOf(m.layers[l].slices[k], value); runs != nil {
			d.Slices = append(d.Slices, SliceDelta{l, k, runs})
		}
	}
	return d
}

// runsOf finds the stretches of a value and lets them become 0.
func runsOf(labels []uint8, value uint8) []Run {
	var runs []Run
	for from := 0; from < len(labels); {
		n := bytes.IndexByte(labels[from:], value)
		if n < 0 {
			break
		}
		start := from + n
		for from = start; from < len(labels) && labels[from] == value; {
			from++
		}
		runs = append(runs, Run{Offset: int32(start), Length: int32(from - start), Old: value})
	}
	return runs
}
