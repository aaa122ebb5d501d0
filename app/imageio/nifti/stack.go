package nifti

import (
	"context"
	"encoding/binary"
	"io"

	"github.com/klauspost/compress/gzip"

	"opacity/app"
	"opacity/app/safefile"
	"opacity/app/volume"
)

// Stack is an open file of one or more volumes of bytes on one grid with a note
// beside them, as WriteStack makes it. Other programs see a series of volumes.
type Stack struct {
	Geometry volume.Geometry // near LPS, as it was written
	Volumes  int
	Note     []byte

	file *file
	left int // slices not read yet
}

// noteCode marks an extension that holds free text: NIFTI_ECODE_COMMENT.
const noteCode = 6

// mostNote is how long a note may be, in bytes.
const mostNote = 1 << 20

// WriteStack writes volumes of bytes on a canonical grid, compressed: slice
// returns the nx*ny voxels of slice k of a volume, nil for all 0, and is asked
// for all slices of the first volume, then of the next. A voxel means slope
// times its byte. note goes with them as it is. A file at path is replaced whole.
// Errors are *app.Error or a context's.
func WriteStack(ctx context.Context, path string, g volume.Geometry, volumes int, slope float64, note []byte, slice func(volume, k int) []uint8) error {
	if _, ok := app.TrimNIfTI(path); !ok {
		return app.Misuse("nifti.extension", path)
	}
	_, src := volume.Canonical(g.Size, g.Affine)
	h := newHeader(&volume.Volume{Geometry: g, Source: src}, typeUint8, slope)
	h.putInt16(atDim, 4)
	h.putInt16(atDim+8, volumes)
	extension := noteExtension(note)
	h.putFloat32(atVox, float64(headerBytes+len(extension)))
	return safefile.Write(path, true, func(w io.Writer) error {
		z, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
		if err != nil {
			return err
		}
		if _, err := z.Write(append(h.raw, extension...)); err != nil {
			return err
		}
		empty := make([]uint8, g.Size[0]*g.Size[1])
		for v := range volumes {
			for k := range g.Size[2] {
				if err := ctx.Err(); err != nil {
					return err
				}
				s := slice(v, k)
				if s == nil {
					s = empty
				}
				if _, err := z.Write(s); err != nil {
					return err
				}
			}
		}
		return z.Close()
	})
}

// noteExtension is what stands between header and voxels: the four bytes that
// announce an extension, then its size, code and text, a multiple of 16 bytes.
func noteExtension(note []byte) []byte {
	size := (8 + len(note) + 15) / 16 * 16
	e := binary.LittleEndian.AppendUint32([]byte{1, 0, 0, 0}, uint32(size))
	e = binary.LittleEndian.AppendUint32(e, noteCode)
	return append(append(e, note...), make([]byte, size-8-len(note))...)
}

// OpenStack opens a file that WriteStack wrote; any other is refused. Of the note
// zeros at its end are not told from the padding, and cut. The caller reads the
// slices with Next and then closes.
func OpenStack(path string) (*Stack, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	s := &Stack{file: f}
	if err := s.readHead(path); err != nil {
		_ = f.Close() // the first error is told
		return nil, err
	}
	return s, nil
}

func (s *Stack) readHead(path string) error {
	b := make([]byte, headerBytes+12)
	if _, err := readFull(s.file, b); err != nil {
		return unreadable(path, err)
	}
	h := &header{raw: b[:headerBytes], order: binary.LittleEndian}
	order, sizeof := byteOrder(b)
	ours := order == h.order && sizeof == headerBytes && string(b[atMagic:atMagic+4]) == "n+1\x00" &&
		h.int16(atDim) == 4 && h.int16(atDatatype) == typeUint8 && b[headerBytes] == 1
	bytes := h.order.Uint32(b[headerBytes+4:])
	if !ours || bytes < 16 || bytes > mostNote || h.order.Uint32(b[headerBytes+8:]) != noteCode ||
		h.float32(atVox) != float64(headerBytes+4+bytes) {
		return app.Refuse(nil, "nifti.not_nifti", path)
	}
	s.Volumes = h.int16(atDim + 8)
	for c := range 3 {
		h.size[c] = h.int16(atDim + 2*(c+1))
	}
	if s.Volumes < 1 || h.size[0] < 1 || h.size[1] < 1 || h.size[2] < 1 {
		return app.Refuse(nil, "nifti.dimensions", path)
	}
	if err := h.readTransform(path); err != nil {
		return err
	}
	s.Geometry = volume.Geometry{Size: h.size, Affine: h.affine}
	s.left = s.Volumes * h.size[2]
	note := make([]byte, bytes-8)
	if _, err := readFull(s.file, note); err != nil {
		return unreadable(path, err)
	}
	for len(note) > 0 && note[len(note)-1] == 0 {
		note = note[:len(note)-1]
	}
	s.Note = note
	return nil
}

// Next reads the next slice into dst, nx*ny bytes: all of the first volume from
// k=0 up, then of the next. After the last the whole file is known to be sound.
func (s *Stack) Next(dst []uint8) error {
	if s.left == 0 {
		return io.EOF
	}
	if _, err := readFull(s.file, dst); err != nil {
		return unreadable(s.file.path, err)
	}
	s.left--
	if s.left == 0 {
		if err := s.file.finish(); err != nil {
			return unreadable(s.file.path, err)
		}
	}
	return nil
}

// Close closes the file.
func (s *Stack) Close() error { return s.file.Close() }
