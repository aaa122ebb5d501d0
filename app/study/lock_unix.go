//go:build !windows

package study

import (
	"errors"
	"os"
	"syscall"
)

// openLock opens the lock file, with create made where it is missing, and has the
// system hold it for this process. sure is false where the file system knows no locks.
func openLock(path string, create bool) (f *os.File, sure bool, err error) {
	flags := os.O_RDWR | syscall.O_NONBLOCK
	if create {
		flags |= os.O_CREATE
	}
	f, err = os.OpenFile(path, flags, 0o666)
	if err != nil {
		return nil, false, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	switch {
	case err == nil:
		return f, true, nil
	case errors.Is(err, syscall.EWOULDBLOCK):
		_ = f.Close() // nothing was written
		return nil, false, errHeld
	}
	return f, false, nil
}

// release gives the lock up. The file goes while it is still held, so that
// nobody else's is ever removed.
func (l *lock) release(path string) {
	_ = os.Remove(path) // one that stays is found to be stale
	_ = l.f.Close()
}

// alive reports whether a process of this computer runs, for all that can be known.
func alive(pid int) bool {
	if pid <= 0 {
		return false
	}
	err := syscall.Kill(pid, 0)
	return err == nil || !errors.Is(err, syscall.ESRCH)
}
