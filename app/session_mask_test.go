package app

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
)

// opened returns a session with a small volume.
func opened() (*Session, *volume.Volume) {
	s, v := NewSession(), smallVolume()
	s.Complete(SeriesInfo{}, v)
	return s, v
}

// brush writes a label into the mask as a stroke does, voxels offset.. of slice
// k, and returns what changed.
func brush(s *Session, layer mask.Layer, k, offset, length int, value uint8) mask.Delta {
	to := s.Mask().Snapshot()
	row := make([]uint8, 48)
	copy(row, to.Slice(layer, k))
	for o := offset; o < min(offset+length, 48); o++ {
		row[o] = value
	}
	to.SetSlice(layer, k, row)
	return mask.Diff(s.Mask(), to)
}

func hand(d mask.Delta) mask.Step {
	return mask.Step{Name: text.M("test.step"), Tool: "brush", Delta: d, Hand: true}
}

// A stroke is in the mask at once, and in the history when it ends.
func TestSession_StrokeIsOneStep(t *testing.T) {
	s, _ := opened()
	var boxes []volume.Box
	s.MaskChanged.Connect(func(e MaskEvent) { boxes = append(boxes, e.Box) })
	s.Painted(volume.Box{})
	if !s.Painting() || len(boxes) != 0 {
		t.Fatalf("begun: painting %v, told of %v", s.Painting(), boxes)
	}
	d := brush(s, mask.Findings, 1, 3, 4, mask.Infection)
	before := s.Revision()
	s.Mask().Apply(d)
	s.Painted(d.Box(8))
	if len(boxes) != 1 || s.Revision() == before || s.Dirty() {
		t.Errorf("painting: told of %v, dirty %v", boxes, s.Dirty())
	}
	s.Record(hand(d))
	steps, applied := s.History()
	if s.Painting() || applied != 1 || steps[0].Change[mask.Infection] != 4 || !s.Dirty() || len(boxes) != 1 {
		t.Errorf("recorded: %+v, told of %v", steps, boxes)
	}
	if _, err := s.Undo(); err != nil || s.Dirty() || !s.Mask().Empty() || len(boxes) != 2 {
		t.Errorf("undone: %v, dirty %v", err, s.Dirty())
	}
	s.Painted(volume.Box{})
	s.Unpainted(volume.Box{})
	if _, err := s.Redo(); err != nil || s.Painting() {
		t.Errorf("a stroke that was taken back is in the way: %v", err)
	}
}

// A file leaves locked labels as they are.
func TestSession_AFileSparesLockedLabels(t *testing.T) {
	s, _ := opened()
	_ = s.Edit(hand(brush(s, mask.Findings, 2, 9, 3, mask.Infection)))
	_ = s.Edit(hand(brush(s, mask.Anatomy, 2, 9, 3, mask.LeftLung)))
	labels := slices.Clone(s.Mask().Labels())
	for n := range labels {
		labels[n].Locked = labels[n].Value == mask.Infection
	}
	s.Mask().SetLabels(labels)
	had := s.Mask().Count(mask.Findings, mask.Infection)
	if err := s.SetMask(text.M("test.step"), mask.New(s.volume.Size, nil), nil); err != nil {
		t.Fatal(err)
	}
	if got := s.Mask().Count(mask.Findings, mask.Infection); got != had || had == 0 || s.Mask().Count(mask.Anatomy, mask.LeftLung) != 0 {
		t.Errorf("%d of %d voxels of a locked label are left, and %d of another", got, had, s.Mask().Count(mask.Anatomy, mask.LeftLung))
	}
}

