// Package imageio finds what can be opened under the paths a user names: CT
// series in DICOM files, and NIfTI volumes.
package imageio

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"sync"

	"opacity/app"
	"opacity/app/imageio/dicom"
	"opacity/app/imageio/nifti"
	"opacity/app/job"
	"opacity/app/parallel"
	"opacity/app/text"
)

// Opener implements app.Opener.
type Opener struct{}

var _ app.Opener = Opener{}

// Scan looks at every file named and every file in the folders named. A DICOM
// file brings the whole series that it belongs to, from its folder; a DICOMDIR
// brings its folder. Where nothing can be opened the error is a Refused one
// that says why, and the scan tells what was skipped and failed, and which files hold
// masks alone. report may be nil.
func (Opener) Scan(ctx context.Context, paths []string, report func(job.Progress)) (app.Scan, error) {
	list, err := collect(ctx, paths)
	if err != nil {
		return app.Scan{}, err
	}
	found, err := dicom.Scan(ctx, list.dicom, report)
	if err != nil {
		return app.Scan{}, err
	}
	scan := app.Scan{Skipped: found.Skipped, Aside: found.Aside, Failed: append(list.failed, found.Failed...)}
	for _, m := range found.Masks {
		scan.Masks = append(scan.Masks, app.MaskFile(m))
	}
	for _, path := range found.NotDICOM {
		if nifti.IsNIfTI(path) {
			list.nifti = append(list.nifti, path)
			continue
		}
		switch format := formatOf(path); {
		case format == "":
			aside(&scan, dicom.SkippedNotDICOM, path)
		case slices.Contains(paths, path):
			scan.Failed = append(scan.Failed, &app.PathError{
				Path: path, Case: true, Err: app.Refuse(nil, "imageio.format", path, text.M("imageio.format."+format)),
			})
		default:
			aside(&scan, "imageio.skipped."+format, path)
		}
	}
	var volumes []app.Series
	var cases []string // that are no DICOM: volumes, and what should have been one
	opened, err := openAll(ctx, list.nifti, report)
	if err != nil {
		return app.Scan{}, err
	}
	for i, path := range list.nifti {
		s := opened[i].series
		if err := opened[i].err; err != nil {
			scan.Failed = append(scan.Failed, &app.PathError{Path: path, Case: true, Err: err})
			cases = append(cases, path)
			continue
		}
		volumes = append(volumes, s)
		if !s.Info().LabelMap {
			cases = append(cases, path)
		}
	}
	nameCases(found.Series, cases, paths)
	for _, s := range found.Series {
		scan.Series = append(scan.Series, s)
	}
	scan.Series = append(scan.Series, volumes...)
	if len(scan.Series) == 0 {
		return scan, nothing(paths, scan)
	}
	slices.SortStableFunc(scan.Series, byUse(scan.Series))
	return scan, nil
}

// opened is what came of a NIfTI file.
type opened struct {
	series app.Series
	err    error // *app.Error
}

// openAll opens NIfTI files on all cores: a glance at a compressed one takes some
// hundredths of a second, and folders hold hundreds. The order is theirs.
func openAll(ctx context.Context, paths []string, report func(job.Progress)) ([]opened, error) {
	out := make([]opened, len(paths))
	var telling sync.Mutex // so that what is told only rises
	done := 0
	err := parallel.Each(ctx, len(paths), func(i int) error {
		out[i].series, out[i].err = nifti.Open(paths[i])
		telling.Lock()
		defer telling.Unlock()
		if done++; report != nil {
			report(job.Progress{Stage: text.M("dicom.stage.headers"), Done: done, Total: len(paths)})
		}
		return nil
	})
	return out, err
}

// aside counts a file that nothing uses.
func aside(scan *app.Scan, reason, path string) {
	scan.Skipped[reason]++
	if len(scan.Aside) < app.MostAside {
		scan.Aside = append(scan.Aside, path)
	}
}

// nameCases names the only case below a folder after the folder that the user
// named, and gives series that share a name below one path names of their own,
// in the order of their series numbers. others are cases of other formats.
func nameCases(all []*dicom.Series, others, paths []string) {
	for _, p := range paths {
		var below []*dicom.Series
		for _, s := range all {
			if dicom.Within(s.Info().Path, p) {
				below = append(below, s)
			}
		}
		if slices.ContainsFunc(others, func(o string) bool { return dicom.Within(o, p) }) {
			continue
		}
		if abs, err := filepath.Abs(p); err == nil && len(below) == 1 && below[0].Info().Path != filepath.Clean(p) {
			below[0].SetCase(filepath.Base(abs))
		}
	}
	slices.SortStableFunc(all, func(a, b *dicom.Series) int {
		x, y := a.Info().Identity.SeriesNumber, b.Info().Identity.SeriesNumber
		return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)) // numbers as text
	})
	type place struct {
		path int // of those that the user named
		name string
	}
	used := map[place]int{}
	for _, s := range all {
		name := s.Info().Case
		at := place{slices.IndexFunc(paths, func(p string) bool { return dicom.Within(s.Info().Path, p) }), name}
		if used[at]++; used[at] > 1 {
			s.SetCase(fmt.Sprintf("%s-%d", name, used[at]))
		}
	}
}

// byUse orders series for offering: images before masks, stacks that cover a
// good part of the body (half of the longest) before short ones, thin slices
// before thick, then the longer one first.
func byUse(all []app.Series) func(a, b app.Series) int {
	longest := 0.0
	for _, s := range all {
		longest = max(longest, coverageMM(s.Info()))
	}
	return func(a, b app.Series) int {
		x, y := a.Info(), b.Info()
		long := func(i app.SeriesInfo) bool { return coverageMM(i) >= longest/2 }
		return cmp.Or(
			falseFirst(x.LabelMap, y.LabelMap), falseFirst(!long(x), !long(y)),
			cmp.Compare(sliceMM(x), sliceMM(y)), cmp.Compare(coverageMM(y), coverageMM(x)),
			cmp.Compare(x.Case, y.Case))
	}
}

func falseFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// sliceMM is the step between the slices k; unknown ones count as thick.
func sliceMM(i app.SeriesInfo) float64 { return cmp.Or(i.SpacingMM[2], 1000) }

func coverageMM(i app.SeriesInfo) float64 { return i.SpacingMM[2] * float64(i.Size[2]) }

// nothing says why no series was found: the one failure where there is one,
// else how many files were left out for which reason.
func nothing(paths []string, scan app.Scan) error {
	skipped := maps.Clone(scan.Skipped)
	for _, m := range scan.Masks {
		skipped[m.Kind]++
	}
	if len(scan.Failed) == 1 && len(skipped) == 0 {
		return scan.Failed[0]
	}
	name := filepath.Clean(paths[0])
	if len(paths) > 1 {
		name = fmt.Sprintf("%s (+%d)", name, len(paths)-1)
	}
	var reasons []text.Message
	for _, key := range slices.SortedFunc(maps.Keys(skipped), func(a, b string) int {
		return cmp.Or(cmp.Compare(skipped[b], skipped[a]), cmp.Compare(a, b))
	}) {
		reasons = append(reasons, text.M("imageio.skipped", skipped[key], text.M(key)))
	}
	switch {
	case len(scan.Failed) > 0:
		_, why := app.Explain(scan.Failed[0])
		return app.Refuse(scan.Failed[0], "imageio.none_failed", name, len(scan.Failed), why)
	case len(reasons) == 0:
		return app.Refuse(nil, "imageio.empty", name)
	}
	return app.Refuse(nil, "imageio.none", name, reasons)
}
