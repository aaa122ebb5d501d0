package cohort

import (
	"math"
	"path/filepath"
	"slices"
	"testing"

	"opacity/app/metrics"
)

// missing is the rows of eight cases of a model: hd95_mm 2, 3 ... and of those in missed
// none, since the model found nothing there.
func missing(model string, missed ...int) (out []Row) {
	for n := range 8 {
		v := metrics.Value{X: float64(n + 2)}
		c := metrics.Counts{TP: 5, FN: 5}
		if slices.Contains(missed, n) {
			v, c = metrics.Undefined(metrics.Miss), metrics.Counts{FN: 10}
		}
		out = append(out, Row{
			Case: string(rune('a' + n)), Model: model, Label: infection, Counts: c, DiagonalMM: 100, DiagonalVoxels: 50,
			Values: map[string]metrics.Value{"hd95_mm": v, "dice": c.Dice()},
		})
	}
	return out
}

func summaryOf(t *testing.T, all []Summary, model, key string) Summary {
	t.Helper()
	for _, s := range all {
		if s.Model == model && s.Metric == key {
			return s
		}
	}
	t.Fatalf("no summary of %s, %s in %+v", model, key, all)
	return Summary{}
}

// A model that misses where another finds loses, though the mean of its distances may be
// the better one.
func TestMissesAreRankedWorst(t *testing.T) {
	rows := slices.Concat(missing("x"), missing("y", 1, 2, 3, 4, 5, 7))
	for n := range rows[:8] {
		rows[n].Values["hd95_mm"] = metrics.Value{X: float64(n + 2)}
	}
	for _, test := range Compare(rows, Rules{}) {
		if test.Metric != "hd95_mm" {
			continue
		}
		if test.Missed != 6 {
			t.Errorf("%s: %d missed", test.Test, test.Missed)
		}
		switch test.Test {
		case "paired_t":
			if test.N != 2 || test.Unpaired != 6 {
				t.Errorf("%+v", test)
			}
		default: // six pairs of one sign, two without a difference
			if test.N != 6 || test.Dropped != 2 || test.Unpaired != 0 || math.Abs(float64(test.P)-2./64) > 1e-12 {
				t.Errorf("%+v", test)
			}
		}
	}
	for _, test := range Compare(rows, Rules{Penalty: Diagonal}) {
		if test.Metric == "hd95_mm" && test.Test == "paired_t" && (test.N != 8 || test.Unpaired != 0 || test.Effect > -50) {
			t.Errorf("with a penalty: %+v", test)
		}
	}
}

// A miss and a false alarm are told apart, and counted only where the other model has a
// rank to lose against.
func TestMissesAndFalseAlarmsOfTests(t *testing.T) {
	x, y := missing("x"), missing("y", 0, 1, 2, 3)
	y[1].Counts, x[1].Counts = metrics.Counts{FP: 10}, metrics.Counts{FP: 5}
	x[1].Values["hd95_mm"] = metrics.Undefined(metrics.Miss) // both raise one
	y[2].Counts, x[2].Counts = metrics.Counts{FP: 10}, metrics.Counts{TN: 10}
	for key, v := range map[string]metrics.Value{"hd95_mm": metrics.Undefined(metrics.BothEmpty), "dice": x[2].Counts.Dice()} {
		x[2].Values[key] = v // rightly nothing
	}
	for _, test := range Compare(slices.Concat(x, y), Rules{}) {
		if test.Metric == "hd95_mm" && (test.Missed != 2 || test.FalseAlarm != 1 || test.Test != "paired_t" && test.Unpaired != 1) {
			t.Errorf("%+v", test)
		}
	}
	for _, test := range Compare(slices.Concat(x, y), Rules{BothEmpty: "1"}) {
		if test.Metric == "dice" && test.Unpaired != 0 {
			t.Errorf("with a rule of two empty masks: %+v", test)
		}
	}
}

