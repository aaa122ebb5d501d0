package mask

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"opacity/app/text"
	"opacity/app/volume"
)

// scan is as large as `make bench` states it: 512x512x300 voxels of 0.7x0.7x1 mm.
var scan = grid(volume.Size{512, 512, 300}, [3]float64{0.7, 0.7, 1})

// scribbler paints as a fast hand does: 100 points to a stroke, 4 mm apart.
type scribbler struct {
	r     *rand.Rand
	m     *Mask
	tip   Tip
	at    volume.Vec
	angle float64
}

func newScribbler(tip Tip) *scribbler {
	tip.Geometry = scan
	return &scribbler{r: rand.New(rand.NewPCG(1, 1)), m: New(scan.Size, DefaultLabels()), tip: tip}
}

func (s *scribbler) begin() *Stroke {
	for c := range 3 {
		s.at[c] = (0.25 + s.r.Float64()/2) * float64(scan.Size[c])
	}
	s.angle = 2 * math.Pi * s.r.Float64()
	return s.m.Begin(nil, Infection, s.r.IntN(3) == 0, Limits{})
}

func (s *scribbler) move(stroke *Stroke) {
	from := s.at
	s.angle += s.r.Float64() - 0.5
	s.at[0] += 4 / 0.7 * math.Cos(s.angle)
	s.at[1] += 4 / 0.7 * math.Sin(s.angle)
	stroke.Paint(s.tip.Sweep(from, s.at))
}

// BenchmarkStrokeMove times what one move of the pointer paints; first is the
// press, which copies the slices that it touches.
func BenchmarkStrokeMove(b *testing.B) {
	for _, bench := range []struct {
		name string
		tip  Tip
	}{
		{"disc10mm", Tip{RadiusMM: 10, Axis: 2}},
		{"coronalDisc10mm", Tip{RadiusMM: 10, Axis: 1}},
		{"ball20mm", Tip{RadiusMM: 20, Solid: true}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			s := newScribbler(bench.tip)
			var moves, presses []time.Duration
			for b.Loop() {
				stroke := s.begin()
				for n := range 100 {
					start := time.Now()
					s.move(stroke)
					if n == 0 {
						presses = append(presses, time.Since(start))
					} else {
						moves = append(moves, time.Since(start))
					}
				}
			}
			b.ReportMetric(p95(moves), "p95-ms/move")
			b.ReportMetric(p95(presses), "p95-ms/press")
		})
	}
}

// BenchmarkStrokeEnd times the delta that ends a stroke of 100 points.
func BenchmarkStrokeEnd(b *testing.B) {
	for name, tip := range map[string]Tip{"disc10mm": {RadiusMM: 10, Axis: 2}, "ball20mm": {RadiusMM: 20, Solid: true}} {
		b.Run(name, func(b *testing.B) {
			s := newScribbler(tip)
			var ends []time.Duration
			for b.Loop() {
				stroke := s.begin()
				for range 100 {
					s.move(stroke)
				}
				start := time.Now()
				stroke.Delta()
				ends = append(ends, time.Since(start))
			}
			b.ReportMetric(p95(ends), "p95-ms")
		})
	}
}

// BenchmarkScissors cuts a lung's worth of a label outside an outline, through
// all slices.
func BenchmarkScissors(b *testing.B) {
	m := New(scan.Size, DefaultLabels())
	m.Begin(nil, Infection, false, Limits{}).Paint(Tip{Geometry: scan, RadiusMM: 90, Solid: true}.At(volume.Vec{256, 256, 150}))
	outline := Polygon{Axis: 2, Last: scan.Size[2] - 1, Points: [][2]float64{{200, 200}, {300, 210}, {280, 300}, {190, 290}}, Outside: true}
	b.ResetTimer()
	for range b.N {
		s := m.Begin(nil, Infection, true, Limits{})
		s.Paint(outline)
		b.StopTimer()
		s.Abort()
		b.StartTimer()
	}
}

// BenchmarkStrokeMemory tells what a history holds of 1,000 strokes of 100 points.
func BenchmarkStrokeMemory(b *testing.B) {
	for name, tip := range map[string]Tip{"disc10mm": {RadiusMM: 10, Axis: 2}, "ball5mm": {RadiusMM: 5, Solid: true}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				s := newScribbler(tip)
				h := NewHistory(s.m)
				for range 1000 {
					stroke := s.begin()
					for range 100 {
						s.move(stroke)
					}
					h.Record(Step{Name: text.M("test.step"), Delta: stroke.Delta()})
				}
				with, held := heap(), h.held
				h.steps = nil
				b.ReportMetric(float64(with-heap())/1e6, "MB-heap")
				b.ReportMetric(float64(held)/1e6, "MB-counted")
				runtime.KeepAlive(h)
			}
		})
	}
}

func p95(times []time.Duration) float64 {
	slices.Sort(times)
	return float64(times[len(times)*95/100]) / 1e6
}
