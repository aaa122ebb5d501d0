package study

import (
	"errors"
	"os"
	"syscall"
)

// errorSharingViolation is ERROR_SHARING_VIOLATION of winerror.h.
const errorSharingViolation = syscall.Errno(32)

// openLock opens the lock file, with create made where it is missing, so that others
// may read it and nobody else may write it or take it away while this process lives.
func openLock(path string, create bool) (f *os.File, sure bool, err error) {
	how := uint32(syscall.OPEN_EXISTING)
	if create {
		how = syscall.OPEN_ALWAYS
	}
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, false, &os.PathError{Op: "open", Path: path, Err: err}
	}
	h, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, syscall.FILE_SHARE_READ, nil,
		how, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	switch {
	case errors.Is(err, errorSharingViolation):
		return nil, false, errHeld
	case err != nil:
		return nil, false, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return os.NewFile(uintptr(h), path), true, nil
}

// release gives the lock up. Between closing and removing another may take it;
// then the system keeps it from being removed.
func (l *lock) release(path string) {
	_ = l.f.Close()
	_ = os.Remove(path) // one that stays is found to be stale
}

// alive is not asked: the system always tells.
func alive(int) bool { return true }
