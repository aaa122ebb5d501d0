package phantom

import (
	"opacity/app"
	"opacity/app/volume"
)

// Info describes a thorax as a reader describes a series.
func Info(v *volume.Volume) app.SeriesInfo {
	return app.SeriesInfo{
		Case: "sample", Identity: v.Identity, Size: v.Size, SpacingMM: v.SpacingMM(),
		Orientation: v.Source.Orientation(), Unit: v.Unit, Warnings: v.Warnings,
	}
}
