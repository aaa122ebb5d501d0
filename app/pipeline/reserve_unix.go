//go:build !windows

package pipeline

import (
	"errors"
	"os"
	"syscall"
)

// errHeld says that another run holds a reservation.
var errHeld = errors.New("held by another run")

// lockFile opens the file and locks it. It never waits.
func lockFile(path string) (*os.File, error) {
	for {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
		if err != nil {
			return nil, err
		}
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if errors.Is(err, syscall.EWOULDBLOCK) {
			f.Close()
			return nil, errHeld
		}
		// A file system without locks cannot tell of others: the run goes on, and
		// what is there already is still never replaced.
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

// unlockFile removes the file while it is still locked, so that nobody locks what
// is about to go.
func unlockFile(f *os.File) {
	_ = os.Remove(f.Name()) // one that stays keeps nobody out
	_ = f.Close()           // nothing in it is of use
}
