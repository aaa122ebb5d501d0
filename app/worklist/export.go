package worklist

import (
	"context"
	"os"
	"path/filepath"
	"slices"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/pipeline"
	"opacity/app/safefile"
	"opacity/app/text"
	"opacity/app/volume"
)

// Masks gives the mask of a case as it stands, with the image it lies on.
type Masks interface {
	Mask(ctx context.Context, e Entry) (*volume.Volume, *mask.Mask, error)
}

// In returns the names of the cases in any of the states, as Corrected and
// Accepted to export.
func (r Rows) In(states ...string) []string {
	var names []string
	for _, row := range r {
		if slices.Contains(states, row.State) {
			names = append(names, row.Case)
		}
	}
	return names
}

// Export writes the masks of cases as FOLDER/CASE.nii.gz and returns the paths.
// Without overwrite nothing is begun where one of them is there already, a Usage
// error. A case that fails does not stop the others. Cancelled, it returns
// ctx.Err(); what was written stays, each file whole. report may be nil.
func Export(ctx context.Context, cases []Entry, masks Masks, w app.Writer, folder string, overwrite bool, report func(job.Progress)) (paths []string, failed []pipeline.Failure, err error) {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return nil, nil, app.Fail(err, "app.folder_not_made", folder)
	}
	targets := make([]string, len(cases))
	for n, e := range cases {
		targets[n] = filepath.Join(folder, e.Case+".nii.gz")
	}
	if !overwrite {
		if err := safefile.Vacant(targets...); err != nil {
			return nil, nil, err
		}
	}
	if err := safefile.ReadyFolder(folder); err != nil {
		return nil, nil, err
	}
	for n, e := range cases {
		if report != nil {
			report(job.Progress{Stage: text.M("worklist.exporting", e.Case), Done: n, Total: len(cases)})
		}
		v, m, err := masks.Mask(ctx, e)
		if err == nil {
			err = w.WriteMask(ctx, targets[n], v, m, overwrite)
		}
		if ctx.Err() != nil {
			return paths, failed, ctx.Err()
		}
		if err != nil {
			failed = append(failed, pipeline.Failure{Name: e.Case, Err: err})
			continue
		}
		paths = append(paths, targets[n])
	}
	return paths, failed, nil
}
