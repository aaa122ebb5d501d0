package pipeline

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"opacity/app"
	"opacity/app/safefile"
)

// reservedName is the file in a case's folder by which a run holds it.
const reservedName = ".opacity-running"

// reservation is a case's folder held for one run. It rests on a lock of the
// system's on a file in the folder, which ends with the program: what a run that
// crashed leaves behind keeps nobody out.
type reservation struct {
	folder string
	made   []string // folders that were not there, innermost first
	lock   *os.File
}

// reserve makes the folder where it is missing, finds out that it can be written
// into, and holds it. A folder that another run holds is refused at once.
func reserve(folder string) (*reservation, error) {
	r := &reservation{folder: folder}
	for dir := folder; ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) || dir == filepath.Dir(dir) {
			break
		}
		r.made = append(r.made, dir)
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		r.unmake()
		return nil, app.Fail(err, "app.folder_not_writable", folder, safefile.Reason(err))
	}
	path := filepath.Join(folder, reservedName)
	f, err := safefile.Lock(path)
	switch {
	case errors.Is(err, safefile.ErrHeld):
		return nil, app.Fail(err, "app.folder_reserved", folder, holder(path))
	case err != nil:
		r.unmake()
		return nil, app.Fail(err, "app.folder_not_writable", folder, safefile.Reason(err))
	}
	r.lock = f
	if err := f.Truncate(0); err == nil { // of a run that crashed
		_, _ = fmt.Fprint(f, os.Getpid()) // for the sentence alone; the lock is what counts
	}
	return r, nil
}

// release gives the folder up; with undo, folders that were made for it go again.
func (r *reservation) release(undo bool) {
	safefile.Unlock(r.lock)
	if undo {
		r.unmake()
	}
}

func (r *reservation) unmake() {
	for _, dir := range r.made {
		_ = os.Remove(dir) // stays where somebody else put something in
	}
}

// holder is the number of the process that holds a reservation, as it says.
func holder(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return "?"
	}
	defer f.Close()
	b, _ := io.ReadAll(io.LimitReader(f, 20)) // what cannot be read is not told
	if s := strings.TrimSpace(string(b)); s != "" {
		return s
	}
	return "?"
}
