package stats

import (
	"fmt"
	"math"
	"testing"

	"opacity/app/testdata"
)

// Against testdata/limits.json, which testdata/limits.py makes with statsmodels, NumPy and
// SciPy.
func TestLimitsAsPeers(t *testing.T) {
	var peer struct {
		Cases []struct {
			A, B      []float64
			Regressed *struct {
				Bias, Lower, Upper [2]float64
				P                  float64
			}
			Percentiles [3]struct {
				Value float64
				CI    [2]*float64
			}
			CCC    float64
			Sample float64 `json:"ccc_sample"`
		}
	}
	testdata.JSON(t, "limits.json", &peer)
	for i, c := range peer.Cases {
		t.Run(fmt.Sprint(i, " of ", len(c.A)), func(t *testing.T) {
			near(t, "CCC", Lin(c.A, c.B).R, c.CCC)
			near(t, "CCC of a sample", LinSample(c.A, c.B).R, c.Sample)
			r := Regress(c.A, c.B, nil)
			if (c.Regressed == nil) != (r.Why == NoSpread) {
				t.Fatalf("%+v, the peer says %+v", r, c.Regressed)
			}
			if c.Regressed != nil {
				for what, of := range map[string][2]any{"bias": {r.Bias, c.Regressed.Bias}, "lower": {r.Lower, c.Regressed.Lower}, "upper": {r.Upper, c.Regressed.Upper}} {
					got, want := of[0].(Straight), of[1].([2]float64)
					near(t, what+" over 0", got.At(0), want[0])
					near(t, what+" by 1", got.At(1)-got.At(0), want[1])
				}
				near(t, "P", r.SpreadP, c.Regressed.P)
			}
			p := Percentiles(c.A, c.B, nil)
			for n, got := range []Limit{p.Lower, p.Bias, p.Upper} {
				want := c.Percentiles[n]
				near(t, fmt.Sprint("percentile ", n), got.Value, want.Value)
				if want.CI[0] == nil || want.CI[1] == nil {
					if !math.IsNaN(got.CI.Lo) || !math.IsNaN(got.CI.Hi) {
						t.Errorf("an interval %v where the peer has none", got.CI)
					}
					continue
				}
				nearInterval(t, fmt.Sprint("interval ", n), got.CI, [2]float64{*want.CI[0], *want.CI[1]})
			}
		})
	}
}

func TestLimitsOfTooLittle(t *testing.T) {
	two, flat := []float64{1, 2}, []float64{5, 5, 5, 5}
	for _, tt := range []struct {
		a, b    []float64
		regress Why
		percent Why
	}{
		{two, two, TooFew, ""}, {flat, []float64{1, 2, 3, 4}, Constant, ""}, {[]float64{1, nan}, []float64{2, 3}, TooFew, TooFew}, {nil, nil, TooFew, TooFew},
	} {
		if r := Regress(tt.a, tt.b, nil); r.Why != tt.regress || !math.IsNaN(r.Upper.Slope) {
			t.Errorf("%v, %v: %+v", tt.a, tt.b, r)
		}
		p := Percentiles(tt.a, tt.b, nil)
		if p.Why != tt.percent || math.IsNaN(p.Upper.Value) != (tt.percent != "") || !math.IsNaN(p.Upper.CI.Lo) {
			t.Errorf("%v, %v: %+v", tt.a, tt.b, p)
		}
	}
}

// Pairs of one subject are not independent: there are limits, and no intervals.
func TestLimitsOfSeveralPairs(t *testing.T) {
	a := []float64{1, 2, 3, 4, 5, 6, 7, 8}
	b := []float64{1.1, 2.1, 3.3, 3.6, 5.5, 6.7, 6.4, 9}
	subject := []int{0, 0, 0, 0, 1, 1, 1, 1}
	p, plain := Percentiles(a, b, subject), Percentiles(a, b, nil)
	if p.Subjects != 2 || p.N != 8 || p.Bias.Value != plain.Bias.Value || !math.IsNaN(p.Bias.CI.Lo) || math.IsNaN(plain.Bias.CI.Lo) {
		t.Errorf("%+v, independent: %+v", p, plain)
	}
	if r, plain := Regress(a, b, subject), Regress(a, b, nil); r.Upper != plain.Upper || !math.IsNaN(r.SpreadP) || math.IsNaN(plain.SpreadP) {
		t.Errorf("%+v, independent: %+v", r, plain)
	}
}

// A case that both leave empty takes no percent and no ratio from the others; one that one
// of them leaves empty has no ratio.
func TestLimitsWhereBothAreZero(t *testing.T) {
	reference, prediction := []float64{10, 20, 0, 30, 41}, []float64{11, 19, 0, 33, 40}
	without, with := []float64{10, 20, 30, 41}, []float64{11, 19, 33, 40}
	for _, form := range []Form{Percent, Ratio} {
		got, want := BlandAltman(reference, prediction, form), BlandAltman(without, with, form)
		if got.Why != "" || got.N != 4 || got.BothZero != 1 || got.Bias != want.Bias || got.Upper != want.Upper {
			t.Errorf("%s: %+v, not %+v", form, got, want)
		}
		subject := []int{0, 0, 0, 1, 1}
		repeated := BlandAltmanRepeated(reference, prediction, subject, form)
		if repeated.Why != "" || repeated.N != 4 || repeated.BothZero != 1 {
			t.Errorf("%s, repeated: %+v", form, repeated)
		}
	}
	if a := BlandAltman([]float64{10, 20, 0}, []float64{11, 19, 3}, Ratio); a.Why != NotPositive {
		t.Errorf("a ratio to nothing: %+v", a)
	}
	if a := BlandAltman([]float64{10, 20, 0}, []float64{11, 19, 3}, Percent); a.Why != "" || a.N != 3 {
		t.Errorf("percent of the mean of nothing and something: %+v", a)
	}
	if a := BlandAltman(reference, prediction, Difference); a.N != 5 || a.BothZero != 0 {
		t.Errorf("differences: %+v", a)
	}
}
