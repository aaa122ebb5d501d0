package inference

import (
	"context"
	"math"
	"testing"

	"opacity/app"
	"opacity/app/imageio"
	"opacity/app/mask"
	"opacity/app/phantom"
	"opacity/app/testdata"
	"opacity/app/volume"
)

// ellipsoid adds the voxels of an ellipsoid, all in voxels.
func ellipsoid(b *mask.Bits, centre, radius [3]float64) {
	size := b.Size()
	for k := range size[2] {
		for j := range size[1] {
			y, z := (float64(j)-centre[1])/radius[1], (float64(k)-centre[2])/radius[2]
			if rest := 1 - y*y - z*z; rest >= 0 {
				half := radius[0] * math.Sqrt(rest)
				i0, i1 := int(math.Ceil(centre[0]-half)), int(centre[0]+half)+1
				if i0, i1 = max(i0, 0), min(i1, size[0]); i0 < i1 {
					b.SetRun(i0, i1, j, k)
				}
			}
		}
	}
}

// bodyVolume is a body of water, an ellipse in every slice, in air.
func bodyVolume(size volume.Size, spacing [3]float64, centreI float64) *volume.Volume {
	v := &volume.Volume{Unit: volume.HU, Int16: make([]int16, size.Voxels())}
	v.Size = size
	v.Affine = volume.Affine{{spacing[0], 0, 0, 0}, {0, spacing[1], 0, 0}, {0, 0, spacing[2], 0}}
	for k := range size[2] {
		for j := range size[1] {
			for i := range size[0] {
				x, y := (float64(i)-centreI)/(0.45*float64(size[0])), (float64(j)-float64(size[1])/2)/(0.4*float64(size[1]))
				if x*x+y*y > 1 {
					v.Int16[i+size[0]*(j+size[1]*k)] = -1000
				}
			}
		}
	}
	return v
}

// count returns the voxels of a set on either side of column i.
func count(b *mask.Bits, i int) (below, above int) {
	for at, n := range columns(b) {
		if at < i {
			below += n
		} else {
			above += n
		}
	}
	return below, above
}

func TestSplitSides(t *testing.T) {
	size := volume.Size{128, 100, 60}
	spacing := [3]float64{2.8, 2.8, 5}
	right := func(b *mask.Bits) { ellipsoid(b, [3]float64{38, 50, 30}, [3]float64{20, 30, 25}) }
	left := func(b *mask.Bits) { ellipsoid(b, [3]float64{90, 50, 30}, [3]float64{19, 30, 25}) }
	for _, c := range []struct {
		name     string
		draw     func(b *mask.Bits)
		cut      int     // column that parts the sides, near enough
		wrongMax float64 // share of voxels that may lie beyond it
	}{
		{"apart", func(b *mask.Bits) { right(b); left(b) }, 64, 0},
		{"fused in front", func(b *mask.Bits) {
			right(b)
			left(b)
			for k := 25; k < 38; k++ {
				for j := 30; j < 36; j++ {
					b.SetRun(45, 85, j, k)
				}
			}
		}, 64, 0.01},
		{"fused along a wide sheet", func(b *mask.Bits) {
			right(b)
			left(b)
			for k := 8; k < 52; k++ {
				for j := 40; j < 45; j++ {
					b.SetRun(50, 75, j, k)
				}
			}
		}, 64, 0.01},
		{"with bits and pieces", func(b *mask.Bits) {
			right(b)
			left(b)
			b.SetRun(60, 62, 50, 30) // nearer to the right lung
			b.SetRun(115, 118, 20, 5)
			b.SetRun(8, 10, 80, 50)
		}, 64, 0},
		{"one small", func(b *mask.Bits) {
			right(b)
			ellipsoid(b, [3]float64{95, 50, 15}, [3]float64{10, 14, 9})
		}, 64, 0},
		{"fused through and through", func(b *mask.Bits) { ellipsoid(b, [3]float64{64, 50, 30}, [3]float64{50, 25, 25}) }, 64, 0.01},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := mask.NewBits(size)
			c.draw(b)
			l, r := SplitLungs(b, bodyVolume(size, spacing, 64))
			if l.Count()+r.Count() != b.Count() {
				t.Fatalf("%d + %d of %d voxels", l.Count(), r.Count(), b.Count())
			}
			lWrong, lRight := count(l, c.cut)
			rRight, rWrong := count(r, c.cut)
			if lRight == 0 || rRight == 0 || float64(lWrong+rWrong) > c.wrongMax*float64(b.Count()) {
				t.Errorf("left: %d on its side, %d not; right: %d on its side, %d not", lRight, lWrong, rRight, rWrong)
			}
		})
	}
}

