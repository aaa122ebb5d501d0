package figures

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"opacity/app"
	"opacity/app/cohort"
	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/metrics/catalogue"
	"opacity/app/metrics/score"
	"opacity/app/phantom"
	"opacity/app/volume"
	"opacity/export/plot"
)

// thorax is a phantom, its mask one slice lower than the reference, and probabilities
// that are 0.8 in the mask and 0.4 a column beside it.
func thorax() Case {
	v, reference := phantom.New(phantom.Options{Size: volume.Size{64, 64, 20}, Seed: 3})
	m := mask.New(reference.Size(), reference.Labels())
	c := Case{Volume: v, Mask: m, Reference: reference, Threshold: 0.5}
	c.Label, _ = reference.Named("infection")
	for k := range v.Size[2] {
		p := make([]uint8, v.Size[0]*v.Size[1])
		for l := range mask.Layer(mask.Layers) {
			s := reference.Slice(l, min(k+1, v.Size[2]-1))
			if s == nil {
				continue
			}
			m.SetSlice(l, k, s)
			for o, value := range s {
				if l == c.Label.Layer && value == c.Label.Value {
					p[o] = 204
				} else if l == c.Label.Layer && o > 0 && p[o-1] == 204 {
					p[o] = 102
				}
			}
		}
		c.Probabilities = append(c.Probabilities, p)
	}
	return c
}

// Every figure of a case says of its points which slice or threshold they stand for,
// and what they are.
func TestFiguresOfACase(t *testing.T) {
	for _, kind := range OfCase() {
		s, err := New(context.Background(), kind, thorax())
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		_, spots := s.Image(400, 400, 1, true)
		if (len(spots) == 0) != (kind == HU) {
			t.Errorf("%s has %d points", kind, len(spots))
		}
		sliced, thresholds := 0, 0
		for _, spot := range spots {
			at := s.Place(spot.Row)
			if at.Case != "" || at.Slice < 0 || at.Slice > 20 {
				t.Errorf("%s: a point is of %+v", kind, at)
			}
			if at.Slice > 0 {
				sliced++
			}
			if !math.IsNaN(at.Threshold) {
				thresholds++
			}
			if s.Tip(spot.Row) == "" && at.Slice > 0 {
				t.Errorf("%s: nothing is said of row %d", kind, spot.Row)
			}
		}
		if want := kind == Areas || kind == Agreement || kind == Dice; (sliced == len(spots) && sliced > 0) != want {
			t.Errorf("%s: %d of %d points have a slice", kind, sliced, len(spots))
		}
		if want := kind == ROC || kind == PR; (thresholds > 1) != want {
			t.Errorf("%s: %d points have a threshold", kind, thresholds)
		}
	}
}

// The point in use follows the threshold, and the curve stays.
func TestThresholdInUse(t *testing.T) {
	s, err := New(context.Background(), ROC, thorax())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(s.Caption(), "inside the reference lungs") {
		t.Errorf("the region is not named: %s", s.Caption())
	}
	last := len(s.Points()) - 1
	low := s.Operated(0.3, false)
	if a, b := s.Place(last).Threshold, low.Place(last).Threshold; a != 0.5 || b != 0.3 {
		t.Errorf("in use are %v and %v", a, b)
	}
	if s.Cell(last, "y") >= low.Cell(last, "y") || s.Cell(last-1, "y") != low.Cell(last-1, "y") {
		t.Errorf("sensitivity %s at 0.5, %s at 0.3", s.Cell(last, "y"), low.Cell(last, "y"))
	}
}

// While the mask at hand is counted no point is of it, and the rest stays as it was.
func TestAMaskThatIsCounted(t *testing.T) {
	for _, kind := range []string{ROC, PR} {
		s, err := New(context.Background(), kind, thorax())
		if err != nil {
			t.Fatal(err)
		}
		_, before := s.Image(400, 400, 1, true)
		counting := s.Operated(0.3, true)
		_, after := counting.Image(400, 400, 1, true)
		if len(after) != len(before)-1 || len(counting.Points()) != len(s.Points()) {
			t.Errorf("%s: %d points, had %d", kind, len(after), len(before))
		}
		if c := counting.Caption(); strings.Contains(c, "Mask of infection") || !strings.Contains(c, "Mask at hand: …") {
			t.Errorf("%s: %s", kind, c)
		}
		if c := counting.Operated; c != nil {
			t.Errorf("%s: what follows is the first figure's", kind)
		}
	}
}

// Of a reference that began as the model's own mask the figures of probabilities warn first.
func TestAReferenceOfTheSameRun(t *testing.T) {
	c := thorax()
	c.SameRun = true
	for _, kind := range OfCase() {
		s, err := New(context.Background(), kind, c)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := strings.HasPrefix(s.Caption(), "Warning: the reference began"), kind == ROC || kind == PR || kind == Calibration; got != want {
			t.Errorf("%s: %s", kind, s.Caption())
		}
	}
}

