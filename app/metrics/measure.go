// Package metrics measures masks.
package metrics

import (
	"opacity/app/mask"
	"opacity/app/text"
)

// LabelStats is what is measured of one label, or of one label on one side.
type LabelStats struct {
	Label  mask.Label
	Side   mask.Side // the lung a finding was counted in; the label's own side otherwise
	Voxels int
	// VolumeML, MeanHU and SDHU are nil where they may not be stated: on a stack
	// whose spacing is doubtful, on numbers that are not HU, on no voxels. SDHU is
	// the population standard deviation.
	VolumeML, MeanHU, SDHU *float64
}

// Measurements is everything the report states about a mask.
type Measurements struct {
	Labels []LabelStats
	// Involvement is infection as a share of the lung it lies in, in percent, of
	// voxels. Nil where there is no such lung.
	InvolvementLeft, InvolvementRight, InvolvementTotal *float64
	// AreaMM2[i] is the area of Labels[i] on each axial slice k; nil where
	// millimetres in the plane are unknown, and then AreaVoxels alone is stated.
	AreaVoxels [][]int
	AreaMM2    [][]float64
	// Why says why millilitres are withheld, empty where they are not.
	Why text.Message
}
