package study

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
)

func testGrid(size volume.Size) volume.Geometry {
	return volume.Geometry{Size: size, Affine: volume.Affine{{0.7, 0, 0, -90}, {0, 0.75, 0, -80}, {0, 0, 2.5, 40}}}
}

func testInfo() Info {
	return Info{Program: "0.1", Reviewer: "reader", Sources: []Source{{Path: "/scans/a.nii.gz", SHA256: "5eed", SeriesUID: "1.2.3"}}}
}

// create makes a study of an image of 20x15x6 voxels with a little drawn on it.
func create(t testing.TB) *Study {
	t.Helper()
	g := testGrid(volume.Size{20, 15, 6})
	m := scribble(rand.New(rand.NewPCG(9, 9)), mask.New(g.Size, mask.DefaultLabels()))
	s, err := Create(filepath.Join(t.TempDir(), "case"+Extension), testInfo(), g, m)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // where the test did not come to it
	return s
}

func mustOpen(t testing.TB, folder string) *Study {
	t.Helper()
	s, r, err := Open(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	if s.ReadOnly() != nil || len(r.Messages()) > 0 {
		t.Fatalf("read only: %v, recovered: %v", s.ReadOnly(), r.Messages())
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func mustClose(t testing.TB, s *Study) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// scribble returns what an edit wants the mask to be.
func scribble(r *rand.Rand, m *mask.Mask) *mask.Mask {
	to, size := m.Snapshot(), m.Size()
	for range 1 + r.IntN(3) {
		l, k := mask.Layer(r.IntN(mask.Layers)), r.IntN(size[2])
		s := make([]uint8, size[0]*size[1])
		copy(s, to.Slice(l, k))
		for range r.IntN(4) {
			from, v := r.IntN(len(s)), uint8(r.IntN(4))
			for o := from; o < min(len(s), from+1+r.IntN(30)); o++ {
				s[o] = v
			}
		}
		to.SetSlice(l, k, s)
	}
	return to
}

// edit makes one random change of any kind.
func edit(t testing.TB, r *rand.Rand, s *Study) {
	t.Helper()
	h := s.History()
	steps, applied := h.Steps()
	switch r.IntN(10) {
	case 0, 1:
		if _, err := h.Go(r.IntN(len(steps) + 1)); err != nil {
			t.Fatal(err)
		}
	case 2:
		if applied > 0 {
			if _, err := h.Undo(); err != nil {
				t.Fatal(err)
			}
		}
	case 3:
		labels := s.Mask().Labels()
		n := r.IntN(len(labels))
		labels[n].Visible, labels[n].Locked = r.IntN(2) == 0, r.IntN(2) == 0
		if err := s.Mask().SetLabels(labels); err != nil {
			t.Fatal(err)
		}
		if err := s.SetLabels(labels); err != nil {
			t.Fatal(err)
		}
	case 4:
		before := s.Mask().Labels()
		after := slices.Clone(before)
		if len(after) > 3 {
			after = after[:len(after)-1]
		} else {
			after = append(after, mask.Label{Value: uint8(10 + r.IntN(9)), Layer: mask.Findings, Name: "effusion", Visible: true})
		}
		h.Commit(mask.Step{Name: text.M("labels"), Labels: &mask.LabelsChange{Before: before, After: after}})
	case 5:
		stroke := scribble(r, s.Mask())
		if err := s.Stage(mask.Step{Name: text.M("stroke"), Delta: mask.Diff(s.Mask(), stroke), Hand: true}); err != nil {
			t.Fatal(err)
		}
		if r.IntN(2) == 0 {
			if err := s.Unstage(); err != nil {
				t.Fatal(err)
			}
			return
		}
		fallthrough
	default:
		h.Commit(mask.Step{
			Name: text.M("step", r.IntN(100)), Tool: "brush", Label: uint8(r.IntN(4)), Hand: r.IntN(3) > 0,
			Delta: mask.Diff(s.Mask(), scribble(r, s.Mask())),
		})
	}
}

// same compares two studies, mask, labels and every state of their histories,
// and leaves both as they were.
func same(t testing.TB, got, want *Study) {
	t.Helper()
	if !got.Mask().Equal(want.Mask()) {
		t.Fatal("the mask is another")
	}
	if !slices.Equal(got.Mask().Labels(), want.Mask().Labels()) {
		t.Fatalf("labels %+v, want %+v", got.Mask().Labels(), want.Mask().Labels())
	}
	a, na := got.History().Steps()
	b, nb := want.History().Steps()
	if len(a) != len(b) || na != nb {
		t.Fatalf("%d of %d steps, want %d of %d", na, len(a), nb, len(b))
	}
	for i := range a {
		if !sameStep(a[i], b[i]) {
			t.Fatalf("step %d is %+v, want %+v", i, a[i], b[i])
		}
	}
	for n := range len(a) + 1 {
		for _, s := range []*Study{got, want} {
			if _, err := s.History().Go(n); err != nil {
				t.Fatal(err)
			}
		}
		if !got.Mask().Equal(want.Mask()) {
			t.Fatalf("the mask after step %d is another", n)
		}
	}
	for _, s := range []*Study{got, want} {
		if _, err := s.History().Go(na); err != nil {
			t.Fatal(err)
		}
	}
}

// copyFolder copies a study as it lies on disk, less its lock.
func copyFolder(t testing.TB, from string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy"+Extension)
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(to, lockName)); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return to
}

// Whatever was done, the study opens as it was left, at any moment and after any
// number of times, with and without its checkpoint.
func TestReopensAsItWas(t *testing.T) {
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 7))
		s := create(t)
		if seed%2 == 0 {
			s.History().SetBudget(2000) // most deltas are read back
		}
		for range 6 {
			for range r.IntN(25) {
				edit(t, r, s)
			}
			if err := s.Sync(t.Context()); err != nil {
				t.Fatal(err)
			}
			if s.staged == 0 {
				c := mustOpen(t, copyFolder(t, s.Folder())) // as a kill would leave it
				same(t, c, s)
				mustClose(t, c)
			}
			switch r.IntN(3) {
			case 0:
				if err := s.Save(t.Context()); err != nil {
					t.Fatal(err)
				}
			case 1:
				if err := os.Remove(s.path(checkpointName)); err != nil && !os.IsNotExist(err) {
					t.Fatal(err)
				}
			}
			if s.staged != 0 {
				continue
			}
			mustClose(t, s)
			again := mustOpen(t, s.Folder())
			if again.cache.offset == 0 {
				t.Error("Close left no checkpoint")
			}
			same(t, again, mustOpenCopy(t, s.Folder()))
			s = again
		}
	}
}

