package mask

import (
	"fmt"
	"slices"
	"testing"

	"opacity/app/volume"
)

func TestComponentsAgainstSciPy(t *testing.T) {
	_, cases, sets := scipy(t)
	for n, c := range cases {
		for _, conn := range []int{6, 18, 26} {
			want := c.Components[fmt.Sprint(conn)]
			got := sets[n].Components(conn)
			var largest []int
			for _, p := range got.List[:min(5, len(got.List))] {
				largest = append(largest, p.Voxels)
			}
			if len(got.List) != want.N || !slices.Equal(largest, want.Largest) {
				t.Errorf("case %d, %d-connected: %d parts %v, want %d %v", n, conn, len(got.List), largest, want.N, want.Largest)
			}
			if all := got.Select(func(int) bool { return true }); summarise(all) != c.Set {
				t.Errorf("case %d, %d-connected: the parts do not add up to the set", n, conn)
			}
		}
	}
}

func TestFillHolesAgainstSciPy(t *testing.T) {
	_, cases, sets := scipy(t)
	for n, c := range cases {
		b := sets[n].Clone()
		b.FillHoles()
		if got := summarise(b); got != c.Filled {
			t.Errorf("case %d: %v, want %v", n, got, c.Filled)
		}
		for axis, want := range c.FilledSlices {
			b := sets[n].Clone()
			b.FillHolesInSlices(axis)
			if got := summarise(b); got != want {
				t.Errorf("case %d, slices along %d: %v, want %v", n, axis, got, want)
			}
		}
	}
}

func TestSelectKeepsOneComponent(t *testing.T) {
	b := NewBits(volume.Size{80, 4, 4})
	b.SetRun(2, 70, 1, 1)
	b.SetRun(2, 5, 3, 3)
	c := b.Components(26)
	if len(c.List) != 2 || c.List[1].Voxels != 3 || c.List[1].Box.Min != [3]int{2, 3, 3} {
		t.Fatalf("parts %+v", c.List)
	}
	if got := c.Select(func(n int) bool { return n == 1 }); got.Count() != 3 || !got.At(4, 3, 3) {
		t.Fatal("selected another component")
	}
	if n := len(NewBits(volume.Size{9, 9, 9}).Components(6).List); n != 0 {
		t.Fatalf("an empty set has %d parts", n)
	}
}

// twoLungs is about what lungs are on a 512x512x300 grid.
func twoLungs() *Bits {
	b := NewBits(volume.Size{512, 512, 300})
	for k := 20; k < 280; k++ {
		for j := range 512 {
			for _, centre := range []float64{150, 360} {
				y, z := (float64(j)-256)/150, (float64(k)-150)/130
				if rest := 1 - y*y - z*z; rest > 0 {
					half := 80 * rest
					b.SetRun(int(centre-half), int(centre+half)+1, j, k)
				}
			}
		}
	}
	for n := range 40000 { // vessels: holes
		h := mix(uint32(n))
		i, j, k := 150+int(h%60), 200+int(h>>8%110), 60+int(h>>16%180)
		row := b.Row(j, k)
		row[i>>6] &^= 1 << (i & 63)
	}
	return b
}

func BenchmarkComponents(b *testing.B) {
	s := twoLungs()
	for b.Loop() {
		s.Components(6)
	}
}

func BenchmarkFillHolesInSlices(b *testing.B) {
	s := twoLungs()
	for b.Loop() {
		s.Clone().FillHolesInSlices(2)
	}
}

func BenchmarkFillHoles(b *testing.B) {
	s := twoLungs()
	for b.Loop() {
		s.Clone().FillHoles()
	}
}
