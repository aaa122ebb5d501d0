package dicom

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"opacity/app"
	"opacity/app/safefile"
)

// readRaw fills raw with the cells of the slice: rows*cols of allocated/8 bytes,
// little endian, whatever the file's transfer syntax. The error is an *app.Error.
func (s slice) readRaw(raw []byte) error {
	r, size, err := safefile.Open(s.file.path)
	if err != nil {
		return unreadable(s.file.path, err)
	}
	defer r.Close()
	return s.readRawFrom(r, size, raw)
}

func (s slice) readRawFrom(r io.ReaderAt, size int64, raw []byte) error {
	f := s.file
	src := &source{r: r, size: size}
	if from := f.pixels.inflateFrom; from > 0 {
		b, err := inflate(r, from, size)
		if err != nil {
			return app.Refuse(err, "dicom.damaged", f.path)
		}
		src = &source{r: b, size: b.Size()}
	}
	var err error
	if f.syntax.codec == codecNative {
		err = s.readNative(src, raw)
	} else {
		var packed []byte
		if packed, err = src.frame(s); err == nil {
			err = unpack(f, packed, raw)
		}
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errTruncated):
		return app.Refuse(err, "dicom.truncated", f.path)
	}
	return app.Refuse(err, "dicom.pixels", f.path)
}

func (s slice) readNative(src *source, raw []byte) error {
	p := s.file.pixels
	off := p.offset + int64(s.frame)*p.frameBytes()
	if n, err := src.r.ReadAt(raw, off); n < len(raw) {
		if err == io.EOF {
			err = errTruncated
		}
		return err
	}
	if s.file.syntax.enc.bigEndian {
		swapBytes(raw, p.allocated/8)
	}
	return nil
}

func swapBytes(b []byte, word int) {
	switch word {
	case 2:
		for i := 0; i+1 < len(b); i += 2 {
			b[i], b[i+1] = b[i+1], b[i]
		}
	case 4:
		for i := 0; i+3 < len(b); i += 4 {
			b[i], b[i+1], b[i+2], b[i+3] = b[i+3], b[i+2], b[i+1], b[i]
		}
	}
}

// unpack decodes one compressed frame.
func unpack(f *file, packed, raw []byte) error {
	p := f.pixels
	switch f.syntax.codec {
	case codecRLE:
		return decodeRLE(packed, raw, p.allocated/8)
	case codecJPEGLossless:
		return decodeJPEGLossless(packed, raw, p.cols, p.rows, p.allocated/8)
	case codecJPEG2000:
		return decodeJPEG2000(packed, raw, p)
	}
	return fmt.Errorf("no decoder for %s", f.syntax.name)
}

// fragment is one item of encapsulated pixel data.
type fragment struct{ off, length int64 }

// fragments lists the items of encapsulated pixel data that starts at off: the
// basic offset table and the pieces of the frames (PS3.5 section A.4).
func (s *source) fragments(off int64) (table []uint32, list []fragment, err error) {
	for first := true; off <= s.size-8; first = false {
		item, err := s.header(off, s.size, encoding{})
		if err != nil {
			return nil, nil, err
		}
		if item.tag == tagSequenceEnd {
			break
		}
		if item.tag != tagItem || item.undefined {
			return nil, nil, fmt.Errorf("%v where a fragment should be", item.tag)
		}
		n := item.end - item.off
		if item.end > s.size {
			return nil, nil, errTruncated
		}
		if first {
			if n <= maxValueBytes { // longer than any table: ignored, it is only a help
				b, err := s.at(item.off, int(n))
				if err != nil {
					return nil, nil, err
				}
				for ; len(b) >= 4; b = b[4:] {
					table = append(table, binary.LittleEndian.Uint32(b))
				}
			}
		} else {
			list = append(list, fragment{item.off, n})
		}
		off = item.end
	}
	if len(list) == 0 {
		return nil, nil, errTruncated
	}
	return table, list, nil
}

// frame reads the compressed bytes of one frame.
func (s *source) frame(sl slice) ([]byte, error) {
	p := sl.file.pixels
	table, list, err := s.fragments(p.offset)
	if err != nil {
		return nil, err
	}
	if list, err = s.ofFrame(table, list, sl.frame, p.frames); err != nil {
		return nil, err
	}
	total := int64(0)
	for _, f := range list {
		total += f.length
	}
	b := make([]byte, 0, total) // no more than the file has
	for _, f := range list {
		b = b[:len(b)+int(f.length)]
		if _, err := s.r.ReadAt(b[len(b)-int(f.length):], f.off); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// ofFrame picks the fragments of one frame. Where each frame has one fragment
// that is plain; else the offset table tells, and where that is missing or
// wrong, the start codes of JPEG streams.
func (s *source) ofFrame(table []uint32, list []fragment, n, frames int) ([]fragment, error) {
	switch {
	case frames == 1:
		return list, nil
	case len(list) == frames:
		return list[n : n+1], nil
	case len(list) < frames:
		return nil, errTruncated
	}
	starts := byTable(table, list, frames)
	if starts == nil {
		for i, f := range list {
			b, err := s.at(f.off, int(min(f.length, 4)))
			if err != nil {
				return nil, err
			}
			if bytes.HasPrefix(b, []byte{0xFF, 0xD8, 0xFF}) || bytes.HasPrefix(b, []byte{0xFF, 0x4F, 0xFF, 0x51}) {
				starts = append(starts, i)
			}
		}
	}
	if len(starts) != frames {
		return nil, fmt.Errorf("%d fragments and no telling which belong to which of %d frames", len(list), frames)
	}
	starts = append(starts, len(list))
	return list[starts[n]:starts[n+1]], nil
}

// byTable returns the index of each frame's first fragment, or nil where the
// offset table does not fit the fragments.
func byTable(table []uint32, list []fragment, frames int) []int {
	if len(table) != frames {
		return nil
	}
	var starts []int
	for i, f := range list { // offsets count from the first fragment's item tag
		if len(starts) < frames && f.off-list[0].off == int64(table[len(starts)]) {
			starts = append(starts, i)
		}
	}
	if len(starts) != frames || starts[0] != 0 {
		return nil
	}
	return starts
}
