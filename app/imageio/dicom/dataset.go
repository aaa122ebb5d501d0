package dicom

import (
	"encoding/binary"
	"math"
	"strconv"
	"strings"
)

// The elements that are read; everything else is stepped over.
const (
	tagTransferSyntax tag = 0x00020010

	tagCharacterSet      tag = 0x00080005
	tagImageType         tag = 0x00080008
	tagSOPClass          tag = 0x00080016
	tagSOPInstance       tag = 0x00080018
	tagStudyDate         tag = 0x00080020
	tagModality          tag = 0x00080060
	tagManufacturer      tag = 0x00080070
	tagStudyDescription  tag = 0x00081030
	tagSeriesDescription tag = 0x0008103E
	tagModel             tag = 0x00081090
	tagPatientName       tag = 0x00100010
	tagPatientID         tag = 0x00100020
	tagBirthDate         tag = 0x00100030
	tagSliceThickness    tag = 0x00180050
	tagSliceSpacing      tag = 0x00180088
	tagKernel            tag = 0x00181210
	tagStudyUID          tag = 0x0020000D
	tagSeriesUID         tag = 0x0020000E
	tagSeriesNumber      tag = 0x00200011
	tagAcquisition       tag = 0x00200012
	tagInstanceNumber    tag = 0x00200013
	tagPosition          tag = 0x00200032
	tagOrientation       tag = 0x00200037
	tagFrameOfReference  tag = 0x00200052
	tagTemporalPosition  tag = 0x00200100
	tagSliceLocation     tag = 0x00201041
	tagSamples           tag = 0x00280002
	tagPhotometric       tag = 0x00280004
	tagFrames            tag = 0x00280008
	tagRows              tag = 0x00280010
	tagColumns           tag = 0x00280011
	tagPixelSpacing      tag = 0x00280030
	tagBitsAllocated     tag = 0x00280100
	tagBitsStored        tag = 0x00280101
	tagHighBit           tag = 0x00280102
	tagSigned            tag = 0x00280103
	tagPadding           tag = 0x00280120
	tagPaddingLimit      tag = 0x00280121
	tagWindowCenter      tag = 0x00281050
	tagWindowWidth       tag = 0x00281051
	tagIntercept         tag = 0x00281052
	tagSlope             tag = 0x00281053
	tagRescaleType       tag = 0x00281054
	tagLossy             tag = 0x00282110
	tagModalityLUT       tag = 0x00283000
	tagShared            tag = 0x52009229
	tagPerFrame          tag = 0x52009230
	tagFloatPixels       tag = 0x7FE00008
	tagDoublePixels      tag = 0x7FE00009
	tagPixelData         tag = 0x7FE00010
)

var wanted = map[tag]bool{
	tagTransferSyntax: true, tagCharacterSet: true, tagImageType: true, tagSOPClass: true, tagSOPInstance: true,
	tagStudyDate: true, tagModality: true, tagManufacturer: true, tagStudyDescription: true,
	tagSeriesDescription: true, tagModel: true, tagPatientName: true, tagPatientID: true, tagBirthDate: true,
	tagSliceThickness: true, tagSliceSpacing: true, tagKernel: true, tagStudyUID: true, tagSeriesUID: true,
	tagSeriesNumber: true, tagInstanceNumber: true, tagPosition: true, tagOrientation: true, tagSamples: true,
	tagPhotometric: true, tagFrames: true, tagRows: true, tagColumns: true, tagPixelSpacing: true,
	tagBitsAllocated: true, tagBitsStored: true, tagHighBit: true, tagSigned: true, tagPadding: true,
	tagPaddingLimit: true, tagWindowCenter: true, tagWindowWidth: true, tagIntercept: true, tagSlope: true,
	tagRescaleType: true, tagLossy: true, tagFrameOfReference: true, tagAcquisition: true,
	tagTemporalPosition: true, tagSliceLocation: true,
}

// wantedSequences are kept as places in the file: the modality lookup table,
// and the functional groups of an enhanced (multi-frame) image with the macros
// that say where a frame lies and what its numbers are (PS3.3 C.7.6.16).
var wantedSequences = map[tag]bool{
	tagModalityLUT: true, tagShared: true, tagPerFrame: true,
	0x00209113: true, // plane position
	0x00209116: true, // plane orientation
	0x00289110: true, // pixel measures
	0x00289145: true, // pixel value transformation
	0x00289132: true, // frame VOI lookup table
}

// dataset holds the values of one data set that are wanted, still raw.
type dataset struct {
	enc       encoding
	values    map[tag][]byte
	sequences map[tag]element
	pixels    element // tag 0 where there are none
}

// maxWanted is the longest value kept: longer ones are not what their tag says.
const maxWanted = 64 << 10

// read walks a data set and keeps what is wanted, up to its pixel data.
func (s *source) read(off, limit int64, enc encoding) (dataset, error) {
	d := dataset{enc: enc, values: map[tag][]byte{}, sequences: map[tag]element{}}
	err := s.walk(off, limit, enc, func(el element) (bool, error) {
		switch {
		case el.tag == tagPixelData || el.tag == tagFloatPixels || el.tag == tagDoublePixels:
			d.pixels = el
			return false, nil
		case wantedSequences[el.tag]:
			d.sequences[el.tag] = el
		case wanted[el.tag] && !el.undefined && el.end-el.off <= maxWanted:
			b, err := s.at(el.off, int(el.end-el.off))
			if err != nil {
				return false, err
			}
			d.values[el.tag] = append([]byte(nil), b...)
		}
		return true, nil
	})
	return d, err
}

// text returns a value as it stands, without the padding.
func (d dataset) text(t tag) string { return strings.Trim(string(d.values[t]), " \x00\t\r\n") }

// list returns the parts of a multi-valued text.
func (d dataset) list(t tag) []string {
	if len(d.values[t]) == 0 {
		return nil
	}
	parts := strings.Split(d.text(t), `\`)
	for i, p := range parts {
		parts[i] = strings.Trim(p, " \x00")
	}
	return parts
}

// floats returns n decimal strings. ok is false unless there are n finite ones.
func (d dataset) floats(t tag, n int) (v []float64, ok bool) {
	parts := d.list(t)
	if len(parts) < n {
		return nil, false
	}
	for _, p := range parts[:n] {
		f, err := strconv.ParseFloat(p, 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, false
		}
		v = append(v, f)
	}
	return v, true
}

// float returns the first decimal string of a value.
func (d dataset) float(t tag) (float64, bool) {
	v, ok := d.floats(t, 1)
	if !ok {
		return 0, false
	}
	return v[0], true
}

// number returns an integer string, or def.
func (d dataset) number(t tag, def int) int {
	if f, ok := d.float(t); ok && math.Abs(f) < 1<<31 {
		return int(f)
	}
	return def
}

// short returns a binary 16-bit value (32-bit where it is as long), or def.
func (d dataset) short(t tag, def int) int {
	b := d.values[t]
	var order binary.ByteOrder = d.enc.order()
	switch {
	case len(b) == 4:
		return int(order.Uint32(b))
	case len(b) >= 2:
		return int(order.Uint16(b))
	}
	return def
}
