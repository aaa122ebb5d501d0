package pipeline_test

import (
	"context"
	"slices"
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
	opener := found{
		"stack":  {Series: []app.Series{of("thick", 30, false), of("scout", 1, false), of("mask", 30, true)}},
		"slice":  {Series: []app.Series{of("slice", 1, false)}},
		"masks":  {Series: []app.Series{of("mask", 30, true)}},
		"partly": {Series: []app.Series{of("rest", 30, false)}, Failed: []error{broken("IM3.dcm", false), broken("other.nii", true)}},
	}
	for _, c := range []struct {
		in                   string
		series, failed, told []string
	}{
		{"stack", []string{"thick"}, nil, nil},
		{"slice", []string{"slice"}, nil, nil},
		{"masks", nil, []string{"app.only_masks"}, nil},
		{"gone", nil, []string{"imageio.missing"}, nil},
		{"partly", []string{"rest"}, []string{"imageio.unreadable"}, []string{"imageio.unreadable"}},
	} {
		var series, failed, told []string
		got, bad := pipeline.Find(context.Background(), opener, []string{c.in}, nil, func(m text.Message) { told = append(told, m.Key) })
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