// A lone lung is told by where it lies in the body, even where it has crossed
// the midline, as after the other was taken out.
func TestSplitSidesOfOneLung(t *testing.T) {
	size := volume.Size{128, 100, 40}
	spacing := [3]float64{2.8, 2.8, 5}
	for _, c := range []struct {
		name           string
		centre, radius float64
		body           float64
		isLeft         bool
	}{
		{"left", 92, 20, 64, true},
		{"right", 36, 20, 64, false},
		{"left, over the midline", 82, 27, 64, true},
		{"body off centre", 70, 20, 45, true},
	} {
		b := mask.NewBits(size)
		ellipsoid(b, [3]float64{c.centre, 50, 20}, [3]float64{c.radius, 30, 18})
		l, r := SplitLungs(b, bodyVolume(size, spacing, c.body))
		if l.Empty() == c.isLeft || r.Empty() != c.isLeft {
			t.Errorf("%s: %d left, %d right", c.name, l.Count(), r.Count())
		}
	}
	if l, r := SplitLungs(mask.NewBits(size), bodyVolume(size, spacing, 64)); !l.Empty() || !r.Empty() {
		t.Error("no lung has sides")
	}
}

// The phantom's lungs, put into one set, come apart again as they were; mirrored
// they follow the header all the same.
func TestSplitSidesOfThePhantom(t *testing.T) {
	for seed := range uint64(3) {
		v, m := phantom.New(phantom.Options{Size: volume.Size{128, 128, 50}, Seed: seed, Arms: seed == 1})
		wantL, wantR := mask.BitsOf(m, mask.Anatomy, mask.LeftLung), mask.BitsOf(m, mask.Anatomy, mask.RightLung)
		both := wantL.Clone()
		both.Or(wantR)
		l, r := SplitLungs(both, v)
		wrong := l.Clone()
		wrong.And(wantR)
		n := wrong.Count()
		wrong = r.Clone()
		wrong.And(wantL)
		if n += wrong.Count(); n > both.Count()/1000 {
			t.Errorf("seed %d: %d voxels on the wrong side", seed, n)
		}
	}
}

func TestBodyOutline(t *testing.T) {
	v, m := phantom.New(phantom.Options{Size: volume.Size{128, 128, 30}})
	// A table: a thin sheet under the patient, and a wire beside.
	for k := range 30 {
		for i := 10; i < 118; i++ {
			v.Int16[i+128*(126+128*k)] = 100
		}
		v.Int16[2+128*(64+128*k)] = 2000
	}
	body := bodyOutline(v, 0, 30)
	for k := range 30 {
		if k < 15 && body.At(2, 64, k) || body.At(40, 126, k) || body.At(0, 0, k) {
			t.Fatalf("slice %d: wire %t, table %t, corner %t are body", k, body.At(2, 64, k), body.At(40, 126, k), body.At(0, 0, k))
		}
	}
	out := mask.BitsOf(m, mask.Anatomy, mask.LeftLung)
	out.Or(mask.BitsOf(m, mask.Anatomy, mask.RightLung))
	n := out.Count()
	out.AndNot(body)
	if lost := out.Count(); lost > n/1000 {
		t.Errorf("%d of %d lung voxels are outside the body", lost, n)
	}
}

// open reads the one series under a path.
func open(t *testing.T, path string) *volume.Volume {
	t.Helper()
	s, err := imageio.Opener{}.Scan(context.Background(), []string{path}, nil)
	if err != nil {
		t.Fatal(err)
	}
	v, err := s.Series[0].Load(context.Background(), app.LoadHooks{})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// A patient's lungs as people contoured them, put into one set, come apart as
// they were; grown by 3 mm so that they touch, nearly so.
func TestSplitSidesOfAPatient(t *testing.T) {
	ct := open(t, testdata.Path(t, "ct", "lung1-001", "dicom"))
	ref := open(t, testdata.Path(t, "ct", "lung1-001", "lungs_left1_right2.nii.gz"))
	wantL, wantR := referenceLungs(t, ref)
	if wantL.Empty() || ct.Size != ref.Size {
		t.Fatalf("reference of %s for %s", ref.Size, ct.Size)
	}
	for _, growMM := range []float64{0, 3} {
		both := wantL.Clone()
		both.Or(wantR)
		if growMM > 0 {
			both = both.Dilate(growMM, ct.SpacingMM())
		}
		l, r := SplitLungs(both, ct)
		wrong := l.Clone()
		wrong.And(wantR)
		n := wrong.Count()
		wrong = r.Clone()
		wrong.And(wantL)
		n += wrong.Count()
		if share := float64(n) / float64(wantL.Count()+wantR.Count()); share > 0.002 {
			t.Errorf("grown by %g mm: %.3f %% on the wrong side", growMM, 100*share)
		} else {
			t.Logf("grown by %g mm, %d parts: %d voxels on the wrong side", growMM, len(both.Components(6).List), n)
		}
	}
}
