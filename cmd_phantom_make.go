package main

import (
	"context"
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

// oldSlices lists what is in the folder of a phantom's series. Without force
// nothing may be; with it, slices of an earlier phantom are returned, which must
// go: this one may have fewer.
func oldSlices(series string, force bool) (old []string, err error) {
	names, err := safefile.Names(series)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		path := filepath.Join(series, name)
		if !force {
			return nil, app.Misuse("safefile.exists", path)
		}
		if slice, _ := filepath.Match("IM*.dcm", name); slice { // the pattern is sound
			old = append(old, path)
		}
	}
	return old, nil
}
