package mask

import (
	"math/rand/v2"
	"testing"

	"opacity/app/text"
	"opacity/app/volume"
)

// scribble changes random stretches of a random slice of m's snapshot and
// returns the snapshot: what an edit wants the mask to be.
func scribble(r *rand.Rand, m *Mask) *Mask {
	to := m.Snapshot()
	n := m.size[0] * m.size[1]
	for range 1 + r.IntN(3) {
		l, k := Layer(r.IntN(Layers)), r.IntN(m.size[2])
		s := make([]uint8, n)
		copy(s, to.Slice(l, k))
		if r.IntN(6) == 0 {
			clear(s)
		}
		for range r.IntN(4) {
			from := r.IntN(n)
			v := uint8(r.IntN(4))
			for o := from; o < min(n, from+1+r.IntN(30)); o++ {
				s[o] = v
			}
		}
		to.SetSlice(l, k, s)
	}
	return to
}

// checkCounts compares the running counts with the voxels.
func checkCounts(t *testing.T, m *Mask) {
	t.Helper()
	for l := range m.layers {
		var want [256]int
		for k := range m.size[2] {
			for j := range m.size[1] {
				for i := range m.size[0] {
					want[m.At(Layer(l), i, j, k)]++
				}
			}
		}
		if want != m.layers[l].counts {
			t.Fatalf("layer %d: counts went wrong", l)
		}
	}
}

// Any run of edits can be undone to the start and redone to the end, and every
// state on the way is the one that was there before, voxel by voxel.
func TestUndoRedo(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		m := New(volume.Size{7 + r.IntN(20), 5, 4}, DefaultLabels())
		h := NewHistory(m)
		states := []*Mask{m.Snapshot()}
		for range 40 {
			if r.IntN(4) == 0 { // go back a little and edit there
				for range r.IntN(3) {
					if _, err := h.Undo(); err == nil {
						states = states[:len(states)-1]
					}
				}
			}
			want := scribble(r, m)
			d := Diff(m, want)
			step, ok := h.Commit(Step{Name: text.M("edit"), Delta: d})
			if ok == m.Equal(states[len(states)-1]) {
				t.Fatalf("seed %d: a step was made without a change, or the other way round", seed)
			}
			if !m.Equal(want) {
				t.Fatalf("seed %d: a delta does not lead where it should", seed)
			}
			if ok {
				if step.Box.Empty() || step.Delta.Voxels() == 0 || step.Delta.Bytes() == 0 {
					t.Fatalf("seed %d: a step of nothing: %+v", seed, step)
				}
				states = append(states, m.Snapshot())
			}
			checkCounts(t, m)
		}
		steps, applied := h.Steps()
		if applied != len(states)-1 || len(steps) != applied {
			t.Fatalf("seed %d: %d steps, %d applied, %d made", seed, len(steps), applied, len(states)-1)
		}
		for n := len(states) - 2; n >= 0; n-- {
			if _, err := h.Undo(); err != nil || !m.Equal(states[n]) {
				t.Fatalf("seed %d: undone to another state than %d", seed, n)
			}
		}
		if _, err := h.Undo(); err != ErrNoStep {
			t.Errorf("seed %d: undone past the start", seed)
		}
		for n := 1; n < len(states); n++ {
			if _, err := h.Redo(); err != nil || !m.Equal(states[n]) {
				t.Fatalf("seed %d: redone to another state than %d", seed, n)
			}
		}
		if _, err := h.Redo(); err != ErrNoStep {
			t.Errorf("seed %d: redone past the end", seed)
		}
		checkCounts(t, m)
	}
}

// A delta's box holds every voxel that changed and none of the slices that did not.
func TestDeltaBox(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for range 200 {
		a := scribble(r, New(volume.Size{9, 6, 5}, nil))
		b := scribble(r, a)
		box := Diff(a, b).Box(9)
		for k := range 5 {
			changed := false
			for j := range 6 {
				for i := range 9 {
					if a.At(Anatomy, i, j, k) == b.At(Anatomy, i, j, k) && a.At(Findings, i, j, k) == b.At(Findings, i, j, k) {
						continue
					}
					changed = true
					p := volume.Box{Min: [3]int{i, j, k}, Max: [3]int{i + 1, j + 1, k + 1}}
					if box.Intersect(p) != p {
						t.Fatalf("voxel %d %d %d changed outside %v", i, j, k, box)
					}
				}
			}
			if !changed && (k == box.Min[2] || k == box.Max[2]-1) && !box.Empty() {
				t.Fatalf("slice %d did not change, box %v", k, box)
			}
		}
	}
}

// Neither of a mask and its snapshot sees the other's changes.
func TestSnapshotsAreIndependent(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	m := New(volume.Size{11, 7, 6}, DefaultLabels())
	type pair struct{ snapshot, copied *Mask }
	var pairs []pair
	for n := range 60 {
		deep := New(m.size, m.labels)
		for l := range m.layers {
			for k := range m.size[2] {
				deep.SetSlice(Layer(l), k, m.Slice(Layer(l), k))
			}
		}
		pairs = append(pairs, pair{m.Snapshot(), deep})
		if n%3 == 2 { // change a snapshot, not the mask
			p := pairs[r.IntN(len(pairs))]
			d := Diff(p.snapshot, scribble(r, p.snapshot))
			p.snapshot.Apply(d)
			p.copied.Apply(d)
		} else {
			m.Apply(Diff(m, scribble(r, m)))
		}
		for _, p := range pairs {
			if !p.snapshot.Equal(p.copied) {
				t.Fatalf("round %d: a snapshot changed with another mask", n)
			}
		}
	}
	for _, p := range pairs {
		checkCounts(t, p.snapshot)
	}
}

func TestSetLabels(t *testing.T) {
	m := New(volume.Size{1, 1, 1}, DefaultLabels())
	for name, labels := range map[string][]Label{
		"value 0":     {{Value: 0}},
		"value twice": {{Value: 4}, {Value: 4}},
	} {
		if m.SetLabels(labels) == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	if l, ok := m.Label(Infection); !ok || l.Name != "infection" {
		t.Errorf("a refused list replaced the labels: %+v", l)
	}
}

func TestFlat(t *testing.T) {
	m := New(volume.Size{3, 1, 1}, DefaultLabels())
	m.SetSlice(Anatomy, 0, []uint8{0, LeftLung, RightLung})
	m.SetSlice(Findings, 0, []uint8{0, Infection, 0})
	got := []uint8{9, 9, 9}
	m.Flat(0, got)
	if want := [3]uint8{0, Infection, RightLung}; [3]uint8(got) != want {
		t.Errorf("flattened to %v, want %v", got, want)
	}
}
