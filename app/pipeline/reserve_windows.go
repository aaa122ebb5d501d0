package pipeline

import (
	"errors"
	"os"
	"syscall"
)

// errHeld says that another run holds a reservation.
var errHeld = errors.New("held by another run")

// sharingViolation is ERROR_SHARING_VIOLATION of winerror.h.
const sharingViolation = syscall.Errno(32)

// lockFile opens the file so that others may read it and not write. The system
// gives it free when the program ends.
func lockFile(path string) (*os.File, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	h, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, syscall.FILE_SHARE_READ, nil,
		syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	switch {
	case errors.Is(err, sharingViolation):
		return nil, errHeld
	case err != nil:
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return os.NewFile(uintptr(h), path), nil
}

// unlockFile closes the file and removes it; somebody who took it in between
// keeps it.
func unlockFile(f *os.File) {
	_ = f.Close()           // nothing in it is of use
	_ = os.Remove(f.Name()) // one that stays keeps nobody out
}
