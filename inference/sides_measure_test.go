package inference

import (
	"math"
	"testing"

	"opacity/app/mask"
	"opacity/app/phantom"
	"opacity/app/testdata"
	"opacity/app/volume"
)

// lungMeasures are what the constants of sides.go are compared with, of two lungs
// whose sides are known.
type lungMeasures struct {
	smaller  float64 // volume of the smaller lung over that of the larger
	apart    float64 // of the centres, over the width of both lungs
	beyond   float64 // the larger share of a lung beyond the middle between the centres
	lone     float64 // width of the wider lung over the body's
	both     float64 // width of both over the body's
	crossing float64 // the larger share of a lung beyond the body's midline
	lesser   float64 // share of both on the lesser side of the midline
}

func measureLungs(v *volume.Volume, left, right *mask.Bits) (m lungMeasures) {
	both := left.Clone()
	both.Or(right)
	box := both.Bounds()
	middle, bodyWidth := midline(v, box.Min[2], box.Max[2])
	width := func(b *mask.Bits) float64 { x := b.Bounds(); return float64(x.Max[0] - x.Min[0]) }
	share := func(b *mask.Bits, at float64, above bool) float64 {
		lo, hi := count(b, int(math.Ceil(at)))
		if above {
			return float64(hi) / float64(lo+hi)
		}
		return float64(lo) / float64(lo+hi)
	}
	l, r := float64(left.Count()), float64(right.Count())
	between := (centreI(left) + centreI(right)) / 2
	m.smaller = min(l, r) / max(l, r)
	m.apart = (centreI(left) - centreI(right)) / width(both)
	m.beyond = max(share(left, between, false), share(right, between, true))
	m.lone, m.both = max(width(left), width(right))/bodyWidth, width(both)/bodyWidth
	m.crossing = max(share(left, middle, false), share(right, middle, true))
	m.lesser = min(share(both, middle, false), share(both, middle, true))
	return m
}

// Lungs whose sides are known, of synthetic patients and of a real one, lie where
// the constants of sides.go expect them. Run with -v it prints what those state.
func TestWhatTheSidesRestOn(t *testing.T) {
	check := func(name string, m lungMeasures) {
		t.Logf("%s: %+.3v", name, m)
		for _, c := range []struct {
			what string
			ok   bool
		}{
			{"smaller lung over coreShare", m.smaller > coreShare},
			{"centres further apart than coreApart", m.apart > coreApart},
			{"parted lungs less over the middle than stillFused", m.beyond < stillFused},
			{"one lung narrower than loneWidth", m.lone < loneWidth},
			{"both wider than loneWidth", m.both > loneWidth},
			{"one lung less across the midline than bothSides", m.crossing < bothSides},
			{"both more than bothSides on either side", m.lesser > bothSides},
		} {
			if !c.ok {
				t.Errorf("%s: not so: %s", name, c.what)
			}
		}
	}
	for seed := range uint64(12) {
		v, m := phantom.New(phantom.Options{Size: volume.Size{96, 96, 40}, Seed: seed, Arms: seed%2 == 1})
		check("phantom", measureLungs(v, mask.BitsOf(m, mask.Anatomy, mask.LeftLung), mask.BitsOf(m, mask.Anatomy, mask.RightLung)))
	}
	ct := open(t, testdata.Path(t, "ct", "lung1-001", "dicom"))
	left, right := referenceLungs(t, open(t, testdata.Path(t, "ct", "lung1-001", "lungs_left1_right2.nii.gz")))
	check("LUNG1-001", measureLungs(ct, left, right))
}

// referenceLungs reads lungs as people contoured them: 1 left, 2 right.
func referenceLungs(t *testing.T, ref *volume.Volume) (left, right *mask.Bits) {
	t.Helper()
	left, right = mask.NewBits(ref.Size), mask.NewBits(ref.Size)
	for k := range ref.Size[2] {
		for j := range ref.Size[1] {
			for i := range ref.Size[0] {
				switch ref.At(i, j, k) {
				case 1:
					left.Set(i, j, k)
				case 2:
					right.Set(i, j, k)
				}
			}
		}
	}
	return left, right
}
