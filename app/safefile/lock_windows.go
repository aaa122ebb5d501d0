package safefile

import (
	"errors"
	"os"
	"syscall"
)

// sharingViolation is ERROR_SHARING_VIOLATION of winerror.h.
const sharingViolation = syscall.Errno(32)

// Lock opens the file, which it makes where it is missing, so that others may read
// it and not write. It never waits: ErrHeld says that somebody has it. The system
// gives it free when the program ends, in whatever way.
func Lock(path string) (*os.File, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	h, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, syscall.FILE_SHARE_READ, nil,
		syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	switch {
	case errors.Is(err, sharingViolation):
		return nil, ErrHeld
	case err != nil:
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return os.NewFile(uintptr(h), path), nil
}

// Unlock closes the file and removes it; somebody who took it in between
// keeps it.
func Unlock(f *os.File) {
	_ = f.Close()           // nothing in it is of use
	_ = os.Remove(f.Name()) // one that stays keeps nobody out
}
