package cohort

import (
	"strings"
	"testing"

	"opacity/app/mask"
	"opacity/app/volume"
)

// set has a voxel for each character that is in what, of a picture a slice, rows apart by
// spaces.
func set(t *testing.T, size volume.Size, slices []string, what string) *mask.Bits {
	t.Helper()
	b := mask.NewBits(size)
	for k, s := range slices {
		for j, row := range strings.Fields(s) {
			for i, c := range row {
				if strings.ContainsRune(what, c) {
					b.Set(i, j, k)
				}
			}
		}
	}
	return b
}

// sixZones has a right lung (r, infected R) at i 0 and 1, a left one (l, L) at 3 and 4, on
// six slices from the feet, so that two are a third.
var sixZones = []string{
	"rr.ll", "RR.ll", // base: right 2 of 4, left 0 of 4
	"rr.lL", "rr.ll", // middle: right 0, left 1 of 4
	"RR.LL", "Rr.LL", // apex: right 3 of 4, left 4 of 4
}

var chestSize = volume.Size{5, 1, 6}

func chestParts(t *testing.T, prediction []string) []part {
	bits := func(what string) (a, b *mask.Bits) {
		return set(t, chestSize, sixZones, what), set(t, chestSize, prediction, what)
	}
	var parts []part
	for _, l := range []struct{ label, what string }{{leftLung, "lL"}, {rightLung, "rR"}, {lungs, "lLrR"}, {infection, "LR"}} {
		a, b := bits(l.what)
		parts = append(parts, part{label: l.label, reference: a, prediction: b, finding: l.label == infection})
	}
	return parts
}

func onGrid(size volume.Size) *labelled {
	g := volume.Geometry{Size: size, Affine: volume.Affine{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}}}
	return &labelled{grid: g, mm: true}
}

func TestSixZonesByHand(t *testing.T) {
	s, why := severity(chestParts(t, []string{"rr.ll", "rr.ll", "rr.ll", "rr.ll", "rr.ll", "Rr.ll"}), onGrid(chestSize))
	if s == nil || why != nil {
		t.Fatal(why)
	}
	want := []struct {
		zone     string
		infected int64
		percent  number
		score    int
	}{
		{"right_apex", 3, 75, 3},
		{"right_middle", 0, 0, 0},
		{"right_base", 2, 50, 2},
		{"left_apex", 4, 100, 4},
		{"left_middle", 1, 25, 1},
		{"left_base", 0, 0, 0},
	}
	for n, w := range want {
		z := s.Reference.Zones[n]
		if z.Zone != w.zone || z.Lung != 4 || z.Infected != w.infected || z.Percent != w.percent || z.Score != w.score {
			t.Errorf("zone %d is %+v, want %+v", n, z, w)
		}
	}
	if s.Reference.Score != 10 || s.Prediction.Score != 1 || s.PredictionIn != "prediction" {
		t.Errorf("scores %v and %v in the lungs of %s, want 10 and 1 in those of the prediction", s.Reference.Score, s.Prediction.Score, s.PredictionIn)
	}
}

func TestZonesOfAPredictionWithoutLungs(t *testing.T) {
	s, _ := severity(chestParts(t, []string{".....", ".....", ".....", ".....", ".....", "R...."}), onGrid(chestSize))
	if s.PredictionIn != "prediction" || s.Prediction.Why == "" {
		t.Errorf("one lung of a voxel: %+v, want no score, since zones have no lung", s)
	}
	parts := chestParts(t, sixZones)
	for _, p := range parts[:3] {
		p.prediction.And(mask.NewBits(chestSize))
	}
	if s, _ = severity(parts, onGrid(chestSize)); s.PredictionIn != "reference" || s.Prediction.Score != 10 {
		t.Errorf("infection alone: %+v, want 10 in the reference's lungs", s)
	}
}

func TestNoZonesWithoutSides(t *testing.T) {
	parts := chestParts(t, sixZones)
	for _, c := range []struct{ rows, want string }{{infection, "evaluate.no_sides"}, {leftLung, "evaluate.no_infection_zones"}} {
		if why := (Report{Cases: []Row{{Label: leftLung}, {Label: c.rows}}}).WhyNoSeverity(); why.Key != c.want {
			t.Errorf("of %s compared: %s", c.rows, why)
		}
	}
	if s, why := severity(parts[2:], onGrid(chestSize)); s != nil || why == nil {
		t.Errorf("lungs that are not told apart: %v, %v; want a sentence", s, why)
	}
	if s, why := severity(parts[:3], onGrid(chestSize)); s != nil || why != nil {
		t.Errorf("no infection: %v, %v; want nothing", s, why)
	}
}

func TestConfusionByHand(t *testing.T) {
	prediction := []string{"rr.ll", "rR.ll", "rr.ll", "rr.ll", "RR.L.", "RrLLr"}
	c := confusionOf(chestParts(t, prediction), nil, nil)
	if got := strings.Join(c.Labels, ", "); got != "background, left lung, right lung, infection" {
		t.Fatal(got)
	}
	want := [][]int64{
		{5, 0, 0, 1}, // of six gaps one is called infected
		{0, 7, 0, 0}, // of seven voxels of left lung all are
		{0, 0, 7, 0},
		{1, 1, 2, 6}, // of ten infected ones
	}
	for r := range want {
		for p := range want[r] {
			if c.Voxels[r][p] != want[r][p] {
				t.Errorf("%s called %s: %d, want %d", c.Labels[r], c.Labels[p], c.Voxels[r][p], want[r][p])
			}
		}
	}
	in := set(t, chestSize, sixZones, "R")
	if c = confusionOf(chestParts(t, prediction), nil, in); c.Voxels[3][3] != 4 || c.Voxels[3][2] != 1 || c.Voxels[0][0] != 0 {
		t.Errorf("inside a region: %v", c.Voxels)
	}
	twice := pooledConfusion([]Confusion{c, c})
	if len(twice) != 1 || twice[0].Cases != 2 || twice[0].Voxels[3][3] != 8 || c.Voxels[3][3] != 4 {
		t.Errorf("two cases: %+v", twice)
	}
}
