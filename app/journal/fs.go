package journal

import (
	"io"
	"os"

	"opacity/app/safefile"
)

// FS is what a journal needs of a file system. Errors wrap those of io/fs.
type FS interface {
	Open(path string) (File, error)     // for reading and writing; must be there
	OpenRead(path string) (File, error) // for reading; must be there
	Create(path string) (File, error)   // for reading and writing; empty, whatever was there
	Rename(from, to string) error       // in one folder; takes the place of a file there
	Remove(path string) error
	SyncDir(folder string) error // the names in a folder, onto disk
}

// File is an open file.
type File interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Size() (int64, error)
	Truncate(size int64) error
	Sync() error // content and size, onto disk
	// Gone reports that the path it was opened by leads to another file now, or
	// to none.
	Gone() bool
}

// Disk is the file system of the computer.
type Disk struct{}

// Open opens a file for reading and writing.
func (Disk) Open(path string) (File, error) { return openFile(path, os.O_RDWR) }

// OpenRead opens a file for reading.
func (Disk) OpenRead(path string) (File, error) { return openFile(path, os.O_RDONLY) }

// Create makes an empty file.
func (Disk) Create(path string) (File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return nil, err
	}
	return diskFile{f}, nil
}

// Rename gives a file another name.
func (Disk) Rename(from, to string) error { return os.Rename(from, to) }

// Remove removes a file.
func (Disk) Remove(path string) error { return os.Remove(path) }

// SyncDir flushes the names in a folder to disk, where the system can.
func (Disk) SyncDir(folder string) error { return syncDir(folder) }

func openFile(path string, flag int) (File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // opening a pipe may wait forever
		return nil, &os.PathError{Op: "open", Path: path, Err: safefile.ErrNotRegular}
	}
	f, err := os.OpenFile(path, flag, 0)
	if err != nil {
		return nil, err
	}
	return diskFile{f}, nil
}

type diskFile struct{ *os.File }

func (f diskFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (f diskFile) Gone() bool {
	here, err := f.Stat()
	if err != nil {
		return false // the disk's own error will tell
	}
	there, err := os.Stat(f.Name())
	return err != nil || !os.SameFile(here, there)
}
