//go:build !windows

package safefile

import (
	"errors"
	"os"
	"syscall"
)

// Lock opens the file, which it makes where it is missing, and locks it against
// everybody else who locks. It never waits: ErrHeld says that somebody has it. The
// system gives it free when the program ends, in whatever way.
func Lock(path string) (*os.File, error) {
	for {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
		if err != nil {
			return nil, err
		}
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if errors.Is(err, syscall.EWOULDBLOCK) {
			f.Close()
			return nil, ErrHeld
		}
		// A file system without locks cannot tell of others: the work goes on.
		ours, err := f.Stat()
		if err != nil {
			f.Close()
			return nil, err
		}
		if there, err := os.Lstat(path); err == nil && os.SameFile(ours, there) {
			return f, nil
		}
		f.Close() // its holder removed it meanwhile: it holds nothing any more
	}
}

// Unlock removes the file while it is still locked, so that nobody locks what
// is about to go.
func Unlock(f *os.File) {
	_ = os.Remove(f.Name()) // one that stays keeps nobody out
	_ = f.Close()           // nothing in it is of use
}
