package study

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"sync"
	"time"

	"opacity/app"
	"opacity/app/safefile"
	"opacity/app/text"
)

// Owner is who has a study open for editing.
type Owner struct {
	User  string    `json:"user"`
	Host  string    `json:"host"`
	PID   int       `json:"pid"`
	Since time.Time `json:"since"`
	// Reader is who reads there, as SignIn has it; "" in what an older version wrote.
	Reader string `json:"reader,omitempty"`
}

// Who says who it is: the reader, with the login and the computer.
func (o Owner) Who() text.Message {
	login := text.M("study.login", o.User, o.Host)
	if o.Reader == "" || o.Reader == o.User {
		return login
	}
	return text.M("study.reader", o.Reader, login)
}

// SystemUser is the name that the one at the keyboard logged in with: who edits,
// until another name is set.
func SystemUser() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return ""
}

func thisProcess() Owner {
	host, _ := os.Hostname() // without a name no lock is ever found stale
	return Owner{User: SystemUser(), Host: host, PID: os.Getpid(), Since: time.Now()}
}

// lock is the lock file of a study that is open for editing. The system holds it
// for as long as the process lives, so that one left behind is told from one in
// use whatever its number says; where the system cannot, the process is looked
// for by its number.
type lock struct {
	f     *os.File
	mu    sync.Mutex // held while it is written
	owner Owner
	size  int // bytes written
}

// errHeld says that somebody else has the lock.
var errHeld = errors.New("study: held by another process")

// A lock that is held is asked for again before that is believed: who only looks
// whether somebody has it (see LeftOpen) holds it for that moment, as does a program
// that was just started from here.
const (
	lockTries = 10
	lockPause = 10 * time.Millisecond
)

// takeLock makes this process the one that may write. errHeld comes with who has
// it, as far as that can be read; other errors are the disk's.
func takeLock(path string) (*lock, Owner, error) {
	for range lockTries { // each time somebody else let go between two steps of ours
		f, sure, err := openLock(path, true)
		if errors.Is(err, errHeld) {
			time.Sleep(lockPause)
			continue
		}
		if err != nil {
			return nil, Owner{}, err
		}
		if here, there := statBoth(f, path); !os.SameFile(here, there) {
			_ = f.Close() // nothing was written
			continue
		}
		if other := readOwner(path); !stale(other, sure) {
			_ = f.Close() // nothing was written
			return nil, other, errHeld
		}
		l := &lock{f: f}
		// A full disk takes no name; where the system itself holds the lock that is no
		// reason to turn a reader away.
		if err := l.write(thisProcess()); err != nil && !(sure && safefile.Full(err)) {
			l.release(path)
			return nil, Owner{}, err
		}
		return l, Owner{}, nil
	}
	return nil, readOwner(path), errHeld
}

// Away reports whether an owner is on another computer, so that nothing can be
// known here of whether it still runs.
func (o Owner) Away() bool { return o != Owner{} && o.Host != thisProcess().Host }

// BreakLock takes a study's lock from an owner on another computer, which must be
// known not to work on it any more: what two write at once is damaged. Errors:
// somebody else has it by now; those of the disk.
func BreakLock(folder string, o Owner) error {
	path := filepath.Join(folder, lockName)
	f, _, err := openLock(path, false)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil // its owner has let go
	case errors.Is(err, errHeld):
		return app.Fail(err, "study.lock_held", folder)
	case err != nil:
		return app.Fail(err, "study.no_lock", folder, safefile.Reason(err))
	}
	defer f.Close() // nothing was written
	now := readOwner(path)
	if !now.Away() || now.Host != o.Host || now.PID != o.PID || !now.Since.Equal(o.Since) {
		return app.Fail(errHeld, "study.lock_held", folder)
	}
	(&lock{f: f}).release(path)
	return nil
}

// stale reports whether nobody has the lock any more. sure says that the system
// found it free on this computer; of another computer nothing can be known.
func stale(o Owner, sure bool) bool {
	me := thisProcess()
	switch {
	case o == Owner{}:
		return true
	case me.Host == "" || o.Host != me.Host:
		return false
	}
	return sure || !alive(o.PID)
}

func statBoth(f *os.File, path string) (here, there fs.FileInfo) {
	here, err := f.Stat()
	if err != nil {
		return nil, nil
	}
	there, err = os.Stat(path)
	if err != nil {
		return nil, nil
	}
	return here, there
}

// write writes over what an owner before left, which stays where the disk is full.
func (l *lock) write(o Owner) error {
	info, err := l.f.Stat()
	if err != nil {
		return err
	}
	l.size = int(info.Size())
	return l.put(o)
}

// put writes over what is there: never is there a moment without an owner.
func (l *lock) put(o Owner) error {
	b, err := json.Marshal(o)
	if err != nil {
		return err
	}
	b = append(b, bytes.Repeat([]byte(" "), max(0, l.size-len(b)-1))...)
	if _, err := l.f.WriteAt(append(b, '\n'), 0); err != nil {
		return err
	}
	l.owner, l.size = o, len(b)+1
	return l.f.Sync()
}

// sign writes who reads; what cannot be written leaves the login alone there.
func (l *lock) sign(reader func() string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	o := l.owner
	if o.Reader = reader(); o != l.owner {
		_ = l.put(o)
	}
}

// readOwner reads who has a lock; nothing where that cannot be read.
func readOwner(path string) Owner {
	f, _, err := safefile.Open(path)
	if err != nil {
		return Owner{}
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 1<<16))
	var o Owner
	if err != nil || json.Unmarshal(b, &o) != nil {
		return Owner{}
	}
	return o
}
