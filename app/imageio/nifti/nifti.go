// Package nifti reads and writes NIfTI-1 single files, .nii and .nii.gz.
//
// The format is that of https://nifti.nimh.nih.gov/nifti-1 (nifti1.h); where
// the standard leaves a choice, or files ignore it, nibabel's is taken. A file's
// first index runs fastest, its patient space is RAS; everything handed out is
// canonical near-LPS, as package volume has it.
//
// Intensities: the format has no field for a unit. A volume counts as HU where
// it looks like CT (see looksLikeHU), otherwise as arbitrary, with a warning.
package nifti

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"strings"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/volume"
)

// IsNIfTI reports whether a path is for this package to open, or to refuse by
// name: it ends like a NIfTI file, or begins like one.
func IsNIfTI(path string) bool {
	if _, ok := app.TrimNIfTI(path); ok {
		return true
	}
	f, err := openFile(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, headerBytes)
	n, _ := readFull(f, head)
	return looksLikeHeader(head[:n])
}

// caseName names outputs after a file.
func caseName(path string) string {
	base := filepath.Base(path)
	if name, ok := app.TrimNIfTI(base); ok {
		return name
	}
	return strings.TrimSuffix(base, filepath.Ext(base))
}

// Grid reads the grid of a file, and no voxel.
func Grid(path string) (volume.Geometry, error) {
	s, err := Open(path)
	if err != nil {
		return volume.Geometry{}, err
	}
	return s.(*series).geometry, nil
}

// ReadMask reads any NIfTI file of whole numbers as a label map. Errors are
// *app.Error or a context's.
func ReadMask(ctx context.Context, path string) (*mask.LabelMap, error) {
	s, err := Open(path)
	if err != nil {
		return nil, err
	}
	v, err := s.Load(ctx, app.LoadHooks{})
	if err != nil {
		return nil, err
	}
	lm, err := mask.LabelMapOf(v)
	if err != nil {
		return nil, app.Refuse(err, "nifti.not_labels", path)
	}
	return lm, nil
}

// ReadMaskOn is ReadMask for a mask that was drawn on grid g: on another it is
// refused with a sentence that says what differs.
func ReadMaskOn(ctx context.Context, path string, g volume.Geometry) (*mask.LabelMap, error) {
	s, err := Open(path)
	if err != nil {
		return nil, err
	}
	// Told by the header, before any voxel is read.
	grid := s.(*series).geometry
	if grid.Size != g.Size {
		return nil, app.Refuse(nil, "nifti.mask_size", path, grid.Size.String(), g.Size.String())
	}
	if !grid.LiesOn(g) {
		return nil, otherGrid(path, grid, g)
	}
	return ReadMask(ctx, path)
}

// otherGrid refuses a mask whose grid has the size of the scan's, and says by how much
// it is another.
func otherGrid(path string, m, g volume.Geometry) error {
	apart, a, b := m.CornersApartMM(g), m.SpacingMM(), g.SpacingMM()
	for c := range 3 {
		if math.Abs(a[c]-b[c])*float64(g.Size[c]) > g.ToleranceMM() {
			return app.Refuse(nil, "nifti.mask_spacing", path, millimetres(a), millimetres(b))
		}
	}
	for r := range 3 {
		m.Affine[r][3] = g.Affine[r][3]
	}
	if turned := m.CornersApartMM(g); turned > g.ToleranceMM() {
		return app.Refuse(nil, "nifti.mask_turned", path, apart)
	}
	return app.Refuse(nil, "nifti.mask_position", path, apart)
}

// millimetres writes a spacing: "0.70 x 0.70 x 5.00".
func millimetres(s [3]float64) string { return fmt.Sprintf("%.2f x %.2f x %.2f", s[0], s[1], s[2]) }