func TestPenaltyOfMisses(t *testing.T) {
	rows := missing("x", 7)
	for _, tt := range []struct {
		rules Rules
		n     int
		max   float64
	}{{Rules{}, 7, 8}, {Rules{Penalty: Diagonal}, 8, 100}, {Rules{Penalty: "30"}, 8, 30}, {Rules{BothEmpty: "1"}, 7, 8}} {
		s := summaryOf(t, Summarise(rows, nil, tt.rules, 1), "x", "hd95_mm")
		if s.N != tt.n || float64(s.Max) != tt.max || s.NMissed != 1 || s.NReplaced != tt.n-7 || s.NUndefined != 8-tt.n {
			t.Errorf("%+v: %+v", tt.rules, s)
		}
	}
}

func TestMissesAndFalseAlarms(t *testing.T) {
	rows := missing("x", 0, 1)
	rows[1].Counts = metrics.Counts{FP: 10}
	s := summaryOf(t, Summarise(rows, nil, Rules{}, 1), "x", "hd95_mm")
	if s.NMissed != 1 || s.NFalseAlarm != 1 || s.NUndefined != 2 {
		t.Errorf("%+v", s)
	}
}

func TestRuleOfTwoEmptyMasks(t *testing.T) {
	rows := missing("x")
	rows[0].Counts = metrics.Counts{TN: 10}
	rows[0].Values = map[string]metrics.Value{"dice": rows[0].Counts.Dice(), "voe": rows[0].Counts.VOE(), "hd95_mm": metrics.Undefined(metrics.BothEmpty)}
	for _, tt := range []struct {
		rule string
		n    int
		sum  float64
	}{{"", 7, 7 * 2. / 3}, {"1", 8, 1 + 7*2./3}, {"0", 8, 7 * 2. / 3}} {
		all := Summarise(rows, nil, Rules{BothEmpty: tt.rule, Penalty: Diagonal}, 1)
		if s := summaryOf(t, all, "x", "dice"); s.N != tt.n || math.Abs(float64(s.Mean)*float64(s.N)-tt.sum) > 1e-12 || s.ReplacedBy != tt.rule {
			t.Errorf("%q: %+v", tt.rule, s)
		}
		if s := summaryOf(t, all, "x", "hd95_mm"); s.N != 7 {
			t.Errorf("%q: no distance is to be found, none is given: %+v", tt.rule, s)
		}
	}
}

func TestRulesThatThereAre(t *testing.T) {
	for _, tt := range []struct {
		r  Rules
		ok bool
	}{{Rules{}, true}, {Rules{"1", "diagonal"}, true}, {Rules{"0", "12.5"}, true}, {Rules{"2", ""}, false}, {Rules{"", "-1"}, false}, {Rules{"", "far"}, false}, {Rules{"", "NaN"}, false}, {Rules{"", "Inf"}, false}} {
		if tt.r.Valid() != tt.ok {
			t.Errorf("%+v", tt.r)
		}
	}
}

// What is measured of slices as pictures is measured where it is asked for, of what has
// probabilities.
func TestPicturesAreMeasured(t *testing.T) {
	d := newDisk(t)
	d.put(t, "p/prob_lungs.nii.gz", half())
	c := Case{Name: "a", Reference: d.put(t, "r.nii", chest(2, 1, 3)), Prediction: d.put(t, "p.nii", chest(2, 1, 3)), Probability: filepath.Join(d.dir, "p")}
	got := row(t, measured(t, d, Options{Metrics: []string{"structure_measure", "mae_pictures", "dice_pictures_max"}}, c), "a", lungs)
	for key, want := range map[string]float64{"structure_measure": 1, "mae_pictures": 0, "dice_pictures_max": 1} {
		if v, ok := got.Values[key]; !ok || math.Abs(v.X-want) > 1e-9 {
			t.Errorf("%s: %+v", key, v)
		}
	}
	if b, ok := got.Values[apBound]; !ok || b.X < 0 || b.X > 1e-4 {
		t.Errorf("bound of average precision %+v", b)
	}
	if got := row(t, measured(t, d, Options{}, c), "a", lungs); slices.Contains(keysOf([]Row{got}), "mae_pictures") {
		t.Error("measured, though nobody asked")
	}
}