// The mask at hand has a point of its own, counted in the region of the curve.
func TestMaskAtHandOnTheCurve(t *testing.T) {
	for _, kind := range []string{ROC, PR} {
		c := thorax()
		c.Threshold = 128. / 255 // which the slider says is 50 %
		c.About = []string{"The reference is a mask file."}
		s, err := New(context.Background(), kind, c)
		if err != nil {
			t.Fatal(err)
		}
		row := len(s.Points()) - 2
		in := mask.Lungs(c.Reference)
		n := metrics.CountsOf(c.bits(c.Reference), c.bits(c.Mask), in)
		want := plot.XY{X: 1 - n.Specificity().X, Y: n.Sensitivity().X}
		if kind == PR {
			want = plot.XY{X: n.Sensitivity().X, Y: n.Precision().X}
		}
		x, _ := strconv.ParseFloat(s.Cell(row, "x"), 64)
		y, _ := strconv.ParseFloat(s.Cell(row, "y"), 64)
		if math.Abs(x-want.X) > 1e-6 || math.Abs(y-want.Y) > 1e-6 || s.Cell(row, "model") != "mask at hand" || !math.IsNaN(s.Place(row).Threshold) {
			t.Errorf("%s: the mask is at %v, %v, want %v; row %v", kind, x, y, want, s.Points()[row])
		}
		if !strings.Contains(s.Tip(row), "mask at hand") {
			t.Errorf("%s: it is %q", kind, s.Tip(row))
		}
		for _, said := range []string{"at threshold 0.50:", "Mask of infection", "diamond: the mask", "The reference is a mask file."} {
			if !strings.Contains(s.Caption(), said) {
				t.Errorf("%s: %q is not in %s", kind, said, s.Caption())
			}
		}
	}
}

// A calibration has as many stretches as the metric ece, and its number.
func TestCalibrationIsThatOfTheMetric(t *testing.T) {
	c := thorax()
	s, err := New(context.Background(), Calibration, c)
	if err != nil {
		t.Fatal(err)
	}
	h, err := score.Of(context.Background(), func(k int) []uint8 { return c.Probabilities[k] }, c.bits(c.Reference), mask.Lungs(c.Reference))
	if err != nil {
		t.Fatal(err)
	}
	e, _ := catalogue.Find("ece")
	ece := catalogue.Values(catalogue.Pair{Probabilities: &h}, []catalogue.Entry{e})["ece"]
	bins, _ := h.Calibration(15)
	if rows := len(s.Points()) - 1; rows != len(bins) || !strings.Contains(s.Caption(), "15 bins") {
		t.Errorf("%d stretches, want %d: %s", rows, len(bins), s.Caption())
	}
	sum := 0.
	for row := 1; row < len(s.Points()); row++ {
		p, _ := strconv.ParseFloat(s.Cell(row, "mean_probability"), 64)
		o, _ := strconv.ParseFloat(s.Cell(row, "positive"), 64)
		n, _ := strconv.ParseFloat(s.Cell(row, "voxels"), 64)
		if number := s.Cell(row, "bin"); number != strconv.Itoa(bins[row-1].Number+1) {
			t.Errorf("stretch %d is called %s", bins[row-1].Number+1, number)
		}
		positive, negative := h.Totals()
		sum += math.Abs(p-o) * n / float64(positive+negative)
	}
	if math.Abs(sum-ece.X) > 1e-6 {
		t.Errorf("the figure's is %v, the metric's %v", sum, ece.X)
	}
}

// The intervals of limits name their method, and the mask has one name in a case's figures.
func TestAgreementNamesItsMethodAndMasks(t *testing.T) {
	s, err := New(context.Background(), Agreement, thorax())
	if err != nil {
		t.Fatal(err)
	}
	_, spots := s.Image(400, 400, 1, true)
	said := s.Caption() + s.Tip(spots[0].Row)
	if !strings.Contains(said, "Carkeet 2015") || !strings.Contains(said, "mask at hand − reference") || strings.Contains(said, "prediction") {
		t.Error(said)
	}
}

// On a page a ROC near its corner has an inset; where thresholds are clicked it has none.
func TestAPageHasAnInset(t *testing.T) {
	c := thorax()
	for k := range c.Probabilities { // as the reference is, but for the uncertain column
		for o, value := range c.Reference.Slice(c.Label.Layer, k) {
			if c.Probabilities[k][o] = 0; value == c.Label.Value {
				c.Probabilities[k][o] = 204
			}
		}
	}
	s, err := New(context.Background(), ROC, c)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(s.Caption(), "Inset") || !strings.Contains(s.Page().Caption(), "Inset") || len(s.Points()) != len(s.Page().Points()) {
		t.Errorf("%s\n%s", s.Caption(), s.Page().Caption())
	}
}

