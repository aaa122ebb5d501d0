package study

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"os"
	"path/filepath"

	"opacity/app"
	"opacity/app/journal"
	"opacity/app/safefile"
)

// checked is the checksum of study.json, of all that it says but the checksum:
// CRC-32C of its JSON with sorted keys and without space.
func checked(doc map[string]any) string {
	doc = maps.Clone(doc)
	delete(doc, sumKey)
	b, err := json.Marshal(doc)
	if err != nil {
		return "" // not to be met: it was read from JSON, or is written as it next
	}
	return fmt.Sprintf("%08x", crc32.Checksum(b, castagnoli))
}

// errSum says that a study.json is not what was written.
var errSum = errors.New("study: study.json has another checksum")

// readAnyInfo is readInfo; where study.json is damaged or missing it is made of
// what the journal says, and rebuilt is why.
func readAnyInfo(fsys journal.FS, folder string) (doc document, journalBytes int64, rebuilt, err error) {
	doc, journalBytes, err = readInfo(folder, filepath.Join(folder, infoName))
	var told *app.Error
	if !errors.As(err, &told) || told.Message.Key != "study.json_damaged" && !errors.Is(err, os.ErrNotExist) {
		return doc, journalBytes, nil, err
	}
	if _, gone := os.Stat(folder); gone != nil {
		return nil, 0, nil, err
	}
	doc = document{}
	j, _, failed := journal.OpenReadOnly(fsys, filepath.Join(folder, journalName), func(r journal.Record) error {
		if r.Kind != kindInfo {
			return nil
		}
		change, err := parseDocument(r.Payload)
		if err == nil {
			doc.merge(change)
		}
		return err
	})
	if failed != nil {
		return nil, 0, nil, err
	}
	_ = j.Close() // only read
	if info, bad := doc.info(); bad != nil || info.ID == "" || len(info.Sources) == 0 || !usable(info.Grid.Geometry()) {
		return nil, 0, nil, err
	}
	return doc, 0, err, nil
}

// putAside keeps a damaged study.json before it is written anew.
func (s *Study) putAside() error {
	b, err := os.ReadFile(s.path(infoName))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return app.Fail(err, "study.unread", s.path(infoName), safefile.Reason(err))
	}
	return safefile.Write(s.path(infoName+".damaged"), true, func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	})
}

// rewriteInfo writes study.json as the journal has it, at once.
func (s *Study) rewriteInfo(ctx context.Context) error {
	if err := s.putAside(); err != nil {
		return err
	}
	s.mu.Lock()
	s.stale = true
	s.mu.Unlock()
	return s.save(ctx, false)
}
