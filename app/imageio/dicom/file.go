package dicom

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"opacity/app"
	"opacity/app/safefile"
	"opacity/app/volume"
)

// file is what the header of one DICOM image says.
type file struct {
	path   string
	wanted bool // the user named it, or the folder it is in
	syntax syntax
	data   dataset // the top level
	pixels pixels
	slices []slice // one a frame
}

// pixels says how the pixel data of a file is stored.
type pixels struct {
	rows, cols, frames      int
	allocated, stored, high int // bits
	signed, inverted        bool
	padded                  bool
	padLo, padHi            int // stored values that stand for "outside the picture"
	// offset and length of the pixel data in the file, or in the inflated data
	// set; length is -1 for encapsulated pixel data.
	offset, length int64
	inflateFrom    int64 // where a deflated data set starts; 0 for others
	lossy          bool
}

// slice is one frame and where it lies.
type slice struct {
	file        *file
	frame       int
	positioned  bool       // position is known
	oriented    bool       // row and col are known
	position    volume.Vec // centre of the first pixel, LPS mm
	row, col    volume.Vec // unit directions in which the column and the row index grow
	spacingMM   [2]float64 // between rows, between columns; 0 where unknown
	thicknessMM float64    // 0 where unknown
	stepMM      float64    // the header's own distance between slices; 0 where unknown
	instance    int        // InstanceNumber; 0 where unknown
	location    string     // SliceLocation as it stands: what of it is meant differs; "" where unknown
	decimals    int        // digits after the point that the position was written with
	slope       float64
	intercept   float64
	hu          bool
	window      volume.Window // the header's first; zero where it has none
}

