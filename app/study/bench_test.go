package study

import (
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

// lungs is a mask of 512x512x300 voxels with two ellipsoids for lungs.
func lungs() *mask.Mask {
	size := volume.Size{512, 512, 300}
	m := mask.New(size, mask.DefaultLabels())
	s := make([]uint8, 512*512)
	for k := 30; k < 270; k++ {
		clear(s)
		for o := range s {
			x, y, z := float64(o%512), float64(o/512)-256, float64(k)-150
			for n, c := range []float64{150, 362} {
				dx := x - c
				if dx*dx/8100+y*y/22500+z*z/14400 < 1 {
					s[o] = uint8(2 - n)
				}
			}
		}
		m.SetSlice(mask.Anatomy, k, s)
	}
	return m
}

// stroke is what a brush of 7 voxels does along a short way.
func stroke(r *rand.Rand, m *mask.Mask) mask.Delta {
	to, k := m.Snapshot(), 40+r.IntN(220)
	s := make([]uint8, 512*512)
	copy(s, m.Slice(mask.Findings, k))
	x, y, value := 100+r.IntN(300), 100+r.IntN(300), uint8(3*r.IntN(2))
	dx, dy := r.IntN(5)-2, r.IntN(5)-2
	for range 100 {
		x, y = min(max(x+r.IntN(9)-4+dx, 10), 500), min(max(y+r.IntN(9)-4+dy, 10), 500)
		for j := -7; j <= 7; j++ {
			for i := -7; i <= 7; i++ {
				if i*i+j*j <= 49 {
					s[x+i+512*(y+j)] = value
				}
			}
		}
	}
	to.SetSlice(mask.Findings, k, s)
	return mask.Diff(m, to)
}

// long makes a closed study with many strokes.
func long(b *testing.B, strokes int) string {
	b.Helper()
	m := lungs()
	s, err := Create(filepath.Join(b.TempDir(), "case"+Extension), testInfo(), testGrid(m.Size()), m)
	if err != nil {
		b.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 1))
	for n := 0; n < strokes; n++ {
		d := stroke(r, s.Mask())
		if d.Empty() {
			n--
			continue
		}
		s.History().Commit(mask.Step{Name: text.M("stroke", n), Tool: "brush", Label: 3, Hand: true, Delta: d})
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	return s.Folder()
}

// BenchmarkReopen opens a study with 10,000 strokes on 512x512x300 voxels; the
// aim is 1 s.
func BenchmarkReopen(b *testing.B) {
	folder := long(b, 10_000)
	info, err := os.Stat(filepath.Join(folder, journalName))
	if err != nil {
		b.Fatal(err)
	}
	for _, name := range []string{"checkpoint", "none"} {
		b.Run(name, func(b *testing.B) {
			if name == "none" {
				if err := os.Remove(filepath.Join(folder, checkpointName)); err != nil {
					b.Fatal(err)
				}
			}
			for b.Loop() {
				s, _, err := OpenReadOnly(b.Context(), folder)
				if err != nil {
					b.Fatal(err)
				}
				if steps, _ := s.History().Steps(); len(steps) != 10_000 {
					b.Fatal(len(steps))
				}
				if err := s.Close(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(info.Size())/1e6, "MB")
		})
	}
}

// BenchmarkKeep is what handing over a stroke takes on the goroutine that edits,
// and, as p95-ms, how long until it is on disk.
func BenchmarkKeep(b *testing.B) {
	m := lungs()
	s, err := Create(filepath.Join(b.TempDir(), "case"+Extension), testInfo(), testGrid(m.Size()), m)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	d := stroke(rand.New(rand.NewPCG(1, 1)), s.Mask())
	var durable []time.Duration
	for b.Loop() {
		at := time.Now()
		if _, err := s.Keep(mask.Step{Name: text.M("stroke"), Tool: "brush", Time: at, Delta: d}); err != nil {
			b.Fatal(err)
		}
		if len(durable) < 200 {
			b.StopTimer()
			if err := s.Sync(b.Context()); err != nil {
				b.Fatal(err)
			}
			durable = append(durable, time.Since(at))
			b.StartTimer()
		}
	}
	b.ReportMetric(float64(percentile(durable, 95).Microseconds())/1000, "p95-ms")
}

// BenchmarkSave writes study.json, checkpoint and audit of such a study.
func BenchmarkSave(b *testing.B) {
	s, _, err := Open(b.Context(), long(b, 1000))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for b.Loop() {
		if err := s.Update(func(i *Info) { i.ReadingSeconds++ }); err != nil {
			b.Fatal(err)
		}
		if err := s.Save(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

func percentile(times []time.Duration, p int) time.Duration {
	slices.Sort(times)
	return times[len(times)*p/100]
}
