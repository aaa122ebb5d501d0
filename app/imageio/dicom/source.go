package dicom

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/flate"
)

// errTruncated says that a file ends before something it promises.
var errTruncated = errors.New("the file ends too early")

// source reads a data set at random offsets through one window, so that a
// header costs one or two reads and pixel data none.
type source struct {
	r    io.ReaderAt
	size int64
	win  []byte
	off  int64 // of win in the file
}

// windowBytes is read at a time: CT headers are mostly shorter.
const windowBytes = 16 << 10

// maxValueBytes is the longest value read from a header; what is longer is
// pixel data or nothing this package asks for.
const maxValueBytes = 1 << 20

// at returns n bytes at off. They are valid until the next call.
func (s *source) at(off int64, n int) ([]byte, error) {
	if off < 0 || n < 0 || n > maxValueBytes || off > s.size-int64(n) {
		return nil, errTruncated
	}
	if i := off - s.off; i >= 0 && i+int64(n) <= int64(len(s.win)) {
		return s.win[i : i+int64(n)], nil
	}
	want := int(min(max(int64(n), windowBytes), s.size-off))
	if cap(s.win) < want {
		s.win = make([]byte, want)
	}
	s.win, s.off = s.win[:want], off
	if m, err := s.r.ReadAt(s.win, off); m < want {
		s.win = nil
		if err == io.EOF {
			err = errTruncated // it became shorter while it was read
		}
		return nil, err
	}
	return s.win[:n], nil
}

// maxInflated bounds the memory that a deflated file may ask for.
const maxInflated = 1 << 30

// inflate unpacks the deflated data set that starts at off of f.
func inflate(f io.ReaderAt, off, size int64) (*bytes.Reader, error) {
	z := flate.NewReader(io.NewSectionReader(f, off, size-off))
	defer z.Close()
	b, err := io.ReadAll(io.LimitReader(z, maxInflated+1))
	if err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = errTruncated
		}
		return nil, fmt.Errorf("deflated data set: %w", err)
	}
	if len(b) > maxInflated {
		return nil, fmt.Errorf("deflated data set unpacks to more than %d bytes", maxInflated)
	}
	return bytes.NewReader(b), nil
}
