package main

import (
	"context"
	"os"
	"path/filepath"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/phantom"
	"opacity/app/safefile"
	"opacity/app/volume"
)

// paint makes the thorax; stopped meanwhile, it lets the rest be.
func paint(ctx context.Context, o phantom.Options) (*volume.Volume, *mask.Mask, error) {
	type made struct {
		v *volume.Volume
		m *mask.Mask
	}
	p, err := stoppable(ctx, func() made {
		v, m := phantom.New(o)
		return made{v, m}
	})
	return p.v, p.m, err
}

// ready refuses, before any work is done, a folder that cannot be written to,
// and without force one that holds something already. The folder is made; undo
// takes it away again where nothing came into it.
func (f phantomFlags) ready(files ...string) (undo func(), err error) {
	if err := vacant(f.force, files...); err != nil {
		return nil, err
	}
	names, err := safefile.Names(f.series())
	if err != nil {
		return nil, err
	}
	if len(names) > 0 && !f.force {
		return nil, app.Misuse("safefile.exists", filepath.Join(f.series(), names[0]))
	}
	_, missing := os.Lstat(f.out)
	if err := os.MkdirAll(f.out, 0o777); err != nil {
		return nil, safefile.Explain(f.out, err)
	}
	undo = func() {
		if missing != nil {
			_ = os.Remove(f.out) // stays where something is in it
		}
	}
	if err := safefile.ReadyFolder(f.out); err != nil {
		undo()
		return nil, err
	}
	return undo, nil
}

// series is the folder of the DICOM series.
func (f phantomFlags) series() string { return filepath.Join(f.out, "dicom") }
