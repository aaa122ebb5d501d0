package study

import (
	"maps"
	"time"

	"opacity/app/mask"
	"opacity/app/volume"
)

// The kinds of records in a study's journal. Those from optional on may be
// passed over by a version that does not know them.
const (
	kindBegin    uint8 = 1 // the first: grid, labels, and the mask before the first step
	kindStep     uint8 = 2
	kindMoved    uint8 = 3 // undo, redo, jump
	kindStaged   uint8 = 4 // a stroke so far; in place of the one staged before
	kindUnstaged uint8 = 5 // that stroke was given up
	kindLabels   uint8 = 6 // the list of labels, outside of any step
	kindInfo     uint8 = 7 // a change of study.json
	optional     uint8 = 128
	kindVisit    uint8 = 128 // somebody opened the study to work on it, or closed it
)

// state is what the records of a journal lead to. The same methods keep it while
// a journal is read and while it is written.
type state struct {
	size    volume.Size
	begin   int64 // the record of the mask before the first step; 0 where none was read
	labels  []mask.Label
	steps   []mask.Kept // their deltas stay on disk
	origins []*origin   // of each step: what it goes back to, nil for a hand; never written to
	// held are what the masks after so many steps go back to where that changed
	// without a step.
	held map[int]*origin
	// heldModels is how many models and files there were when the last of them was
	// said to have made no step.
	heldModels int
	applied    int
	staged     int64 // the record of a stroke that no step followed; 0 without one
	doc        document
	info       Info // what this version reads in doc
	rows       []Row
}

func (s *state) step(ref int64, step mask.Step) {
	step.Delta = mask.Delta{}
	if step.Who == "" {
		step.Who = s.info.Reviewer
	}
	s.steps = append(s.steps[:s.applied], mask.Kept{Step: step, Ref: ref})
	s.origins = append(s.origins[:s.applied], s.originOf(step))
	maps.DeleteFunc(s.held, func(steps int, _ *origin) bool { return steps > s.applied })
	s.applied++
	s.staged = 0
	s.addStep(step)
	s.relabel(&step, false)
}

func (s *state) move(applied int, at time.Time, who string) {
	s.staged = 0
	if applied == s.applied {
		return
	}
	row, sign := s.moveRow(applied, at, who)
	for ; s.applied > applied; s.applied-- {
		step := &s.steps[s.applied-1].Step
		row.add(s, *step, sign)
		s.relabel(step, true)
	}
	for ; s.applied < applied; s.applied++ {
		step := &s.steps[s.applied].Step
		row.add(s, *step, sign)
		s.relabel(step, false)
	}
	s.rows = append(s.rows, row)
}

// relabel does what a step does to the labels of a mask: what is seen and what
// is locked stays as it is.
func (s *state) relabel(step *mask.Step, back bool) {
	if step.Labels != nil {
		s.labels, step.Labels = step.Labels.Go(s.labels, back)
	}
}

// change takes in a change of study.json.
func (s *state) change(change document) error {
	s.addSaid(change)
	s.doc.merge(change)
	return s.reread(change)
}

func (s *state) reread(change document) error {
	info, err := s.doc.info()
	if err != nil {
		return errDamaged
	}
	s.info = info
	if _, said := change["held"]; said && info.Held != nil && info.Held.Steps == s.applied {
		s.hold()
	}
	return nil
}

func (s *state) label(value uint8) (mask.Label, bool) {
	for _, l := range s.labels {
		if l.Value == value {
			return l, true
		}
	}
	return mask.Label{}, false
}

// refs lists the records whose changes lead from nothing to the mask as it is.
func (s *state) refs() []int64 {
	refs := make([]int64, 0, 1+s.applied)
	refs = append(refs, s.begin)
	for _, k := range s.steps[:s.applied] {
		refs = append(refs, k.Ref)
	}
	return refs
}

// read takes in one record of the journal.
func (s *state) read(kind uint8, offset int64, payload []byte) error {
	if s.begin == 0 && kind != kindBegin {
		return errDamaged
	}
	d := decoder{b: payload}
	switch kind {
	case kindBegin:
		return s.readBegin(offset, payload)
	case kindStep:
		step, err := decodeHead(payload)
		if err != nil {
			return err
		}
		if box := (volume.Box{}); step.Box != box && step.Box != step.Box.Intersect(volume.Whole(s.size)) {
			return errDamaged
		}
		s.step(offset, step)
	case kindMoved:
		applied, at, who := d.uint(), d.time(), s.info.Reviewer
		if len(d.b) > 0 { // older versions name nobody
			who = d.string()
		}
		if d.err != nil || applied > len(s.steps) {
			return errDamaged
		}
		s.move(applied, at, who)
	case kindStaged:
		s.staged = offset
	case kindUnstaged:
		s.staged = 0
	case kindLabels:
		labels := d.labels()
		if d.err != nil {
			return d.err
		}
		s.labels = labels
	case kindInfo:
		change, err := parseDocument(payload)
		if err != nil {
			return errDamaged
		}
		s.addSaid(change)
		s.doc.merge(change)
		_, who := change["reviewer"]
		_, model := change["models"]
		_, threshold := change["thresholds"]
		_, held := change["held"]
		if who || model || threshold || held { // what steps go back to and rows of the audit name; all else is read at the end
			return s.reread(change)
		}
	case kindVisit:
		v := d.visit()
		if d.err != nil {
			return d.err
		}
		s.addVisit(v)
	default:
		if kind < optional {
			return errNewer
		}
	}
	return nil
}

func (s *state) readBegin(offset int64, payload []byte) error {
	d := decoder{b: payload}
	head := decoder{b: d.bytes()}
	size := volume.Size{head.uint(), head.uint(), head.uint()}
	labels := head.labels()
	if d.err != nil || head.err != nil || s.begin != 0 || size != s.size {
		return errDamaged
	}
	s.begin, s.labels = offset, labels
	return nil
}

// encodeBegin writes the first record: its mask as a change from nothing, so
// that decodeDelta reads it as that of a step.
func encodeBegin(m *mask.Mask) []byte {
	var head, e encoder
	for _, n := range m.Size() {
		head.uint(n)
	}
	head.labels(m.Labels())
	e.bytes(head)
	e.delta(mask.Diff(mask.New(m.Size(), nil), m))
	return e
}

func encodeMoved(applied int, at time.Time, who string) []byte {
	var e encoder
	e.uint(applied)
	e.time(at)
	e.string(who)
	return e
}
