package study

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"opacity/app/journal"
	"opacity/app/safefile"
)

// Copy makes another study of all that this one has, history included, in a
// folder that must not be there yet: also of what is not on disk, and of a study
// that somebody else edits, as it was when it was opened.
func (s *Study) Copy(ctx context.Context, folder string) error {
	if err := safefile.Vacant(folder); err != nil {
		return err
	}
	s.mu.Lock()
	end := s.journal.End()
	doc, err := s.document()
	s.mu.Unlock()
	if err != nil {
		return err
	}
	parent := filepath.Dir(filepath.Clean(folder))
	stage := filepath.Join(parent, ".opacity-"+rand.Text()[:16]+".tmp")
	defer os.RemoveAll(stage) // gone already where all went well
	err = os.Mkdir(stage, 0o777)
	if err == nil {
		err = s.copyInto(ctx, stage, end)
	}
	if err == nil {
		err = writeInfo(filepath.Join(stage, infoName), doc, end)
	}
	if err == nil {
		err = os.Rename(stage, folder)
	}
	if err == nil {
		err = (journal.Disk{}).SyncDir(parent)
	}
	if err != nil && ctx.Err() == nil {
		return safefile.Explain(folder, err)
	}
	return err
}

// copyInto copies the journal and the models' proposals.
func (s *Study) copyInto(ctx context.Context, stage string, end int64) error {
	s.saving.Lock() // no proposal comes or goes meanwhile
	defer s.saving.Unlock()
	err := writeSynced(filepath.Join(stage, journalName), func(w io.Writer) error { return s.journal.CopyTo(w, end) })
	if err != nil {
		return err
	}
	err = filepath.WalkDir(s.path(modelName), func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		}
		rel, err := filepath.Rel(s.folder, path)
		if err != nil {
			return err
		}
		to := filepath.Join(stage, rel)
		switch {
		case d.IsDir():
			return os.Mkdir(to, 0o777)
		case !d.Type().IsRegular():
			return nil
		}
		f, _, err := safefile.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		return writeSynced(to, func(w io.Writer) error {
			_, err := io.Copy(w, f)
			return err
		})
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil // no model has run
	}
	return err
}

// writeSynced makes a file that is not there yet.
func writeSynced(path string, fill func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	err = fill(f)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}
