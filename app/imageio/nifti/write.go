package nifti

import (
	"context"
	"encoding/binary"
	"io"
	"math"
	"strings"

	"github.com/klauspost/compress/gzip"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/safefile"
	"opacity/app/volume"
)

// WriteVolume writes the voxels, rescaled as they are, on the grid of the file
// they came from: its axes and, where that was a NIfTI file, its transforms to
// the bit. What is doubtful about the volume is written too and raised again by
// this package; where the patient's orientation is unknown, no transform is
// written. The extension says whether it is compressed. Existing files are
// replaced only with overwrite. Errors are *app.Error or a context's.
func WriteVolume(ctx context.Context, path string, v *volume.Volume, overwrite bool) error {
	if v.Source.Header == nil && volume.Warned(v.Warnings, volume.WarnOrientation) {
		v = withoutPlace(v)
	}
	if v.Int16 != nil {
		return write(ctx, path, v, typeInt16, 1, v.SliceInt16, overwrite)
	}
	return write(ctx, path, v, typeFloat32, 1, v.SliceFloat32, overwrite)
}

// WriteMask writes a mask of v as label map, one uint8 a voxel, findings over
// anatomy, on the grid that WriteVolume would use.
func WriteMask(ctx context.Context, path string, v *volume.Volume, m *mask.Mask, overwrite bool) error {
	flat := make([]uint8, v.Size[0]*v.Size[1])
	return write(ctx, path, v, typeUint8, 1, func(k int) []uint8 {
		m.Flat(k, flat)
		return flat
	}, overwrite)
}

// WriteProbability writes one label's probabilities, per slice k of v nx*ny
// values 0..255 for 0..1 (nil for all 0), as uint8 with a slope of 1/255.
func WriteProbability(ctx context.Context, path string, v *volume.Volume, slices [][]uint8, overwrite bool) error {
	empty := make([]uint8, v.Size[0]*v.Size[1])
	return write(ctx, path, v, typeUint8, 1.0/255, func(k int) []uint8 {
		if slices[k] == nil {
			return empty
		}
		return slices[k]
	}, overwrite)
}

// write writes canonical slices on the source's grid. What slice returns is used
// before it is called again.
func write[T stored](ctx context.Context, path string, v *volume.Volume, datatype int, slope float64, slice func(k int) []T, overwrite bool) error {
	if _, ok := app.TrimNIfTI(path); !ok {
		return app.Misuse("nifti.extension", path)
	}
	h := newHeader(v, datatype, slope)
	return safefile.Write(path, overwrite, func(w io.Writer) error {
		if strings.EqualFold(path[len(path)-3:], ".gz") {
			z, err := gzip.NewWriterLevel(w, gzip.BestSpeed) // slower levels save a few percent
			if err != nil {
				return err
			}
			if err := writeVoxels(ctx, z, h, v, slice); err != nil {
				return err
			}
			return z.Close()
		}
		return writeVoxels(ctx, w, h, v, slice)
	})
}