// What cannot be drawn is refused in a sentence.
func TestFiguresThatAreRefused(t *testing.T) {
	for _, x := range []struct {
		name, kind string
		change     func(*Case)
		key        string
	}{
		{"no reference", Dice, func(c *Case) { c.Reference = nil }, "figures.no_reference"},
		{"no probabilities", ROC, func(c *Case) { c.Probabilities = nil }, "figures.no_probabilities"},
		{"no HU", HU, func(c *Case) { v := *c.Volume; v.Unit = ""; c.Volume = &v }, "figures.no_hu"},
		{"nothing drawn", Areas, func(c *Case) { c.Mask, c.Reference = mask.New(c.Mask.Size(), c.Mask.Labels()), nil }, "figures.nothing_drawn"},
		{"nothing in the reference", ROC, func(c *Case) { c.Reference = mask.New(c.Mask.Size(), c.Mask.Labels()) }, "figures.one_class"},
		{"both empty", Dice, func(c *Case) { c.Mask = mask.New(c.Mask.Size(), c.Mask.Labels()); c.Reference = c.Mask }, "figures.both_empty"},
	} {
		c := thorax()
		x.change(&c)
		_, err := New(context.Background(), x.kind, c)
		if _, why := app.Explain(err); err == nil || why.Key != x.key {
			t.Errorf("%s: %v", x.name, err)
		}
	}
}

// Points of results name their case, and the slice that differs most.
func TestFiguresOfResults(t *testing.T) {
	var r cohort.Report
	for n, name := range []string{"a", "b", "c"} {
		x := float64(n)
		r.Cases = append(r.Cases, cohort.Row{Case: name, Label: "infection", Values: map[string]metrics.Value{
			"dice": {X: 0.9 - x/10}, "hd95_mm": {X: 5 + x}, "volume_ref_ml": {X: 10 + x}, "volume_pred_ml": {X: 11 + x*x},
		}, Slices: []cohort.Slice{
			{Number: 3, Reference: 10, Prediction: 10, Both: 9, ReferenceMM2: 10, PredictionMM2: 10},
			{Number: 7 + n, Reference: 10, Prediction: 2, Both: 2, ReferenceMM2: 10, PredictionMM2: 2},
		}})
	}
	r.Agreement = cohort.Agree(r.Cases)
	of := Labels(r)
	for _, kind := range OfCohort() {
		s, err := Cohort(kind, r, of[0], true)
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		_, spots := s.Image(400, 400, 1, false)
		if len(spots) < 3 {
			t.Errorf("%s has %d points", kind, len(spots))
		}
		last := s.Place(spots[len(spots)-1].Row)
		if last.Case != "c" || last.Slice != 9 || !strings.Contains(s.Tip(spots[len(spots)-1].Row), "c, slice 9") {
			t.Errorf("%s: the last point is of %+v", kind, last)
		}
		for said, of := range map[string][]string{
			"Carkeet 2015": {Volumes}, "Zou (2013)": {SliceAreas}, "There is no CCC": {AreaScatter}, "6 slices of 3 cases": {AreaScatter},
		} {
			if got := strings.Contains(s.Caption(), said); got != slices.Contains(of, kind) {
				t.Errorf("%s: %q is said: %v; %s", kind, said, got, s.Caption())
			}
		}
		few := r // of the first case there is nothing of this label
		few.Cases = slices.Concat([]cohort.Row{{Case: "z", Label: "lungs"}}, r.Cases[1:])
		if s, err := Cohort(kind, few, of[0], false); err == nil {
			if got := s.Place(len(s.Points()) - 1).Case; got != "3" {
				t.Errorf("%s: without names the third case is called %q", kind, got)
			}
		}
		nameless, err := Cohort(kind, r, of[0], false)
		if got := nameless.Place(spots[len(spots)-1].Row).Case; err != nil || got != "3" {
			t.Errorf("%s: without names it is of %q, %v", kind, got, err)
		}
	}
	if _, err := Cohort(Volumes, r, cohort.Group{Label: "lungs"}, true); err == nil {
		t.Error("there are volumes of a label without rows")
	}
}

// Slices that have no Dice break the line.
func TestDiceOfSlicesApart(t *testing.T) {
	c := thorax()
	size := c.Mask.Size()
	for k := range size[2] {
		if k != 3 && k < 10 { // between them nobody drew anything
			c.Mask.SetSlice(c.Label.Layer, k, make([]uint8, size[0]*size[1]))
			c.Reference.SetSlice(c.Label.Layer, k, make([]uint8, size[0]*size[1]))
		}
	}
	drawn := c.Mask.Slice(c.Label.Layer, 11)
	c.Mask.SetSlice(c.Label.Layer, 3, drawn)
	s, err := New(context.Background(), Dice, c)
	if err != nil {
		t.Fatal(err)
	}
	if first, second := s.Cell(1, "slice"), s.Cell(2, "slice"); first != "4" || second != "5" || s.Cell(2, "y") != "" {
		t.Errorf("slice %s is %s, slice %s is %q", first, s.Cell(1, "y"), second, s.Cell(2, "y"))
	}
}