// While a stroke goes on everything else first asks it to end, and does nothing
// where it does not.
func TestSession_OthersWaitForTheStroke(t *testing.T) {
	others := map[string]func(s *Session) error{
		"undo": func(s *Session) error { _, err := s.Undo(); return err },
		"redo": func(s *Session) error { _, err := s.Redo(); return err },
		"jump": func(s *Session) error { return s.Go(0) },
		"edit": func(s *Session) error { return s.Edit(hand(brush(s, mask.Anatomy, 0, 0, 3, 1))) },
		"model": func(s *Session) error {
			_, err := s.Adopt(text.M("test.step"), &SegmentResult{Mask: mask.New(s.volume.Size, nil)})
			return err
		},
		"file":    func(s *Session) error { return s.SetMask(text.M("test.step"), mask.New(s.volume.Size, nil), nil) },
		"delete":  func(s *Session) error { return s.DeleteLabel(mask.Infection) },
		"rename":  func(s *Session) error { return s.RenameLabel(mask.Infection, "x") },
		"reorder": func(s *Session) error { return s.MoveLabel(mask.Infection, 0) },
		"add":     func(s *Session) error { _, err := s.AddLabel("x"); return err },
		"import":  func(s *Session) error { _, err := s.ImportLabels("x", []mask.Label{{Value: 9, Name: "x"}}); return err },
		"slider":  func(s *Session) error { return s.SetThreshold(mask.Infection, 9, mask.Delta{}) },
	}
	for name, other := range others {
		t.Run(name, func(t *testing.T) {
			s, _ := opened()
			_ = s.Edit(hand(brush(s, mask.Anatomy, 2, 9, 3, mask.LeftLung)))
			_ = s.Edit(hand(brush(s, mask.Findings, 2, 9, 3, mask.Infection)))
			_, _ = s.Undo()
			d := brush(s, mask.Findings, 1, 3, 4, mask.Infection)
			s.Mask().Apply(d)
			s.Painted(d.Box(8))
			before := s.Mask().Snapshot()
			if err := other(s); err == nil || !s.Mask().Equal(before) || !slices.Equal(s.Mask().Labels(), before.Labels()) {
				t.Errorf("done during a stroke: %v", err)
			}
			s.Interrupted.Connect(func(struct{}) { s.Record(hand(d)) })
			if err := other(s); err != nil && !(name == "redo" && errors.Is(err, mask.ErrNoStep)) {
				t.Errorf("not done after the stroke: %v", err)
			}
			if s.Painting() {
				t.Error("the stroke goes on")
			}
			if err := s.Go(0); err != nil || !s.Mask().Empty() {
				t.Errorf("the start is not empty: %v", err)
			}
		})
	}
}

// What was worked out on an earlier mask is merged where nothing else changed
// the same voxels, and refused where something did.
func TestSession_EditOfAnEarlierMask(t *testing.T) {
	s, _ := opened()
	slow := hand(brush(s, mask.Findings, 1, 3, 4, mask.Infection))
	if err := s.Edit(hand(brush(s, mask.Findings, 1, 20, 4, mask.Infection))); err != nil {
		t.Fatal(err)
	}
	if err := s.Edit(slow); err != nil || s.Mask().Count(mask.Findings, mask.Infection) != 8 {
		t.Errorf("not merged: %v", err)
	}
	_, applied := s.History()
	if err := s.Edit(slow); err == nil || err.Error() != "The mask was changed meanwhile. Do it again." {
		t.Errorf("said %v", err)
	}
	late := hand(brush(s, mask.Findings, 1, 30, 4, mask.Infection))
	if err := s.DeleteLabel(mask.Infection); err != nil {
		t.Fatal(err)
	}
	if err := s.Edit(late); err == nil || err.Error() != "The label is not there any more. Choose another one." {
		t.Errorf("said %v", err)
	}
	if _, now := s.History(); now != applied+1 {
		t.Errorf("%d steps, want %d", now, applied+1)
	}
	if err := NewSession().Edit(late); err == nil {
		t.Error("an edit of nothing")
	}
}