// readFile reads the header of a file. The error is a skip, or an *app.Error.
func readFile(path string) (f *file, err error) {
	defer func() {
		if r := recover(); r != nil { // no input may stop the program
			f, err = nil, app.Refuse(fmt.Errorf("%v", r), "dicom.damaged", path)
		}
	}()
	r, size, err := safefile.Open(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	defer r.Close()
	if size == 0 {
		return nil, skipEmpty
	}
	f, err = readHeader(path, r, size)
	var reason skip
	var refusal *app.Error
	switch {
	case err == nil, errors.As(err, &reason), errors.As(err, &refusal):
		return f, err // with a refusal the file is there too, to tell its series
	case errors.Is(err, errTruncated):
		return f, app.Refuse(err, "dicom.truncated", path)
	}
	return f, app.Refuse(err, "dicom.damaged", path)
}

func readHeader(path string, r io.ReaderAt, size int64) (*file, error) {
	src := &source{r: r, size: size}
	sx, off, err := readMeta(src)
	if err != nil {
		return nil, err
	}
	f := &file{path: path, syntax: sx}
	if sx.deflated {
		b, err := inflate(r, off, size)
		if err != nil {
			return nil, err
		}
		f.pixels.inflateFrom = off
		src, off = &source{r: b, size: b.Size()}, 0
	}
	f.data, err = src.read(off, src.size, f.syntax.enc)
	if reason := f.unwanted(err == nil); reason != "" {
		return nil, reason
	}
	if err != nil {
		return f, err
	}
	if err := f.readPixelFormat(src); err != nil {
		return f, err
	}
	return f, f.readSlices(src)
}

// readPixelFormat checks that the header's promises can be kept.
func (f *file) readPixelFormat(src *source) error {
	d, p := f.data, &f.pixels
	if f.syntax.codec == codecNone {
		return app.Refuse(nil, "dicom.syntax", f.path, f.syntax.name)
	}
	if d.pixels.tag != tagPixelData {
		return app.Refuse(nil, "dicom.float_pixels", f.path)
	}
	if _, ok := d.sequences[tagModalityLUT]; ok {
		return app.Refuse(nil, "dicom.modality_lut", f.path)
	}
	p.rows, p.cols, p.frames = d.short(tagRows, 0), d.short(tagColumns, 0), d.number(tagFrames, 1)
	p.allocated = d.short(tagBitsAllocated, 0)
	p.stored = d.short(tagBitsStored, p.allocated)
	p.high = d.short(tagHighBit, p.stored-1)
	p.signed = d.short(tagSigned, 0) == 1
	p.inverted = d.text(tagPhotometric) == "MONOCHROME1"
	if p.rows < 1 || p.cols < 1 || p.rows > 1<<16 || p.cols > 1<<16 || p.frames < 1 || p.frames > 1<<16 {
		return app.Refuse(nil, "dicom.size", f.path, p.cols, p.rows, p.frames)
	}
	switch {
	case p.allocated != 8 && p.allocated != 16 && p.allocated != 32,
		p.stored < 1, p.stored > p.allocated, p.high < p.stored-1, p.high >= p.allocated:
		return app.Refuse(nil, "dicom.bits", f.path, p.allocated, p.stored, p.high)
	}
	f.readPadding()
	p.lossy = d.text(tagLossy) == "01"
	p.offset, p.length = d.pixels.off, d.pixels.end-d.pixels.off
	if f.syntax.codec != codecNative {
		if !d.pixels.undefined {
			return app.Refuse(nil, "dicom.damaged", f.path)
		}
		if need := p.frameBytes() * int64(p.frames); (src.size-p.offset)*f.syntax.codec.bestRatio() < need {
			return app.Refuse(errTruncated, "dicom.truncated", f.path)
		}
		p.length = -1
		p.lossy = p.lossy || f.syntax.uid == uidJ2KLossy && irreversible(src, p.offset)
		return nil
	}
	if need := p.frameBytes() * int64(p.frames); d.pixels.undefined || p.length < need || p.offset > src.size-need {
		return app.Refuse(errTruncated, "dicom.truncated", f.path)
	}
	return nil
}

// frameBytes is the size of one unpacked frame.
func (p *pixels) frameBytes() int64 { return int64(p.rows) * int64(p.cols) * int64(p.allocated/8) }

// readPadding reads the stored values that stand for "outside the picture".
// Writers disagree on whether they are signed, so they are read as pixels are.
func (f *file) readPadding() {
	d, p := f.data, &f.pixels
	if len(d.values[tagPadding]) < 2 {
		return
	}
	asPixel := func(v int) int {
		if p.signed && len(d.values[tagPadding]) == 2 {
			return int(int16(v))
		}
		if p.signed {
			return int(int32(v))
		}
		return v
	}
	p.padded = true
	p.padLo = asPixel(d.short(tagPadding, 0))
	p.padHi = p.padLo
	if len(d.values[tagPaddingLimit]) >= 2 {
		limit := asPixel(d.short(tagPaddingLimit, 0))
		p.padLo, p.padHi = min(p.padLo, limit), max(p.padHi, limit)
	}
}

// readSlices finds where each frame lies and how it is rescaled.
func (f *file) readSlices(src *source) error {
	perFrame, enhanced := f.data.sequences[tagPerFrame]
	if !enhanced {
		if f.pixels.frames > 1 {
			return app.Refuse(nil, "dicom.multiframe", f.path)
		}
		f.slices = []slice{newSlice(f, 0, f.data)}
		return f.checkSpacing(f.data)
	}
	shared := dataset{enc: f.data.enc, values: map[tag][]byte{}}
	for t, v := range f.data.values {
		shared.values[t] = v
	}
	if seq, ok := f.data.sequences[tagShared]; ok {
		if err := src.readGroups(seq, f.data.enc, func(group dataset) { overlay(shared, group) }); err != nil {
			return err
		}
	}
	var spacing error
	err := src.readGroups(perFrame, f.data.enc, func(group dataset) {
		overlay(group, shared, group)
		f.slices = append(f.slices, newSlice(f, len(f.slices), group))
		if spacing == nil {
			spacing = f.checkSpacing(group)
		}
	})
	if err == nil {
		err = spacing
	}
	if err == nil && len(f.slices) != f.pixels.frames {
		err = app.Refuse(nil, "dicom.multiframe", f.path)
	}
	return err
}

// readGroups hands out the values of each item of a functional groups sequence,
// with those of the macros inside it laid flat.
func (s *source) readGroups(seq element, enc encoding, visit func(dataset)) error {
	return s.items(seq, enc, func(off, end int64, enc encoding) error {
		group, err := s.read(off, end, enc)
		if err != nil {
			return err
		}
		for _, macro := range group.sequences {
			err := s.items(macro, enc, func(off, end int64, enc encoding) error {
				inner, err := s.read(off, end, enc)
				overlay(group, inner)
				return err
			})
			if err != nil {
				return err
			}
		}
		visit(group)
		return nil
	})
}

// overlay copies values into dst; later ones win.
func overlay(dst dataset, from ...dataset) {
	all := map[tag][]byte{}
	for _, d := range from {
		for t, v := range d.values {
			all[t] = v
		}
	}
	for t, v := range all {
		dst.values[t] = v
	}
}

// checkSpacing refuses a pixel spacing that is given and cannot be. One that is
// not given is a doubt, told later.
func (f *file) checkSpacing(d dataset) error {
	said := d.text(tagPixelSpacing)
	if said == "" {
		return nil
	}
	v, ok := d.floats(tagPixelSpacing, 2)
	if !ok || min(v[0], v[1]) < volume.LeastStepMM || max(v[0], v[1]) > volume.MostStepMM {
		return app.Refuse(nil, "dicom.spacing", f.path, clean(said))
	}
	return nil
}

// newSlice reads position, spacing and rescale out of d.
func newSlice(f *file, frame int, d dataset) slice {
	s := slice{file: f, frame: frame, slope: 1, instance: d.number(tagInstanceNumber, 0), location: d.text(tagSliceLocation), window: d.window()}
	if v, ok := d.floats(tagPosition, 3); ok {
		s.position, s.positioned = volume.Vec(v), true
		for _, part := range d.list(tagPosition) {
			if _, fraction, ok := strings.Cut(part, "."); ok {
				s.decimals = max(s.decimals, len(fraction))
			}
		}
	}
	if v, ok := d.floats(tagOrientation, 6); ok {
		s.row, s.col, s.oriented = directions(v)
	}
	if v, ok := d.floats(tagPixelSpacing, 2); ok && v[0] > 0 && v[1] > 0 {
		s.spacingMM = [2]float64(v)
	}
	if v, ok := d.float(tagSliceThickness); ok && v > 0 {
		s.thicknessMM = v
	}
	if v, ok := d.float(tagSliceSpacing); ok && v > 0 {
		s.stepMM = v
	}
	slope, hasSlope := d.float(tagSlope)
	intercept, hasIntercept := d.float(tagIntercept)
	if hasSlope && slope != 0 && hasIntercept {
		s.slope, s.intercept = slope, intercept
		unit := strings.ToUpper(d.text(tagRescaleType))
		s.hu = (unit == "" || unit == "HU") && s.holdsAir()
	}
	return s
}

// holdsAir reports whether the header leaves room for numbers as low as those of lung
// and of the air around the patient. Where it does not, as in an 8-bit export or in
// 12 bits whose offset of -1024 got lost, 0 would be read as water: even where the
// header calls the numbers HU they are then either not, or cut off at 0, and no
// lung can be measured on them.
func (s slice) holdsAir() bool {
	const leastAirHU = -500
	lo, _ := s.rescale(volume.HU).bounds()
	return lo <= leastAirHU
}

// directions normalises image orientation. ok is false where the two do not
// span a plane at right angles (within half a degree; real headers are rounded).
func directions(v []float64) (row, col volume.Vec, ok bool) {
	row, col = volume.Vec(v[:3]), volume.Vec(v[3:6])
	a, b := row.Length(), col.Length()
	if a < 1e-3 || b < 1e-3 || math.IsInf(a, 0) || math.IsInf(b, 0) {
		return row, col, false
	}
	row, col = row.Scaled(1/a), col.Scaled(1/b)
	return row, col, math.Abs(row.Dot(col)) < 0.01
}
