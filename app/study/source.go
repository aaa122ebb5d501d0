package study

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/safefile"
)

// MovedError says that the image of a study is not where it was, so that the
// user may show where it is: see Relocate.
type MovedError struct {
	Path, SHA256 string // where it was, and by what it is known
	err          *app.Error
}

// Error gives the user's sentence.
func (e *MovedError) Error() string { return e.err.Error() }

// Unwrap gives the sentence as an *app.Error.
func (e *MovedError) Unwrap() error { return e.err }

// Source finds the image that the study was made from, where it was or beside
// the study's folder, and makes sure by its hash that it is the same: a mask is
// never laid on another. It reads all of the image's files. Errors: *MovedError
// where nothing is there, another image, or what cannot be read.
func (s *Study) Source(ctx context.Context, opener app.Opener) (app.Series, error) {
	source := s.Info().Sources[0]
	beside := filepath.Join(filepath.Dir(filepath.Clean(s.folder)), filepath.Base(filepath.FromSlash(source.Path)))
	var first error
	for _, path := range slices.Compact([]string{source.Path, beside}) {
		switch _, err := os.Stat(path); {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			first = cmp.Or(first, err)
			continue
		}
		series, err := s.find(ctx, opener, source, path)
		if err == nil {
			if path != source.Path && s.why == nil {
				err = s.moveTo(path)
			}
			return series, err
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if first == nil {
			first = err // what is there under its name is not it, or cannot be read
		}
	}
	var told *app.Error
	if !errors.As(first, &told) {
		told = app.Fail(first, "study.source_moved", s.folder, source.Path)
	}
	return nil, &MovedError{source.Path, source.SHA256, told}
}

// Relocate takes the image of the study from another path, a file or a folder,
// where it is the same by its hash. Another image, and what cannot be read, is a
// *MovedError, so that the user may show yet another; on any error the study stays
// as it is.
func (s *Study) Relocate(ctx context.Context, opener app.Opener, path string) (app.Series, error) {
	source := s.Info().Sources[0]
	series, err := s.find(ctx, opener, source, path)
	var told *app.Error
	switch {
	case err == nil && s.why == nil:
		return series, s.moveTo(path)
	case err == nil || ctx.Err() != nil:
		return series, err
	case !errors.As(err, &told):
		told = app.Fail(err, "study.unread", path, safefile.Reason(err))
	case told.Message.Key == "study.source_changed":
		told = app.Refuse(nil, "study.source_other", filepath.Base(path), s.folder)
	}
	return nil, &MovedError{source.Path, source.SHA256, told}
}

// find looks for the image among the series at a path.
func (s *Study) find(ctx context.Context, opener app.Opener, source Source, path string) (app.Series, error) {
	scan, err := opener.Scan(ctx, []string{path}, func(job.Progress) {})
	if err != nil {
		return nil, err
	}
	for _, series := range scan.Series {
		if uid := series.Info().Identity.SeriesUID; uid != source.SeriesUID {
			continue // without reading all of it
		}
		sum, err := series.SHA256(ctx)
		if err != nil {
			return nil, err
		}
		if sum == source.SHA256 {
			return series, nil
		}
	}
	return nil, app.Refuse(nil, "study.source_changed", path, s.folder)
}

// moveTo keeps where the image is now.
func (s *Study) moveTo(path string) error {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now, err := s.doc.info()
	if err != nil {
		return err
	}
	now.Sources[0].Path = path
	return s.put(now)
}
