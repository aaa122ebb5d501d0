package stats

import (
	"fmt"
	"math"
	"testing"

	"opacity/app/testdata"
)

// Against testdata/smooth.json, which testdata/smooth.py makes with scikit-learn.
func TestSmoothAsScikitLearn(t *testing.T) {
	var peer struct {
		Cases []struct {
			X, Y, At, Fixed []float64
			FixedLikelihood float64   `json:"fixed_likelihood"`
			FixedMean       []float64 `json:"fixed_mean"`
			Best            []float64
			Likelihood      float64
			Mean, SD        []float64
		}
	}
	testdata.JSON(t, "smooth.json", &peer)
	for i, c := range peer.Cases {
		t.Run(fmt.Sprint(i, " of ", len(c.X)), func(t *testing.T) {
			p := newProcess(c.X, c.Y)
			by := []float64{math.Log(c.Fixed[0]), math.Log(c.Fixed[1]), math.Log(c.Fixed[2])}
			near(t, "likelihood of given numbers", p.logLikelihood(by), c.FixedLikelihood)
			fixed := Smoothed{Mean: make([]float64, len(c.At)), Lo: make([]float64, len(c.At)), Hi: make([]float64, len(c.At))}
			p.predict(by, c.At, &fixed)
			got := Smooth(c.X, c.Y, c.At)
			if got.Why != "" || got.LogLikelihood < c.Likelihood-1e-5 {
				t.Errorf("likelihood %v with %v, %v, %v; the peer finds %v with %v", got.LogLikelihood, got.Length, got.Signal, got.Noise, c.Likelihood, c.Best)
			}
			for n := range c.At {
				near(t, "curve of given numbers", fixed.Mean[n], c.FixedMean[n])
				within(t, "curve", got.Mean[n], c.Mean[n], 1e-3*p.sd)
				within(t, "its interval", got.Hi[n]-got.Mean[n], limitZ*c.SD[n], 3e-3*p.sd)
				within(t, "both ways", got.Hi[n]-got.Mean[n], got.Mean[n]-got.Lo[n], 1e-12)
			}
		})
	}
}

func TestSmoothOfMany(t *testing.T) {
	var x, y []float64
	for n := range 5000 { // a curve of a thousand epochs, five folds
		at := float64(n % 1000)
		x, y = append(x, at), append(y, math.Sin(at/150)+0.1*math.Sin(float64(n)*1.7))
	}
	s := Smooth(x, y, []float64{200, 500, 800})
	for n, at := range []float64{200, 500, 800} {
		within(t, "curve", s.Mean[n], math.Sin(at/150), 0.03)
	}
	if s.N != 5000 {
		t.Errorf("%d points", s.N)
	}
}

func TestSmoothOfTooLittle(t *testing.T) {
	for _, tt := range []struct {
		x, y []float64
		why  Why
	}{
		{nil, nil, TooFew},
		{[]float64{1, 2, 3}, []float64{1, nan, 3}, TooFew},
		{[]float64{2, 2, 2}, []float64{1, 2, 3}, TooFew},
		{[]float64{1, 2, 3}, []float64{5, 5, 5}, Constant},
	} {
		if s := Smooth(tt.x, tt.y, []float64{1}); s.Why != tt.why || !math.IsNaN(s.Mean[0]) {
			t.Errorf("%v, %v: %+v", tt.x, tt.y, s)
		}
	}
}

func BenchmarkSmooth(b *testing.B) {
	var x, y, at []float64
	for n := range 5000 {
		x, y = append(x, float64(n%1000)), append(y, math.Sin(float64(n%1000)/150)+0.1*math.Sin(float64(n)*1.7))
	}
	for n := range 200 {
		at = append(at, float64(5*n))
	}
	for b.Loop() {
		Smooth(x, y, at)
	}
}
