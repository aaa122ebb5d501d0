package ui

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"opacity/app/edit"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
)

type reporter = func(job.Progress)

// operations are those of the menu Tools, in its order.
func operations() []*operation {
	mm := func(id string, first, most float64) param {
		return param{id: id, kind: aNumber, lo: 0.5, hi: most, step: 0.5, first: first, steep: true, unit: "mm"}
	}
	extent := param{id: "extent", kind: aChoice, options: []string{"all", "slice"}}
	return []*operation{
		{id: "holes", group: "fill", often: true, follows: true, do: doHoles, params: []param{
			{id: "where", kind: aChoice, options: []string{"slice", "slices", "space"}, first: 2},
		}},
		{id: "region", group: "fill", often: true, follows: true, do: doRegion, params: regionParams()},
		{id: "between", group: "fill", often: true, follows: true, hands: true, do: doBetween, params: betweenParams()},
		{id: "copy", group: "fill", often: true, follows: true, goes: true, do: doCopy, params: []param{
			{id: "to", kind: aChoice, options: []string{"next", "previous"}, names: true},
			{id: "slices", kind: aNumber, lo: 1, hi: 50, step: 1, first: 1},
			{id: "replace", kind: aTick},
		}},
		{id: "keep", group: "islands", often: true, do: doKeep, params: []param{
			{id: "number", kind: aNumber, lo: 1, hi: 20, step: 1, first: 1},
		}},
		{id: "small", group: "islands", do: doSmall, params: []param{
			{id: "below", kind: aNumber, lo: 0.01, hi: 100, step: 0.01, first: 0.1, steep: true, unit: "ml"},
		}},
		{id: "island", group: "islands", follows: true, do: doIsland, params: []param{
			{id: "island", kind: aChoice, options: []string{"remove", "only"}, names: true},
		}},
		{id: "split", group: "islands", do: doSplit, params: []param{
			{id: "labels", kind: aNumber, lo: 2, hi: 20, step: 1, first: 20},
		}},
		{id: "margin", group: "border", often: true, follows: true, do: doMargin, params: []param{
			{id: "border", kind: aChoice, options: []string{"grow", "shrink"}, names: true}, mm("mm", 2, edit.MostMM), extent,
		}},
		{id: "smooth", group: "border", often: true, follows: true, do: doSmooth, params: []param{
			{id: "how", kind: aChoice, options: []string{"median", "closing", "opening"}}, mm("mm", 2, 20), extent,
		}},
		{id: "joint", group: "border", plain: true, about: jointLabels, follows: true, do: doJoint, params: []param{mm("sigma", 2, edit.MostSigmaMM), extent}},
		{id: "boolean", group: "labels", follows: true, do: doBoolean, params: []param{
			{id: "do", kind: aChoice, options: []string{"union", "minus", "intersect", "copy"}, names: true},
			{id: "with", kind: aLabel, drawn: true},
			extent,
		}},
		{id: "relabel", group: "labels", follows: true, do: doRelabel, params: []param{{id: "into", kind: aLabel}, extent}},
		{id: "swap", group: "labels", plain: true, do: doSwap},
	}
}

func regionParams() []param {
	alike := func(n int) func(amounts) bool { return func(a amounts) bool { return a.is("alike", n) } }
	hu := func(id string, first float64) param {
		return param{id: id, kind: aNumber, lo: leastHU, hi: mostHU, step: 1, first: first, unit: "hu", when: alike(int(edit.ByRange))}
	}
	return []param{
		{id: "alike", kind: aChoice, options: []string{"tolerance", "range", "label"}},
		{id: "tolerance", kind: aNumber, lo: 0, hi: 500, step: 5, first: 100, unit: "hu", when: alike(int(edit.ByTolerance))},
		hu("from", float64(huUsual.Min)), hu("to", float64(huUsual.Max)),
		{id: "where", kind: aChoice, options: []string{"slice", "space"}, first: 1},
		{id: "most", kind: aNumber, lo: 0, hi: 5000, step: 1, first: 500, unit: "ml"},
		{id: "erase", kind: aTick},
	}
}

// only makes an outcome of a change alone.
func only(d mask.Delta, err error) (outcome, error) { return outcome{delta: d}, err }

func doHoles(ctx context.Context, at work, report reporter) (outcome, error) {
	switch int(at.amounts["where"]) {
	case 0:
		return only(edit.FillHoles(ctx, at.here(), edit.HolesOptions{Axis: at.axis}, report))
	case 1:
		return only(edit.FillHoles(ctx, at.in, edit.HolesOptions{Axis: at.axis}, report))
	}
	d, err := edit.FillHoles(ctx, at.in, edit.HolesOptions{Axis: edit.Space}, report)
	if err != nil || !d.Empty() {
		return only(d, err)
	}
	told, err := flatHoles(ctx, at, report)
	return outcome{told: told, instead: !told.IsZero()}, err
}

