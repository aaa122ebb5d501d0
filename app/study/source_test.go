package study

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/volume"
)

// files opens every file as a series that is known by its bytes.
type files struct{}

func (files) Scan(_ context.Context, paths []string, _ func(job.Progress)) (app.Scan, error) {
	var scan app.Scan
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			inside, _ := filepath.Glob(filepath.Join(path, "*.nii"))
			for _, p := range inside {
				scan.Series = append(scan.Series, oneFile(p))
			}
			continue
		}
		scan.Series = append(scan.Series, oneFile(path))
	}
	return scan, nil
}

type oneFile string

func (f oneFile) Info() app.SeriesInfo {
	return app.SeriesInfo{Path: string(f), Identity: volume.Identity{SeriesUID: "1.2.3"}}
}

func (oneFile) Load(context.Context, app.LoadHooks) (*volume.Volume, error) { return nil, nil }
func (oneFile) Middle(context.Context) (*volume.Volume, error)              { return nil, nil }

func (f oneFile) SHA256(context.Context) (string, error) {
	b, err := os.ReadFile(string(f))
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), err
}

// madeFrom has a study know its image by a path and a hash.
func madeFrom(t *testing.T, s *Study, path, sum string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	now, err := s.doc.info()
	if err != nil {
		t.Fatal(err)
	}
	now.Sources[0].Path, now.Sources[0].SHA256 = path, sum
	if err := s.put(now); err != nil {
		t.Fatal(err)
	}
}

// A drive that holds another patient's images by now, at the same path: the study's own
// image is taken from beside the study.
func TestSourceWhosePlaceIsTaken(t *testing.T) {
	s := create(t)
	drive, beside := filepath.Join(t.TempDir(), "DICOM"), filepath.Join(filepath.Dir(s.Folder()), "DICOM")
	if err := errors.Join(os.Mkdir(drive, 0o755), os.Mkdir(beside, 0o755)); err != nil {
		t.Fatal(err)
	}
	put(t, drive, "b.nii", []byte("another patient"))
	put(t, beside, "a.nii", []byte("image"))
	sum, _ := oneFile(filepath.Join(beside, "a.nii")).SHA256(t.Context())
	madeFrom(t, s, drive, sum)
	series, err := s.Source(t.Context(), files{})
	if err != nil || filepath.Dir(series.Info().Path) != beside {
		t.Errorf("found %v, %v", series, err)
	}
}

func TestSource(t *testing.T) {
	s := create(t)
	scans := t.TempDir()
	path := filepath.Join(scans, "a.nii")
	put(t, scans, "a.nii", []byte("image"))
	put(t, scans, "b.nii", []byte("another"))
	sum, _ := oneFile(path).SHA256(t.Context())
	madeFrom(t, s, path, sum)
	find := func(name, want string) {
		t.Helper()
		series, err := s.Source(t.Context(), files{})
		if err != nil || series.Info().Path != want {
			t.Fatalf("%s: %v, %v", name, series, err)
		}
	}
	refuse := func(name string, err error, key string) {
		t.Helper()
		var told *app.Error
		if !errors.As(err, &told) || told.Message.Key != key {
			t.Errorf("%s: got %v, want %s", name, err, key)
		}
	}
	find("where it was", path)

	put(t, scans, "a.nii", []byte("imagE"))
	_, err := s.Source(t.Context(), files{})
	refuse("changed", err, "study.source_changed")
	if moved := (*MovedError)(nil); !errors.As(err, &moved) || moved.SHA256 != sum {
		t.Errorf("where it is cannot be shown: %v", err)
	}

	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	_, err = s.Source(t.Context(), files{})
	var moved *MovedError
	if !errors.As(err, &moved) || moved.Path != path || moved.SHA256 != sum {
		t.Errorf("moved: %+v", err)
	}
	refuse("moved", err, "study.source_moved")
	_, err = s.Relocate(t.Context(), files{}, filepath.Join(scans, "b.nii"))
	refuse("another image", err, "study.source_other")
	if !errors.As(err, &moved) || moved.Path != path {
		t.Errorf("no other can be shown: %v", err)
	}
	_, err = s.Relocate(t.Context(), files{}, filepath.Join(scans, "none"))
	if !errors.As(err, &moved) {
		t.Errorf("no other can be shown: %v", err)
	}
	if got := s.Info().Sources[0].Path; got != path {
		t.Errorf("the path became %s", got)
	}

	elsewhere := t.TempDir()
	put(t, elsewhere, "renamed.nii", []byte("image"))
	put(t, elsewhere, "other.nii", []byte("other"))
	if series, err := s.Relocate(t.Context(), files{}, elsewhere); err != nil || filepath.Base(series.Info().Path) != "renamed.nii" {
		t.Fatalf("%v, %v", series, err)
	}
	if got := s.Info().Sources[0].Path; got != elsewhere {
		t.Errorf("the path is %s, want %s", got, elsewhere)
	}
	find("relocated", filepath.Join(elsewhere, "renamed.nii"))

	// Beside the study's folder it is found by itself.
	beside := filepath.Join(filepath.Dir(s.Folder()), filepath.Base(elsewhere))
	if err := os.Rename(elsewhere, beside); err != nil {
		t.Fatal(err)
	}
	find("beside", filepath.Join(beside, "renamed.nii"))
	if got := s.Info().Sources[0].Path; got != beside {
		t.Errorf("the path is %s, want %s", got, beside)
	}
}
