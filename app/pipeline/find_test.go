package pipeline_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/pipeline"
	"opacity/app/text"
	"opacity/app/volume"
)

// described is a series of which only its description counts.
type described struct {
	fakeSeries
	info app.SeriesInfo
}

func (d described) Info() app.SeriesInfo { return d.info }

// found is what lies at each path.
type found map[string]app.Scan

func (f found) Scan(_ context.Context, paths []string, _ func(job.Progress)) (app.Scan, error) {
	scan, ok := f[paths[0]]
	if !ok {
		return app.Scan{}, app.Refuse(nil, "imageio.missing", paths[0])
	}
	return scan, nil
}

func TestFind(t *testing.T) {
	of := func(name string, slices int, labels bool) app.Series {
		return described{info: app.SeriesInfo{Case: name, Size: volume.Size{8, 8, slices}, LabelMap: labels}}
	}
	broken := func(path string, wholeCase bool) error {
		return &app.PathError{Path: path, Case: wholeCase, Err: app.Refuse(nil, "imageio.unreadable", path)}
	}
	at := func(path string) app.Series {
		return described{info: app.SeriesInfo{Case: path, Path: path, Size: volume.Size{8, 8, 30}}}
	}
	slice := described{info: app.SeriesInfo{Case: "scan", Path: "scan", Size: volume.Size{8, 8, 30}, Identity: volume.Identity{SeriesUID: "1.2"}}}
	thin := slice
	thin.info.Identity.SeriesUID = "1.2#2"
	opener := found{
		"in": {
			Series: []app.Series{at("in/b/ct.nii"), at("in/out/b/prob_lung.nii.gz"), at("in/b.opacity/ct.nii")},
			Failed: []error{broken("in/out/b/prob_infection.nii.gz", true)},
		},
		"in/out/b/prob_lung.nii.gz": {Series: []app.Series{at("in/out/b/prob_lung.nii.gz")}},
		"scan/1.dcm":                {Series: []app.Series{slice}},
		"scan/2.dcm":                {Series: []app.Series{slice, thin}},
		"stack":                     {Series: []app.Series{of("thick", 30, false), of("scout", 1, false), of("mask", 30, true)}},
		"slice":                     {Series: []app.Series{of("slice", 1, false)}},
		"masks":                     {Series: []app.Series{of("mask", 30, true)}},
		"partly":                    {Series: []app.Series{of("rest", 30, false)}, Failed: []error{broken("IM3.dcm", false), broken("other.nii", true)}},
	}
	for _, c := range []struct {
		in                   string // one or several
		series, failed, told []string
	}{
		{"in", []string{"in/b/ct.nii"}, nil, nil},
		{"in/out/b/prob_lung.nii.gz", []string{"in/out/b/prob_lung.nii.gz"}, nil, nil}, // named, it is meant
		{"scan/1.dcm scan/2.dcm", []string{"scan", "scan"}, nil, nil},
		{"stack", []string{"thick"}, nil, nil},
		{"slice", []string{"slice"}, nil, nil},
		{"masks", nil, []string{"app.only_masks"}, nil},
		{"gone", nil, []string{"imageio.missing"}, nil},
		{"partly", []string{"rest"}, []string{"imageio.unreadable"}, []string{"imageio.unreadable"}},
	} {
		var series, failed, told []string
		got, bad := pipeline.Find(context.Background(), opener, strings.Fields(c.in), nil, func(m text.Message) { told = append(told, m.Key) })
		for _, s := range got {
			series = append(series, s.Info().Case)
		}
		for _, f := range bad {
			_, m := app.Explain(f.Err)
			failed = append(failed, m.Key)
		}
		if !slices.Equal(series, c.series) || !slices.Equal(failed, c.failed) || !slices.Equal(told, c.told) {
			t.Errorf("%s: series %q, failed %q, told %q", c.in, series, failed, told)
		}
	}
}
