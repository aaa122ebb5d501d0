package plot

import (
	"bytes"
	"math"
	"strings"
	"testing"
)

// Limits that are no 1.96 SD are told as what they are, and drawn.
func TestLimitsOfOtherKinds(t *testing.T) {
	points := []Measured{{Case: "a", Reference: 10, Prediction: 11}, {Case: "b", Reference: 100, Prediction: 120}, {Case: "c", Reference: 60, Prediction: 55}}
	none := Exactly(math.NaN())
	for _, tt := range []struct {
		name string
		d    BlandAltmanData
		says string
	}{
		{"percentiles", BlandAltmanData{By: ByPercentile, Bias: Estimate{1, -5, 20}, Lower: Exactly(-4.7), Upper: Exactly(19)}, "Median of the differences 1.00 (−5.00 to 20.0) ml; limits of agreement −4.70 ml and 19.0 ml, the 2.5th and the 97.5th percentile."},
		{"regression", BlandAltmanData{By: ByRegression, Bias: none, Lower: none, Upper: none, Lines: [3]Straight{{-1, 0.1}, {-2, -0.1}, {3, 0.3}}}, "Bias −1.00 ml + 0.100 × mean; limits of agreement −2.00 ml − 0.100 × mean and 3.00 ml + 0.300 × mean"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := tt.d
			d.N, d.Quantity, d.Unit, d.Points = 3, "volume", "ml", points
			f := BlandAltman(d)
			if c := f.Caption(); !strings.Contains(c, tt.says) || strings.Contains(c, "1.96 SD") {
				t.Errorf("caption %q", c)
			}
			var with, without bytes.Buffer
			if err := f.Write(&with, "svg", Page{}); err != nil {
				t.Fatal(err)
			}
			d.Lower, d.Upper, d.Bias, d.Lines = none, none, none, [3]Straight{{0, 0}, {0, 0}, {0, 0}}
			if err := BlandAltman(d).Write(&without, "svg", Page{}); err != nil {
				t.Fatal(err)
			}
			if bytes.Equal(with.Bytes(), without.Bytes()) {
				t.Error("the limits are not drawn")
			}
		})
	}
}

// Ratios near 1 have the decimals that tell them from it.
func TestRatiosNearOne(t *testing.T) {
	d := BlandAltmanData{Form: Ratio, Bias: Estimate{1.0025, 1.0013, 1.0037}, Lower: Estimate{0.9927, 0.9907, 0.9938}, Upper: Estimate{1.0124, 1.0112, 1.0145}}
	d.Points = []Measured{{Case: "a", Reference: 10, Prediction: 10.1}, {Case: "b", Reference: 10, Prediction: 9.9}}
	if c := BlandAltman(d).Caption(); !strings.Contains(c, "Bias 1.0025 (1.0013 to 1.0037); limits of agreement 0.9927 (0.9907 to 0.9938) and 1.0124") {
		t.Error(c)
	}
}
