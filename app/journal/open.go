package journal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"opacity/app"
	"opacity/app/safefile"
	"opacity/app/text"
)

// Recovery is what Open found.
type Recovery struct {
	Records  int   // whole records, all of them visited
	CutBytes int64 // bytes after them, which were cut off
	// Why says what is wrong with the first of these bytes; zero where all is
	// well. It is set with no byte cut where only the header was damaged.
	Why text.Message
	// Mended counts records of which one byte was wrong and was put right: they are
	// among those that were visited.
	Mended int
	// Beyond counts whole records among the bytes cut: they came after a damaged
	// one, so the file was not merely cut short. Kept is the file they were put
	// into, "" where there are none.
	Beyond int
	Kept   string
}

// OpenSure is Open where a part of the journal of some bytes was on disk for sure:
// damage there is no torn end. It is an ErrDamaged, and nothing is changed: see
// Beyond and Rewrite.
func OpenSure(fsys FS, path string, sure int64, visit func(Record) error) (*Journal, Recovery, error) {
	return openSure(fsys, path, sure, visit)
}

// Open opens the journal at path, or makes an empty one, and visits all records
// in order. What comes after the last whole record is cut off. All that was
// visited is on disk, or there is an error; an error of visit ends it, comes back
// as it is, and nothing is changed. Errors: ErrForeign, ErrNewer, and those of
// the disk.
func Open(fsys FS, path string, visit func(Record) error) (*Journal, Recovery, error) {
	return openSure(fsys, path, 0, visit)
}

func openSure(fsys FS, path string, sure int64, visit func(Record) error) (*Journal, Recovery, error) {
	f, err := fsys.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = create(fsys, path); err == nil {
			f, err = fsys.Open(path)
		}
	}
	if err != nil {
		return nil, Recovery{}, safefile.Explain(path, err)
	}
	found, recovery, err := read(f, path, visit)
	if err == nil && recovery.CutBytes > 0 && found.end < sure {
		err = app.Refuse(ErrDamaged, "journal.damaged", path, recovery.Why)
	}
	if err == nil {
		err = repair(fsys, f, path, found, &recovery)
	}
	if err != nil {
		_ = f.Close() // the first error is told
		return nil, recovery, err
	}
	j := newJournal(fsys, path, f, found)
	go j.run()
	return j, recovery, nil
}

// OpenReadOnly opens the journal at path for reading, also while another program
// writes to it, and visits all whole records in order. Nothing is written: what
// Recovery calls cut is only passed over, and nothing is kept elsewhere. A file
// that is not there is an fs.ErrNotExist.
func OpenReadOnly(fsys FS, path string, visit func(Record) error) (*Journal, Recovery, error) {
	f, err := fsys.OpenRead(path)
	if err != nil {
		return nil, Recovery{}, unread(path, err)
	}
	found, recovery, err := read(f, path, visit)
	if err != nil {
		_ = f.Close() // the first error is told
		return nil, recovery, err
	}
	j := newJournal(fsys, path, f, found)
	j.readOnly = true
	go j.run()
	return j, recovery, nil
}

func newJournal(fsys FS, path string, f File, found content) *Journal {
	return &Journal{
		fsys: fsys, path: path, file: f, acked: found.end, last: found.last,
		changed: make(chan struct{}),
		more:    make(chan struct{}, 1), kick: make(chan struct{}, 1),
		quit: make(chan struct{}), done: make(chan struct{}),
	}
}

// create makes a journal without a record. The file gets its name only when it
// is on disk, so that no journal is ever seen without its header.
func create(fsys FS, path string) (err error) {
	temp := path + ".new"
	f, err := fsys.Create(temp)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(header(version), 0)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = fsys.Rename(temp, path)
	}
	if err != nil {
		_ = fsys.Remove(temp) // the first error is told
		return err
	}
	return fsys.SyncDir(filepath.Dir(path))
}

// content is what read found in a file.
type content struct {
	headerBad bool
	mended    []Record
	end, last int64 // where the last whole record ends and begins; last is 0 without one
}

