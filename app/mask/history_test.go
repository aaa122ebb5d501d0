package mask

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"opacity/app/text"
	"opacity/app/volume"
)

var errFull = errors.New("disk full")

// shelf is an archive that keeps steps in memory, and fails when it is told to.
type shelf struct {
	steps   []Step // as a program that starts again would find them
	refs    []int64
	applied int
	all     []Delta
	failing bool // to write
	torn    bool // to read
	reads   int
}

func (a *shelf) Keep(s Step) (int64, error) {
	if a.failing {
		return 0, errFull
	}
	a.all = append(a.all, s.Delta)
	a.steps, a.refs = append(a.steps[:a.applied:a.applied], s), append(a.refs[:a.applied:a.applied], int64(len(a.all)))
	a.applied++
	return int64(len(a.all)), nil
}

func (a *shelf) Moved(applied int) error {
	if a.failing {
		return errFull
	}
	if applied > len(a.steps) {
		return fmt.Errorf("moved to %d of %d", applied, len(a.steps))
	}
	a.applied = applied
	return nil
}

func (a *shelf) Delta(ref int64) (Delta, error) {
	if a.torn {
		return Delta{}, errFull
	}
	a.reads++
	return a.all[ref-1], nil
}

// reopened is the mask that a program which starts again finds on the shelf.
func (a *shelf) reopened(size volume.Size, labels []Label) *Mask {
	m := New(size, labels)
	for _, s := range a.steps[:a.applied] {
		m.Apply(s.Delta)
		if s.Labels != nil {
			labels, _ := s.Labels.Go(m.Labels(), false)
			_ = m.SetLabels(labels)
		}
	}
	return m
}

// naive is a history that copies the whole mask for every step.
type naive struct {
	states []*Mask
	at     int
}

func (n *naive) commit(m *Mask) {
	n.states = append(n.states[:n.at+1], m.Snapshot())
	n.at++
}

func same(a, b *Mask) bool { return a.Equal(b) && reflect.DeepEqual(a.labels, b.labels) }

// randomStep is a change of voxels, of labels or of both.
func randomStep(r *rand.Rand, m *Mask) (Step, *Mask) {
	s, want := Step{Name: text.M("test.step"), Tool: "brush", Hand: true}, m.Snapshot()
	if r.IntN(4) > 0 {
		want = scribble(r, m)
		s.Delta = Diff(m, want)
	}
	if r.IntN(4) == 0 {
		after := want.Labels()
		after[r.IntN(len(after))].Name = fmt.Sprint("name ", r.IntN(1000))
		s.Labels = &LabelsChange{Before: m.Labels(), After: after}
		want.labels = after
	}
	return s, want
}

// Whatever is committed, undone, redone and jumped to, with any budget and an
// archive that fails now and then, the mask is what whole copies say, and the
// archive, once it works, holds the same.
func TestHistory_AgainstWholeCopies(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 2))
		m := New(volume.Size{5 + r.IntN(20), 6, 4}, DefaultLabels())
		h, a, n := NewHistory(m), &shelf{}, &naive{states: []*Mask{m.Snapshot()}}
		told := error(nil)
		h.Told = func(err error) { told = err }
		archived := seed%6 != 0
		if archived {
			if err := h.SetArchive(a); err != nil {
				t.Fatal(err)
			}
		}
		h.SetBudget([]int{0, 60, 400, 3000, HistoryBudget}[r.IntN(5)])
		for range 120 {
			a.failing = archived && r.IntN(3) == 0
			act(t, r, h, n)
			h.Retry()
			steps, applied := h.Steps()
			if !same(m, n.states[n.at]) || applied != n.at || len(steps) != len(n.states)-1 {
				t.Fatalf("seed %d: at step %d of %d, want %d of %d, mask right: %v", seed, applied, len(steps), n.at, len(n.states)-1, same(m, n.states[n.at]))
			}
			checkCounts(t, m)
			checkHeld(t, h, archived)
			if archived && !a.failing && !same(m, a.reopened(m.size, DefaultLabels())) {
				t.Fatalf("seed %d: the archive holds another mask", seed)
			}
			if (h.failure == nil) != (told == nil) {
				t.Fatalf("seed %d: told %v of %v", seed, told, h.failure)
			}
		}
	}
}

