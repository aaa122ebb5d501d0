package pipeline

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/text"
)

// Find scans each input by itself, so that a bad one does not hide the others,
// and returns the series to segment, each once: a file of a DICOM series stands for all
// of it. Results of a segmentation below a folder are none, and what lies in studies. A slice that cannot be read is told to note, and the series it is missing from
// goes on without it; what stands for a case fails. report and note may be nil.
func Find(ctx context.Context, opener app.Opener, inputs []string, report func(job.Progress), note func(text.Message)) (series []app.Series, failed []Failure) {
	met := map[string]bool{}
	for _, in := range inputs {
		scan, err := opener.Scan(ctx, []string{in}, report)
		if err != nil {
			failed = append(failed, Failure{in, err})
			continue
		}
		images := worth(slices.DeleteFunc(scan.Series, func(s app.Series) bool { return derived(s.Info().Path, in) }))
		if len(images) == 0 {
			failed = append(failed, Failure{in, app.Refuse(nil, "app.only_masks", in)})
		}
		for _, s := range images {
			if key := keyOf(s.Info()); !met[key] {
				met[key] = true
				series = append(series, s)
			}
		}
		for _, err := range scan.Failed {
			var at *app.PathError
			if errors.As(err, &at) && derived(at.Path, in) {
				continue
			}
			if at != nil && at.Case {
				failed = append(failed, Failure{in, err})
			} else if note != nil {
				_, m := app.Explain(err)
				note(m)
			}
		}
	}
	return series, failed
}

// derived reports whether a file below a folder is the program's own work: a
// result, or part of a study. What the user named is not.
func derived(path, folder string) bool {
	rel, err := filepath.Rel(folder, path)
	if err != nil {
		rel = path
	}
	parts := strings.Split(filepath.ToSlash(rel), "/")
	inStudy := slices.ContainsFunc(parts[:len(parts)-1], func(p string) bool { return strings.EqualFold(filepath.Ext(p), ".opacity") })
	return inStudy || app.IsResult(parts[len(parts)-1])
}

// keyOf is the same for the same series, whichever of its files was named.
func keyOf(i app.SeriesInfo) string {
	path, err := filepath.Abs(i.Path)
	if err != nil {
		path = i.Path
	}
	return fmt.Sprintln(path, i.Identity.SeriesUID, i.Size)
}

// worth leaves out masks, and pictures of a slice or two (scouts) where there is
// a stack.
func worth(all []app.Series) []app.Series {
	var stacks, images []app.Series
	for _, s := range all {
		i := s.Info()
		if i.LabelMap {
			continue
		}
		images = append(images, s)
		if i.Size[2] > 2 {
			stacks = append(stacks, s)
		}
	}
	if len(stacks) > 0 {
		return stacks
	}
	return images
}