func writeVoxels[T stored](ctx context.Context, w io.Writer, h *header, v *volume.Volume, slice func(k int) []T) error {
	if _, err := w.Write(append(h.raw[:headerBytes:headerBytes], 0, 0, 0, 0)); err != nil {
		return err
	}
	src, block := v.Source, 1
	if src.StackAxis() != 2 { // file planes cross all slices: go through those once for many planes
		block = min(writePlanes, src.Size[2])
	}
	planes := make([]T, block*src.Size[0]*src.Size[1])
	for first := 0; first < src.Size[2]; first += block {
		last := min(first+block, src.Size[2])
		box := boxOfPlanes(v.Size, src, first, last)
		for k := box.Min[2]; k < box.Max[2]; k++ {
			if err := ctx.Err(); err != nil {
				return err
			}
			gather(planes, slice(k), v.Size, src, first, k, box)
		}
		b := bytesOf(planes[:(last-first)*src.Size[0]*src.Size[1]])
		native(b, h.scalars().bytes, h.order)
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	return nil
}

// writePlanes is how many file planes are put together at a time where they do
// not lie along slices: an eighth of a usual volume.
const writePlanes = 64

// gather is the inverse of scatter for the voxels of one slice k in a box: it
// puts them where they belong in file planes, of which the first is given.
func gather[T stored](planes, slice []T, size volume.Size, src volume.Source, first, k int, box volume.Box) {
	base, stride := src.FileStrides()
	base += k*stride[2] - first*src.Size[0]*src.Size[1]
	for j := box.Min[1]; j < box.Max[1]; j++ {
		from := slice[j*size[0]+box.Min[0] : j*size[0]+box.Max[0]]
		to, step := base+j*stride[1]+box.Min[0]*stride[0], stride[0]
		if step == 1 {
			copy(planes[to:], from)
			continue
		}
		for _, x := range from {
			planes[to] = x
			to += step
		}
	}
}

// newHeader describes voxels on the source's grid: the source's own header where
// it is NIfTI, else a new one.
func newHeader(v *volume.Volume, datatype int, slope float64) *header {
	voxels := datatype != typeUint8 // and no labels or probabilities
	h := &header{raw: make([]byte, headerBytes), order: binary.LittleEndian, size: v.Source.Size, datatype: datatype}
	order, n := byteOrder(v.Source.Header)
	if n == headerBytes && len(v.Source.Header) >= headerBytes {
		copy(h.raw, v.Source.Header)
		h.order = order
		clear(h.raw[atIntent-12 : atIntent+2]) // what the source's values meant, and
		clear(h.raw[atSliceLo : atSliceLo+2])  // how its scanner went about them
		clear(h.raw[atSliceHi : atSliceCod+1])
		clear(h.raw[132:atQCode]) // times, and texts that may name somebody
		clear(h.raw[4:32])        // ANALYZE's data_type and db_name, likewise
		clear(h.raw[atName:atMagic])
	} else {
		h.setTransform(v.Source.Affine)
		if !volume.Warned(v.Warnings, volume.WarnNoSpacing) {
			h.raw[atUnits] = 2 // mm
		}
		if voxels && volume.Warned(v.Warnings, volume.WarnOrientation) {
			h.putInt16(atSCode, 0)
			h.putInt16(atQCode, 0)
		}
		h.raw[38] = 'r'
	}
	h.putDoubts(v.Warnings, voxels)
	h.putUint32(0, headerBytes)
	for n, d := range [8]int{3, h.size[0], h.size[1], h.size[2], 1, 1, 1, 1} {
		h.putInt16(atDim+2*n, d)
	}
	h.putInt16(atDatatype, datatype)
	h.putInt16(atBitpix, 8*scalarTypes[datatype].bytes)
	h.putFloat32(atVox, dataAt)
	h.putFloat32(atSlope, slope)
	h.putFloat32(atInter, 0)
	h.putFloat32(atCalMax, 0)
	h.putFloat32(atCalMin, 0)
	copy(h.raw[atMagic:], "n+1\x00")
	return h
}

func (h *header) putUint32(at int, v uint32) { h.order.PutUint32(h.raw[at:], v) }
func (h *header) putInt16(at, v int)         { h.order.PutUint16(h.raw[at:], uint16(int16(v))) }
func (h *header) putFloat32(at int, v float64) {
	h.order.PutUint32(h.raw[at:], math.Float32bits(float32(v)))
}

// setTransform writes an LPS affine as sform and, where it has no shear, as
// qform too.
func (h *header) setTransform(lps volume.Affine) {
	ras := lps
	for r := range 2 {
		for c := range 4 {
			ras[r][c] = -ras[r][c]
		}
	}
	g := volume.Geometry{Size: h.size, Affine: ras}
	for r := range 3 {
		for c := range 4 {
			h.putFloat32(atSRow+16*r+4*c, ras[r][c]+0) // -0 is 0
		}
		h.putFloat32(atQOffset+4*r, ras[r][3]+0)
	}
	h.putInt16(atSCode, 1) // scanner coordinates
	spacing := g.SpacingMM()
	qfac := 1.0
	if ras.Det() < 0 {
		qfac = -1
	}
	for n, p := range [8]float64{qfac, spacing[0], spacing[1], spacing[2], 1, 1, 1, 1} {
		h.putFloat32(atPixdim+4*n, p)
	}
	var m [3][3]float64
	for r := range 3 {
		for c := range 3 {
			m[r][c] = ras[r][c] / spacing[c]
			if c == 2 {
				m[r][c] *= qfac
			}
		}
	}
	for n, q := range quaternion(m) {
		h.putFloat32(atQuatern+4*n, q)
	}
	// Only a rotation can be put as quaternion: keep it if it reads back the same.
	if q, ok := h.qform(); ok && (volume.Geometry{Size: h.size, Affine: q}).SameGrid(g, transformsToleranceMM/2) {
		h.putInt16(atQCode, 1)
		return
	}
	clear(h.raw[atQuatern:atSRow])
}

// quaternion gives b, c, d of the unit quaternion, with a not negative, of a
// rotation: nifti_mat44_to_quatern in nifti1_io.c.
func quaternion(m [3][3]float64) [3]float64 {
	a := m[0][0] + m[1][1] + m[2][2] + 1
	if a > 0.5 {
		a = math.Sqrt(a) / 2
		return [3]float64{(m[2][1] - m[1][2]) / (4 * a), (m[0][2] - m[2][0]) / (4 * a), (m[1][0] - m[0][1]) / (4 * a)}
	}
	x := 1 + m[0][0] - m[1][1] - m[2][2]
	y := 1 + m[1][1] - m[0][0] - m[2][2]
	z := 1 + m[2][2] - m[0][0] - m[1][1]
	var b, c, d float64
	switch {
	case x > 1:
		b = math.Sqrt(x) / 2
		c, d, a = (m[0][1]+m[1][0])/(4*b), (m[0][2]+m[2][0])/(4*b), (m[2][1]-m[1][2])/(4*b)
	case y > 1:
		c = math.Sqrt(y) / 2
		b, d, a = (m[0][1]+m[1][0])/(4*c), (m[1][2]+m[2][1])/(4*c), (m[0][2]-m[2][0])/(4*c)
	default:
		d = math.Sqrt(max(z, 0)) / 2
		if d == 0 {
			return [3]float64{}
		}
		b, c, a = (m[0][2]+m[2][0])/(4*d), (m[1][2]+m[2][1])/(4*d), (m[1][0]-m[0][1])/(4*d)
	}
	if a < 0 {
		b, c, d = -b, -c, -d
	}
	return [3]float64{b, c, d}
}
