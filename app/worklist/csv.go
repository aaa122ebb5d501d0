package worklist

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"opacity/app"
	"opacity/app/csvfile"
)

// columns of a list as CSV: a line a reading, one for a case that nobody has read.
// A list made by hand needs only path. Whether the list is blinded is not told.
var columns = []string{"case", "path", "series_uid", "model", "uncertainty", "reviewer", "state", "minutes", "note", "changed", "seen_slices", "slices"}

func writeCSV(w io.Writer, entries []Entry) error {
	c := csv.NewWriter(w)
	c.UseCRLF = true     // RFC 4180
	_ = c.Write(columns) // errors are kept: see c.Error
	for _, e := range entries {
		uncertainty := ""
		if e.Uncertainty != nil {
			uncertainty = number(*e.Uncertainty)
		}
		head := []string{csvfile.Text(e.Case), csvfile.Text(e.Path), csvfile.Text(e.SeriesUID), csvfile.Text(e.Model), uncertainty}
		for _, r := range e.Readings {
			changed := ""
			if !r.Changed.IsZero() {
				changed = r.Changed.UTC().Format(time.RFC3339Nano)
			}
			seen, slices := "", ""
			if r.Slices > 0 {
				seen, slices = strconv.Itoa(r.Seen), strconv.Itoa(r.Slices)
			}
			_ = c.Write(append(head[:5:5], csvfile.Text(r.Reviewer), r.State, number(r.Minutes), csvfile.Text(r.Note), changed, seen, slices))
		}
		if len(e.Readings) == 0 {
			_ = c.Write(append(head[:5:5], "", "", "", "", "", "", ""))
		}
	}
	c.Flush()
	return c.Error()
}

func number(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

// parseCSV reads lines in any order of columns, separated by commas or, as some
// spreadsheets have it, semicolons.
func parseCSV(path string, b []byte) ([]Entry, error) {
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	if !utf8.Valid(b) {
		return nil, app.Refuse(nil, "worklist.not_utf8", path)
	}
	first, _, _ := bytes.Cut(b, []byte("\n"))
	r := csv.NewReader(bytes.NewReader(b))
	r.FieldsPerRecord = -1
	if bytes.ContainsRune(first, ';') && !bytes.ContainsRune(first, ',') {
		r.Comma = ';'
	}
	header, err := r.Read()
	at := map[string]int{}
	for n, name := range header {
		at[strings.ToLower(strings.TrimSpace(name))] = n
	}
	if _, ok := at["path"]; err != nil || !ok {
		return nil, app.Refuse(err, "worklist.no_list", path)
	}
	var entries []Entry
	index := map[[3]string]int{}
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return entries, nil
		}
		var bad *csv.ParseError
		if errors.As(err, &bad) {
			return nil, app.Refuse(err, "worklist.bad_line", path, bad.Line)
		} else if err != nil {
			return nil, app.Refuse(err, "worklist.no_list", path)
		}
		get := func(name string) string {
			if n, ok := at[name]; ok && n < len(fields) {
				return csvfile.Plain(fields[n])
			}
			return ""
		}
		e, ok := entryOf(get)
		if !ok {
			line, _ := r.FieldPos(0)
			return nil, app.Refuse(nil, "worklist.bad_line", path, line)
		}
		key := [3]string{e.Case, e.Path, e.SeriesUID}
		if n, again := index[key]; again {
			entries[n].Readings = append(entries[n].Readings, e.Readings...)
			continue
		}
		index[key] = len(entries)
		entries = append(entries, e)
	}
}

// entryOf reads one line; ok is false where a number or a time is none.
func entryOf(get func(name string) string) (e Entry, ok bool) {
	e = Entry{Case: get("case"), Path: get("path"), SeriesUID: get("series_uid"), Model: get("model")}
	if s := get("uncertainty"); s != "" {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return Entry{}, false
		}
		e.Uncertainty = &f
	}
	var err error
	r := Reading{Reviewer: get("reviewer"), State: get("state"), Note: get("note")}
	if s := get("minutes"); s != "" {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return Entry{}, false
		}
		r.Minutes = f
	}
	if s := get("changed"); s != "" {
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			return Entry{}, false
		}
		r.Changed = t
	}
	for name, n := range map[string]*int{"seen_slices": &r.Seen, "slices": &r.Slices} {
		if s := get(name); s != "" {
			if *n, err = strconv.Atoi(s); err != nil {
				return Entry{}, false
			}
		}
	}
	if r != (Reading{}) {
		e.Readings = []Reading{r}
	}
	return e, true
}
