package safefile

import (
	"errors"
	"syscall"
)

// Windows error codes, from winerror.h.
const (
	errorWriteProtect   = syscall.Errno(19)
	errorHandleDiskFull = syscall.Errno(39)
	errorDiskFull       = syscall.Errno(112)
)

func diskFull(err error) bool {
	return errors.Is(err, errorDiskFull) || errors.Is(err, errorHandleDiskFull)
}

func readOnly(err error) bool { return errors.Is(err, errorWriteProtect) }

// syncFolder does nothing: a folder cannot be flushed, and NTFS journals names.
func syncFolder(string) {}
