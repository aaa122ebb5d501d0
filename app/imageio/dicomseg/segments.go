package dicomseg

import (
	"context"
	"errors"
	"math"
	"slices"

	"opacity/app"
	"opacity/app/imageio/dicom"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
)

const (
	tagKind         dicom.Tag = 0x00620001 // BINARY, FRACTIONAL, LABELMAP
	tagSegments     dicom.Tag = 0x00620002
	tagNumber       dicom.Tag = 0x00620004
	tagLabel        dicom.Tag = 0x00620005
	tagIdentified   dicom.Tag = 0x0062000A
	tagReferenced   dicom.Tag = 0x0062000B
	tagMostFraction dicom.Tag = 0x0062000E
	tagType         dicom.Tag = 0x0062000F
	tagShared       dicom.Tag = 0x52009229
	tagPerFrame     dicom.Tag = 0x52009230
	tagPlane        dicom.Tag = 0x00209113 // plane position sequence
	tagPosition     dicom.Tag = 0x00200032
	tagDirections   dicom.Tag = 0x00209116 // plane orientation sequence
	tagOrientation  dicom.Tag = 0x00200037
	tagMeasures     dicom.Tag = 0x00289110 // pixel measures sequence
	tagSpacing      dicom.Tag = 0x00280030
	tagBetween      dicom.Tag = 0x00180088
	tagThickness    dicom.Tag = 0x00180050
)

// segments is what the header of a SEG says.
type segments struct {
	kind     string
	most     int // the value of a fraction of one
	frameUID string
	labels   []named
	at       map[int]int // from a segment's number to its place in labels
	frames   []frame
}

// frame is where a frame lies and whose it is.
type frame struct {
	label    int // place in labels; of a label map none
	position volume.Vec
	row, col volume.Vec // steps from column to column and from row to row, mm
	stepMM   float64    // from slice to slice, or else how thick they are; 0 where neither is said
	spaced   bool       // the former
}

func (s *segments) framesOf(label int) (n int) {
	for _, f := range s.frames {
		if f.label == label || s.kind == "LABELMAP" {
			n++
		}
	}
	return n
}

var errIncomplete = errors.New("a frame does not say where it lies, or of which segment it is")

// readSegments reads the header.
func readSegments(ctx context.Context, path string, o *dicom.Object) (*segments, error) {
	s := &segments{at: map[int]int{}}
	var err error
	if s.kind, err = o.Text(tagKind); err != nil {
		return nil, err
	}
	switch s.kind {
	case "BINARY", "LABELMAP":
	case "FRACTIONAL":
		if s.most, _, err = o.Number(tagMostFraction); err != nil {
			return nil, err
		}
		s.most = max(s.most, 1)
	default:
		return nil, app.Refuse(nil, "dicomseg.kind", path, s.kind)
	}
	if s.frameUID, err = o.Text(tagFrameUID); err != nil {
		return nil, err
	}
	if err := s.readLabels(ctx, o); err != nil {
		return nil, err
	}
	shared, err := o.First(tagShared)
	if err != nil {
		return nil, err
	}
	return s, o.Each(tagPerFrame, func(group dicom.Item) error {
		f, err := s.readFrame(group, shared)
		s.frames = append(s.frames, f)
		return errors.Join(err, ctx.Err())
	})
}

