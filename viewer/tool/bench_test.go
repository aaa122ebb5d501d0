package tool

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/volume"
	"opacity/viewer"
)

// BenchmarkMove times a move of the pointer that paints on 512x512x300 voxels of
// 0.7x0.7x1 mm, from the event to what the session tells of it; 4 mm a move, 100
// moves a stroke. Release is the step that it ends in.
func BenchmarkMove(b *testing.B) {
	for _, bench := range []struct {
		name     string
		tool     Name
		settings Settings
	}{
		{"brush10mm", Brush, Settings{RadiusMM: 10}},
		{"brush10mmInsideHU", Brush, Settings{RadiusMM: 10, Limits: mask.Limits{HU: &mask.Range{Min: -2000, Max: 2000}, Over: mask.OverVisible}}},
		{"ball20mm", Brush, Settings{RadiusMM: 20, Solid: true}},
		{"smart10mm", Smart, Settings{RadiusMM: 10, Sensitivity: 0.5}},
		{"smartBall10mm", Smart, Settings{RadiusMM: 10, Sensitivity: 0.5, Solid: true}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			m, k := chest()
			k.Use(bench.tool)
			k.SetSettings(bench.settings)
			r := rand.New(rand.NewPCG(1, 1))
			var moves, releases []time.Duration
			for b.Loop() {
				at := volume.Vec{150 + 200*r.Float64(), 150 + 200*r.Float64(), float64(100 + r.IntN(100))}
				angle := 2 * math.Pi * r.Float64()
				e := Event{Kind: Press, Button: Left, Size: [2]float64{800, 800}}
				for range 100 {
					e.Voxel = at
					start := time.Now()
					m.Handle(e)
					moves = append(moves, time.Since(start))
					e.Kind = Move
					angle += r.Float64() - 0.5
					at[0] += 4 / 0.7 * math.Cos(angle)
					at[1] += 4 / 0.7 * math.Sin(angle)
				}
				e.Kind = Release
				start := time.Now()
				m.Handle(e)
				releases = append(releases, time.Since(start))
			}
			b.ReportMetric(p95(moves), "p95-ms/move")
			b.ReportMetric(p95(releases), "p95-ms/release")
		})
	}
}

func chest() (*Machine, *Kit) {
	g := volume.Geometry{Size: volume.Size{512, 512, 300}}
	g.Affine[0][0], g.Affine[1][1], g.Affine[2][2] = 0.7, 0.7, 1
	vol := &volume.Volume{Geometry: g, Int16: make([]int16, g.Size.Voxels()), Unit: volume.HU}
	r := rand.New(rand.NewPCG(2, 2))
	for o := range vol.Int16 {
		vol.Int16[o] = int16(r.IntN(80))
	}
	s := app.NewSession()
	v := viewer.New(s)
	s.Complete(app.SeriesInfo{}, vol)
	m := NewMachine(v)
	return m, NewKit(v, m)
}

func p95(times []time.Duration) float64 {
	slices.Sort(times)
	return float64(times[len(times)*95/100]) / 1e6
}
