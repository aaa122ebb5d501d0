package study

import (
	"path/filepath"
	"strings"
	"time"
)

// Looked is what Look found.
type Looked struct {
	Folder  string   // the study of the image that was worked on last; "" for none
	Unread  []Unread // that may be of it, by their names
	Copies  []string // of that study, made by hand: nobody knows which was meant
	Changed []string // that were made from a file at its place which had other content
}

// Unread is a study that cannot be read, and why.
type Unread struct {
	Folder string
	Err    error
}

// Look looks for the studies of an image in some folders, the likeliest first;
// what is in none of them is found where a study says it was moved to. name is
// what its study would be called there. may says of each whether it may be looked
// at. Folders that cannot be listed are passed over.
func Look(folders []string, image Source, name string, may func(folder string) bool) Looked {
	l := look{image: image, stem: strings.TrimSuffix(name, Extension), may: may, seen: map[string]bool{}}
	for _, dir := range folders {
		found, _ := In(dir) // what cannot be listed has nothing to offer
		for _, folder := range found {
			l.at(folder)
		}
	}
	for _, m := range l.matches {
		if m.id == l.id && m.folder != l.Folder && m.id != "" {
			l.Copies = append(l.Copies, m.folder)
		}
	}
	return l.Looked
}

type look struct {
	Looked
	image  Source
	stem   string
	may    func(string) bool
	seen   map[string]bool
	latest time.Time
	id     string // of the study found
	// matches are all studies of the image.
	matches []struct{ folder, id string }
}

func (l *look) at(folder string) {
	folder = filepath.Clean(folder)
	if l.seen[folder] || !l.may(folder) {
		return
	}
	l.seen[folder] = true
	info, err := Peek(folder)
	switch {
	case err != nil:
		if l.named(folder) {
			l.Unread = append(l.Unread, Unread{folder, err})
		}
		return
	case len(info.Sources) == 0 || info.Sources[0].SeriesUID != l.image.SeriesUID:
		return
	case info.Sources[0].SHA256 != l.image.SHA256:
		if info.Sources[0].Path == l.image.Path {
			l.Changed = append(l.Changed, folder)
		}
		return
	}
	if l.moved(info) {
		return
	}
	l.matches = append(l.matches, struct{ folder, id string }{folder, info.ID})
	if at := Changed(folder); l.Folder == "" || at.After(l.latest) {
		l.Folder, l.latest, l.id = folder, at, info.ID
	}
}

// moved goes to where a study went on, if that is there.
func (l *look) moved(info Info) bool {
	if info.MovedTo == "" || !Is(info.MovedTo) {
		return false
	}
	to, err := Peek(info.MovedTo)
	if err != nil || to.ID != info.ID || !l.may(info.MovedTo) {
		return false
	}
	l.at(info.MovedTo)
	return true
}

// named reports whether a folder has the name of the image's study, or that with
// a number behind it.
func (l *look) named(folder string) bool {
	rest, ok := strings.CutPrefix(strings.TrimSuffix(filepath.Base(folder), Extension), l.stem)
	return ok && strings.Trim(rest, "-0123456789") == ""
}
