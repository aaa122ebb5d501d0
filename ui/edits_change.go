package ui

import (
	"math"
	"slices"
	"strings"

	"opacity/app/mask"
	"opacity/viewer"
)

// changesOf writes what a step did to each label: "infection − 3.2 ml, left lung
// +3.2 ml". The label that the step is about needs no name where it is alone.
func (w *Window) changesOf(s mask.Step) string {
	if w.session.Volume() == nil || s.Box.Empty() {
		return ""
	}
	changed := w.changedBy(s)
	switch {
	case len(changed) == 0: // as many came as went
		return w.t("ui.change.even", w.amountOf(s.Delta.Voxels(), false))
	case len(changed) == 1 && changed[0].Value == s.Label:
		return w.amountOf(s.Change[s.Label], true)
	}
	told := make([]string, len(changed))
	for n, l := range changed {
		told[n] = w.t("ui.change.label", l.Name, w.amountOf(s.Change[l.Value], true))
	}
	return strings.Join(told, ", ")
}

// changeOf writes the same in a few letters: what became of the label that the
// step is about, else of the one that changed most.
func (w *Window) changeOf(s mask.Step) string {
	if w.session.Volume() == nil || s.Box.Empty() {
		return ""
	}
	changed := w.changedBy(s)
	if s.Change[s.Label] != 0 || s.Label == 0 || len(changed) == 0 {
		n, of := s.Change[s.Label], s.Label != 0
		if !of {
			for _, change := range s.Change {
				n += change
			}
		}
		return w.amountOf(n, true)
	}
	most := slices.MaxFunc(changed, func(a, b mask.Label) int { return size(s.Change[a.Value]) - size(s.Change[b.Value]) })
	return w.t("ui.change.label", most.Name, w.amountOf(s.Change[most.Value], true))
}

// changedBy are the labels that a step gave voxels or took them from: the one that
// it is about, then the others as they are listed.
func (w *Window) changedBy(s mask.Step) []mask.Label {
	labels := w.session.Mask().Labels()
	if s.Labels != nil {
		labels = slices.Concat(s.Labels.After, s.Labels.Before, labels)
	}
	var found []mask.Label
	for _, l := range labels {
		if s.Change[l.Value] == 0 || slices.ContainsFunc(found, func(f mask.Label) bool { return f.Value == l.Value }) {
			continue
		}
		if l.Value == s.Label {
			found = slices.Insert(found, 0, l)
		} else {
			found = append(found, l)
		}
	}
	return found
}

// amountOf writes so many voxels in millilitres, or as voxels where that says more.
func (w *Window) amountOf(n int, sign bool) string {
	v := w.session.Volume()
	_, withheld := v.Withheld()
	ml := float64(n) * v.VoxelVolumeML()
	write := viewer.Number
	if sign {
		write = signed
	}
	switch few := math.Abs(ml) < 0.005 && n != 0; {
	case withheld || few:
		if size(n) == 1 {
			return w.t("ui.change.voxel", write(float64(n), 0))
		}
		return w.t("ui.history.voxels", write(float64(n), 0))
	}
	return w.fineML(ml, write)
}

// fineML writes millilitres, those below one with two decimals.
func (w *Window) fineML(ml float64, write func(x float64, decimals int) string) string {
	decimals := 1
	if math.Abs(ml) < 1 {
		decimals = 2
	}
	return w.t("ui.ml", write(ml, decimals))
}

func size(n int) int { return max(n, -n) }

// signed writes a change with its sign.
func signed(x float64, decimals int) string {
	s := viewer.Number(x, decimals)
	if x > 0 {
		s = "+" + s
	}
	return s
}
