package dicomseg

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"

	"opacity/app"
	"opacity/app/imageio/dicom"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
)

const (
	tagROIs          dicom.Tag = 0x30060020 // structure set ROI sequence
	tagROINumber     dicom.Tag = 0x30060022
	tagROIFrame      dicom.Tag = 0x30060024
	tagROIName       dicom.Tag = 0x30060026
	tagROIContours   dicom.Tag = 0x30060039
	tagContours      dicom.Tag = 0x30060040
	tagGeometricType dicom.Tag = 0x30060042
	tagContourData   dicom.Tag = 0x30060050
	tagROIReferenced dicom.Tag = 0x30060084
	tagObservations  dicom.Tag = 0x30060080
	tagROICode       dicom.Tag = 0x30060086
)

// contours is what an RTSTRUCT holds.
type contours struct{ regions []region }

// region is a region of interest with its closed contours.
type region struct {
	named
	frameUID string
	contours [][]volume.Vec // LPS mm
}

// readContours reads the regions that have closed contours, by number.
func readContours(ctx context.Context, path string, o *dicom.Object) (*contours, error) {
	var all []region
	place := map[int]int{}
	err := o.Each(tagROIs, func(it dicom.Item) error {
		var r region
		var ok bool
		var err error
		if r.number, ok, err = it.Number(tagROINumber); err != nil || !ok {
			return errors.Join(err, ctx.Err())
		}
		if r.Name, err = o.Words(it, tagROIName); err != nil {
			return err
		}
		if r.frameUID, err = it.Text(tagROIFrame); err != nil {
			return err
		}
		place[r.number] = len(all)
		all = append(all, r)
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	err = o.Each(tagObservations, func(it dicom.Item) error {
		number, _, err := it.Number(tagROIReferenced)
		if n, known := place[number]; err == nil && known {
			var is mask.Named
			is, err = meaning(it, tagROICode)
			all[n].Label, all[n].BothLungs = is.Label, is.BothLungs
		}
		return errors.Join(err, ctx.Err())
	})
	if err != nil {
		return nil, err
	}
	err = o.Each(tagROIContours, func(it dicom.Item) error {
		number, _, err := it.Number(tagROIReferenced)
		n, known := place[number]
		if err != nil || !known {
			return err
		}
		return it.Each(tagContours, func(c dicom.Item) error {
			points, err := closed(c)
			if points != nil {
				all[n].contours = append(all[n].contours, points)
			}
			return errors.Join(err, ctx.Err())
		})
	})
	all = slices.DeleteFunc(all, func(r region) bool { return len(r.contours) == 0 })
	labels := make([]named, len(all))
	for n, r := range all {
		labels[n] = r.named
	}
	sorted, order := ordered(labels)
	out := &contours{regions: make([]region, len(all))}
	for from, to := range order {
		out.regions[to] = all[from]
		out.regions[to].named = sorted[to]
	}
	if err == nil && len(all) == 0 {
		err = app.Refuse(nil, "dicomseg.no_contours", path)
	}
	return out, err
}

// closed reads the points of a contour; nil where it is not a closed one of at least
// three.
func closed(c dicom.Item) ([]volume.Vec, error) {
	kind, err := c.Text(tagGeometricType)
	if err != nil || kind != "CLOSED_PLANAR" && kind != "CLOSEDPLANAR_XOR" {
		return nil, err
	}
	v, err := c.Floats(tagContourData)
	if err != nil || len(v) < 9 {
		return nil, err
	}
	if len(v)%3 != 0 {
		return nil, errors.New("a contour has a part of a point")
	}
	points := make([]volume.Vec, len(v)/3)
	for n := range points {
		points[n] = volume.Vec(v[3*n : 3*n+3])
	}
	return points, nil
}

// listed are the names of regions in a sentence.
func listed(names []string) string { return strings.Join(names, ", ") }

// filled reads an RTSTRUCT as the voxels of g whose centres lie in its contours: in
// an odd number of those of one region in one plane, so that a contour in another is a
// hole. Contours of thicker slices fill as many slices of g as those were thick (see spread).
func filled(ctx context.Context, path string, o *dicom.Object, g volume.Geometry) (*mask.LabelMap, error) {
	s, err := readContours(ctx, path, o)
	if err != nil {
		return nil, err
	}
	var doubts []text.Message
	doubt := func(key string, names []string) {
		if len(names) > 0 {
			doubts = append(doubts, text.M(key, listed(names)))
		}
	}
	var otherFrame, beyond, between []string
	s.regions = slices.DeleteFunc(s.regions, func(r region) bool {
		off := sameFrame(path, r.frameUID, g) != nil
		if off {
			otherFrame = append(otherFrame, r.Name)
			err = sameFrame(path, r.frameUID, g)
		}
		return off
	})
	if len(s.regions) == 0 {
		return nil, err
	}
	labels := make([]named, len(s.regions))
	for n, r := range s.regions {
		labels[n] = r.named
	}
	b, err := newBuilder(g, labels, nil)
	if err != nil {
		return nil, app.Refuse(err, "dicomseg.too_many", path)
	}
	axis := s.axis(g)
	drawn := 0
	all := make([]map[int]*plane, len(s.regions))
	for n, r := range s.regions {
		var off int
		if all[n], off, err = r.planes(ctx, g, axis); err != nil {
			return nil, err
		}
		if off > 0 {
			beyond = append(beyond, r.Name)
		}
	}
	spread := newSpreader(all, g.SpacingMM()[axis], g.Size[axis])
	for n, r := range s.regions {
		crowded := false
		for at, p := range spread.region(r.Name, all[n]) {
			drawn++
			crowded = crowded || p.crowded
			if err := p.fill(ctx, b, n+1, axis, at); err != nil {
				return nil, err
			}
		}
		if crowded {
			between = append(between, r.Name)
		}
	}
	if drawn == 0 {
		low, high := s.reach()
		return nil, app.Refuse(nil, "dicomseg.contours_elsewhere", path, reach(low, high), describe(g))
	}
	doubt("dicomseg.other_frame_of", otherFrame)
	doubt("dicomseg.beyond", beyond)
	doubt("dicomseg.between", between)
	b.lm.Doubts = append(doubts, spread.doubts()...)
	lm, err := b.done()
	if err != nil {
		return nil, app.Refuse(err, "dicomseg.too_many", path)
	}
	return lm, nil
}

// axis is that of g along which contours do not reach: what their slices are stacked on.
func (s *contours) axis(g volume.Geometry) int {
	var width [3]float64
	spacing := g.SpacingMM()
	for _, r := range s.regions {
		for _, c := range r.contours {
			low, high := extent(g, c)
			for a := range width {
				width[a] += (high[a] - low[a]) * spacing[a]
			}
		}
	}
	best := 2
	for a := range width {
		if width[a] < width[best] {
			best = a
		}
	}
	return best
}

// extent is how far points reach on a grid.
func extent(g volume.Geometry, points []volume.Vec) (low, high volume.Vec) {
	for n, p := range points {
		at := g.ToIndex(p)
		for a := range at {
			if n == 0 || at[a] < low[a] {
				low[a] = at[a]
			}
			if n == 0 || at[a] > high[a] {
				high[a] = at[a]
			}
		}
	}
	return low, high
}

// reach is how far all contours reach, LPS mm.
func (s *contours) reach() (low, high volume.Vec) {
	low, high = volume.Vec{math.Inf(1), math.Inf(1), math.Inf(1)}, volume.Vec{math.Inf(-1), math.Inf(-1), math.Inf(-1)}
	for _, r := range s.regions {
		for _, c := range r.contours {
			for _, p := range c {
				for a := range p {
					low[a], high[a] = min(low[a], p[a]), max(high[a], p[a])
				}
			}
		}
	}
	return low, high
}
