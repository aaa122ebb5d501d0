package main

import (
	"context"
	"os"
	"strings"

	"opacity/app"
	"opacity/app/pipeline"
)

// find scans each input by itself, so that a bad one does not hide the others.
// Slices that cannot be read are told of; the series they are missing from goes
// on without them.
func (c *cli) find(ctx context.Context, p *program, inputs []string, bar *progress) (series []app.Series, failed []pipeline.Failure) {
	for _, in := range inputs {
		scan, err := p.opener.Scan(ctx, []string{in}, bar.report)
		if err != nil {
			failed = append(failed, pipeline.Failure{Name: in, Err: err})
			continue
		}
		images := worth(scan.Series)
		if len(images) == 0 {
			failed = append(failed, pipeline.Failure{Name: in, Err: app.Refuse(nil, "cmd.segment.only_masks", in)})
		}
		series = append(series, images...)
		for _, err := range scan.Failed {
			if wholeCase(pathOf(err)) {
				failed = append(failed, pipeline.Failure{Name: in, Err: err})
				continue
			}
			_, m := app.Explain(err)
			bar.note(m)
		}
	}
	return series, failed
}

// wholeCase reports whether a path that could not be read stands for a case or
// more: a NIfTI file or a folder, and not one slice of a series.
func wholeCase(path string) bool {
	low := strings.ToLower(path)
	if strings.HasSuffix(low, ".nii") || strings.HasSuffix(low, ".nii.gz") {
		return true
	}
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// pathOf is the file that an error of a scan is about: the first thing that its
// sentence names.
func pathOf(err error) string {
	if _, m := app.Explain(err); len(m.Args) > 0 {
		if path, ok := m.Args[0].(string); ok {
			return path
		}
	}
	return ""
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