func act(t *testing.T, r *rand.Rand, h *History, n *naive) {
	t.Helper()
	switch r.IntN(6) {
	case 0, 1:
		s, want := randomStep(r, h.mask)
		if _, ok := h.Commit(s); ok {
			n.commit(want)
		}
	case 2: // as a stroke does it
		s, want := randomStep(r, h.mask)
		h.mask.Apply(s.Delta)
		if made, ok := h.Record(s); ok {
			n.commit(want)
			if made.Box != s.Delta.Box(h.mask.size[0]) || made.Time.IsZero() {
				t.Fatalf("the step is recorded as %+v", made)
			}
		}
	case 3:
		if _, err := h.Undo(); (err == nil) != (n.at > 0) {
			t.Fatalf("undo at %d: %v", n.at, err)
		}
		n.at = max(n.at-1, 0)
	case 4:
		if _, err := h.Redo(); (err == nil) != (n.at < len(n.states)-1) {
			t.Fatalf("redo at %d: %v", n.at, err)
		}
		n.at = min(n.at+1, len(n.states)-1)
	case 5:
		to := r.IntN(len(n.states))
		before := h.mask.Snapshot()
		box, err := h.Go(to)
		if err != nil {
			t.Fatal(err)
		}
		if changed := Diff(before, h.mask).Box(h.mask.size[0]); changed.Intersect(box) != changed {
			t.Fatalf("%v changed, %v was told", changed, box)
		}
		n.at = to
	}
}

// checkHeld compares what a history says it holds with what it does.
func checkHeld(t *testing.T, h *History, archived bool) {
	t.Helper()
	held := 0
	for i := range h.steps {
		held += h.steps[i].Delta.Bytes()
		if h.steps[i].away() && (!archived || i >= len(h.refs)) {
			t.Fatalf("the delta of step %d is nowhere", i)
		}
	}
	if held != h.held {
		t.Fatalf("%d bytes are held, %d counted", held, h.held)
	}
	if archived && len(h.refs) == len(h.steps) && held > h.budget {
		t.Fatalf("%d bytes are held, %d may be", held, h.budget)
	}
}

// A program that starts again goes on where the last one was, back to the first step.
func TestHistory_Resume(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	m := New(volume.Size{12, 6, 4}, DefaultLabels())
	h, a, n := NewHistory(m), &shelf{}, &naive{states: []*Mask{m.Snapshot()}}
	if err := h.SetArchive(a); err != nil {
		t.Fatal(err)
	}
	for range 60 {
		act(t, r, h, n)
	}
	var past []Kept
	for i, s := range a.steps {
		if i%2 == 0 {
			s.Delta = Delta{} // as a program that does not read them all at once
		}
		past = append(past, Kept{s, a.refs[i]})
	}
	again, err := Resume(a.reopened(m.size, DefaultLabels()), past, a.applied, a)
	if err != nil {
		t.Fatal(err)
	}
	for range 60 {
		act(t, r, again, n)
		if !same(again.mask, n.states[n.at]) || !same(again.mask, a.reopened(m.size, DefaultLabels())) {
			t.Fatal("the history went on with another mask")
		}
	}
	if _, err := Resume(m, past, len(past)+1, a); err == nil {
		t.Error("more steps are applied than there are")
	}
}

