package journal

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
)

// Lost is a file system in which a journal that is gone reads as one without a
// record. It is for reading only.
type Lost struct{ FS }

// OpenRead opens a file for reading, or in place of one that is not there an empty
// journal.
func (l Lost) OpenRead(path string) (File, error) {
	f, err := l.FS.OpenRead(path)
	if errors.Is(err, fs.ErrNotExist) {
		b := header(version)
		return emptyFile{bytes.NewReader(b), int64(len(b))}, nil
	}
	return f, err
}

// emptyFile is a journal without a record, in memory.
type emptyFile struct {
	io.ReaderAt
	size int64
}

func (f emptyFile) Size() (int64, error)             { return f.size, nil }
func (emptyFile) WriteAt([]byte, int64) (int, error) { return 0, fs.ErrPermission }
func (emptyFile) Truncate(int64) error               { return fs.ErrPermission }
func (emptyFile) Sync() error                        { return nil }
func (emptyFile) Close() error                       { return nil }
func (emptyFile) Gone() bool                         { return false }
