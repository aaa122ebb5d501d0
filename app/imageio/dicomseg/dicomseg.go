// Package dicomseg reads masks that are DICOM objects onto the grid of the scan
// they were drawn on: Segmentation (SEG, PS3.3 A.51 and A.101), which holds frames of
// pixels, and RT Structure Set (RTSTRUCT, PS3.3 A.19), which holds contours.
package dicomseg

import (
	"context"
	"fmt"

	"opacity/app"
	"opacity/app/imageio/dicom"
	"opacity/app/mask"
	"opacity/app/volume"
)

// Elements that both kinds of object have.
const (
	tagSOPClass    dicom.Tag = 0x00080016
	tagModality    dicom.Tag = 0x00080060
	tagDescription dicom.Tag = 0x0008103E
	tagFrameUID    dicom.Tag = 0x00200052
)

// kind is which object a file holds.
type kind int

const (
	other kind = iota
	segmentation
	structures
)

func kindOf(o *dicom.Object) kind {
	class, _ := o.Text(tagSOPClass) // damaged ones are of no kind
	switch class {
	case dicom.UIDSegmentation, dicom.UIDLabelSegmentation:
		return segmentation
	case dicom.UIDStructures:
		return structures
	}
	switch modality, _ := o.Text(tagModality); modality {
	case "SEG":
		return segmentation
	case "RTSTRUCT":
		return structures
	}
	return other
}

// Is reports whether a file is for this package to read.
func Is(path string) bool {
	if sort, err := dicom.Sniff(path); err != nil || sort != dicom.Image {
		return false
	}
	o, err := dicom.OpenObject(path)
	if err != nil {
		return false
	}
	defer o.Close()
	return kindOf(o) != other
}

// Info is what a file says of itself.
type Info struct {
	Format      string // "DICOM SEG, BINARY" or "DICOM RTSTRUCT"
	Description string
	Labels      []Label
}

// Label is a segment or a region of interest.
type Label struct {
	Number int
	Name   string
	Parts  int // frames or closed contours
}

// Describe tells what a file holds, without its pixels. Errors are *app.Error.
func Describe(path string) (info Info, err error) {
	defer caught(path, &err)
	o, err := dicom.OpenObject(path)
	if err != nil {
		return Info{}, err
	}
	defer o.Close()
	info.Description, _ = o.Words(o.Item, tagDescription) // "" where it cannot be read
	if kindOf(o) == segmentation {
		s, err := readSegments(context.Background(), path, o)
		if err != nil {
			return Info{}, o.Explain(err)
		}
		info.Format = "DICOM SEG, " + s.kind
		for n, l := range s.labels {
			info.Labels = append(info.Labels, Label{l.number, l.Name, s.framesOf(n)})
		}
		return info, nil
	}
	s, err := readContours(context.Background(), path, o)
	if err != nil {
		return Info{}, o.Explain(err)
	}
	info.Format = "DICOM RTSTRUCT"
	for _, r := range s.regions {
		info.Labels = append(info.Labels, Label{r.number, r.Name, len(r.contours)})
	}
	return info, nil
}

// ReadMask reads a segmentation on the grid that its own frames span. Contours have
// no grid, and are refused. Errors are *app.Error or a context's.
func ReadMask(ctx context.Context, path string) (*mask.LabelMap, error) {
	return read(ctx, path, nil)
}

// ReadMaskOn reads a mask that was drawn on grid g; one that does not lie on it is
// refused with a sentence that names both.
func ReadMaskOn(ctx context.Context, path string, g volume.Geometry) (*mask.LabelMap, error) {
	return read(ctx, path, &g)
}

func read(ctx context.Context, path string, g *volume.Geometry) (lm *mask.LabelMap, err error) {
	defer caught(path, &err)
	o, err := dicom.OpenObject(path)
	if err != nil {
		return nil, err
	}
	defer o.Close()
	if g != nil {
		if p := g.Problem(); !p.IsZero() {
			return nil, app.Refuse(nil, "dicom.geometry", path, p)
		}
		if g.Uneven {
			return nil, app.Refuse(nil, "dicomseg.uneven", path)
		}
	}
	switch kindOf(o) {
	case segmentation:
		lm, err = onGrid(ctx, path, o, g)
	case structures:
		if g == nil {
			return nil, app.Refuse(nil, "dicomseg.no_grid", path)
		}
		lm, err = filled(ctx, path, o, *g)
	default:
		return nil, app.Refuse(nil, "dicomseg.neither", path)
	}
	return lm, o.Explain(err)
}

// unguarded lets panics out, for the tests that look for them.
var unguarded bool

// caught makes a refusal of a panic: no input may stop the program.
func caught(path string, err *error) {
	if unguarded {
		return
	}
	if r := recover(); r != nil {
		*err = app.Refuse(fmt.Errorf("%v", r), "dicom.damaged", path)
	}
}

// sameFrame refuses a mask of another frame of reference than the scan's, where
// both say which they have.
func sameFrame(path, uid string, g volume.Geometry) error {
	if uid != "" && g.FrameUID != "" && uid != g.FrameUID {
		return app.Refuse(nil, "dicomseg.other_frame", path, uid, g.FrameUID)
	}
	return nil
}

// describe tells a grid: its voxels, how large they are, and where it begins and ends.
func describe(g volume.Geometry) string {
	s := g.SpacingMM()
	a := g.ToPatient(volume.Vec{})
	b := g.ToPatient(volume.Vec{float64(g.Size[0] - 1), float64(g.Size[1] - 1), float64(g.Size[2] - 1)})
	return fmt.Sprintf("%s voxels of %.2f x %.2f x %.2f mm %s", g.Size, s[0], s[1], s[2], reach(a, b))
}

func reach(a, b volume.Vec) string {
	return fmt.Sprintf("from (%.1f, %.1f, %.1f) to (%.1f, %.1f, %.1f)", a[0], a[1], a[2], b[0], b[1], b[2])
}
