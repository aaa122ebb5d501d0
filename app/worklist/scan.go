package worklist

import (
	"context"
	"path/filepath"
	"unicode/utf8"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/pipeline"
	"opacity/app/text"
)

// Scan finds the cases below a folder, or that a file is: see pipeline.Find. A case is named after
// its file or folder, as app.SeriesInfo has it, or after the folder around where
// files share a name; name, where it is not nil, makes of that one that says nothing
// of the patient. What cannot be read is in failed. report and
// note may be nil; a series that goes on without a slice is told to note.
func Scan(ctx context.Context, opener app.Opener, folder string, name func(app.SeriesInfo) string, report func(job.Progress), note func(text.Message)) (cases []Entry, failed []pipeline.Failure, err error) {
	series, failed := pipeline.Find(ctx, opener, []string{folder}, report, note)
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	paths, names, folders := map[string]int{}, map[string]int{}, map[string]int{} // how many series there are of each
	var kept []app.SeriesInfo
	for _, s := range series {
		info := s.Info()
		paths[info.Path]++
		names[info.Case]++
		folders[filepath.Dir(info.Path)]++
		kept = append(kept, info)
	}
	for _, info := range kept {
		// one/ct.nii and two/ct.nii are the cases one and two.
		if in := filepath.Dir(info.Path); names[info.Case] > 1 && folders[in] == 1 && filepath.Clean(folder) != in {
			info.Case = filepath.Base(in)
		}
		path, err := filepath.Abs(info.Path)
		if err != nil || !utf8.ValidString(path) { // a saved list holds text
			failed = append(failed, pipeline.Failure{Name: info.Path, Err: app.Refuse(err, "worklist.bad_name", info.Path)})
			continue
		}
		e := Entry{Case: info.Case, Path: path}
		if paths[info.Path] > 1 {
			e.SeriesUID = info.Identity.SeriesUID
		}
		if name != nil {
			e.Case = name(info)
		}
		cases = append(cases, e)
	}
	return named(cases), failed, nil
}

// Series finds the series of a case again. Errors are *app.Error or a context's.
func (e Entry) Series(ctx context.Context, opener app.Opener, report func(job.Progress)) (app.Series, error) {
	scan, err := opener.Scan(ctx, []string{e.Path}, report)
	if err != nil {
		return nil, err
	}
	one, ok := Pick(scan.Series, e.Path, e.SeriesUID)
	if !ok {
		return nil, app.Refuse(nil, "worklist.no_series", e.Case, e.Path)
	}
	return one, nil
}

// Pick finds the image of a case among the series found under its path: the one with
// that UID or, with "", the one that lies right there and not in a folder
// below, or what is likeliest meant.
func Pick(found []app.Series, path, series string) (app.Series, bool) {
	var likely app.Series
	for _, s := range found { // the scan puts what is likeliest meant first
		switch info := s.Info(); {
		case series != "":
			if info.Identity.SeriesUID == series {
				return s, true
			}
		case info.LabelMap:
		case filepath.Clean(info.Path) == filepath.Clean(path):
			return s, true
		case likely == nil:
			likely = s
		}
	}
	return likely, likely != nil
}
