package ui

import (
	"context"
	"maps"

	"opacity/app/edit"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
	"opacity/viewer/tool"
)

// operation is a change of a label as a whole, or of a region, told as data: what
// it asks for, and what it does with that. The strip of amounts and the menu are
// made from it.
type operation struct {
	id     string // of its texts, its steps, and what is remembered of it
	group  string // of the menu
	params []param
	plain  bool // its step names no label
	// about, where it is set, are the labels that it is about, by the active one;
	// left are like them, but hidden or locked.
	about func(m *mask.Mask, active uint8) (about, left []mask.Label)
	// follows: it goes by the crosshair or the slice shown, and is worked out anew
	// where these are others.
	follows bool
	often   bool // it has a button of the toolbar
	hands   bool // it needs to know what hands have touched
	goes    bool // the view goes along to the last slice that it changes
	do      func(ctx context.Context, at work, report func(job.Progress)) (outcome, error)
}

// param is something that an operation asks for.
type param struct {
	id           string
	kind         paramKind
	lo, hi, step float64 // of a number
	first        float64 // before anybody chose
	steep        bool    // the slider goes in equal ratios, not steps
	unit         string  // of a number: mm, ml, hu, or none
	options      []string
	names        bool               // the option chosen is part of the step's name
	drawn        bool               // of a label: one that there is some of is proposed
	when         func(amounts) bool // nil: always asked for
}

type paramKind int

const (
	aNumber paramKind = iota
	aChoice           // the index of an option
	aLabel            // the value of a label other than the active one
	aTick             // 1 where it is on
)

// amounts are what was chosen, by the id of the parameter.
type amounts map[string]float64

func (a amounts) on(id string) bool        { return a[id] != 0 }
func (a amounts) is(id string, n int) bool { return int(a[id]) == n }
func (a amounts) label(id string) uint8    { return uint8(a[id]) }

// work is what an operation goes by: the mask as it is, where the hand is, and
// the amounts.
type work struct {
	amounts
	in    edit.Input
	model []mask.Label // of the model's own, the numbers of which no new label gets
	voxel [3]int       // of the crosshair
	axis  int          // that the slices of the pane in use lie across
	hand  *mask.Bits   // what hands have touched in the label's layer, where that is asked for
}

// here bounds the change to the slice shown.
func (at work) here() edit.Input {
	in := at.in
	in.Box = volume.Whole(in.Mask.Size())
	in.Box.Min[at.axis], in.Box.Max[at.axis] = at.voxel[at.axis], at.voxel[at.axis]+1
	return in
}

// extent bounds the change as the parameter of that name says.
func (at work) extent() edit.Input {
	if at.is("extent", 1) {
		return at.here()
	}
	return at.in
}

// outcome is what an operation would change.
type outcome struct {
	delta  mask.Delta
	labels *mask.LabelsChange
	told   text.Message // what else there is to say
	// instead: told says why nothing would change
	instead bool
}

func (o outcome) empty() bool { return o.delta.Empty() && o.labels == nil }

// initial are the amounts before anybody chose, over those remembered.
func (op *operation) initial(remembered map[string]float64) amounts {
	a := amounts{}
	for _, p := range op.params {
		a[p.id] = p.first
		if x, there := remembered[op.id+"."+p.id]; there && p.kind != aLabel {
			a[p.id] = p.kept(x)
		}
	}
	return a
}

// remember adds the amounts to those remembered; which labels is a study's own.
func (op *operation) remember(a amounts, into map[string]float64) map[string]float64 {
	into = maps.Clone(into)
	if into == nil {
		into = map[string]float64{}
	}
	for _, p := range op.params {
		if p.kind != aLabel {
			into[op.id+"."+p.id] = a[p.id]
		}
	}
	return into
}

// kept brings an amount into its bounds.
func (p param) kept(x float64) float64 {
	if x != x {
		return p.first
	}
	switch p.kind {
	case aChoice:
		return min(max(float64(int(x)), 0), float64(len(p.options)-1))
	case aTick:
		return min(max(x, 0), 1)
	case aNumber:
		return min(max(x, p.lo), p.hi)
	}
	return x
}

// stepName is what the step is called, of a label and, where one is asked for,
// another, with the amounts.
func (op *operation) stepName(a amounts, label func(uint8) string, active uint8) text.Message {
	key := op.id
	var args []any
	if !op.plain {
		args = append(args, label(active))
	}
	for _, p := range op.params {
		if p.names {
			key += "_" + p.options[int(a[p.id])]
		}
		if p.kind == aLabel {
			args = append(args, label(a.label(p.id)))
		}
	}
	name := text.M("ui.op.step."+key, args...)
	var told []text.Message
	for _, p := range op.params {
		if m := p.told(a); !m.IsZero() {
			told = append(told, m)
		}
	}
	if told == nil {
		return name
	}
	return text.M("ui.op.step_with", name, told)
}

// told says in the name of a step what was chosen; nothing where that has no text.
func (p param) told(a amounts) text.Message {
	x, key := a[p.id], "ui.op.told."+p.id
	var args []any
	switch {
	case p.when != nil && !p.when(a), p.kind == aLabel, p.kind == aTick && x == 0, p.kind == aChoice && p.names:
		return text.Message{}
	case p.kind == aChoice:
		key = "ui.op.chosen." + p.options[int(x)]
	case p.kind == aNumber && p.unit == "" && x == p.lo: // as few as can be
		return text.Message{}
	case p.kind == aNumber && p.unit == "":
		args = append(args, int(x))
	case p.kind == aNumber:
		args = append(args, p.bounds().short(x))
	}
	if _, said := text.English()[key]; !said {
		return text.Message{}
	}
	return text.M(key, args...)
}

// registerOperations tells the key table what asks for the amounts of an operation.
func (w *Window) registerOperations() {
	for _, op := range w.operations {
		w.keys.Handle(tool.Operation(op.id), func() { w.operate(op) })
	}
	w.keys.Handle(tool.CopyUp, func() { w.copyOn(+1) })
	w.keys.Handle(tool.CopyDown, func() { w.copyOn(-1) })
}

// isOperation reports whether an action changes a label as a whole, or asks how.
func (w *Window) isOperation(a tool.Action) bool {
	for _, op := range w.operations {
		if tool.Operation(op.id) == a {
			return true
		}
	}
	return a == tool.CopyUp || a == tool.CopyDown
}
