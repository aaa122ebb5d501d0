package render

import (
	"bytes"

	"opacity/app/mask"
)

// change gives a label where a preview would add it, and where it would take it
// away, values of their own, which no label has. Where such run out, labels are
// drawn as they would be.
type change struct{ come, gone [256]uint8 }

// change works out how a preview is drawn: what would be added striped over its
// fill, what would be taken away dotted without one, both in a broken outline.
func (p *palette) change(before, after []mask.Label, widthPx float64) {
	free := unused(before, after)
	p.changes = change{come: p.shown}
	for _, l := range after {
		if !l.Visible || len(free) < 2 {
			continue
		}
		come, gone := free[0], free[1]
		free = free[2:]
		p.changes.come[l.Value], p.changes.gone[l.Value] = come, gone
		for _, x := range []uint8{come, gone} {
			p.shown[x], p.solid[x] = x, p.solid[l.Value]
		}
		p.fills[come], p.faint[come], p.weave[come] = p.fills[l.Value], p.faint[l.Value], striped
		p.fills[gone], p.faint[gone], p.weave[gone] = 0, premultiplied(l.Colour, partOf(widthPx)), sprinkled
	}
}

// unused are the values that none of the labels has.
func unused(labels ...[]mask.Label) []uint8 {
	var taken [256]bool
	for _, list := range labels {
		for _, l := range list {
			taken[l.Value] = true
		}
	}
	var free []uint8
	for x := 255; x > 0; x-- {
		if !taken[x] {
			free = append(free, uint8(x))
		}
	}
	return free
}

// mixed is a row of labels in which what differs from the row before is marked;
// nil rows are all 0. It may be in room, which is memory for it.
func (p *palette) mixed(before, after []uint8, room *[]uint8) []uint8 {
	if len(before) == len(after) && (len(after) == 0 || &before[0] == &after[0] || bytes.Equal(before, after)) {
		return after
	}
	into := resized(*room, max(len(before), len(after)))
	*room = into
	for n := range into {
		b, a := valueAt(before, n), valueAt(after, n)
		switch {
		case a == b:
			into[n] = a
		case p.shown[a] != 0:
			into[n] = p.changes.come[a]
		default:
			into[n] = p.changes.gone[b]
		}
	}
	return into
}

// valueAt is a label of a row, which is nil where all are 0.
func valueAt(row []uint8, n int) uint8 {
	if row == nil {
		return 0
	}
	return row[n]
}