func mustOpenCopy(t testing.TB, folder string) *Study {
	t.Helper()
	copied := copyFolder(t, folder)
	if err := os.Remove(filepath.Join(copied, checkpointName)); err != nil {
		t.Fatal(err)
	}
	return mustOpen(t, copied)
}

// A history that was begun before there was a study is kept from its beginning.
func TestHistoryBeforeTheStudy(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	g := testGrid(volume.Size{20, 15, 6})
	m := scribble(r, mask.New(g.Size, mask.DefaultLabels()))
	begin, h := m.Snapshot(), mask.NewHistory(m)
	for n := range 9 {
		h.Commit(mask.Step{Name: text.M("step", n), Delta: mask.Diff(m, scribble(r, m))})
	}
	if _, err := h.Go(4); err != nil {
		t.Fatal(err)
	}
	s, err := Create(filepath.Join(t.TempDir(), "case"+Extension), testInfo(), g, begin)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.SetArchive(s); err != nil {
		t.Fatal(err)
	}
	h.SetBudget(100)
	if _, err := h.Go(6); err != nil {
		t.Fatal(err)
	}
	mustClose(t, s)
	again := mustOpen(t, s.Folder())
	steps, applied := again.History().Steps()
	all, _ := h.Steps()
	if len(steps) != len(all) || applied != 6 || !again.Mask().Equal(m) {
		t.Errorf("%d of %d steps, want 6 of %d; the same mask: %v", applied, len(steps), len(all), again.Mask().Equal(m))
	}
}

