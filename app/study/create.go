package study

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"opacity/app"
	"opacity/app/journal"
	"opacity/app/mask"
	"opacity/app/safefile"
	"opacity/app/volume"
)

// FolderName is the name for the study of a series: that of its case, which is a
// file's or a folder's. Where that says who the patient is, as folders of DICOM
// files do, it is made of the series' number instead.
func FolderName(info app.SeriesInfo) string {
	if !tells(info.Case, info.Identity) {
		return info.Case + Extension
	}
	if n := info.Identity.SeriesNumber; n != "" && !strings.ContainsFunc(n, func(r rune) bool { return !unicode.IsDigit(r) }) {
		return "case-series-" + n + Extension
	}
	return "case" + Extension
}

// tells reports whether a name holds a part of the patient's name or number.
func tells(name string, id volume.Identity) bool {
	name = strings.ToLower(name)
	parts := strings.FieldsFunc(id.PatientName, func(r rune) bool { return !unicode.IsLetter(r) })
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for _, part := range append(parts, id.PatientID, id.BirthDate, strings.ReplaceAll(id.BirthDate, "-", "")) {
		part = strings.ToLower(part)
		// Two Latin letters are in many words; they tell where they are one.
		told := strings.Contains(name, part)
		if letters := len([]rune(part)); letters < 3 && len(part) == letters {
			told = slices.Contains(words, part)
		}
		if told && part != "" {
			return true
		}
	}
	return false
}

// Create makes the study of a case in a folder that must not be there yet, and
// opens it for editing. Of info the caller gives Program, Sources (the image
// first, with its hash), and what there is to say of it; the rest is filled in.
// m is the mask before the first step; it is only read: what is edited is
// Study.Mask, through Study.History. Where a history was begun before there was a
// study, m is a copy of the mask at its beginning, and the caller hands the study
// to its SetArchive.
func Create(folder string, info Info, g volume.Geometry, m *mask.Mask) (*Study, error) {
	if len(info.Sources) == 0 || info.Sources[0].SHA256 == "" || !usable(g) || m.Size() != g.Size {
		return nil, app.Misuse("study.no_source", folder)
	}
	if err := safefile.Vacant(folder); err != nil {
		return nil, err
	}
	info.ID = rand.Text()
	info.Grid, info.Labels = gridOf(g), labelsOf(m.Labels())
	if info.Created.IsZero() {
		info.Created = time.Now().UTC()
	}
	if info.Reviewer == "" {
		info.Reviewer = SystemUser()
	}
	if info.State == "" {
		info.State = "new"
	}
	parent := filepath.Dir(filepath.Clean(folder))
	stage := filepath.Join(parent, ".opacity-"+rand.Text()[:16]+".tmp")
	defer os.RemoveAll(stage) // gone already where all went well
	if err := fill(stage, info, m); err != nil {
		return nil, safefile.Explain(folder, err)
	}
	// Where a folder has come meanwhile this fails or takes the place of an empty one.
	if err := os.Rename(stage, folder); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return nil, app.Misuse("safefile.exists", folder)
		}
		return nil, safefile.Explain(folder, err)
	}
	if err := (journal.Disk{}).SyncDir(parent); err != nil {
		return nil, safefile.Explain(folder, err)
	}
	s, _, err := open(context.Background(), journal.Disk{}, folder, true)
	if err == nil && s.why != nil {
		err = s.why
		_ = s.Close() // was never written to
	}
	if err != nil {
		return nil, err
	}
	s.made = true
	return s, nil
}

// fill makes a whole study in a folder of its own.
func fill(stage string, info Info, m *mask.Mask) error {
	if err := os.Mkdir(stage, 0o777); err != nil {
		return err
	}
	doc, err := toDocument(info)
	if err != nil {
		return err
	}
	payload, err := encodeDocument(doc)
	if err != nil {
		return err
	}
	j, _, err := journal.Open(journal.Disk{}, filepath.Join(stage, journalName), func(journal.Record) error { return nil })
	if err != nil {
		return err
	}
	_, err = j.Append(kindBegin, encodeBegin(m))
	if err == nil {
		_, err = j.Append(kindInfo, payload)
	}
	if err == nil {
		err = j.Sync(context.Background())
	}
	length := j.End()
	if e := j.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	return writeInfo(filepath.Join(stage, infoName), doc, length)
}
