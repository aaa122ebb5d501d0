package worklist

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"opacity/app"
	"opacity/app/safefile"
)

const (
	version   = 1        // of the file
	mostBytes = 64 << 20 // of a file; a hundred thousand cases take a third of it
	patience  = 5 * time.Second
)

// document is the JSON of a list.
type document struct {
	Version int     `json:"opacity_worklist"`
	Blinded bool    `json:"blinded"`
	Folder  string  `json:"folder"`  // where cases were looked for; "" for nowhere
	Studies string  `json:"studies"` // the folder of the cases' studies; "" for none
	Cases   []Entry `json:"cases"`
}

// Open reads a list: CSV where the path ends in .csv, else JSON. Errors are
// *app.Error.
func Open(path string) (*List, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, app.Refuse(err, "worklist.unreadable", path, safefile.Reason(err))
	}
	c, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, app.Refuse(err, "worklist.missing", path)
	} else if err != nil {
		return nil, err
	}
	l := &List{path: path, base: c}
	l.set(c)
	return l, nil
}

// Path is the file the list was read from or saved to; "" where there is none.
func (l *List) Path() string { return l.path }

// Save writes the list to the file it is from, together with what others have
// saved there since, which is in the list then too. Another program that saves at
// the same time is waited for. A file of another list is replaced only with
// overwrite. What fails leaves file and list as they were.
func (l *List) Save(ctx context.Context, path string, overwrite bool) error {
	abs, err := filepath.Abs(path)
	if err != nil {
		return safefile.Explain(path, err)
	}
	unlock, err := hold(ctx, abs)
	if err != nil {
		return err
	}
	defer unlock()
	c := l.content()
	if abs == l.path {
		theirs, err := read(abs)
		switch {
		case err == nil:
			if isCSV(abs) { // which does not tell
				theirs.blinded, theirs.folder, theirs.studies = l.base.blinded, l.base.folder, l.base.studies
			}
			c = merge(l.base, c, theirs)
		case !errors.Is(err, fs.ErrNotExist):
			return err
		}
	}
	err = safefile.Write(abs, overwrite || abs == l.path, func(w io.Writer) error { return write(w, abs, c) })
	if err != nil {
		return err
	}
	l.set(c)
	l.path, l.base = abs, c
	return nil
}

// hold keeps others from saving until unlock is called.
func hold(ctx context.Context, path string) (unlock func(), err error) {
	lock := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".lock")
	for begin := time.Now(); ; {
		f, err := safefile.Lock(lock)
		if err == nil {
			return func() { safefile.Unlock(f) }, nil
		}
		if !errors.Is(err, safefile.ErrHeld) {
			return nil, safefile.Explain(path, err)
		}
		if time.Since(begin) > patience {
			return nil, app.Fail(err, "worklist.busy", path)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func isCSV(path string) bool { return strings.EqualFold(filepath.Ext(path), ".csv") }

// read reads a file. Where there is none the error is fs.ErrNotExist; else it is
// an *app.Error.
func read(path string) (content, error) {
	f, size, err := safefile.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return content{}, err
	case err != nil:
		return content{}, app.Refuse(err, "worklist.unreadable", path, safefile.Reason(err))
	}
	defer f.Close()
	if size > mostBytes {
		return content{}, app.Refuse(nil, "worklist.no_list", path)
	}
	b, err := io.ReadAll(io.LimitReader(f, mostBytes))
	if err != nil {
		return content{}, app.Refuse(err, "worklist.unreadable", path, safefile.Reason(err))
	}
	return parse(path, b)
}

// parse reads the bytes of a file.
func parse(path string, b []byte) (content, error) {
	var c content
	if isCSV(path) {
		entries, err := parseCSV(path, b)
		if err != nil {
			return content{}, err
		}
		c.entries = entries
	} else {
		var d document
		if err := json.Unmarshal(b, &d); err != nil || d.Version < 1 {
			return content{}, app.Refuse(err, "worklist.no_list", path)
		}
		if d.Version > version {
			return content{}, app.Refuse(nil, "worklist.newer", path)
		}
		c = content{d.Blinded, d.Folder, d.Studies, d.Cases}
		for _, p := range []*string{&c.folder, &c.studies} {
			if *p != "" {
				*p = beside(filepath.Dir(path), *p)
			}
		}
	}
	for n := range c.entries {
		if err := c.entries[n].mend(path); err != nil {
			return content{}, err
		}
	}
	c.entries = named(c.entries)
	return c, nil
}

// mend brings what a file says of a case into the form it has here: another
// program, or a hand, may have written it.
func (e *Entry) mend(path string) error {
	if e.Path == "" {
		return app.Refuse(nil, "worklist.no_path", path, e.Case)
	}
	e.Path = beside(filepath.Dir(path), e.Path)
	if e.Case == "" {
		e.Case = trimExtensions(filepath.Base(e.Path))
	}
	if e.Uncertainty != nil && !(*e.Uncertainty >= 0 && *e.Uncertainty <= 1) {
		e.Uncertainty = nil
	}
	given := e.Readings
	e.Readings = nil
	for _, r := range given {
		state, ok := stateOf(r.State)
		if !ok {
			return app.Refuse(nil, "worklist.no_state", path, e.Case, r.State)
		}
		if !(r.Minutes >= 0 && r.Minutes < mostMinutes) {
			r.Minutes = 0
		}
		if r.Seen < 0 || r.Seen > r.Slices {
			r.Seen, r.Slices = 0, 0
		}
		r.State, r.Changed = state, r.Changed.UTC()
		*e.reading(r.Reviewer) = r
	}
	return nil
}

func stateOf(s string) (state string, ok bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	if s == "" {
		return New, true
	}
	for _, known := range States() {
		if s == known {
			return s, true
		}
	}
	return "", false
}

// trimExtensions names a case by its file: ct.nii.gz is ct.
func trimExtensions(name string) string {
	for _, ext := range []string{".gz", ".nii", ".dcm", ".nrrd", ".mha", ".mhd", ".zip", ".opacity"} {
		if n := len(name) - len(ext); n > 0 && strings.EqualFold(name[n:], ext) {
			name = name[:n]
		}
	}
	return name
}

// write writes what parse reads. Paths below the list's folder are told from
// there, so that the folder can move.
func write(w io.Writer, path string, c content) error {
	near := func(p string) string {
		if rel, err := filepath.Rel(filepath.Dir(path), p); err == nil && filepath.IsLocal(rel) {
			return filepath.ToSlash(rel)
		}
		return p
	}
	entries := cloned(c.entries)
	for n := range entries {
		entries[n].Path = near(entries[n].Path)
		if entries[n].Readings == nil {
			entries[n].Readings = []Reading{}
		}
	}
	if isCSV(path) {
		return writeCSV(w, entries)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(document{version, c.blinded, near(c.folder), near(c.studies), entries})
}
