package pipeline

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"opacity/app"
	"opacity/app/volume"
)

// The names of what is written, beside the report's own.
const (
	maskName          = "mask.nii.gz"
	probabilityPrefix = "prob_"
)

// saving is what is to be written of one case.
type saving struct {
	volume *volume.Volume
	result *app.SegmentResult
	begin  time.Time // of the whole run
}

// save writes mask, probabilities and report into folder, and completes the
// report's timings on the way.
func save(ctx context.Context, folder string, w app.Writer, o Options, s saving, r *app.Report, h Hooks) ([]string, error) {
	start := time.Now()
	total := 2 + len(s.result.Probabilities)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return nil, app.Fail(err, "app.folder_not_made", folder)
	}
	progress(h, 0, total)
	files := []string{filepath.Join(folder, maskName)}
	if err := w.WriteMask(ctx, files[0], s.volume, s.result.Mask, o.Overwrite); err != nil {
		return nil, err
	}
	for _, label := range slices.Sorted(maps.Keys(s.result.Probabilities)) {
		progress(h, len(files), total)
		path := filepath.Join(folder, probabilityPrefix+fileName(label)+".nii.gz")
		if err := w.WriteProbability(ctx, path, s.volume, s.result.Probabilities[label], o.Overwrite); err != nil {
			return nil, err
		}
		files = append(files, path)
	}
	progress(h, len(files), total)
	r.Timings.Save, r.Timings.Total = time.Since(start), time.Since(s.begin)
	reports, err := w.WriteReport(ctx, folder, *r, o.Overwrite)
	if err != nil {
		return nil, err
	}
	progress(h, total, total)
	return append(files, reports...), nil
}

// Name gives each series a name of its own for its results: its case name, with
// a number where two would share one (also where only letter case differs, as
// some file systems do not tell those apart).
func Name(series []app.Series) []Case {
	taken := map[string]bool{}
	cases := make([]Case, len(series))
	for n, s := range series {
		base := fileName(s.Info().Case)
		name := base
		for i := 2; taken[strings.ToLower(name)]; i++ {
			name = base + "-" + strconv.Itoa(i)
		}
		taken[strings.ToLower(name)] = true
		cases[n] = Case{name, s}
	}
	return cases
}

// fileName makes a file name out of any text: letters, digits, dots, dashes,
// and underscores for the rest.
func fileName(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(".-+", r) {
			return r
		}
		return '_'
	}, s)
	if s = strings.Trim(s, "."); s == "" {
		return "case"
	}
	return s
}
