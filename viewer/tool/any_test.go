package tool

import (
	"math"
	"math/rand/v2"
	"testing"

	"opacity/app/mask"
	"opacity/app/volume"
	"opacity/viewer"
)

// Whatever the pointer and the keys do, in whatever order: the lung stays, a
// stroke that is not in the history is not in the mask once the gesture ended,
// and undo leads back to the beginning.
func TestAnyEvents(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		b := newBench(t, NoTool)
		b.k.Fill, b.k.Island = func(Click) {}, func(Click) {}
		s := b.Session()
		begin, lung := s.Mask().Snapshot(), b.lung()
		for range 150 {
			b.anything(r)
		}
		b.m.Handle(Event{Kind: Abort})
		if s.Painting() {
			t.Fatalf("seed %d: a stroke goes on after its gesture", seed)
		}
		if b.lung() != lung {
			t.Fatalf("seed %d: painting a finding took %d voxels of the lung", seed, lung-b.lung())
		}
		steps, _ := s.History()
		if err := s.Go(len(steps)); err != nil {
			t.Fatal(err)
		}
		end := s.Mask().Snapshot()
		if err := s.Go(1); err != nil || !s.Mask().Equal(begin) {
			t.Fatalf("seed %d: undo does not lead back: %v", seed, err)
		}
		if err := s.Go(len(steps)); err != nil || !s.Mask().Equal(end) {
			t.Fatalf("seed %d: redo leads elsewhere: %v", seed, err)
		}
	}
}

// anything is an event, an action or a setting.
func (b *bench) anything(r *rand.Rand) {
	switch r.IntN(14) {
	case 0:
		b.k.Use(append(Names(), NoTool)[r.IntN(10)])
	case 1:
		b.k.SetSettings(Settings{
			RadiusMM: []float64{0, 3, 20, 1e9, math.NaN()}[r.IntN(5)], Square: r.IntN(2) == 0, Solid: r.IntN(4) == 0, Subtract: r.IntN(2) == 0,
			Sensitivity: r.Float64(), CutOutside: r.IntN(2) == 0, CutSlices: r.IntN(6) - 2,
			Limits: mask.Limits{Inside: []uint8{0, 0, mask.LeftLung, 9}[r.IntN(4)], Over: mask.Over(r.IntN(5)), OverLabel: uint8(r.IntN(4))},
		})
	case 2:
		[]func(){b.k.Commit, func() { b.k.Back() }, b.k.Swap, b.k.Leave, func() { b.k.Escape() }, func() { b.k.Resize(r.NormFloat64()) }}[r.IntN(6)]()
	case 3:
		if steps, applied := b.Session().History(); applied > 1 {
			_, _ = b.Session().Undo()
		} else if len(steps) > applied {
			_, _ = b.Session().Redo()
		}
	default:
		e := Event{
			Kind: []Kind{Press, Move, Move, Move, Release, Wheel, Abort}[r.IntN(7)], Plane: viewer.Plane(r.IntN(3)),
			Button: []Button{Left, Left, Right, Middle, NoButton}[r.IntN(5)], Mods: Mods(r.IntN(8) * r.IntN(2)), Clicks: 1 + r.IntN(2),
			Pane: [2]float64{400 * r.Float64(), 300 * r.Float64()}, Size: [2]float64{400, 300}, Notches: r.NormFloat64(), WindowKey: r.IntN(9) == 0,
		}
		if plane, busy := b.m.Busy(); busy {
			e.Plane = plane
		}
		tr := viewer.PaneTransform(e.Plane, b.Session().Volume().Geometry, b.Camera(e.Plane), 400, 300)
		e.Voxel = tr.Voxel(e.Pane[0], e.Pane[1], b.SliceOf(e.Plane))
		if r.IntN(40) == 0 {
			e.Voxel = volume.Vec{math.NaN(), math.Inf(1), 1e300}
		}
		b.m.Handle(e)
	}
	b.k.Marks()
	b.k.LimitsCaption()
}
