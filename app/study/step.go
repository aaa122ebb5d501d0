package study

import (
	"maps"
	"slices"

	"opacity/app/mask"
	"opacity/app/volume"
)

// Flags of a step's record.
const (
	stepByHand byte = 1 << iota
	stepWithLabels
)

// encodeStep writes a step. What is told of it comes first, with its length
// before it, so that a history is listed without reading a single change, and a
// later version may add to it what this one passes over.
func encodeStep(s mask.Step) []byte {
	var head encoder
	head.message(s.Name)
	head.time(s.Time)
	head.string(s.Tool)
	head.byte(s.Label)
	for c := range 3 {
		head.int(int64(s.Box.Min[c]))
		head.int(int64(s.Box.Max[c]))
	}
	head.uint(len(s.Change))
	for _, value := range slices.Sorted(maps.Keys(s.Change)) {
		head.byte(value)
		head.int(int64(s.Change[value]))
	}
	var flags byte
	if s.Hand {
		flags |= stepByHand
	}
	if s.Labels != nil {
		flags |= stepWithLabels
	}
	head.byte(flags)
	if s.Labels != nil {
		head.labels(s.Labels.Before)
		head.labels(s.Labels.After)
	}
	head.string(s.Who)
	head.settings(s.Settings)
	e := make(encoder, 0, len(head)+16)
	e.bytes(head)
	e.delta(s.Delta)
	return e
}

// decodeStep reads a step with its change. Any bytes are safe to try; the error
// is errDamaged.
func decodeStep(b []byte) (mask.Step, error) {
	d := decoder{b: b}
	head := decoder{b: d.bytes()}
	s := head.step()
	s.Delta = d.delta()
	if d.err != nil || head.err != nil {
		return mask.Step{}, errDamaged
	}
	return s, nil
}

// decodeHead reads a step without its change, which stays on disk.
func decodeHead(b []byte) (mask.Step, error) {
	d := decoder{b: b}
	head := decoder{b: d.bytes()}
	s := head.step()
	if d.err != nil || head.err != nil {
		return mask.Step{}, errDamaged
	}
	return s, nil
}

// decodeDelta reads a step's change alone.
func decodeDelta(b []byte) (mask.Delta, error) {
	d := decoder{b: b}
	d.bytes()
	delta := d.delta()
	return delta, d.err
}

func (d *decoder) step() mask.Step {
	s := mask.Step{Name: d.message()}
	s.Time = d.time()
	s.Tool = d.string()
	s.Label = d.byte()
	s.Box = d.box()
	for range d.count(2) {
		if s.Change == nil {
			s.Change = map[uint8]int{}
		}
		value := d.byte()
		s.Change[value] = int(d.int())
	}
	flags := d.byte()
	s.Hand = flags&stepByHand != 0
	if flags&stepWithLabels != 0 {
		s.Labels = &mask.LabelsChange{Before: d.labels(), After: d.labels()}
	}
	if len(d.b) > 0 { // older versions stop here
		s.Who = d.string()
		s.Settings = d.settings()
	}
	return s
}

func (e *encoder) settings(settings map[string]any) {
	e.uint(len(settings))
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		e.string(name)
		e.argument(settings[name], deepest)
	}
}

// settings reads numbers and words, and passes over what is neither.
func (d *decoder) settings() map[string]any {
	var settings map[string]any
	for range d.count(2) {
		name := d.string()
		switch value := d.argument(deepest).(type) {
		case float64, string:
			if settings == nil {
				settings = map[string]any{}
			}
			settings[name] = value
		}
	}
	return settings
}

func (d *decoder) box() volume.Box {
	var b volume.Box
	for c := range 3 {
		b.Min[c], b.Max[c] = int(d.int()), int(d.int())
	}
	return b
}

// labels writes a list of labels, each with its length before it, so that a
// later version may say more of one.
func (e *encoder) labels(labels []mask.Label) {
	e.uint(len(labels))
	for _, l := range labels {
		var one encoder
		one.byte(l.Value)
		one.byte(byte(l.Layer))
		one.string(l.Name)
		one.string(string(l.Side))
		one.string(l.Code)
		for _, c := range l.Colour {
			one.byte(c)
		}
		one.bool(l.Visible)
		one.bool(l.Locked)
		e.bytes(one)
	}
}

// labels reads a list of labels that a mask can have.
func (d *decoder) labels() []mask.Label {
	var labels []mask.Label
	var seen [256]bool
	for range d.count(1) {
		one := decoder{b: d.bytes()}
		l := mask.Label{Value: one.byte(), Layer: mask.Layer(one.byte()), Name: one.string(), Side: mask.Side(one.string()), Code: one.string()}
		for c := range l.Colour {
			l.Colour[c] = one.byte()
		}
		l.Visible, l.Locked = one.bool(), one.bool()
		if one.err != nil || l.Layer >= mask.Layers || l.Value == 0 || seen[l.Value] {
			d.fail()
			return nil
		}
		seen[l.Value] = true
		labels = append(labels, l)
	}
	return labels
}
