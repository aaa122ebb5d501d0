package safefile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

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
			return Explain(p, err)
		}
	}
	return nil
}

// Glob lists the paths of what in a folder has a name that matches a pattern of
// filepath.Match, sorted; none where the folder cannot be read. Other than
// filepath.Glob it takes the folder's own name as it is, brackets and all.
func Glob(folder, pattern string) []string {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil
	}
	var found []string
	for _, e := range entries {
		if ok, err := filepath.Match(pattern, e.Name()); ok && err == nil {
			found = append(found, filepath.Join(folder, e.Name()))
		}
	}
	return found
}

// Names lists what is in a folder, by name; nothing where there is none. Where
// that cannot be seen the error is a Failed one that says why.
func Names(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, Explain(folder, err)
	}
	names := make([]string, len(entries))
	for n, e := range entries {
		names[n] = e.Name()
	}
	return names, nil
}

// Ready refuses a path that Write would refuse, and one in a folder that cannot
// be written to, before any work is done. Nothing is left behind.
func Ready(path string, overwrite bool) error {
	target, _, err := check(path, overwrite)
	if err != nil {
		return err
	}
	return probe(path, filepath.Dir(target))
}

// ReadyFolder refuses a folder that cannot be written to; it must be there.
func ReadyFolder(folder string) error { return probe(folder, folder) }

// probe makes a file in a folder and removes it; path is what is told of.
func probe(path, folder string) error {
	f, err := os.CreateTemp(folder, ".opacity-*.tmp")
	if err != nil {
		return Explain(path, err)
	}
	if err := f.Close(); err != nil {
		_ = os.Remove(f.Name()) // the first error is told
		return Explain(path, err)
	}
	if err := os.Remove(f.Name()); err != nil {
		return Explain(path, err)
	}
	return nil
}
