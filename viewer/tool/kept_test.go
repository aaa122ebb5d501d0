package tool

import (
	"testing"

	"opacity/app/mask"
	"opacity/app/text"
	"opacity/viewer"
)

// outline sets the corners of a square of 20 x 20 voxels on the axial slice shown.
func (b *bench) outline() *bench {
	for _, p := range [][2]float64{{171.5, 121.5}, {231.5, 121.5}, {231.5, 181.5}, {171.5, 181.5}} {
		b.play(drag(viewer.Axial, Left, plain, p))
	}
	return b
}

func (b *bench) points() int {
	if o := b.k.Open(); o != nil {
		return len(o.Points)
	}
	return 0
}

// An outline is there until it is filled or dropped on purpose.
func TestOutlineIsKept(t *testing.T) {
	b := newBench(t, Polygon).outline()
	for _, n := range []Name{Brush, NoTool, Lasso} {
		b.k.Use(n)
		if m := b.k.Marks(); b.points() != 4 || m.Outline == nil || len(m.Outline.Points) != 4 {
			t.Fatalf("with %q on it has %d points, and %+v is drawn", n, b.points(), m.Outline)
		}
	}
	b.k.Use(Brush)
	b.play(drag(viewer.Axial, Left, plain, [2]float64{270.5, 121.5}))
	b.k.Use(Polygon)
	b.k.Commit()
	if got, want := b.done(), "Paint infection +81, Polygon: infection +400"; got != want || b.points() != 0 {
		t.Errorf("%s, want %s; %d points left", got, want, b.points())
	}
}

// Leaving a case fills an outline that waits behind another tool.
func TestOutlineBehindAnotherToolIsFilled(t *testing.T) {
	b := newBench(t, Polygon).outline()
	b.k.Use(Brush)
	if !b.k.Finish() || b.done() != "Polygon: infection +400" {
		t.Errorf("it has %q", b.done())
	}
}

// Enter with the outline on another slice shows it first.
func TestOutlineElsewhereIsShownFirst(t *testing.T) {
	b := newBench(t, Polygon).outline()
	var said []string
	b.k.Said.Connect(func(m text.Message) { said = append(said, m.Key) })
	at := b.SliceOf(viewer.Axial)
	b.Step(viewer.Axial, -3)
	b.k.Commit()
	if b.done() != "" || b.SliceOf(viewer.Axial) != at || len(said) != 1 || said[0] != "tool.outline.here" {
		t.Errorf("%q is done on slice %d of %d, and it says %v", b.done(), b.SliceOf(viewer.Axial), at, said)
	}
	b.SetActive(viewer.Coronal)
	b.SetArrangement(viewer.OnePane)
	if b.k.Commit(); b.done() != "" || b.Active() != viewer.Axial {
		t.Errorf("unseen, %q is done; %v is shown", b.done(), b.Active())
	}
	if b.k.Commit(); b.done() != "Polygon: infection +400" {
		t.Errorf("seen, %q is done", b.done())
	}
}

// What Escape dropped can be had back until something else is done.
func TestOutlineDroppedAndHadBack(t *testing.T) {
	b := newBench(t, Polygon).outline()
	if !b.k.Escape() || b.points() != 0 || b.k.Current() != Polygon {
		t.Fatalf("Escape leaves %d points, and %q on", b.points(), b.k.Current())
	}
	if !b.k.Restore() || b.points() != 4 || b.k.Restore() {
		t.Fatalf("%d points are back", b.points())
	}
	b.k.Escape()
	b.k.Use(Brush)
	b.play(drag(viewer.Axial, Left, plain, [2]float64{270.5, 121.5}))
	b.k.Use(Polygon)
	if b.k.Restore() {
		t.Error("it comes back after a stroke that is newer")
	}
}

// An outline that cannot be filled is not lost.
func TestOutlineThatChangesNothingStays(t *testing.T) {
	for name, hinder := range map[string]func(*bench){
		"locked": func(b *bench) { b.Session().SetLocked(mask.Infection, true) },
		"limits": func(b *bench) {
			b.set(func(s *Settings) { s.Limits.HU = &mask.Range{Min: 2000, Max: 3000} })(nil, nil)
		},
	} {
		b := newBench(t, Polygon).outline()
		hinder(b)
		if b.k.Commit(); b.points() != 4 || b.done() != "" {
			t.Errorf("%s: %d points are left, %q is done", name, b.points(), b.done())
		}
	}
}

