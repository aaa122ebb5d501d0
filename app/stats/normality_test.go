package stats

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"
)

// Against testdata/normality.json, which testdata/normality.py makes with SciPy.
func TestShapiroWilkAsSciPy(t *testing.T) {
	data, err := os.ReadFile("testdata/normality.json")
	if err != nil {
		t.Fatal(err)
	}
	var peer struct {
		Cases []struct {
			X    []float64
			W, P float64
		}
	}
	if err := json.Unmarshal(data, &peer); err != nil {
		t.Fatal(err)
	}
	for i, c := range peer.Cases {
		t.Run(fmt.Sprint(i, " of ", len(c.X)), func(t *testing.T) {
			got := ShapiroWilk(c.X)
			near(t, "W", got.W, c.W)
			near(t, "P", got.P, c.P)
		})
	}
}

func TestShapiroWilkOfTooLittle(t *testing.T) {
	nan := math.NaN()
	for _, tt := range []struct {
		x   []float64
		why Why
	}{{[]float64{1, 2, nan}, TooFew}, {[]float64{2, 2, 2, 2}, Constant}, {nil, TooFew}} {
		if got := ShapiroWilk(tt.x); got.Why != tt.why || !math.IsNaN(got.P) {
			t.Errorf("%v: %+v", tt.x, got)
		}
	}
}
