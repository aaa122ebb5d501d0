package pipeline

import (
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"opacity/app"
	"opacity/app/volume"
)

// saving is what is to be written of one case.
type saving struct {
	volume *volume.Volume
	result *app.SegmentResult
	begin  time.Time // of the whole run
}

// save writes mask, probabilities and report into folder, and completes the
// report's timings on the way. Results of an earlier run make room for these
// only once these are whole.
func save(ctx context.Context, folder string, w app.Writer, o Options, s saving, r *app.Report, h Hooks) (files []string, err error) {
	start := time.Now()
	room := &room{folder: folder}
	if o.Overwrite {
		if room, err = makeRoom(folder); err != nil {
			return nil, err
		}
	}
	defer func() {
		if err != nil {
			room.restore(files)
			files = nil
			return
		}
		room.clear()
	}()
	total := 2 + len(s.result.Probabilities)
	progress(h, 0, total)
	path := filepath.Join(folder, app.MaskName)
	if err := w.WriteMask(ctx, path, s.volume, s.result.Mask, o.Overwrite); err != nil {
		return files, err
	}
	files = append(files, path)
	for _, label := range slices.Sorted(maps.Keys(s.result.Probabilities)) {
		progress(h, len(files), total)
		path := filepath.Join(folder, app.ProbabilityName(label))
		if err := w.WriteProbability(ctx, path, s.volume, s.result.Probabilities[label], o.Overwrite); err != nil {
			return files, err
		}
		files = append(files, path)
	}
	progress(h, len(files), total)
	r.Timings.Save, r.Timings.Total = time.Since(start), time.Since(s.begin)
	reports, err := w.WriteReport(ctx, folder, *r, o.Overwrite)
	if err != nil {
		return files, err
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
		base := caseName(s.Info().Case)
		name := base
		for i := 2; taken[strings.ToLower(name)]; i++ {
			name = base + "-" + strconv.Itoa(i)
		}
		taken[strings.ToLower(name)] = true
		cases[n] = Case{name, s}
	}
	return cases
}

// caseName makes a folder's name out of an input's: underscores stand for what
// some file system does not take, so that it is the input's own wherever it can be.
func caseName(s string) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`<>:"/\|?*`, r) || !unicode.IsGraphic(r) {
			return '_'
		}
		return r
	}, s)
	if s = strings.Trim(s, " ."); s == "" {
		return "case"
	}
	return s
}
