package imageio

import (
	"context"

	"opacity/app/imageio/dicom"
	"opacity/app/imageio/dicomseg"
	"opacity/app/imageio/nifti"
	"opacity/app/mask"
	"opacity/app/volume"
)

// ReadMaskOn reads a mask that was drawn on grid g, of any format that is read: on
// another grid it is refused with a sentence that says what differs. Errors are
// *app.Error or a context's.
func ReadMaskOn(ctx context.Context, path string, g volume.Geometry) (*mask.LabelMap, error) {
	if IsObject(path) {
		return dicomseg.ReadMaskOn(ctx, path, g)
	}
	return nifti.ReadMaskOn(ctx, path, g)
}

// ReadMask reads a mask on its own grid; contours have none and are refused.
func ReadMask(ctx context.Context, path string) (*mask.LabelMap, error) {
	if IsObject(path) {
		return dicomseg.ReadMask(ctx, path)
	}
	return nifti.ReadMask(ctx, path)
}

// IsObject reports whether a file is DICOM, to be read as a mask or refused as one.
func IsObject(path string) bool {
	if namedNIfTI(path) {
		return false
	}
	kind, err := dicom.Sniff(path)
	return err == nil && kind == dicom.Image
}
