package safefile

import (
	"errors"
	"os"
)

// ErrNotRegular says that something is no file to read from beginning to end: a
// pipe, a device, a socket or a folder.
var ErrNotRegular = errors.New("not a regular file")

// Open opens a regular file, links followed, and tells its size. Anything else
// is ErrNotRegular in an *os.PathError: opening a pipe alone may wait forever.
func Open(path string) (*os.File, int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, 0, err
	}
	if !info.Mode().IsRegular() {
		return nil, 0, &os.PathError{Op: "open", Path: path, Err: ErrNotRegular}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	return f, info.Size(), nil
}