func (s *segments) readLabels(ctx context.Context, o *dicom.Object) error {
	var labels []named
	err := o.Each(tagSegments, func(it dicom.Item) error {
		number, _, err := it.Number(tagNumber)
		if err != nil {
			return err
		}
		is, err := meaning(it, tagType)
		if err != nil {
			return err
		}
		if is.Name, err = o.Words(it, tagLabel); err != nil {
			return err
		}
		if number > 0 { // 0 is the background of a label map
			labels = append(labels, named{is, number})
		}
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	s.labels, _ = ordered(labels)
	for n, l := range s.labels {
		s.at[l.number] = n
	}
	if slices.ContainsFunc(labels, func(l named) bool { _, known := s.at[l.number]; return !known }) || len(s.at) < len(labels) {
		return errors.New("two segments have one number")
	}
	return nil
}

// readFrame reads where a frame lies, from its own group or that of all.
func (s *segments) readFrame(group, shared dicom.Item) (frame, error) {
	floats := func(sequence, t dicom.Tag, n int) ([]float64, error) {
		for _, g := range []dicom.Item{group, shared} {
			macro, err := g.First(sequence)
			if err != nil {
				return nil, err
			}
			v, err := macro.Floats(t)
			if err != nil || len(v) >= n {
				return v, err
			}
		}
		return nil, nil
	}
	position, err1 := floats(tagPlane, tagPosition, 3)
	turn, err2 := floats(tagDirections, tagOrientation, 6)
	spacing, err3 := floats(tagMeasures, tagSpacing, 2)
	between, err4 := floats(tagMeasures, tagBetween, 1)
	thick, err5 := floats(tagMeasures, tagThickness, 1)
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		return frame{}, err
	}
	if len(position) < 3 || len(turn) < 6 || len(spacing) < 2 {
		return frame{}, errIncomplete
	}
	f := frame{label: -1, position: volume.Vec(position[:3])}
	row, col := volume.Vec(turn[:3]), volume.Vec(turn[3:6])
	f.row, f.col = row.Scaled(spacing[1]/row.Length()), col.Scaled(spacing[0]/col.Length())
	switch {
	case len(between) > 0 && between[0] > 0:
		f.stepMM, f.spaced = between[0], true
	case len(thick) > 0 && thick[0] > 0:
		f.stepMM = thick[0]
	}
	if s.kind == "LABELMAP" {
		return f, nil
	}
	for _, g := range []dicom.Item{group, shared} {
		id, err := g.First(tagIdentified)
		if err != nil {
			return frame{}, err
		}
		number, ok, err := id.Number(tagReferenced)
		if err != nil {
			return frame{}, err
		}
		if n, known := s.at[number]; ok && known {
			f.label = n
			return f, nil
		}
	}
	return frame{}, errIncomplete
}

// onGrid reads a SEG on grid g, or where g is nil on its own.
func onGrid(ctx context.Context, path string, o *dicom.Object, g *volume.Geometry) (*mask.LabelMap, error) {
	s, err := readSegments(ctx, path, o)
	if err != nil {
		return nil, err
	}
	cells, err := o.Cells()
	if err != nil {
		return nil, err
	}
	if len(s.frames) != cells.Frames || s.kind == "BINARY" && cells.Bits == 16 || s.kind != "BINARY" && cells.Bits == 1 {
		return nil, errIncomplete
	}
	own, guessed, spans := s.span(cells.Columns, cells.Rows)
	var doubts []text.Message
	if g == nil {
		if !spans {
			return nil, app.Refuse(nil, "dicomseg.scattered", path)
		}
		if g = &own; guessed {
			doubts = append(doubts, text.M("dicomseg.unspaced", own.SliceStepMM()))
		}
	} else if err := sameFrame(path, s.frameUID, *g); err != nil {
		return nil, err
	}
	if s.kind == "FRACTIONAL" {
		doubts = append(doubts, text.M("dicomseg.fractional"))
	}
	b, err := newBuilder(*g, s.labels, doubts)
	if err != nil {
		return nil, app.Refuse(err, "dicomseg.too_many", path)
	}
	pixels := make([]uint16, cells.Rows*cells.Columns)
	for n, f := range s.frames {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		at, ok := f.place(*g, cells.Columns, cells.Rows)
		if !ok {
			if theirs := describe(own); spans && theirs != describe(*g) {
				return nil, app.Refuse(nil, "dicomseg.other_grid", path, theirs, describe(*g))
			}
			return nil, app.Refuse(nil, "dicomseg.other_grid", path, f.describe(cells.Columns, cells.Rows), describe(*g))
		}
		if err := cells.Read(n, pixels); err != nil {
			return nil, err
		}
		if err := s.paint(b, f, at, pixels, cells.Columns); err != nil {
			return nil, err
		}
	}
	lm, err := b.done()
	if err != nil {
		return nil, app.Refuse(err, "dicomseg.too_many", path)
	}
	return lm, nil
}

// paint adds the pixels of a frame.
func (s *segments) paint(b *builder, f frame, at placed, pixels []uint16, columns int) error {
	nx := b.lm.Size[0]
	for n, x := range pixels {
		if x == 0 {
			continue
		}
		label := f.label
		switch s.kind {
		case "FRACTIONAL":
			if 2*int(x) < s.most {
				continue
			}
		case "LABELMAP":
			known := false
			if label, known = s.at[int(x)]; !known {
				return errors.New("a pixel has the number of no segment")
			}
		}
		p := at.voxel(n%columns, n/columns)
		b.add(label+1, p[2], p[0]+nx*p[1])
	}
	return nil
}

// placed is where the pixels of a frame come to lie on a grid.
type placed struct{ first, row, col [3]int }

// voxel is that of a pixel.
func (p placed) voxel(column, row int) (v [3]int) {
	for c := range v {
		v[c] = p.first[c] + column*p.row[c] + row*p.col[c]
	}
	return v
}

// pixel is where the centre of one lies, LPS mm.
func (f frame) pixel(column, row float64) volume.Vec {
	return f.position.Sub(f.row.Scaled(-column)).Sub(f.col.Scaled(-row))
}

// offVoxel is how far a pixel may lie from the centre of a voxel, as a part of one:
// more than the rounding of headers.
const offVoxel = 0.1

// place finds the voxels that a frame lies on; ok is false where it lies on none, or
// beyond the grid.
func (f frame) place(g volume.Geometry, columns, rows int) (p placed, ok bool) {
	first := g.ToIndex(f.position)
	right, down := g.ToIndex(f.pixel(1, 0)), g.ToIndex(f.pixel(0, 1))
	for c := range 3 {
		whole, x, y := math.Round(first[c]), math.Round(right[c]-first[c]), math.Round(down[c]-first[c])
		if !(math.Abs(whole) < 1<<20 && math.Abs(x) <= 1 && math.Abs(y) <= 1) { // nor NaN
			return p, false
		}
		p.first[c], p.row[c], p.col[c] = int(whole), int(x), int(y)
	}
	length := func(v [3]int) int { return v[0]*v[0] + v[1]*v[1] + v[2]*v[2] }
	if length(p.row) != 1 || length(p.col) != 1 || p.row == p.col || p.row == [3]int{-p.col[0], -p.col[1], -p.col[2]} {
		return p, false
	}
	for _, corner := range [][2]int{{0, 0}, {columns - 1, 0}, {0, rows - 1}, {columns - 1, rows - 1}} {
		v := p.voxel(corner[0], corner[1])
		exact := g.ToIndex(f.pixel(float64(corner[0]), float64(corner[1])))
		for c := range v {
			if v[c] < 0 || v[c] >= g.Size[c] || !(math.Abs(exact[c]-float64(v[c])) <= offVoxel) {
				return p, false
			}
		}
	}
	return p, true
}

// describe tells where a frame lies.
func (f frame) describe(columns, rows int) string {
	g := volume.Geometry{Size: volume.Size{columns, rows, 1}}
	normal := f.row.Cross(f.col)
	for r := range 3 {
		g.Affine[r] = [4]float64{f.row[r], f.col[r], normal[r] / max(normal.Length(), 1e-9) * max(f.stepMM, 1e-3), f.position[r]}
	}
	return describe(g)
}
