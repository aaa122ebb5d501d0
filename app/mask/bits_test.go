package mask

import (
	"math/rand/v2"
	"testing"

	"opacity/app/testdata"
	"opacity/app/volume"
)

// summary is how a set of voxels is compared with SciPy's.
type summary struct {
	Voxels   int `json:"voxels"`
	Checksum int `json:"checksum"`
}

func summarise(b *Bits) summary {
	var s summary
	for k := range b.size[2] {
		for j := range b.size[1] {
			eachRun(b.Row(j, k), 0, b.size[0], func(i0, i1 int) {
				for i := i0; i < i1; i++ {
					s.Voxels++
					s.Checksum += (i+b.size[0]*(j+b.size[1]*k))%65521 + 1
				}
			})
		}
	}
	return s
}

type scipyCase struct {
	Limit      uint32  `json:"limit"`
	Cell       uint32  `json:"cell"`
	Set        summary `json:"set"`
	Components map[string]struct {
		N       int   `json:"n"`
		Largest []int `json:"largest"`
	} `json:"components"`
	Filled       summary   `json:"filled"`
	FilledSlices []summary `json:"filled_slices"` // axis i, j, k
	Morphology   []struct {
		RadiusMM float64 `json:"radius_mm"`
		Dilate   summary `json:"dilate"`
		Erode    summary `json:"erode"`
		Close    summary `json:"close"`
		Open     summary `json:"open"`
	} `json:"morphology"`
}

// scipy reads what testdata/morphology.py wrote and makes the same sets.
func scipy(t testing.TB) (spacingMM [3]float64, cases []scipyCase, sets []*Bits) {
	t.Helper()
	var file struct {
		Size      volume.Size `json:"size"`
		SpacingMM [3]float64  `json:"spacing_mm"`
		Cases     []scipyCase `json:"cases"`
	}
	testdata.JSON(t, "morphology.json", &file)
	for _, c := range file.Cases {
		b := NewBits(file.Size)
		for k := range uint32(file.Size[2]) {
			for j := range uint32(file.Size[1]) {
				for i := range uint32(file.Size[0]) {
					coarse := mix(i/c.Cell+131*(j/c.Cell)+131*47*(k/c.Cell)) % 256
					fine := mix(i+131*j+131*47*k+77777) % 256
					if 3*coarse+fine < c.Limit {
						b.Set(int(i), int(j), int(k))
					}
				}
			}
		}
		if got := summarise(b); got != c.Set {
			t.Fatalf("the set itself differs: %v, want %v", got, c.Set)
		}
		sets = append(sets, b)
	}
	return file.SpacingMM, file.Cases, sets
}

func mix(x uint32) uint32 {
	x = (x ^ x>>15) * 0x2C1B3C6D
	x = (x ^ x>>12) * 0x297A2D39
	return x ^ x>>15
}

func TestBitsAgainstPlainBytes(t *testing.T) {
	size := volume.Size{70, 3, 4}
	r := rand.New(rand.NewPCG(1, 2))
	m := New(size, DefaultLabels())
	want := 0
	for k := range size[2] {
		s := make([]uint8, size[0]*size[1])
		for o := range s {
			s[o] = uint8(r.IntN(3))
			if s[o] == LeftLung {
				want++
			}
		}
		m.SetSlice(Anatomy, k, s)
	}
	b := BitsOf(m, Anatomy, LeftLung)
	if b.Count() != want || b.Count() != m.Count(Anatomy, LeftLung) {
		t.Fatalf("count %d, want %d", b.Count(), want)
	}
	dst := make([]uint8, size[0]*size[1])
	for k := range size[2] {
		clear(dst)
		b.Paint(k, dst, 7)
		for o, v := range dst {
			if (v == 7) != (m.Slice(Anatomy, k)[o] == LeftLung) {
				t.Fatalf("slice %d offset %d: painted %d on %d", k, o, v, m.Slice(Anatomy, k)[o])
			}
		}
	}
}

func TestBitsBounds(t *testing.T) {
	b := NewBits(volume.Size{200, 5, 5})
	if !b.Bounds().Empty() || !b.Empty() {
		t.Fatal("an empty set has bounds")
	}
	b.SetRun(63, 130, 2, 1)
	b.Set(5, 4, 3)
	want := volume.Box{Min: [3]int{5, 2, 1}, Max: [3]int{130, 5, 4}}
	if got := b.Bounds(); got != want || b.Count() != 68 || !b.At(129, 2, 1) || b.At(130, 2, 1) {
		t.Fatalf("bounds %v, want %v", got, want)
	}
}
