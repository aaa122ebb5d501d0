package journal

import (
	"bufio"
	"errors"
	"io"

	"opacity/app"
	"opacity/app/text"
)

const readBytes = 256 << 10

// scan walks the records of a file.
type scan struct {
	r      *bufio.Reader
	offset int64 // where the next record begins
	size   int64
	record Record
	why    text.Message // why there is no record at offset; zero at the end
	err    error        // the file could not be read
	mended []Record     // one byte of these was wrong
	frame  [frameBytes]byte
}

func newScan(f io.ReaderAt, size int64) *scan {
	s := &scan{offset: headerBytes, size: size}
	s.r = bufio.NewReaderSize(io.NewSectionReader(f, headerBytes, size-headerBytes), readBytes)
	return s
}

// next goes to the next record. It reports false at the end, and where there is
// no whole record.
func (s *scan) next() bool {
	if s.offset == s.size {
		return false
	}
	if !s.fill(s.frame[:]) {
		return false
	}
	f, mended, ok := frameOf(s.frame[:], s.offset)
	if !ok {
		s.why = text.M("journal.record_damaged", s.offset)
		return false
	}
	if s.size-s.offset < f.size() {
		s.why = text.M("journal.record_cut", s.offset)
		return false
	}
	payload := make([]byte, f.length)
	if !s.fill(payload) {
		return false
	}
	if mended, ok = f.holds(payload, mended); !ok {
		s.why = text.M("journal.record_damaged", s.offset)
		return false
	}
	s.record = Record{Offset: s.offset, Kind: f.kind, Payload: payload}
	if mended {
		s.mended = append(s.mended, s.record)
	}
	s.offset += f.size()
	return true
}

// fill reads all of b.
func (s *scan) fill(b []byte) bool {
	switch _, err := io.ReadFull(s.r, b); {
	case err == nil:
		return true
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		s.why = text.M("journal.record_cut", s.offset)
	default:
		s.err = err
	}
	return false
}

// beyond visits the whole records that begin at an offset or after it, whatever
// lies between.
func beyond(f io.ReaderAt, offset, size int64, visit func(Record)) error {
	b := make([]byte, readBytes)
	for offset+frameBytes <= size {
		m, err := f.ReadAt(b[:min(readBytes, size-offset)], offset)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if m < frameBytes {
			return nil
		}
		at := 0
		for at+frameBytes <= m {
			found, ok := parseFrame(b[at:m], offset+int64(at))
			if ok {
				r, err := readRecord(f, offset+int64(at), size)
				if err == nil {
					visit(r)
					offset += int64(at) + found.size()
					at = -1
					break
				}
				if err != ErrNoRecord {
					return err
				}
			}
			at++
		}
		if at >= 0 {
			offset += int64(at)
		}
	}
	return nil
}

// readRecord reads the record at an offset of a file, of which the first end
// bytes count. ErrNoRecord, as it is, where there is none.
func readRecord(f io.ReaderAt, offset, end int64) (Record, error) {
	if offset < headerBytes || offset > end-frameBytes {
		return Record{}, ErrNoRecord
	}
	var head [frameBytes]byte
	if err := readFull(f, head[:], offset); err != nil {
		return Record{}, err
	}
	found, mended, ok := frameOf(head[:], offset)
	if !ok || found.size() > end-offset {
		return Record{}, ErrNoRecord
	}
	payload := make([]byte, found.length)
	if err := readFull(f, payload, offset+frameBytes); err != nil {
		return Record{}, err
	}
	if _, ok := found.holds(payload, mended); !ok {
		return Record{}, ErrNoRecord
	}
	return Record{Offset: offset, Kind: found.kind, Payload: payload}, nil
}

func readFull(f io.ReaderAt, b []byte, offset int64) error {
	n, err := f.ReadAt(b, offset)
	switch {
	case n == len(b):
		return nil
	case errors.Is(err, io.EOF):
		return ErrNoRecord
	}
	return err
}

// ReadAt reads the record at an offset that Append returned or a Record had,
// whether or not it is on disk yet. ErrNoRecord where no record begins.
func (j *Journal) ReadAt(offset int64) (Record, error) {
	r, err := j.readAt(offset)
	switch {
	case err == nil:
		return r, nil
	case err == ErrNoRecord:
		return Record{}, app.Fail(ErrNoRecord, "journal.no_record", j.path, offset)
	case err == ErrClosed:
		return Record{}, j.closedError()
	}
	return Record{}, unread(j.path, err)
}

func (j *Journal) readAt(offset int64) (Record, error) {
	j.mu.Lock()
	acked, tail := j.acked, j.tail
	j.mu.Unlock()
	if offset >= acked {
		return readRecord(tailReader{tail, acked}, offset, acked+int64(len(tail)))
	}
	j.fileMu.RLock()
	defer j.fileMu.RUnlock()
	if j.file == nil {
		return Record{}, ErrClosed
	}
	return readRecord(j.file, offset, acked)
}

// tailReader reads records in memory as if they were in the file already.
type tailReader struct {
	tail   []byte
	offset int64
}

func (t tailReader) ReadAt(b []byte, offset int64) (int, error) {
	n := copy(b, t.tail[offset-t.offset:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}