func TestDurable(t *testing.T) {
	s := create(t)
	r := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		s.History().Commit(mask.Step{Name: text.M("a"), Delta: mask.Diff(s.Mask(), scribble(r, s.Mask()))})
	}
	if n := len(s.steps); n == 0 || s.Durable() > n {
		t.Fatalf("%d of %d durable", s.Durable(), n)
	}
	if err := s.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, want := s.Durable(), len(s.steps); got != want {
		t.Errorf("%d of %d steps are durable after Sync", got, want)
	}
}

// A stroke that no step followed comes back as a step of its own.
func TestStrokeIsRecovered(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	s := create(t)
	s.History().Commit(mask.Step{Name: text.M("first"), Delta: mask.Diff(s.Mask(), scribble(r, s.Mask()))})
	var want *mask.Mask
	for range 5 {
		want = scribble(r, s.Mask())
		step := mask.Step{Name: text.M("stroke", 3), Tool: "brush", Label: 3, Hand: true, Delta: mask.Diff(s.Mask(), want)}
		if err := s.Stage(step); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time it is a step like others
		folder := copyFolder(t, s.Folder())
		c, rec, err := Open(t.Context(), folder)
		if err != nil {
			t.Fatal(err)
		}
		steps, applied := c.History().Steps()
		if len(steps) != 2 || applied != 2 || !c.Mask().Equal(want) {
			t.Fatalf("%d steps, %d applied; mask as staged: %v", len(steps), applied, c.Mask().Equal(want))
		}
		last := steps[1]
		if rec.Stroke.Key != "stroke" || last.Name.Key != "study.step.recovered" || last.Tool != "brush" || !last.Hand || last.Label != 3 {
			t.Errorf("recovered %v as %+v", rec.Stroke, last)
		}
		if _, err := c.History().Undo(); err != nil {
			t.Fatal(err)
		}
		if _, err := c.History().Redo(); err != nil {
			t.Fatal(err)
		}
		mustClose(t, c)
		again := mustOpen(t, folder)
		if steps, _ := again.History().Steps(); len(steps) != 2 || !again.Mask().Equal(want) {
			t.Errorf("the recovered stroke is gone: %d steps", len(steps))
		}
	}
}

func TestInfo(t *testing.T) {
	s := create(t)
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	err := s.Update(func(i *Info) {
		i.Reviewer, i.State, i.Note, i.ReadingSeconds = "other", "in work", "a note", 61.5
		i.Sources, i.Grid = nil, Grid{} // not to be had
		i.Slices = map[int]Slice{3: {State: "accepted", Seen: true, By: "other", Time: at}}
		i.Models = append(i.Models, Model{ID: "lungs", Version: "1", SHA256: "ab", Time: at})
		i.Thresholds = []Threshold{{"infection", 0.4}}
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Update(func(i *Info) { i.Slices[4] = Slice{Note: "hm"} }); err != nil {
		t.Fatal(err)
	}
	want := s.Info()
	if want.Slices[3].State != "accepted" || want.Slices[4].Note != "hm" || want.Sources[0].SHA256 != "5eed" || want.Grid.Size != s.size {
		t.Fatalf("%+v", want)
	}
	if err := s.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	killed := mustOpen(t, copyFolder(t, s.Folder())) // before study.json was written again
	mustClose(t, s)
	closed := mustOpen(t, s.Folder())
	for name, got := range map[string]Info{"killed": killed.Info(), "closed": closed.Info()} {
		a, err := toDocument(got)
		if err != nil {
			t.Fatal(err)
		}
		b, err := toDocument(want)
		if err != nil {
			t.Fatal(err)
		}
		if len(changes(a, b)) > 0 || len(changes(b, a)) > 0 {
			t.Errorf("%s: %+v\nwant %+v", name, got, want)
		}
	}
}

// Nobody is in the way while a study is saved in the background.
func TestSavesItself(t *testing.T) {
	s := create(t)
	r := rand.New(rand.NewPCG(5, 5))
	for range 200 {
		edit(t, r, s)
		if r.IntN(10) == 0 {
			go func() { _ = s.save(context.Background(), true) }()
		}
	}
	if s.staged != 0 {
		_ = s.Unstage()
	}
	if err := s.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := mustOpen(t, copyFolder(t, s.Folder()))
	if c.cache.offset != s.journal.End() {
		t.Errorf("the checkpoint stands for %d, the journal ends at %d", c.cache.offset, s.journal.End())
	}
	same(t, c, s)
}
