package main

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"opacity/app"
	"opacity/app/imageio"
	"opacity/app/imageio/dicom"
	"opacity/app/imageio/nifti"
	"opacity/app/job"
	"opacity/app/phantom"
	"opacity/app/volume"
	"opacity/viewer"
	"opacity/viewer/render"
)

// measureOpening writes the thorax as DICOM and as NIfTI and opens both as the
// window does: scan, load, and the first picture drawn.
func measureOpening(ctx context.Context, _, dir string) ([]row, error) {
	v, _ := phantom.New(phantom.Options{Seed: 1})
	if err := dicom.Write(ctx, filepath.Join(dir, "dicom"), v, dicom.WriteOptions{}); err != nil {
		return nil, err
	}
	if err := nifti.WriteVolume(ctx, filepath.Join(dir, "ct.nii.gz"), v, false); err != nil {
		return nil, err
	}
	var rows []row
	for _, in := range []struct{ path, name, first, all string }{
		{"dicom", "DICOM folder of 300", "< 0.3 s", "< 0.6 s"},
		{"ct.nii.gz", ".nii.gz", "< 0.3 s", "< 1.5 s"},
	} {
		s, err := medianSeconds(5, func() ([]time.Duration, error) { return open(ctx, filepath.Join(dir, in.path)) })
		if err != nil {
			return rows, err
		}
		rows = append(rows,
			row{What: in.name + ": first picture", Value: s[0], Unit: "s", Aim: in.first, Runs: 5},
			row{What: in.name + ": all loaded", Value: s[1], Unit: "s", Aim: in.all, Runs: 5})
	}
	return rows, nil
}

// open returns how long it took until the first slice was drawn and until all
// voxels were in.
func open(ctx context.Context, path string) ([]time.Duration, error) {
	start := time.Now()
	found, err := (imageio.Opener{}).Scan(ctx, []string{path}, func(job.Progress) {})
	if err != nil {
		return nil, err
	}
	if len(found.Series) == 0 {
		return nil, fmt.Errorf("nothing found in %s", path)
	}
	s := found.Series[0]
	var first time.Duration
	view := render.View{Plane: viewer.Axial, Window: viewer.Presets[1].Window, Camera: viewer.Camera{Zoom: 1}}
	var once sync.Once
	_, err = s.Load(ctx, app.LoadHooks{
		Begin: func(v *volume.Volume) { view.Volume = v },
		Slices: func(k, _ int) {
			once.Do(func() {
				view.Index = k
				var base render.Base
				var lut render.LUT
				base.Draw(nil, view, &lut)
				first = time.Since(start)
			})
		},
	})
	return []time.Duration{first, time.Since(start)}, err
}
