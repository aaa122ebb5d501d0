package dicom

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"opacity/app"
	"opacity/app/parallel"
	"opacity/app/safefile"
	"opacity/app/volume"
)

// Series is a stack of CT slices, found but not loaded.
type Series struct {
	files []*file
	stack *stack
	info  app.SeriesInfo
	unit  volume.Unit
}

func newSeries(files []*file) *Series {
	var all []slice
	for _, f := range files {
		all = append(all, f.slices...)
	}
	return seriesOf(files, newStack(all))
}

func seriesOf(files []*file, st *stack) *Series {
	s := &Series{files: files, stack: st, unit: volume.HU}
	first := st.slices[0].file
	for _, sl := range st.slices {
		if !sl.hu {
			s.unit = volume.Arbitrary
		}
	}
	if s.unit != volume.HU {
		st.warn(volume.WarnNotHU, "dicom.warn.not_hu")
	}
	if i := slices.IndexFunc(st.slices, func(sl slice) bool { return sl.file.pixels.lossy }); i >= 0 {
		st.warn(volume.WarnLossy, "dicom.warn.lossy")
	}
	s.info = app.SeriesInfo{
		Path:           folder(files),
		Format:         "DICOM",
		TransferSyntax: fmt.Sprintf("%s %s", first.syntax.uid, first.syntax.name),
		Identity:       first.identity(),
		Size:           st.geometry.Size,
		SpacingMM:      st.geometry.SpacingMM(),
		Orientation:    st.source.Orientation(),
		Unit:           s.unit,
		Files:          len(files),
		Warnings:       volume.GravestFirst(st.warnings),
	}
	s.info.Case = caseName(files)
	along := st.source.StackAxis()
	for c := range 3 {
		if c == along && !st.stepKnown || c != along && !st.spacingKnown {
			s.info.SpacingMM[c] = 0
		}
	}
	return s
}

// Info tells what the headers say.
func (s *Series) Info() app.SeriesInfo { return s.info }

// named tells a part of a series from the others: to the reader by its description,
// to lists and studies by a UID of its own from the second on.
func (s *Series) named(p part, number int) {
	id := &s.info.Identity
	if id.SeriesDescription != "" {
		p.said = append([]string{id.SeriesDescription}, p.said...)
	}
	id.SeriesDescription = strings.Join(p.said, ", ")
	if id.SeriesUID != "" && number > 1 {
		id.SeriesUID = fmt.Sprintf("%s#%d", id.SeriesUID, number)
	}
}

// SetCase renames the case, where several series share a folder.
func (s *Series) SetCase(name string) { s.info.Case = name }

// warn adds a doubt.
func (s *Series) warn(kind volume.WarningKind, key string, args ...any) {
	s.stack.warn(kind, key, args...)
	s.info.Warnings = volume.GravestFirst(s.stack.warnings)
}

// folder is the deepest folder that holds all files; the file itself where
// there is one.
func folder(files []*file) string {
	if len(files) == 1 {
		return files[0].path
	}
	dir := filepath.Dir(files[0].path)
	for _, f := range files[1:] {
		for !Within(f.path, dir) && dir != filepath.Dir(dir) {
			dir = filepath.Dir(dir)
		}
	}
	return dir
}

// Within reports whether a path lies below a folder, or is it.
func Within(path, dir string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// caseName is the name of the folder, or of the only file without extension.
func caseName(files []*file) string {
	p := folder(files)
	if abs, err := filepath.Abs(p); err == nil {
		p = abs
	}
	base := filepath.Base(p)
	if len(files) == 1 {
		base = strings.TrimSuffix(base, filepath.Ext(base))
	}
	return base
}

// Middle reads the middle slice as a volume one slice thick.
func (s *Series) Middle(ctx context.Context) (*volume.Volume, error) {
	mid := s.stack.slices[len(s.stack.slices)/2]
	one := seriesOf([]*file{mid.file}, newStack([]slice{mid}))
	return one.Load(ctx, app.LoadHooks{})
}

// SHA256 is the hash of the sorted list of "SOPInstanceUID SHA-256\n" lines, one
// a file. It reads every file.
func (s *Series) SHA256(ctx context.Context) (string, error) {
	lines := make([]string, len(s.files))
	err := parallel.Each(ctx, len(s.files), func(i int) error {
		sum, err := safefile.Sum(ctx, s.files[i].path)
		if err != nil {
			if ctx.Err() == nil {
				err = unreadable(s.files[i].path, err)
			}
			return err
		}
		lines[i] = s.files[i].data.text(tagSOPInstance) + " " + sum + "\n"
		return nil
	})
	if err != nil {
		return "", err
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "")))
	return hex.EncodeToString(sum[:]), nil
}