// Where an undone change was is told last, when it can be seen.
func TestSession_MovedTellsWhere(t *testing.T) {
	s, _ := opened()
	for k := range 3 {
		_ = s.Edit(hand(brush(s, mask.Findings, k, 3+k, 2, mask.Infection)))
	}
	_ = s.RenameLabel(mask.Infection, "x")
	var told []volume.Box
	s.Moved.Connect(func(step mask.Step) { told = append(told, step.Box) })
	at := func(k int) volume.Box { return volume.Box{Min: [3]int{3 + k, 0, k}, Max: [3]int{5 + k, 1, k + 1}} }
	tests := []struct {
		name string
		do   func() error
		want []volume.Box
	}{
		{"a name has no place", func() error { _, err := s.Undo(); return err }, nil},
		{"undo", func() error { _, err := s.Undo(); return err }, []volume.Box{at(2)}},
		{"jump back", func() error { return s.Go(0) }, []volume.Box{at(0)}},
		{"jump forth", func() error { return s.Go(2) }, []volume.Box{at(1)}},
		{"redo", func() error { _, err := s.Redo(); return err }, []volume.Box{at(2)}},
		{"nowhere", func() error { return s.Go(3) }, nil},
	}
	for _, tt := range tests {
		told = nil
		if err := tt.do(); err != nil || !slices.Equal(told, tt.want) {
			t.Errorf("%s: told of %v, want %v, %v", tt.name, told, tt.want, err)
		}
	}
	for _, n := range []int{-1, 5} {
		if err := s.Go(n); !errors.Is(err, mask.ErrNoStep) {
			t.Errorf("went to step %d: %v", n, err)
		}
	}
}

// Whatever is done, undone and redone, what is a person's is the union of what
// their steps changed and the files said that they opened, and the numbers are those of a mask
// counted from nothing.
func TestSession_TouchedAndNumbersFollowTheHistory(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 4))
		s, v := opened()
		for round := range 60 {
			switch r.IntN(9) {
			case 8:
				_ = s.SetMask(text.M("test.step"), painted(v, mask.Findings, r.IntN(4), r.IntN(48), mask.Infection), nil)
			case 0, 1, 2:
				d := brush(s, mask.Layer(r.IntN(2)), r.IntN(4), r.IntN(40), 1+r.IntN(30), uint8(r.IntN(4)))
				s.Mask().Apply(d)
				s.Painted(d.Box(8))
				s.Record(hand(d))
			case 3:
				step := hand(brush(s, mask.Findings, r.IntN(4), r.IntN(40), 9, mask.Infection))
				step.Hand = false
				_ = s.Edit(step)
			case 4:
				found := painted(v, mask.Findings, r.IntN(4), r.IntN(48), mask.Infection)
				if r.IntN(2) == 0 { // some drawing while it runs
					s.BeginPreview()
					_ = s.Edit(hand(brush(s, mask.Anatomy, r.IntN(4), r.IntN(40), 5, uint8(r.IntN(3)))))
				}
				_, _ = s.Adopt(text.M("test.step"), &SegmentResult{Mask: found})
			case 5:
				_, _ = s.Undo()
			case 6:
				_, _ = s.Redo()
			case 7:
				steps, _ := s.History()
				_ = s.Go(r.IntN(len(steps) + 1))
			}
			if round%3 == 0 {
				checkTouched(t, fmt.Sprintf("seed %d round %d", seed, round), s)
				checkNumbers(t, s)
			}
		}
		again := NewSession()
		again.Complete(SeriesInfo{}, v)
		origins := map[int]Origin{}
		for n := range s.origins {
			if n == 0 || s.origins[n].Result != s.origins[n-1].Result {
				origins[n] = s.origins[n].Origin
			}
		}
		if err := again.Restore(s.history, origins); err != nil || again.Dirty() || again.Result() != s.Result() {
			t.Fatalf("restored: %v", err)
		}
	}
}

func checkTouched(t *testing.T, when string, s *Session) {
	t.Helper()
	got, err := s.Touched()
	if err != nil {
		t.Fatal(err)
	}
	want := mask.NewTouched(s.volume.Size)
	steps, applied := s.History()
	for _, step := range steps[:applied] {
		if step.Own() {
			want.Push(step.Delta)
		}
	}
	same := got.Count() == want.Bits().Count()
	for l, set := range got.Clone() {
		if set == nil {
			continue
		}
		if of := want.Bits()[l]; of != nil {
			set.AndNot(of)
		}
		same = same && set.Empty()
	}
	if !same {
		t.Fatalf("%s: %d voxels are touched, want %d", when, got.Count(), want.Bits().Count())
	}
}

func checkNumbers(t *testing.T, s *Session) {
	t.Helper()
	got := fmt.Sprint(numbers(s))
	s.live = nil
	if want := fmt.Sprint(numbers(s)); got != want {
		t.Fatalf("the numbers are %s, want %s", got, want)
	}
}

