package inference

import (
	"math"
	"testing"

	"opacity/app/testdata"
)

// sampled is a result of testdata/opencv.py: values on a sparse grid, and the sum.
type sampled struct {
	Ys, Xs []int
	Values []float64
	Sum    float64
}

type opencvFile struct {
	Resize []struct {
		From, To [2]int
		Kind     string
		Want     sampled
	}
	CLAHE []struct {
		Size  [2]int
		Limit float64
		Tiles [2]int
		Want  sampled
	}
	Pipeline []struct {
		From [2]int
		Want sampled
	}
}

func opencv(t testing.TB) opencvFile {
	t.Helper()
	var f opencvFile
	testdata.JSON(t, "opencv.json", &f)
	return f
}

// picture is the one of testdata/opencv.py.
func picture(rows, cols int) []float32 {
	p := make([]float32, rows*cols)
	for y := range uint64(rows) {
		for x := range uint64(cols) {
			hills := (x*x + 3*y*y + 5*x*y) / 37 % 1500
			h := uint32(x + 4099*y + 1)
			h = (h ^ h>>15) * 0x2C1B3C6D
			h = (h ^ h>>12) * 0x297A2D39
			h ^= h >> 15
			p[y*uint64(cols)+x] = float32(int(hills) + int(h%525) - 1024)
		}
	}
	return p
}

// differ counts sampled values further than tol from those wanted, and returns
// the largest distance.
func (s sampled) differ(got []float32, cols int, tol float64) (n int, worst float64) {
	at := 0
	for _, y := range s.Ys {
		for _, x := range s.Xs {
			d := math.Abs(float64(got[y*cols+x]) - s.Values[at])
			if d > tol {
				n++
			}
			worst = math.Max(worst, d)
			at++
		}
	}
	return n, worst
}

func sum(p []float32) (s float64) {
	for _, x := range p {
		s += float64(x)
	}
	return s
}

func TestResizeAgainstOpenCV(t *testing.T) {
	for _, c := range opencv(t).Resize {
		r := newResizer(c.Kind, c.From[0], c.From[1], c.To[0], c.To[1])
		r.from(c.From[0], c.From[1])
		got := make([]float32, c.To[0]*c.To[1])
		r.resize(got, picture(c.From[0], c.From[1]))
		if n, worst := c.Want.differ(got, c.To[1], 1e-3); n > 0 {
			t.Errorf("%s %v -> %v: %d values differ, by up to %g", c.Kind, c.From, c.To, n, worst)
		}
		if d := math.Abs(sum(got) - c.Want.Sum); d > 1e-3*float64(len(got))+0.1 {
			t.Errorf("%s %v -> %v: the sum differs by %g", c.Kind, c.From, c.To, d)
		}
	}
}

// A resizer told of another input size gives what a fresh one gives.
func TestResizerReused(t *testing.T) {
	for _, kind := range []string{"nearest", "linear", "cubic", "area"} {
		r := newResizer(kind, 120, 110, 40, 50)
		for _, from := range [][2]int{{120, 110}, {40, 50}, {17, 110}, {120, 110}} {
			fresh := newResizer(kind, from[0], from[1], 40, 50)
			fresh.from(from[0], from[1])
			r.from(from[0], from[1])
			src := picture(from[0], from[1])
			got, want := make([]float32, 2000), make([]float32, 2000)
			r.resize(got, src)
			fresh.resize(want, src)
			for n := range want {
				if got[n] != want[n] {
					t.Fatalf("%s from %v: pixel %d is %g, want %g", kind, from, n, got[n], want[n])
				}
			}
		}
	}
}
