package cohort

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"opacity/app"
	"opacity/app/text"
)

// Reading is one mask of a case, as one reader marked it.
type Reading struct {
	Case, Reader string
	Session      string // which of several readings of the case by the reader
	Path         string
}

// name is what a reading is called in tables: the reader alone where there is one session.
func (r Reading) name(sessions bool) string {
	if !sessions {
		return r.Reader
	}
	return r.Reader + " (" + r.Session + ")"
}

// ReaderSource is a file, or a folder of masks by case name, of one reader. The same
// reader again is another session.
type ReaderSource struct{ Reader, Path string }

// ParseReader reads NAME=PATH; a path by itself names its reader.
func ParseReader(s string) (ReaderSource, bool) {
	name, path, named := strings.Cut(s, "=")
	if !named {
		name, path = caseName(s), s
	}
	r := ReaderSource{strings.TrimSpace(name), strings.TrimSpace(path)}
	return r, r.Reader != "" && r.Path != ""
}

// FindReadings matches the sources by case name, as Find does. A case that a reader of
// folders has not read is a failure, and is compared among those who have.
func FindReadings(sources []ReaderSource) (readings []Reading, failed []Failure, err error) {
	sessions := map[string]int{}
	files := make([]map[string][]string, len(sources))
	cases := map[string][]string{}
	for n, s := range sources {
		folder, err := isFolder(s.Path)
		if err != nil {
			return nil, nil, err
		}
		first, err := isFolder(sources[0].Path)
		if err != nil {
			return nil, nil, err
		}
		switch {
		case folder != first:
			return nil, nil, app.Misuse("evaluate.file_and_folder", sources[0].Path, s.Path)
		case !folder: // files are of one case, whatever they are called
			files[n] = map[string][]string{caseName(sources[0].Path): {s.Path}}
		default:
			if files[n], err = masksIn(s.Path); err != nil {
				return nil, nil, err
			}
		}
		for name := range files[n] {
			cases[name] = nil
		}
	}
	if len(cases) == 0 {
		return nil, nil, app.Refuse(nil, "evaluate.no_masks", sources[0].Path)
	}
	for n, s := range sources {
		sessions[s.Reader]++
		for _, name := range sortedNames(cases) {
			path, err := only(name, files[n][name], s.Path)
			if len(files[n][name]) == 0 {
				err = app.Refuse(nil, "evaluate.readers.missing", s.Reader, name, s.Path)
			}
			if err != nil {
				failed = append(failed, Failure{name, s.Reader, err})
				continue
			}
			readings = append(readings, Reading{name, s.Reader, fmt.Sprint(sessions[s.Reader]), path})
		}
	}
	return readings, failed, nil
}

// ListReadings reads them from a CSV with the columns case, reader, mask and, where a
// reader has read a case more than once, session. Paths are relative to the list's folder.
// A case that a reader of the list has not read is a failure.
func ListReadings(path string) (readings []Reading, failed []Failure, err error) {
	at, rows, err := table(path, []string{"case", "reader", "mask"})
	if err != nil {
		return nil, nil, err
	}
	type place struct{ name, reader, session string }
	seen := map[place]bool{}
	var cases, readers []place
	for n, row := range rows {
		get := fields(at, row)
		r := Reading{get("case"), get("reader"), get("session"), filepath.FromSlash(get("mask"))}
		if r.Session == "" {
			r.Session = "1"
		}
		key := place{r.Case, r.Reader, r.Session}
		switch {
		case r.Case == "" || r.Reader == "" || r.Path == "":
			failed = append(failed, Failure{fmt.Sprintf("%s:%d", filepath.Base(path), n+2), r.Reader, app.Refuse(nil, "evaluate.readers.gap", path, n+2)})
			continue
		case seen[key]:
			failed = append(failed, Failure{r.Case, r.Reader, app.Refuse(nil, "evaluate.readers.twice", path, r.Reader, r.Case, r.Session)})
			continue
		case !filepath.IsAbs(r.Path):
			r.Path = filepath.Join(filepath.Dir(path), r.Path)
		}
		seen[key] = true
		readings = append(readings, r)
		if c := (place{name: r.Case}); !slices.Contains(cases, c) {
			cases = append(cases, c)
		}
		if p := (place{reader: r.Reader, session: r.Session}); !slices.Contains(readers, p) {
			readers = append(readers, p)
		}
	}
	if len(readings)+len(failed) == 0 {
		return nil, nil, app.Refuse(nil, "evaluate.list_empty", path)
	}
	for _, r := range readers {
		for _, c := range cases {
			if !seen[place{c.name, r.reader, r.session}] {
				failed = append(failed, Failure{c.name, r.reader, app.Refuse(nil, "evaluate.readers.missing", r.reader, c.name, path)})
			}
		}
	}
	return readings, failed, nil
}

// panel is who reads in a study, in the order in which they were named.
type panel struct {
	readers  []string
	sessions map[string][]string // by reader
	cases    []string
}

func panelOf(readings []Reading) panel {
	p := panel{sessions: map[string][]string{}}
	for _, r := range readings {
		if !slices.Contains(p.readers, r.Reader) {
			p.readers = append(p.readers, r.Reader)
		}
		if !slices.Contains(p.sessions[r.Reader], r.Session) {
			p.sessions[r.Reader] = append(p.sessions[r.Reader], r.Session)
		}
		if !slices.Contains(p.cases, r.Case) {
			p.cases = append(p.cases, r.Case)
		}
	}
	return p
}

// again reports whether some reader has read twice, so that sessions are named.
func (p panel) again() bool {
	return slices.ContainsFunc(p.readers, func(r string) bool { return len(p.sessions[r]) > 1 })
}

// CheckReadings refuses what nothing can be compared in: one reader who read once.
func CheckReadings(readings []Reading) error {
	p := panelOf(readings)
	if len(p.readers) == 1 && !p.again() {
		return app.Refuse(nil, "evaluate.readers.one", p.readers[0])
	}
	return nil
}

// few is what is said of a study of one case; nothing of others.
func (p panel) few() []text.Message {
	if len(p.cases) != 1 {
		return nil
	}
	return []text.Message{text.M("evaluate.readers.one_case", p.cases[0])}
}
