package journal

import (
	"errors"
	"io"
	"io/fs"
	"path/filepath"

	"opacity/app/safefile"
)

// Beyond visits the whole records of a damaged journal that begin after an
// offset, whatever lies between. Nothing is written.
func Beyond(fsys FS, path string, offset int64, visit func(Record)) error {
	f, err := fsys.OpenRead(path)
	if err != nil {
		return unread(path, err)
	}
	defer f.Close()
	size, err := f.Size()
	if err == nil {
		err = beyond(f, offset+1, size, visit)
	}
	if err != nil {
		return unread(path, err)
	}
	return nil
}

// Rewrite puts in the place of a damaged journal, which nobody has open, one with
// its first end bytes, which are whole records, and records after them; their
// offsets are filled in anew. The old file stays beside it under the name that is
// returned. At any instant one or the other is there, whole.
func Rewrite(fsys FS, path string, end int64, records []Record) (kept string, err error) {
	f, err := fsys.OpenRead(path)
	if err != nil {
		return "", unread(path, err)
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil {
		return "", unread(path, err)
	}
	if kept, err = keep(fsys, f, path, 0, size); err != nil {
		return "", err
	}
	temp := path + ".new"
	g, err := fsys.Create(temp)
	if err != nil {
		return kept, safefile.Explain(path, err)
	}
	err = writeAnew(g, f, end, records)
	if e := g.Close(); err == nil {
		err = e
	}
	_ = f.Close() // or some systems do not let another take its place
	if err == nil {
		err = fsys.Rename(temp, path)
	}
	if err == nil {
		err = fsys.SyncDir(filepath.Dir(path))
	}
	if err != nil {
		if e := fsys.Remove(temp); e != nil && !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
		return kept, safefile.Explain(path, err)
	}
	return kept, nil
}

// writeAnew writes a journal with the first end bytes of another, and records.
func writeAnew(g, f File, end int64, records []Record) error {
	if _, err := g.WriteAt(header(version), 0); err != nil {
		return err
	}
	if _, err := io.Copy(io.NewOffsetWriter(g, headerBytes), io.NewSectionReader(f, headerBytes, end-headerBytes)); err != nil {
		return err
	}
	for _, r := range records {
		b := appendRecord(nil, end, r.Kind, r.Payload)
		if _, err := g.WriteAt(b, end); err != nil {
			return err
		}
		end += int64(len(b))
	}
	return g.Sync()
}

// Length is how long records are in a journal, in bytes.
func Length(records []Record) (n int64) {
	for _, r := range records {
		n += frameBytes + int64(len(r.Payload))
	}
	return n
}