// flatHoles says where in slices there are holes, though none is closed in space.
func flatHoles(ctx context.Context, at work, report reporter) (text.Message, error) {
	d, err := edit.FillHoles(ctx, at.here(), edit.HolesOptions{Axis: at.axis}, report)
	if err != nil {
		return text.Message{}, err
	}
	if n := parts(d, at.in.Mask.Size()); n > 0 {
		return text.M("ui.op.holes_here", n), nil
	}
	d, err = edit.FillHoles(ctx, at.in, edit.HolesOptions{Axis: at.axis}, report)
	if err == nil && !d.Empty() {
		return text.M("ui.op.holes_elsewhere"), nil
	}
	return text.Message{}, err
}

// parts counts the connected parts of a change.
func parts(d mask.Delta, size volume.Size) int {
	set := mask.NewBits(size)
	for _, s := range d.Slices {
		for _, r := range s.Runs {
			for o := int(r.Offset); o < int(r.Offset+r.Length); o++ {
				set.Set(o%size[0], o/size[0], s.K)
			}
		}
	}
	return len(set.Components(6).List)
}

func doRegion(ctx context.Context, at work, report reporter) (outcome, error) {
	a, told := at.amounts, text.Message{}
	o := edit.FloodOptions{
		Seed: at.voxel, Axis: edit.Space, Alike: edit.Alike(a["alike"]), ToleranceHU: float32(a["tolerance"]),
		HU:    mask.Range{Min: float32(min(a["from"], a["to"])), Max: float32(max(a["from"], a["to"]))},
		MaxML: a["most"], Erase: a.on("erase"), Stopped: func() { told = text.M("ui.op.stopped", a["most"]) },
	}
	if a.is("where", 0) {
		o.Axis = at.axis
	}
	d, err := edit.Flood(ctx, at.in, o, report)
	return outcome{delta: d, told: told}, err
}

// What may be filled between slices: the gap at the crosshair, all gaps of the
// label, or between all slices around the crosshair.
const (
	gapHere = iota
	gapsAll
	gapsAround
)

func betweenParams() []param {
	around := func(a amounts) bool { return a.is("gaps", gapsAround) }
	return []param{
		{id: "gaps", kind: aChoice, options: []string{"gap_here", "gaps_all", "gaps_around"}},
		{id: "around", kind: aNumber, lo: 2, hi: 200, step: 1, first: 10, when: around},
		{id: "replace", kind: aTick, when: around},
	}
}

func doBetween(ctx context.Context, at work, report reporter) (outcome, error) {
	o := edit.GapsOptions{Axis: at.axis, Hand: at.hand}
	switch int(at.amounts["gaps"]) {
	case gapHere:
		o.At = &at.voxel
	case gapsAround:
		of := edit.BetweenOptions{Axis: at.axis, Replace: at.on("replace"), Slices: []int{}}
		for n := -int(at.amounts["around"]); n <= int(at.amounts["around"]); n++ {
			of.Slices = append(of.Slices, at.voxel[at.axis]+n)
		}
		return only(edit.Between(ctx, at.in, of, report))
	}
	return only(edit.FillGaps(ctx, at.in, o, report))
}

// doCopy copies the slice shown to the next ones, up or down, as far as there are any.
func doCopy(ctx context.Context, at work, report reporter) (outcome, error) {
	way := wayUp(at.axis)
	if at.is("to", 1) {
		way = -way
	}
	in := at.in
	in.Mask = in.Mask.Snapshot()
	from, size := at.voxel[at.axis], in.Mask.Size()
	for n := range int(at.amounts["slices"]) {
		to := from + way*(n+1)
		if n > 0 && (to < 0 || to >= size[at.axis]) {
			break
		}
		d, err := edit.CopySlice(ctx, in, edit.CopyOptions{Axis: at.axis, From: from, To: to, Replace: at.on("replace")}, report)
		if err != nil {
			return outcome{}, err
		}
		in.Mask.Apply(d)
	}
	return outcome{delta: mask.Diff(at.in.Mask, in.Mask)}, nil
}

func doKeep(ctx context.Context, at work, report reporter) (outcome, error) {
	return only(edit.Islands(ctx, at.in, edit.IslandsOptions{Do: edit.KeepLargest, N: int(at.amounts["number"])}, report))
}

func doSmall(ctx context.Context, at work, report reporter) (outcome, error) {
	return only(edit.Islands(ctx, at.in, edit.IslandsOptions{Do: edit.RemoveSmall, MinML: at.amounts["below"]}, report))
}

