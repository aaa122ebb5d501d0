package safefile

import (
	"errors"
	"io/fs"
	"os"

	"opacity/app"
)

// Vacant refuses, before any work is done, the first path at which something is:
// a Usage error that names it. Where it cannot be seen whether something is
// there, as without permission, the error is a Failed one that says why.
func Vacant(paths ...string) error {
	for _, p := range paths {
		switch _, err := os.Lstat(p); {
		case err == nil:
			return app.Misuse("safefile.exists", p)
		case !errors.Is(err, fs.ErrNotExist):
			return explain(p, err)
		}
	}
	return nil
}

// Names lists what is in a folder, by name; nothing where there is none. Where
// that cannot be seen the error is a Failed one that says why.
func Names(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, explain(folder, err)
	}
	names := make([]string, len(entries))
	for n, e := range entries {
		names[n] = e.Name()
	}
	return names, nil
}
