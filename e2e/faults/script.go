package main

import (
	"errors"
	"math/rand/v2"
	"time"

	"opacity/app/mask"
	"opacity/app/study"
	"opacity/app/text"
	"opacity/app/volume"
)

// grid is what is painted on: small, with thick slices.
var grid = volume.Geometry{
	Size: volume.Size{64, 64, 24},
	Affine: volume.Affine{
		{1.5, 0, 0, -48},
		{0, 1.5, 0, -48},
		{0, 0, 5, -60},
	},
}

// work is a mask that the script edits, in memory or of a study.
type work struct {
	seed    uint64
	history *mask.History
}

func inMemory(seed uint64) *work {
	return &work{seed, mask.NewHistory(mask.New(grid.Size, mask.DefaultLabels()))}
}

// moment is told after each thing that a study may be found at: staged is the
// stroke that is under way, as the step it would be, and nil after a whole
// operation. stop ends the stroke there.
type moment func(staged *mask.Step) (stop bool, err error)

// do does operation op of the script, which depends on nothing but its number and
// what there is.
func (w *work) do(op int, at moment) error {
	r := rand.New(rand.NewPCG(w.seed, uint64(op)))
	steps, applied := w.history.Steps()
	var err error
	switch r.IntN(20) {
	case 0, 1:
		_, err = w.history.Undo()
	case 2:
		_, err = w.history.Redo()
	case 3:
		_, err = w.history.Go(r.IntN(len(steps) + 1))
	case 4:
		_, err = w.history.Go(max(0, applied-r.IntN(4)))
	case 5:
		w.rename(op, r)
	default:
		return w.stroke(op, r, at)
	}
	if err != nil && !errors.Is(err, mask.ErrNoStep) {
		return err
	}
	_, err = at(nil)
	return err
}

// step is what operation op is called.
func step(op int, tool string, label uint8) mask.Step {
	when := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(op) * time.Second)
	return mask.Step{Name: text.M("faults."+tool, op), Time: when, Tool: tool, Label: label, Hand: true}
}

// rename gives a label another name.
func (w *work) rename(op int, r *rand.Rand) {
	s := step(op, "rename", mask.Infection)
	before := w.history.Mask().Labels()
	after := w.history.Mask().Labels()
	after[r.IntN(len(after))].Name = string(rune('a' + r.IntN(26)))
	s.Labels = &mask.LabelsChange{Before: before, After: after}
	w.history.Commit(s)
}

// stroke paints or erases along a way.
func (w *work) stroke(op int, r *rand.Rand, at moment) error {
	erase, tool := r.IntN(5) == 0, "brush"
	if erase {
		tool = "eraser"
	}
	s := step(op, tool, uint8(1+r.IntN(3)))
	tip := mask.Tip{Geometry: grid, RadiusMM: 1 + 11*r.Float64(), Solid: r.IntN(3) == 0, Square: r.IntN(4) == 0, Axis: r.IntN(3)}
	from := volume.Vec{64 * r.Float64(), 64 * r.Float64(), 24 * r.Float64()}
	stroke := w.history.Mask().Begin(nil, s.Label, erase, mask.Limits{})
	points := 1 + r.IntN(12)
	for p := range points {
		to := volume.Vec{from[0] + 6*r.NormFloat64(), from[1] + 6*r.NormFloat64(), from[2] + r.NormFloat64()}
		stroke.Paint(tip.Sweep(from, to))
		from = to
		s.Delta = stroke.Delta()
		if p%3 < 2 || p == points-1 || s.Delta.Empty() {
			continue
		}
		if stop, err := at(&s); err != nil {
			return err
		} else if stop {
			w.history.Record(s)
			return nil
		}
	}
	w.history.Record(s)
	_, err := at(nil)
	return err
}

// state is what a study is compared by.
type state struct {
	mask    *mask.Mask
	labels  []mask.Label
	steps   []mask.Step // their deltas are not compared
	applied int
}

// state is that of the work now, or, with a stroke under way, as if it ended.
func (w *work) state(staged *mask.Step) state {
	m := w.history.Mask()
	steps, applied := w.history.Steps()
	if staged != nil {
		steps, applied = append(steps[:applied:applied], *staged), applied+1
	}
	return state{m.Snapshot(), m.Labels(), append([]mask.Step(nil), steps...), applied}
}

// is reports whether a study is in the state.
func (s state) is(found *study.Study) bool {
	steps, applied := found.History().Steps()
	if applied != s.applied || len(steps) != len(s.steps) {
		return false
	}
	for i := range steps {
		a, b := steps[i], s.steps[i]
		if !a.Time.Equal(b.Time) || a.Tool != b.Tool || a.Label != b.Label || a.Hand != b.Hand {
			return false
		}
	}
	for i, l := range found.Mask().Labels() {
		if i >= len(s.labels) || l != s.labels[i] {
			return false
		}
	}
	return found.Mask().Equal(s.mask)
}

// create makes a study for the script.
func create(folder string) (*study.Study, error) {
	info := study.Info{Program: "faults", Sources: []study.Source{{Path: "none", SHA256: "0"}}}
	return study.Create(folder, info, grid, mask.New(grid.Size, mask.DefaultLabels()))
}
