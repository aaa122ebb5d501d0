package safefile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"opacity/app"
)

// WriteFolder makes a folder hold the files that fill puts into it, all of them
// or none: they are written into a folder beside it, flushed to disk, which then
// takes its place. put may be called from several goroutines; its errors name
// the file where it was to be. Files in the folder now that are of the same set,
// as ours says by their names, go with overwrite, and are a Usage error without, as
// are those that fill puts anew; others stay.
func WriteFolder(dir string, overwrite bool, ours func(name string) bool, fill func(put func(name string, write func(io.Writer) error) error) error) error {
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	names, err := Names(dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		if ours(name) && !overwrite {
			return app.Misuse("safefile.exists", filepath.Join(dir, name))
		}
	}
	parent := filepath.Dir(filepath.Clean(dir))
	if err := os.MkdirAll(parent, 0o777); err != nil {
		return Explain(dir, err)
	}
	stage, err := sibling(parent)
	if err != nil {
		return Explain(dir, err)
	}
	defer os.RemoveAll(stage) // gone already where all went well
	err = fill(func(name string, write func(io.Writer) error) error {
		if slices.Contains(names, name) && !overwrite {
			return app.Misuse("safefile.exists", filepath.Join(dir, name))
		}
		f, err := os.OpenFile(filepath.Join(stage, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if err == nil {
			err = fillFile(f, 0, write)
		}
		if err != nil {
			return Explain(filepath.Join(dir, name), err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	syncFolder(stage)
	made, err := Names(stage)
	if err != nil {
		return err
	}
	goes := func(name string) bool { return ours(name) || slices.Contains(made, name) }
	if err := swap(stage, dir, names, goes); err != nil {
		return Explain(dir, err)
	}
	syncFolder(parent)
	return nil
}

// sibling makes a folder with a name of its own.
func sibling(parent string) (string, error) {
	path := tempIn(parent)
	return path, os.Mkdir(path, 0o777)
}

// swap puts stage in the place of dir, which holds names; those that do not go
// move over.
func swap(stage, dir string, names []string, goes func(string) bool) error {
	if len(names) == 0 {
		if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return os.Rename(stage, dir)
	}
	old, err := sibling(filepath.Dir(filepath.Clean(dir)))
	if err != nil {
		return err
	}
	aside := filepath.Join(old, "old")
	if err := os.Rename(dir, aside); err != nil {
		_ = os.Remove(old) // the first error is told
		return err
	}
	if err := os.Rename(stage, dir); err != nil {
		_ = os.Rename(aside, dir)
		_ = os.Remove(old) // stays where the folder could not be put back
		return err
	}
	for _, name := range names {
		if goes(name) {
			_ = os.RemoveAll(filepath.Join(aside, name)) // the new ones are whole whether or not this goes
		} else if err := os.Rename(filepath.Join(aside, name), filepath.Join(dir, name)); err != nil {
			return err // and it stays where it is
		}
	}
	_ = os.Remove(aside)
	_ = os.Remove(old)
	return nil
}