// A stroke tells that it is a step, or why it changed nothing.
func TestStrokesTellHowTheyEnded(t *testing.T) {
	far := func(s *Settings) { s.Limits.HU = &mask.Range{Min: 2000, Max: 3000} }
	for _, c := range []struct {
		name  string
		tool  Name
		setup func(b *bench)
		want  string
	}{
		{"painted", Brush, nil, ""},
		{"beyond the HU limits", Brush, func(b *bench) { b.set(far)(nil, nil) }, "Nothing was changed here: the limits are 2000 to 3000 HU."},
		{"outside a label", Smart, func(b *bench) {
			b.set(func(s *Settings) { s.Limits.Inside = mask.RightLung })(nil, nil)
		}, "Nothing was changed here: the limits are inside right lung."},
		{"over a label that is not here", Lasso, func(b *bench) {
			b.set(func(s *Settings) { s.Limits.Over, s.Limits.OverLabel = mask.OverLabel, mask.RightLung })(nil, nil)
		}, "Nothing was changed here: the limits are over right lung."},
		{"on a locked label", Brush, func(b *bench) {
			b.k.Use(Lasso)
			b.play(drag(viewer.Axial, Left, plain, [2]float64{100, 60}, [2]float64{300, 60}, [2]float64{300, 240}, [2]float64{100, 240}))
			l, _ := b.Session().AddLabel("other")
			b.SetActiveLabel(l.Value)
			b.Session().SetLocked(mask.Infection, true)
			b.k.Use(Brush)
		}, "Nothing was changed here: the limits are locked: infection."},
		{"nothing to erase", Eraser, nil, "Nothing was erased: there is no infection here."},
		{"nothing to cut", Scissors, nil, "Nothing was erased: there is no infection here."},
		{"nothing to erase within limits", Eraser, func(b *bench) { b.set(far)(nil, nil) }, "Nothing was erased: there is no infection here."},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, c.tool)
			if c.setup != nil {
				c.setup(b)
			}
			var said []string
			b.k.Ended.Connect(func(m text.Message) { said = append(said, m.String()) })
			b.play(drag(viewer.Axial, Left, plain, [2]float64{171.5, 121.5}, [2]float64{231.5, 121.5}, [2]float64{231.5, 181.5}, [2]float64{171.5, 181.5}))
			if len(said) != 1 || said[0] != c.want {
				t.Errorf("it said %q, want %q", said, c.want)
			}
		})
	}
}

// A line that goes round nothing is told as that, whatever there is.
func TestLineRoundNothing(t *testing.T) {
	for _, n := range []Name{Lasso, Scissors} {
		b := newBench(t, n)
		var said []string
		b.k.Ended.Connect(func(m text.Message) { said = append(said, m.Key) })
		b.play(drag(viewer.Axial, Left, plain, mid), drag(viewer.Axial, Left, plain, mid, [2]float64{231.5, 151.5}))
		if len(said) != 2 || said[0] != "tool.unchanged.no_area" || said[1] != said[0] {
			t.Errorf("%s: it said %q", n, said)
		}
	}
}

// A line that follows the pointer keeps every motion that arrives, once, and tells
// of each once.
func TestLineKeepsEveryMotionOnce(t *testing.T) {
	b := newBench(t, Lasso)
	told := 0
	b.play(does(Press, viewer.Axial, Left, 171.5, 121.5))
	b.k.Changed.Connect(func(struct{}) { told++ })
	for n := range 40 {
		at := [2]float64{171.5 + float64(n+1), 121.5 + float64(n%7)}
		b.play(does(Move, viewer.Axial, Left, at[0], at[1]), does(Move, viewer.Axial, Left, at[0], at[1]))
	}
	if n := len(b.k.Marks().Outline.Points); n != 41 || told != 40 || !b.k.Follows() {
		t.Errorf("40 motions made %d points, told of %d times", n, told)
	}
	if b.play(does(Release, viewer.Axial, Left, 211.5, 121.5)); b.k.Follows() {
		t.Error("it follows no more")
	}
}
