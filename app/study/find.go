package study

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"opacity/app"
	"opacity/app/journal"
	"opacity/app/safefile"
)

// Is reports whether a path is named as a study's folder, and is a folder.
func Is(path string) bool {
	if !strings.EqualFold(filepath.Ext(path), Extension) {
		return false
	}
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// Peek reads what a study says of itself without opening it: nobody is kept from
// it, and it may lag some seconds behind one that is being edited. Errors are
// those of Open.
func Peek(folder string) (Info, error) {
	doc, _, _, err := readAnyInfo(journal.Disk{}, folder)
	if err != nil {
		return Info{}, err
	}
	info, err := doc.info()
	if err != nil {
		return Info{}, app.Refuse(err, "study.json_damaged", filepath.Join(folder, infoName))
	}
	return info, nil
}

// Changed is when a study was last worked on; zero where it has no journal.
func Changed(folder string) time.Time {
	info, err := os.Stat(filepath.Join(folder, journalName))
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// In lists the studies in a folder, by name; none where there is no such folder.
// What is named like one may turn out to be none.
func In(dir string) ([]string, error) {
	names, err := safefile.Names(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var folders []string
	for _, name := range names {
		if path := filepath.Join(dir, name); Is(path) {
			folders = append(folders, path)
		}
	}
	return folders, nil
}

// Unused is the path for a new study of that name: with a number behind it where
// it is taken.
func Unused(dir, name string) string {
	stem := strings.TrimSuffix(name, Extension)
	path := filepath.Join(dir, name)
	for n := 2; ; n++ {
		if _, err := os.Lstat(path); err != nil { // not there; or Create tells
			return path
		}
		path = filepath.Join(dir, stem+"-"+strconv.Itoa(n)+Extension)
	}
}

// LeftOpen says who had a study open when the program or the computer stopped
// without closing it; false where it was closed, or somebody still has it.
func LeftOpen(folder string) (Owner, bool) {
	path := filepath.Join(folder, lockName)
	o := readOwner(path)
	if o == (Owner{}) || o.Host != thisProcess().Host {
		return Owner{}, false
	}
	if alive(o.PID) { // as far as numbers tell: the system knows
		f, sure, err := openLock(path, false)
		if err != nil || !sure {
			return Owner{}, false
		}
		_ = f.Close() // nothing was written
	}
	return o, true
}