// read checks the header and visits the records.
func read(f File, path string, visit func(Record) error) (content, Recovery, error) {
	c := content{end: headerBytes}
	size, err := f.Size()
	if err != nil {
		return c, Recovery{}, unread(path, err)
	}
	if c.headerBad, err = checkHeader(f, path, size); err != nil {
		return c, Recovery{}, err
	}
	r := Recovery{}
	if c.headerBad {
		r.Why = text.M("journal.header_damaged")
	}
	s := newScan(f, size)
	for s.next() {
		if err := visit(s.record); err != nil {
			return c, r, err
		}
		r.Records++
		c.last, c.end = s.record.Offset, s.offset
	}
	if s.err != nil {
		return c, r, unread(path, s.err)
	}
	c.mended, r.Mended = s.mended, len(s.mended)
	if r.CutBytes = size - c.end; r.CutBytes > 0 {
		r.Why = s.why
		if err = beyond(f, c.end+1, size, func(Record) { r.Beyond++ }); err != nil {
			return c, r, unread(path, err)
		}
	}
	return c, r, nil
}

// checkHeader refuses what is no journal or a newer one. A damaged header is
// told but not refused where a record is found: the file is a journal then, and of
// the version that has such records.
func checkHeader(f File, path string, size int64) (damaged bool, err error) {
	foreign := app.Refuse(ErrForeign, "journal.foreign", path)
	if size < headerBytes {
		return false, foreign
	}
	b := make([]byte, headerBytes)
	if _, err := f.ReadAt(b, 0); err != nil && err != io.EOF {
		return false, unread(path, err)
	}
	v := binary.LittleEndian.Uint32(b[len(magic):])
	if bytes.Equal(b, header(v)) && v > 0 {
		if v > version {
			return false, app.Refuse(ErrNewer, "journal.newer", path)
		}
		return false, nil
	}
	switch _, err := readRecord(f, headerBytes, size); {
	case err == nil:
		return true, nil
	case err != ErrNoRecord:
		return false, unread(path, err)
	}
	found := false
	if err := beyond(f, headerBytes+1, size, func(Record) { found = true }); err != nil {
		return false, unread(path, err)
	}
	if !found {
		return false, foreign
	}
	return true, nil
}

// repair makes the file end with its last whole record, and flushes it.
func repair(fsys FS, f File, path string, c content, r *Recovery) error {
	if c.headerBad {
		if _, err := f.WriteAt(header(version), 0); err != nil {
			return safefile.Explain(path, err)
		}
	}
	for _, m := range c.mended {
		if _, err := f.WriteAt(appendRecord(nil, m.Offset, m.Kind, m.Payload), m.Offset); err != nil {
			return safefile.Explain(path, err)
		}
	}
	if r.Beyond > 0 {
		var err error
		if r.Kept, err = keep(fsys, f, path, c.end, r.CutBytes); err != nil {
			return err
		}
	}
	if r.CutBytes > 0 {
		if err := f.Truncate(c.end); err != nil {
			return safefile.Explain(path, err)
		}
	}
	if err := f.Sync(); err != nil {
		return safefile.Explain(path, err)
	}
	return nil
}

// keep copies n bytes from an offset of a damaged journal into a file beside it.
func keep(fsys FS, f File, path string, offset, n int64) (kept string, err error) {
	for i := 1; ; i++ {
		kept = fmt.Sprintf("%s.damaged-%d", path, i)
		old, err := fsys.OpenRead(kept)
		if errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err != nil {
			return "", safefile.Explain(kept, err)
		}
		_ = old.Close() // only looked for
	}
	g, err := fsys.Create(kept)
	if err != nil {
		return "", safefile.Explain(kept, err)
	}
	_, err = io.Copy(io.NewOffsetWriter(g, 0), io.NewSectionReader(f, offset, n))
	if err == nil {
		err = g.Sync()
	}
	if e := g.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = fsys.SyncDir(filepath.Dir(kept))
	}
	if err != nil {
		_ = fsys.Remove(kept) // the first error is told
		return "", safefile.Explain(kept, err)
	}
	return kept, nil
}

func unread(path string, err error) error {
	return app.Fail(err, "journal.unread", path, safefile.Reason(err))
}
