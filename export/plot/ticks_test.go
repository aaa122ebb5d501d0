package plot

import (
	"math"
	"strings"
	"testing"
)

// Numbers of four digits are written alike on both axes of a panel and beside it: with a
// space where either axis has numbers of five.
func TestThousandsAreWrittenAlike(t *testing.T) {
	for _, c := range []struct {
		x, y float64
		want bool
	}{{12000, 5000, true}, {5000, 12000, true}, {5000, 4000, false}} {
		p := panel{x: axis{max: c.x}, y: axis{min: -c.y, max: c.y}}
		p.alike()
		d := BlandAltmanData{Bias: Estimate{X: -3728}, Upper: Estimate{X: 1500}, Lower: Estimate{X: -9000}}
		var all []string
		for _, a := range []axis{p.x, p.y} {
			for _, tick := range a.ticks(8) {
				all = append(all, tick.label)
			}
		}
		for _, b := range d.beside(2*c.y, p.x.long() || p.y.long()) {
			all = append(all, b.text)
		}
		for _, said := range all {
			digits := strings.Map(func(r rune) rune {
				if r < '0' || r > '9' {
					return -1
				}
				return r
			}, said)
			if spaced := strings.Contains(said, "\u2009"); len(digits) == 4 && spaced != c.want {
				t.Errorf("axes to %g and %g: %q among %q", c.x, c.y, said, all)
			}
		}
	}
}

// What is not 0 or 1 is not written so.
func TestFigures(t *testing.T) {
	for x, want := range map[float64]string{
		0: "0.00", 1: "1.00", 0.25: "0.250", 0.9993: "0.999", 0.99996: "0.99996", 0.0004: "0.00040", -0.00004: "−0.000040", 12.345: "12.3",
	} {
		if got := figures(x); got != want {
			t.Errorf("%g is written %s, want %s", x, got, want)
		}
	}
}

// An axis of logarithms has more than one number, whatever it spans.
func TestLogTicks(t *testing.T) {
	for from := 0.001; from < 1; from *= 1.1 {
		for over := 1.2; over < 30; over *= 1.1 {
			if ticks := logTicks(math.Log(from), math.Log(from*over), 6); len(ticks) < 2 {
				t.Errorf("from %g to %g: %+v", from, from*over, ticks)
			}
		}
	}
}
