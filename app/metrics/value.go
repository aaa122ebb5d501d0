package metrics

import "math"

// Why says why a metric has no value; empty where it has one.
type Why string

// Why a metric is not defined.
const (
	BothEmpty       Why = "both_empty"       // neither mask holds a voxel: nothing was to be found, and nothing was
	Miss            Why = "miss"             // one of the masks is empty: there is no distance to what is not there
	ZeroDenominator Why = "zero_denominator" // a share of nothing
	NoSpacing       Why = "no_spacing"       // millimetres are not known
)

// Value is a metric of a pair of masks: a number, or NaN with the reason. It is never
// 0 for want of a value.
type Value struct {
	X   float64
	Why Why
}

// Defined reports whether there is a number.
func (v Value) Defined() bool { return v.Why == "" }

// Undefined is a value that there is not.
func Undefined(why Why) Value { return Value{math.NaN(), why} }

// share is a/b.
func share(a, b float64) Value {
	if b == 0 {
		return Undefined(ZeroDenominator)
	}
	return Value{X: a / b}
}