// What cannot be read back cannot be undone; nothing changes, and editing goes on.
func TestHistory_ArchiveThatCannotBeRead(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	m := New(volume.Size{12, 6, 4}, DefaultLabels())
	h, a := NewHistory(m), &shelf{}
	if err := h.SetArchive(a); err != nil {
		t.Fatal(err)
	}
	h.SetBudget(0)
	for range 5 {
		h.Commit(Step{Delta: Diff(m, scribble(r, m))})
	}
	before := m.Snapshot()
	_, applied := h.Steps()
	a.torn = true
	if _, err := h.Undo(); !errors.Is(err, errFull) || !m.Equal(before) {
		t.Errorf("undone what cannot be read: %v", err)
	}
	if err := h.SetArchive(nil); !errors.Is(err, errFull) {
		t.Errorf("let go of the archive: %v", err)
	}
	if _, ok := h.Commit(Step{Delta: Diff(m, scribble(r, m))}); !ok {
		t.Error("no step can be made")
	}
	a.torn = false
	if _, err := h.Go(0); err != nil || !m.Empty() {
		t.Errorf("back at the start: %v", err)
	}
	if err := h.SetArchive(nil); err != nil {
		t.Fatal(err)
	}
	reads := a.reads
	if _, err := h.Go(applied); err != nil || a.reads != reads || !m.Equal(before) {
		t.Errorf("without the archive it is still read: %v", err)
	}
}

// Visible and locked are no part of a step.
func TestHistory_LabelsKeepVisibilityAndLock(t *testing.T) {
	m := New(volume.Size{2, 2, 2}, DefaultLabels())
	h := NewHistory(m)
	after := m.Labels()
	after[0].Name, after[1].Visible = "upper lobe", false
	if _, ok := h.Commit(Step{Time: time.Unix(5, 0), Labels: &LabelsChange{m.Labels(), after}}); !ok {
		t.Fatal("a change of labels is no step")
	}
	if got := m.Labels(); got[0].Name != "upper lobe" || !got[1].Visible {
		t.Errorf("labels became %+v", got)
	}
	hidden := m.Labels()
	hidden[0].Visible, hidden[2].Locked = false, true
	if err := m.SetLabels(hidden); err != nil {
		t.Fatal(err)
	}
	if s, err := h.Undo(); err != nil || s.Time != time.Unix(5, 0) {
		t.Fatalf("undone %+v, %v", s, err)
	}
	if got := m.Labels(); got[0].Name != "left lung" || got[0].Visible || !got[2].Locked {
		t.Errorf("undone to %+v", got)
	}
}

// A label that is locked or hidden is so again when the step that brought it is undone and
// redone.
func TestHistory_LockOutlivesItsLabel(t *testing.T) {
	m := New(volume.Size{2, 2, 2}, DefaultLabels())
	h := NewHistory(m)
	own, _ := m.NewFinding("nodule")
	h.Commit(Step{Labels: &LabelsChange{m.Labels(), append(m.Labels(), own)}})
	labels := m.Labels()
	labels[3].Locked, labels[3].Visible = true, false
	_ = m.SetLabels(labels)
	for range 2 {
		if _, err := h.Go(0); err != nil || len(m.Labels()) != 3 {
			t.Fatal(err)
		}
		if _, err := h.Go(1); err != nil {
			t.Fatal(err)
		}
		if l, _ := m.Label(own.Value); !l.Locked || l.Visible {
			t.Errorf("redone: %+v", l)
		}
	}
}

func TestStep_Change(t *testing.T) {
	m := New(volume.Size{4, 1, 2}, DefaultLabels())
	m.SetSlice(Anatomy, 0, []uint8{LeftLung, LeftLung, LeftLung, 0})
	m.SetSlice(Findings, 0, []uint8{Infection, 0, 0, 0})
	to := m.Snapshot()
	to.SetSlice(Anatomy, 0, []uint8{LeftLung, RightLung, RightLung, 0})
	to.SetSlice(Findings, 0, []uint8{0, Infection, 0, 0})
	got := Diff(m, to).Change()
	if want := map[uint8]int{LeftLung: -2, RightLung: 2}; !reflect.DeepEqual(got, want) {
		t.Errorf("changed %v, want %v", got, want)
	}
}

