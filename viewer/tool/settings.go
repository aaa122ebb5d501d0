package tool

import (
	"math"

	"opacity/app/mask"
)

// Settings is what the painting tools go by. The Kit owns the one copy there is.
type Settings struct {
	RadiusMM float64 // of the ring; 0 is one voxel
	Square   bool    // a square ring, not a round one
	// Solid works through the slices: a ball, not a disc; a fill in space.
	Solid  bool
	Limits mask.Limits
	// Sensitivity of the smart brush, 0..1: see mask.Similar.
	Sensitivity float64
	// ToleranceHU is how far from the clicked value a fill goes, up and down, in the
	// volume's unit.
	ToleranceHU float64
	// Subtract makes lasso and polygon take away; Ctrl inverts it.
	Subtract bool
	// CutOutside makes the scissors cut all but what was drawn round.
	CutOutside bool
	// CutSlices is how far the scissors reach on each side of the slice drawn on, in
	// slices; WholeStack for all.
	CutSlices int
}

// smartMaxMM bounds the ball of the smart brush, which looks at every voxel of
// it at each move of the pointer.
const smartMaxMM = 30

// RingMM is the radius that a tool's ring has by these settings.
func (s Settings) RingMM(n Name) float64 {
	if n == Smart && s.Solid {
		return math.Min(s.RadiusMM, smartMaxMM)
	}
	return s.RadiusMM
}

// WholeStack is a Settings.CutSlices without an end.
const WholeStack = -1

// DefaultSettings is what a first start has.
func DefaultSettings() Settings {
	return Settings{RadiusMM: 5, Sensitivity: 0.5, ToleranceHU: 100, CutSlices: WholeStack}
}

// MaxRadiusMM is the largest ring: wider than a chest.
const MaxRadiusMM = 300

// kept brings settings into their bounds.
func (s Settings) kept() Settings {
	s.RadiusMM = within(s.RadiusMM, 0, MaxRadiusMM)
	s.Sensitivity = within(s.Sensitivity, 0, 1)
	s.ToleranceHU = within(s.ToleranceHU, 0, 65535)
	s.CutSlices = max(s.CutSlices, WholeStack)
	return s
}

// within counts what is no number as lo.
func within(x, lo, hi float64) float64 {
	if !(x > lo) {
		return lo
	}
	return math.Min(x, hi)
}

// A notch of the wheel or a press of a key makes the ring a sixth larger or
// smaller; below leastRadiusMM there is only the single voxel.
const (
	sizePerNotch  = 1.0 / 4.5 // of a doubling
	leastRadiusMM = 0.5
)

// resized returns a radius some notches larger, in tenths of a millimetre.
func resized(radiusMM, notches float64) float64 {
	if radiusMM < leastRadiusMM {
		if notches > 0 {
			return leastRadiusMM
		}
		return 0
	}
	was, now := math.Round(10*radiusMM), math.Round(10*radiusMM*math.Exp2(notches*sizePerNotch))
	if now == was { // a tenth is the least step
		now += math.Copysign(1, notches)
	}
	if now < 10*leastRadiusMM {
		return 0
	}
	return within(now/10, 0, MaxRadiusMM)
}
