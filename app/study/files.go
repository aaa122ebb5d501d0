package study

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"strconv"
	"strings"

	"opacity/app"
	"opacity/app/safefile"
	"opacity/app/volume"
)

// study.json also says what kind of file it is, and how long the journal was
// when it was written: one that is shorter was not copied whole.
const (
	formatKey  = "format"
	format     = "opacity.study"
	versionKey = "format_version" // "1.0": another first number is another format
	version    = "1.0"
	lengthKey  = "journal_bytes"
	sumKey     = "checksum" // see checked; what an older version wrote has none
)

// mostInfo is how long study.json may be, in bytes: a hundred times what a note
// on each of a thousand slices takes.
const mostInfo = 64 << 20

func encodeDocument(d document) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(map[string]any(d))
	return b.Bytes(), err
}

// readInfo reads study.json of a folder and refuses what this version cannot
// open. journalBytes is how long the journal is at least.
func readInfo(folder, path string) (doc document, journalBytes int64, err error) {
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			return nil, 0, app.Refuse(err, "study.no_folder", folder)
		}
		return nil, 0, app.Fail(err, "study.unread", folder, safefile.Reason(err))
	}
	f, size, err := safefile.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, 0, app.Refuse(err, "study.foreign", folder)
	case err != nil:
		return nil, 0, app.Fail(err, "study.unread", path, safefile.Reason(err))
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, mostInfo))
	if err != nil {
		return nil, 0, app.Fail(err, "study.unread", path, safefile.Reason(err))
	}
	doc, err = parseDocument(b)
	if err != nil || size > mostInfo {
		return nil, 0, app.Refuse(err, "study.json_damaged", path)
	}
	newer, known := majorOf(doc)
	if doc[formatKey] == format && newer { // which may sum up otherwise
		return nil, 0, app.Refuse(nil, "study.newer", folder, quoted(doc[versionKey]))
	}
	if sum, there := doc[sumKey]; there && sum != checked(doc) {
		return nil, 0, app.Refuse(errSum, "study.json_damaged", path)
	}
	if doc[formatKey] != format {
		return nil, 0, app.Refuse(nil, "study.foreign", folder)
	}
	if !known {
		return nil, 0, app.Refuse(nil, "study.newer", folder, quoted(doc[versionKey]))
	}
	if n, ok := doc[lengthKey].(json.Number); ok {
		journalBytes, _ = n.Int64()
	}
	delete(doc, formatKey)
	delete(doc, lengthKey)
	delete(doc, sumKey)
	return doc, journalBytes, nil
}

// majorOf reports whether the first number of the version that wrote a study.json
// is this program's, or a later one.
func majorOf(doc document) (newer, known bool) {
	v, _ := doc[versionKey].(string)
	major, _, ok := strings.Cut(v, ".")
	n, err := strconv.Atoi(major)
	return err == nil && n > 1, ok && err == nil && n == 1
}

func quoted(version any) string {
	v, _ := version.(string)
	return strconv.Quote(v)
}

// most a grid may measure: an index takes 15 bits in NIfTI, an offset in a slice
// 31 in a Run.
const (
	mostAlong = 1<<15 - 1
	mostSlice = 1<<31 - 1
)

// usable reports whether there can be a mask on a grid.
func usable(g volume.Geometry) bool {
	if g.SlicePositionsMM != nil && len(g.SlicePositionsMM) != g.Size[2] {
		return false
	}
	return g.Problem().IsZero() && max(g.Size[0], g.Size[1], g.Size[2]) <= mostAlong && g.Size[0]*g.Size[1] <= mostSlice
}

// writeInfo writes study.json; the journal is on disk up to length.
func writeInfo(path string, doc document, length int64) error {
	all := map[string]any{versionKey: version} // or that of a newer program, whose fields are in it
	maps.Copy(all, doc)
	all[formatKey], all[lengthKey] = format, json.Number(strconv.FormatInt(length, 10))
	all[sumKey] = checked(all)
	return safefile.Write(path, true, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", " ")
		return e.Encode(all)
	})
}
