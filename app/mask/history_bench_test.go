package mask

import (
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"opacity/app/text"
	"opacity/app/volume"
)

// stroke paints a path of 100 points with a disc of radius voxels, as a hand
// that corrects an outline does it, on three slices for a ball.
func stroke(r *rand.Rand, m *Mask, radius int, slices int) Step {
	to := m.Snapshot()
	nx, ny := m.size[0], m.size[1]
	k0, value := r.IntN(m.size[2]-slices+1), uint8(r.IntN(2))*Infection
	x, y := 100+r.Float64()*float64(nx-200), 100+r.Float64()*float64(ny-200)
	angle := r.Float64() * 2 * math.Pi
	for range 100 {
		angle += (r.Float64() - 0.5) / 2
		x, y = x+math.Cos(angle), y+math.Sin(angle)
		for k := k0; k < k0+slices; k++ {
			dst := to.layers[Findings].writable(k, nx*ny)
			for j := -radius; j <= radius; j++ {
				half := int(math.Sqrt(float64(radius*radius - j*j)))
				for i := -half; i <= half; i++ {
					if o := int(x) + i + nx*(int(y)+j); o >= 0 && o < len(dst) {
						dst[o] = value
					}
				}
			}
		}
	}
	return Step{Name: text.M("test.step"), Tool: "brush", Label: Infection, Delta: Diff(m, to), Hand: true}
}

func strokes(n, radius, slices int) *History {
	r := rand.New(rand.NewPCG(1, 1))
	h := NewHistory(New(volume.Size{512, 512, 300}, DefaultLabels()))
	for made := 0; made < n; {
		if _, ok := h.Commit(stroke(r, h.mask, radius, slices)); ok {
			made++
		}
	}
	return h
}

// BenchmarkUndo takes back and repeats one stroke of 100 points, 10 mm across 20
// slices of 0.7 mm pixels.
func BenchmarkUndo(b *testing.B) {
	h := strokes(50, 14, 20)
	for b.Loop() {
		if _, err := h.Undo(); err != nil {
			b.Fatal(err)
		}
		if _, err := h.Redo(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(2*b.N), "µs/step")
}

// BenchmarkUndoOfAThousand goes to the start and back, a step at a time.
func BenchmarkUndoOfAThousand(b *testing.B) {
	h := strokes(1000, 14, 1)
	for b.Loop() {
		for range 1000 {
			if _, err := h.Undo(); err != nil {
				b.Fatal(err)
			}
		}
		for range 1000 {
			if _, err := h.Redo(); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(2*b.N), "ms/1000")
}

// BenchmarkMemoryOfAThousand tells the memory of 1,000 strokes of 100 points:
// what the history counts, and what the heap holds for it.
func BenchmarkMemoryOfAThousand(b *testing.B) {
	for _, bench := range []struct {
		name           string
		radius, slices int
	}{{"disc10mm", 14, 1}, {"ball10mm", 14, 20}} {
		b.Run(bench.name, func(b *testing.B) {
			for b.Loop() {
				h := strokes(1000, bench.radius, bench.slices)
				with := heap()
				steps, held := len(h.steps), h.held
				h.steps, h.next = nil, 0
				b.ReportMetric(float64(with-heap())/1e6, "MB-heap")
				b.ReportMetric(float64(held)/1e6, "MB-counted")
				b.ReportMetric(float64(steps), "steps")
				runtime.KeepAlive(h)
			}
		})
	}
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// BenchmarkUndoAfterSnapshot takes back one stroke on a mask that somebody else
// holds too, so that every slice it lies in is copied first.
func BenchmarkUndoAfterSnapshot(b *testing.B) {
	h := strokes(50, 14, 20)
	for b.Loop() {
		h.mask.Snapshot()
		if _, err := h.Undo(); err != nil {
			b.Fatal(err)
		}
		h.mask.Snapshot()
		if _, err := h.Redo(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(2*b.N), "µs/step")
}
