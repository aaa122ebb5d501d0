package stats

import "math"

// ROCPoint is what a threshold reaches: positive is who has that score or more.
type ROCPoint struct{ Threshold, FPR, TPR float64 }

// ROC is the curve of one score a case, from a threshold beyond all scores on, a point at
// every score there is. NaN scores are left out; nil where every outcome is the same.
func ROC(score []float64, positive []bool) []ROCPoint {
	var is [2]float64 // negative, positive
	for i, s := range score {
		if !math.IsNaN(s) {
			is[class(positive[i])]++
		}
	}
	if is[0] == 0 || is[1] == 0 {
		return nil
	}
	out := []ROCPoint{{Threshold: math.Inf(1)}}
	order := ascending(score)
	var above [2]float64
	for n := len(order) - 1; n >= 0; n-- {
		s := score[order[n]]
		if math.IsNaN(s) {
			continue
		}
		above[class(positive[order[n]])]++
		at := ROCPoint{s, above[0] / is[0], above[1] / is[1]}
		if last := len(out) - 1; out[last].Threshold == s {
			out[last] = at
		} else {
			out = append(out, at)
		}
	}
	return out
}

func class(positive bool) int {
	if positive {
		return 1
	}
	return 0
}