// numbers are the session's, without pointers.
func numbers(s *Session) []any {
	value := func(x *float64) any {
		if x == nil {
			return nil
		}
		return *x
	}
	n := s.Numbers()
	out := []any{value(n.InvolvementLeft), value(n.InvolvementRight), value(n.InvolvementTotal)}
	for _, l := range n.Labels {
		change := any(nil)
		if l.ChangeVoxels != nil {
			change = *l.ChangeVoxels
		}
		out = append(out, l.Voxels, value(l.VolumeML), value(l.ChangeML), value(l.Dice), change)
	}
	return out
}

// What cannot be kept on disk is told, and told again when it can.
func TestSession_ArchiveThatFails(t *testing.T) {
	s, _ := opened()
	_ = s.Edit(hand(brush(s, mask.Findings, 0, 3, 2, mask.Infection)))
	var told []error
	s.Archived.Connect(func(err error) { told = append(told, err) })
	a := &broken{err: errors.New("disk full")}
	if err := s.SetArchive(a); err != nil {
		t.Fatal(err)
	}
	_ = s.Edit(hand(brush(s, mask.Findings, 1, 3, 2, mask.Infection)))
	_, _ = s.Undo()
	a.err = nil
	_, _ = s.Redo()
	if len(told) != 2 || told[0] == nil || told[1] != nil || a.kept != 2 {
		t.Errorf("told %v, %d steps kept", told, a.kept)
	}
	if err := NewSession().SetArchive(a); err == nil {
		t.Error("an archive of nothing")
	}
}

type broken struct {
	err  error
	kept int
}

func (b *broken) Keep(mask.Step) (int64, error) {
	if b.err == nil {
		b.kept++
	}
	return int64(b.kept), b.err
}
func (b *broken) Moved(int) error                 { return b.err }
func (b *broken) Delta(int64) (mask.Delta, error) { return mask.Delta{}, b.err }

// A stroke that outlives its study leaves no trace in the next one.
func TestSession_StrokeOfAStudyThatIsGone(t *testing.T) {
	s, v := opened()
	d := brush(s, mask.Findings, 1, 3, 4, mask.Infection)
	s.Mask().Apply(d)
	s.Painted(d.Box(8))
	ended := 0
	off := s.Interrupted.Connect(func(struct{}) { ended++; s.Record(hand(d)) })
	s.Complete(SeriesInfo{}, v)
	off()
	s.Record(hand(d))
	s.Unpainted(d.Box(8))
	if steps, _ := s.History(); ended != 1 || len(steps) != 0 || !s.Mask().Empty() || s.Dirty() {
		t.Errorf("interrupted %d times, %d steps", ended, len(steps))
	}
	s.Painted(volume.Box{})
	s.Close()
	s.Record(hand(d))
	s.Painted(d.Box(8))
	if s.Painting() {
		t.Error("a stroke on nothing")
	}
}

// A mask of which all is locked changes nothing, and what the mask goes back to neither.
func TestSession_SetMaskAllLocked(t *testing.T) {
	s := adopted(t)
	for _, l := range s.Mask().Labels() {
		s.SetLocked(l.Value, true)
	}
	before, result := s.Mask().Snapshot(), s.Result()
	err := s.SetMask(text.M("test.step"), painted(s.Volume(), mask.Findings, 1, 30, mask.Infection), nil)
	if err == nil || s.Result() != result || s.Origin().File || !s.Mask().Equal(before) {
		t.Errorf("%v, file %v", err, s.Origin().File)
	}
}

// A label that was locked while an operation was worked out is not changed by it.
func TestSession_EditOfALabelLockedMeanwhile(t *testing.T) {
	s, _ := opened()
	_ = s.Edit(hand(brush(s, mask.Findings, 1, 5, 3, mask.Infection)))
	erase := hand(brush(s, mask.Findings, 1, 5, 3, 0))
	s.SetLocked(mask.Infection, true)
	if err := s.Edit(erase); err == nil || s.Mask().Count(mask.Findings, mask.Infection) != 3 {
		t.Errorf("%d voxels are left, %v", s.Mask().Count(mask.Findings, mask.Infection), err)
	}
	s.SetLocked(mask.Infection, false)
	if err := s.Edit(erase); err != nil {
		t.Error(err)
	}
}
