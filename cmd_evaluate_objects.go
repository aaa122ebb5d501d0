package main

import (
	"context"

	"opacity/app/cohort"
	"opacity/app/imageio"
	"opacity/app/imageio/nifti"
	"opacity/app/mask"
	"opacity/app/volume"
)

// maskObjects reads DICOM segmentations and contours for evaluate.
func maskObjects() cohort.Objects {
	return cohort.Objects{
		Is: imageio.IsObject,
		Read: func(ctx context.Context, path string, on *volume.Geometry) (*mask.LabelMap, error) {
			if on == nil {
				return imageio.ReadMask(ctx, path)
			}
			return imageio.ReadMaskOn(ctx, path, *on)
		},
		Grid: nifti.Grid,
	}
}
