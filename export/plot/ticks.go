package plot

import (
	"math"
	"strconv"
	"strings"
)

// tick is a mark on an axis; one without a label is a small one.
type tick struct {
	at    float64
	label string
}

// ticksBetween marks multiples of 1, 2 or 5 times a power of ten, most at most
// and at least two where there is room for any; four says whether numbers of four
// digits have a space.
func ticksBetween(lo, hi float64, most int, whole, four bool) []tick {
	if !(hi > lo) || math.IsInf(hi-lo, 0) {
		return nil
	}
	step := niceStep((hi-lo)/float64(max(most, 1)), whole)
	var ticks []tick
	first := math.Ceil(lo/step - 1e-9)
	for n := first; n*step <= hi+1e-9*step && len(ticks) <= 2*most+2; n++ {
		ticks = append(ticks, tick{n * step, spaced(n*step, decimals(step), four)})
	}
	return ticks
}

// niceStep is the smallest of 1, 2, 5 times a power of ten not under least.
func niceStep(least float64, whole bool) float64 {
	power := math.Pow(10, math.Floor(math.Log10(least)))
	for _, f := range []float64{1, 2, 5, 10} {
		if step := f * power; step >= least*(1-1e-9) {
			if whole {
				return math.Max(1, math.Round(step))
			}
			return step
		}
	}
	return 10 * power
}

// decimals is how many are needed to tell multiples of a step apart.
func decimals(step float64) int {
	return max(0, -int(math.Floor(math.Log10(step)+1e-9)))
}

// roundOut widens a range to multiples of the step that its ticks will have.
func roundOut(lo, hi float64, most int) (from, to float64) {
	if !(hi > lo) {
		return lo - 1, hi + 1
	}
	step := niceStep((hi-lo)/float64(max(most, 1)), false)
	return math.Floor(lo/step+1e-9) * step, math.Ceil(hi/step-1e-9) * step
}

// label writes a number with a true minus and, from five digits on, thin spaces
// between thousands; what rounds to zero has no sign.
func label(x float64, decimals int) string { return spaced(x, decimals, false) }

// spaced is label, with a space in numbers of four digits too where others of the
// same axis have one.
func spaced(x float64, decimals int, four bool) string {
	s := strconv.FormatFloat(math.Abs(x), 'f', decimals, 64)
	whole, part, _ := strings.Cut(s, ".")
	if len(whole) > 4 || four && len(whole) == 4 {
		for n := len(whole) - 3; n > 0; n -= 3 {
			whole = whole[:n] + "\u2009" + whole[n:]
		}
	}
	if part != "" {
		whole += "." + part
	}
	if x < 0 && strings.ContainsAny(s, "123456789") {
		return "−" + whole
	}
	return whole
}

// figures writes a number with about three significant digits; what is not 0 or 1 is not
// written as if it were.
func figures(x float64) string {
	switch size := math.Abs(x); {
	case math.IsNaN(x):
		return "–"
	case size >= 100:
		return label(x, 0)
	case size >= 10:
		return label(x, 1)
	case size >= 1 || size == 0:
		return label(x, 2)
	case size < 0.0005 || size >= 0.9995:
		return label(x, min(max(decimals(size)+1, decimals(1-size)), 9))
	default:
		return label(x, 3)
	}
}

// logTicks marks 1, 2, 5 times powers of ten on an axis of logarithms, or finer
// steps where the range is within a power of ten. at is the logarithm (base e).
func logTicks(lo, hi float64, most int) []tick {
	from, to := math.Exp(lo), math.Exp(hi)
	if to/from < 5 { // or there may be one of them alone
		ticks := ticksBetween(from, to, most, false, to >= 1e4)
		for i := range ticks {
			ticks[i].at = math.Log(ticks[i].at)
		}
		return ticks
	}
	var ticks []tick
	factors := []float64{1, 2, 5}
	if math.Log10(to/from)*3 > float64(most) {
		factors = factors[:1]
	}
	for e := math.Floor(math.Log10(from)); e <= math.Ceil(math.Log10(to)); e++ {
		for _, f := range factors {
			if x := f * math.Pow(10, e); x >= from*(1-1e-9) && x <= to*(1+1e-9) {
				ticks = append(ticks, tick{math.Log(x), label(x, max(0, -int(e)))})
			}
		}
	}
	return ticks
}