func doIsland(ctx context.Context, at work, report reporter) (outcome, error) {
	o := edit.IslandsOptions{Do: edit.RemoveAt, At: at.voxel}
	if at.is("island", 1) {
		o.Do = edit.KeepAt
	}
	return only(edit.Islands(ctx, at.in, o, report))
}

// doSplit gives the largest islands but the first labels of their own, which it
// makes.
func doSplit(ctx context.Context, at work, report reporter) (outcome, error) {
	found, err := edit.ListIslands(ctx, at.in)
	if err != nil {
		return outcome{}, err
	}
	in, before := at.in, at.in.Mask.Labels()
	in.Mask = in.Mask.Snapshot()
	label, _ := in.Mask.Label(in.Label)
	var into []uint8
	for n := 2; len(into) < min(int(at.amounts["labels"]), len(found))-1; n++ {
		name := fmt.Sprintf("%s %d", label.Name, n)
		if _, taken := in.Mask.Named(name); taken {
			continue
		}
		next, ok := in.Mask.Reserving(at.model).NewFinding(name)
		if !ok {
			break
		}
		next.Layer = label.Layer
		if err := in.Mask.SetLabels(append(in.Mask.Labels(), next)); err != nil {
			return outcome{}, err
		}
		into = append(into, next.Value)
	}
	if len(into) == 0 {
		return outcome{}, nil
	}
	d, err := edit.Islands(ctx, in, edit.IslandsOptions{Do: edit.Split, Into: into}, report)
	if err != nil || d.Empty() {
		return outcome{}, err
	}
	got := d.Change()
	empty := func(value uint8) bool { return got[value] == 0 } // the limits left nothing of its island
	into = slices.DeleteFunc(into, empty)
	after := slices.DeleteFunc(in.Mask.Labels(), func(l mask.Label) bool {
		_, was := at.in.Mask.Label(l.Value)
		return !was && empty(l.Value)
	})
	return outcome{delta: d, labels: &mask.LabelsChange{Before: before, After: after}, told: text.M("ui.op.split", len(found), len(into)+1)}, nil
}

func doMargin(ctx context.Context, at work, report reporter) (outcome, error) {
	mm := at.amounts["mm"]
	if at.is("border", 1) {
		mm = -mm
	}
	return only(edit.Margin(ctx, at.extent(), edit.MarginOptions{MM: mm}, report))
}

func doSmooth(ctx context.Context, at work, report reporter) (outcome, error) {
	return only(edit.Smooth(ctx, at.extent(), edit.SmoothOptions{Do: edit.SmoothAction(at.amounts["how"]), MM: at.amounts["mm"]}, report))
}

// jointLabels are those that are smoothed together with the active one: of its
// layer, in the mask, and neither hidden nor locked. left are those that are.
func jointLabels(m *mask.Mask, active uint8) (together, left []mask.Label) {
	a, _ := m.Label(active)
	for _, l := range m.Labels() {
		switch {
		case l.Layer != a.Layer || m.Count(l.Layer, l.Value) == 0:
		case l.Visible && !l.Locked:
			together = append(together, l)
		default:
			left = append(left, l)
		}
	}
	return together, left
}

// doJoint smooths the labels of the active one's layer that may change.
func doJoint(ctx context.Context, at work, report reporter) (outcome, error) {
	together, left := jointLabels(at.in.Mask, at.in.Label)
	o := edit.JointOptions{SigmaMM: at.amounts["sigma"]}
	for _, l := range together {
		o.Labels = append(o.Labels, l.Value)
	}
	told := text.Message{}
	if len(left) > 0 {
		told = text.M("ui.op.joint_left", names(left))
		if len(together) == 0 {
			return outcome{told: told, instead: true}, nil
		}
	}
	if len(together) == 0 {
		o.Labels = []uint8{at.in.Label} // which has no voxel, and is told so
	}
	d, err := edit.JointSmooth(ctx, at.extent(), o, report)
	return outcome{delta: d, told: told}, err
}

// names are those of labels, with commas between.
func names(labels []mask.Label) string {
	var all []string
	for _, l := range labels {
		all = append(all, l.Name)
	}
	return strings.Join(all, ", ")
}

func doBoolean(ctx context.Context, at work, report reporter) (outcome, error) {
	return only(edit.Boolean(ctx, at.extent(), edit.BooleanOptions{Do: edit.BooleanAction(at.amounts["do"]), Other: at.label("with")}, report))
}

func doRelabel(ctx context.Context, at work, report reporter) (outcome, error) {
	return only(edit.Relabel(ctx, at.extent(), edit.RelabelOptions{To: map[uint8]uint8{at.in.Label: at.label("into")}}, report))
}

func doSwap(ctx context.Context, at work, report reporter) (outcome, error) {
	return only(edit.SwapLungs(ctx, at.in, report))
}