func TestFits(t *testing.T) {
	m := New(volume.Size{4, 2, 2}, DefaultLabels())
	m.SetSlice(Anatomy, 1, []uint8{0, 1, 1, 0, 0, 0, 0, 0})
	run := func(offset, length int32, from uint8) Run { return Run{offset, length, from, 3} }
	tests := []struct {
		name string
		in   SliceDelta
		want bool
	}{
		{"two runs", SliceDelta{Anatomy, 1, []Run{run(0, 1, 0), run(1, 2, 1)}}, true},
		{"a voxel twice", SliceDelta{Anatomy, 0, []Run{run(0, 2, 0), run(1, 2, 0)}}, false},
		{"falling", SliceDelta{Anatomy, 0, []Run{run(4, 2, 0), run(1, 2, 0)}}, false},
		{"as it is", SliceDelta{Anatomy, 1, []Run{run(1, 2, 1)}}, true},
		{"another label", SliceDelta{Anatomy, 1, []Run{run(1, 3, 1)}}, false},
		{"empty slice", SliceDelta{Anatomy, 0, []Run{run(0, 8, 0)}}, true},
		{"not empty any more", SliceDelta{Anatomy, 0, []Run{run(0, 1, 2)}}, false},
		{"no such layer", SliceDelta{Layers, 0, []Run{run(0, 1, 0)}}, false},
		{"no such slice", SliceDelta{Anatomy, 2, []Run{run(0, 1, 0)}}, false},
		{"before the first slice", SliceDelta{Anatomy, -1, []Run{run(0, 1, 0)}}, false},
		{"past the end", SliceDelta{Anatomy, 0, []Run{run(7, 2, 0)}}, false},
		{"far past the end", SliceDelta{Anatomy, 0, []Run{run(1<<31-1, 1<<31-1, 0)}}, false},
		{"before the start", SliceDelta{Anatomy, 0, []Run{run(-1, 2, 0)}}, false},
		{"no length", SliceDelta{Anatomy, 0, []Run{run(0, 0, 0)}}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := m.Fits(Delta{[]SliceDelta{tt.in}}); got != tt.want {
				t.Errorf("fits: %v", got)
			}
		})
	}
	slice := SliceDelta{Anatomy, 0, []Run{run(0, 1, 0)}}
	if m.Fits(Delta{[]SliceDelta{slice, slice}}) {
		t.Error("a slice that is there twice fits")
	}
}

// What was fetched ahead is not read again, reaches no farther than the budget, and
// what could not be read ends it.
func TestHistory_Fetch(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 4))
	m := New(volume.Size{12, 6, 4}, DefaultLabels())
	h, a := NewHistory(m), &shelf{}
	states := []*Mask{m.Snapshot()}
	if err := h.SetArchive(a); err != nil {
		t.Fatal(err)
	}
	for len(states) < 7 {
		if _, ok := h.Commit(Step{Delta: Diff(m, scribble(r, m))}); ok {
			states = append(states, m.Snapshot())
		}
	}
	if h.Fetch(0) != nil || h.Fetch(-1) != nil || h.Fetch(9) != nil {
		t.Error("there is something to fetch of what is in memory, or of no step")
	}
	h.SetBudget(0)
	if h.Fetch(6) != nil {
		t.Error("staying needs something")
	}
	for _, to := range []int{3, 0, 5, 6} {
		_, at := h.Steps()
		for at != to {
			f, err := h.Fetch(to)(t.Context())
			if err != nil || f.From != at || f.To == at || (f.To > at) != (to > at) {
				t.Fatalf("from %d to %d: fetched %d to %d, %v", at, to, f.From, f.To, err)
			}
			reads := a.reads
			h.Lend(f)
			if _, err := h.Go(f.To); err != nil || a.reads != reads || !m.Equal(states[f.To]) {
				t.Fatalf("going to %d: %v, %d more reads", f.To, err, a.reads-reads)
			}
			h.Lend(Fetched{})
			_, at = h.Steps()
		}
	}
	a.torn = true
	if f, err := h.Fetch(0)(t.Context()); !errors.Is(err, errFull) || f.To != 6 {
		t.Errorf("of what cannot be read %d is reached, %v", f.To, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Fetch(0)(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}
