// Package safefile puts files on disk whole or not at all.
package safefile

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"opacity/app"
)

const bufferBytes = 256 << 10

// Write makes the file at path hold what write writes. It is written beside its
// target, flushed to disk, and then renamed, so that a reader meets the old
// file or the new one and never a half; when anything fails nothing is left
// behind. A file that is already there is replaced only with overwrite, even if
// it appears while write is at work; otherwise the error is a Usage one that
// names it. Errors of write that are a context's or an *app.Error come back as
// they are.
func Write(path string, overwrite bool, write func(io.Writer) error) error {
	target, mode, err := check(path, overwrite)
	if err != nil {
		return err
	}
	temp := tempIn(filepath.Dir(target))
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return Explain(path, err)
	}
	defer os.Remove(temp) // gone already where all went well
	if err := fillFile(f, mode, write); err != nil {
		return Explain(path, err)
	}
	if err := place(temp, target, overwrite); err != nil {
		return Explain(path, err)
	}
	syncFolder(filepath.Dir(target))
	return nil
}

// tempIn is a name of its own in a folder, for what takes another's place later.
func tempIn(folder string) string {
	return filepath.Join(folder, ".opacity-"+rand.Text()[:16]+".tmp")
}

// check refuses what cannot be written and says which file a path stands for,
// links followed, and the permissions of one that will be replaced (0 for none).
func check(path string, overwrite bool) (target string, mode fs.FileMode, err error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if folder, err := os.Stat(filepath.Dir(path)); err != nil || !folder.IsDir() {
			return "", 0, app.Fail(err, "safefile.no_folder", path, filepath.Dir(path))
		}
		return path, 0, nil
	case err != nil:
		return "", 0, Explain(path, err)
	case info.IsDir():
		return "", 0, app.Misuse("safefile.is_folder", path)
	case !overwrite:
		return "", 0, app.Misuse("safefile.exists", path)
	}
	target, err = filepath.EvalSymlinks(path)
	if err != nil {
		return "", 0, Explain(path, err)
	}
	return target, info.Mode().Perm(), nil
}

// fillFile writes, flushes to disk and closes f.
func fillFile(f *os.File, mode fs.FileMode, write func(io.Writer) error) (err error) {
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	w := bufio.NewWriterSize(f, bufferBytes)
	if err := write(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if mode != 0 {
		if err := f.Chmod(mode); err != nil && !errors.Is(err, errors.ErrUnsupported) {
			return err
		}
	}
	return f.Sync()
}

// place gives a finished file its name.
func place(temp, target string, overwrite bool) error {
	if overwrite {
		return os.Rename(temp, target)
	}
	// A hard link never replaces; renaming would.
	err := os.Link(temp, target)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	// No links on this file system: claim the name with an empty file, then
	// replace that one.
	claim, err := os.OpenFile(target, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	if err := claim.Close(); err != nil {
		return err
	}
	if err := os.Rename(temp, target); err != nil {
		os.Remove(target)
		return err
	}
	return nil
}

// Full reports whether an error is that of a full disk.
func Full(err error) bool { return diskFull(err) }

// Explain turns the system's error about writing to path into the user's
// sentence, an *app.Error.
func Explain(path string, err error) error {
	var told *app.Error
	switch {
	case errors.As(err, &told), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, fs.ErrExist):
		return app.Misuse("safefile.exists", path)
	case errors.Is(err, fs.ErrPermission):
		return app.Fail(err, "safefile.permission", path)
	case diskFull(err):
		return app.Fail(err, "safefile.disk_full", path)
	case readOnly(err):
		return app.Fail(err, "safefile.read_only", path)
	}
	return app.Fail(err, "safefile.failed", path, Reason(err))
}

// Reason is the innermost text of a system error, without the paths in it.
func Reason(err error) string {
	var p *fs.PathError
	var l *os.LinkError
	switch {
	case errors.As(err, &p):
		return p.Err.Error()
	case errors.As(err, &l):
		return l.Err.Error()
	}
	return err.Error()
}
