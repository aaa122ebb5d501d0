package pipeline

import (
	"context"
	"errors"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/text"
)

// Find scans each input by itself, so that a bad one does not hide the others,
// and returns the series to segment. A slice that cannot be read is told to note,
// and the series it is missing from goes on without it; what stands for a case
// fails. report and note may be nil.
func Find(ctx context.Context, opener app.Opener, inputs []string, report func(job.Progress), note func(text.Message)) (series []app.Series, failed []Failure) {
	for _, in := range inputs {
		scan, err := opener.Scan(ctx, []string{in}, report)
		if err != nil {
			failed = append(failed, Failure{in, err})
			continue
		}
		images := worth(scan.Series)
		if len(images) == 0 {
			failed = append(failed, Failure{in, app.Refuse(nil, "app.only_masks", in)})
		}
		series = append(series, images...)
		for _, err := range scan.Failed {
			var at *app.PathError
			if errors.As(err, &at) && at.Case {
				failed = append(failed, Failure{in, err})
			} else if note != nil {
				_, m := app.Explain(err)
				note(m)
			}
		}
	}
	return series, failed
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
