package stats

import (
	"fmt"
	"math"
	"testing"

	"opacity/app/testdata"
)

// Against testdata/normality.json, which testdata/normality.py makes with SciPy.
func TestShapiroWilkAsSciPy(t *testing.T) {
	var peer struct {
		Cases []struct {
			X    []float64
			W, P float64
		}
	}
	testdata.JSON(t, "normality.json", &peer)
	for i, c := range peer.Cases {
		t.Run(fmt.Sprint(i, " of ", len(c.X)), func(t *testing.T) {
			got := ShapiroWilk(c.X)
			near(t, "W", got.W, c.W)
			near(t, "P", got.P, c.P)
		})
	}
}

func TestShapiroWilkOfTooLittle(t *testing.T) {
	for _, tt := range []struct {
		x   []float64
		why Why
	}{{[]float64{1, 2, nan}, TooFew}, {[]float64{2, 2, 2, 2}, Constant}, {nil, TooFew}} {
		if got := ShapiroWilk(tt.x); got.Why != tt.why || !math.IsNaN(got.P) {
			t.Errorf("%v: %+v", tt.x, got)
		}
	}
}
