package nifti

import (
	"encoding/binary"
	"math"
	"strings"

	"opacity/app"
	"opacity/app/text"
	"opacity/app/volume"
)

// Byte offsets in the header, from nifti1.h.
const (
	headerBytes = 348
	dataAt      = 352 // header and the four bytes that announce extensions

	atDim      = 40
	atIntent   = 68
	atDatatype = 70
	atBitpix   = 72
	atSliceLo  = 74
	atPixdim   = 76
	atVox      = 108
	atSlope    = 112
	atInter    = 116
	atSliceHi  = 120
	atSliceCod = 122
	atUnits    = 123
	atCalMax   = 124
	atCalMin   = 128
	atQCode    = 252
	atSCode    = 254
	atQuatern  = 256
	atQOffset  = 268
	atSRow     = 280
	atName     = 328
	atMagic    = 344
)

// Data types of voxels, from nifti1.h.
const (
	typeUint8   = 2
	typeInt16   = 4
	typeInt32   = 8
	typeFloat32 = 16
	typeFloat64 = 64
	typeInt8    = 256
	typeUint16  = 512
	typeUint32  = 768
	typeInt64   = 1024
	typeUint64  = 1280
)

// refusedTypes are those that cannot, by name.
var refusedTypes = map[int]string{
	1: "1-bit", 32: "complex64", 128: "RGB24", 1536: "float128", 1792: "complex128", 2048: "complex256", 2304: "RGBA32",
}

// header is what a NIfTI-1 header says.
type header struct {
	raw          []byte // headerBytes as they are in the file
	order        binary.ByteOrder
	size         volume.Size // along the file's own axes
	datatype     int
	slope, inter float64 // value = slope*stored + inter
	offset       int64   // of the first voxel
	affine       volume.Affine
	window       volume.Window
	warnings     []volume.Warning
}

// scalars is the type of the voxels.
func (h *header) scalars() scalarType { return scalarTypes[h.datatype] }

func (h *header) int16(at int) int { return int(int16(h.order.Uint16(h.raw[at:]))) }
func (h *header) float32(at int) float64 {
	return float64(math.Float32frombits(h.order.Uint32(h.raw[at:])))
}

// bytes is the size of the voxels in the file.
func (h *header) bytes() int64 { return int64(h.size.Voxels()) * int64(h.scalars().bytes) }

func (h *header) warn(k volume.WarningKind, key string, args ...any) {
	h.warnings = append(h.warnings, volume.Warning{Kind: k, Message: text.M(key, args...)})
}

// byteOrder tells the order by sizeof_hdr, which is 348 in NIfTI-1 and Analyze
// and 540 in NIfTI-2.
func byteOrder(b []byte) (order binary.ByteOrder, sizeof uint32) {
	if len(b) < 4 {
		return nil, 0
	}
	for _, o := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		if n := o.Uint32(b); n == headerBytes || n == 540 {
			return o, n
		}
	}
	return nil, 0
}

// looksLikeHeader reports whether a file begins like any of the NIfTI family.
func looksLikeHeader(b []byte) bool {
	order, n := byteOrder(b)
	switch {
	case order == nil || len(b) < headerBytes:
		return false
	case n == 540:
		return strings.HasPrefix(string(b[4:]), "n+2") || strings.HasPrefix(string(b[4:]), "ni2")
	}
	magic := string(b[atMagic : atMagic+4])
	return magic == "n+1\x00" || magic == "ni1\x00" || b[38] == 'r' // Analyze: the byte "regular"
}

// parse reads a header, of which there may be less than headerBytes, and
// refuses, naming path, what this version cannot read.
func parse(path string, b []byte) (*header, error) {
	order, n := byteOrder(b)
	switch {
	case order == nil:
		return nil, app.Refuse(nil, "nifti.not_nifti", path)
	case n == 540:
		return nil, app.Refuse(nil, "nifti.nifti2", path)
	case len(b) < headerBytes:
		return nil, app.Refuse(nil, "nifti.truncated", path)
	}
	h := &header{raw: append([]byte(nil), b[:headerBytes]...), order: order}
	switch string(h.raw[atMagic : atMagic+4]) {
	case "n+1\x00":
	case "ni1\x00":
		return nil, app.Refuse(nil, "nifti.pair", path)
	default:
		return nil, app.Refuse(nil, "nifti.analyze", path)
	}
	for _, read := range []func(string) error{h.readSize, h.readType, h.readOffset, h.readTransform} {
		if err := read(path); err != nil {
			return nil, err
		}
	}
	h.readDoubts()
	if lo, hi := h.float32(atCalMin), h.float32(atCalMax); hi > lo && !math.IsInf(hi-lo, 0) {
		h.window = volume.Window{Center: (lo + hi) / 2, Width: hi - lo}
	}
	return h, nil
}

func (h *header) readSize(path string) error {
	n := h.int16(atDim)
	if n < 1 || n > 7 {
		return app.Refuse(nil, "nifti.dimensions", path)
	}
	if n < 3 {
		return app.Refuse(nil, "nifti.flat", path, n)
	}
	for c := range n {
		d := h.int16(atDim + 2*(c+1))
		switch {
		case d < 1:
			return app.Refuse(nil, "nifti.dimensions", path)
		case c < 3:
			h.size[c] = d
		case d > 1:
			return app.Refuse(nil, "nifti.many_volumes", path, c+1)
		}
	}
	return nil
}

func (h *header) readType(path string) error {
	h.datatype = h.int16(atDatatype)
	if name, known := refusedTypes[h.datatype]; known {
		return app.Refuse(nil, "nifti.type", path, name)
	}
	if _, known := scalarTypes[h.datatype]; !known {
		return app.Refuse(nil, "nifti.type_unknown", path, h.datatype)
	}
	// A slope of 0 means no scaling (nifti1.h); nibabel reads NaN so too.
	h.slope, h.inter = h.float32(atSlope), h.float32(atInter)
	if h.slope == 0 || math.IsNaN(h.slope) || math.IsInf(h.slope, 0) {
		h.slope, h.inter = 1, 0
	}
	if math.IsNaN(h.inter) || math.IsInf(h.inter, 0) {
		h.inter = 0
	}
	return nil
}

func (h *header) readOffset(path string) error {
	v := h.float32(atVox)
	if math.IsNaN(v) || v > 1<<40 || v < 0 {
		return app.Refuse(nil, "nifti.offset", path)
	}
	h.offset = max(int64(v), dataAt) // some writers leave 0
	return nil
}
