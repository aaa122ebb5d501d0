package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"opacity/app"
	"opacity/app/imageio/dicom"
	"opacity/app/mask"
	"opacity/app/phantom"
	"opacity/app/volume"
)

type phantomFlags struct {
	out, size string
	seed      uint64
	force     bool
}

func newPhantom(c *cli) *cobra.Command {
	var f phantomFlags
	cmd := &cobra.Command{
		Use: "phantom -o DIR", Short: c.table.T("cmd.phantom.short"), Args: arguments(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := needed(cmd, "-o DIR", f.out); err != nil {
				return err
			}
			return c.phantom(cmd.Context(), f)
		},
	}
	cmd.Flags().StringVarP(&f.out, "output", "o", "", c.table.T("cmd.phantom.output"))
	cmd.Flags().StringVar(&f.size, "size", "512x512x300", c.table.T("cmd.phantom.size"))
	cmd.Flags().Uint64Var(&f.seed, "seed", 0, c.table.T("cmd.phantom.seed"))
	cmd.Flags().BoolVar(&f.force, "force", false, c.table.T("cmd.force"))
	return cmd
}

// The bounds of a phantom: smaller shows no chest, larger takes more than 8 GB.
const leastVoxels, mostVoxels = 8, 1 << 32

func parseSize(s string) (volume.Size, error) {
	var size volume.Size
	n, err := fmt.Sscanf(s, "%dx%dx%d", &size[0], &size[1], &size[2])
	if n != 3 || err != nil || size.String() != s || min(size[0], size[1], size[2]) < leastVoxels ||
		max(size[0], size[1], size[2]) > 4096 || size.Voxels() > mostVoxels {
		return volume.Size{}, app.Misuse("cmd.phantom.bad_size", s, leastVoxels)
	}
	return size, nil
}

func (c *cli) phantom(ctx context.Context, f phantomFlags) error {
	size, err := parseSize(f.size)
	if err != nil {
		return err
	}
	ct, labels, series := filepath.Join(f.out, "ct.nii.gz"), filepath.Join(f.out, "mask.nii.gz"), filepath.Join(f.out, "dicom")
	if err := vacant(f.force, ct, labels, filepath.Join(series, "IM00001.dcm")); err != nil {
		return err
	}
	v, m, err := paint(ctx, phantom.Options{Size: size, Seed: f.seed})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(f.out, 0o777); err != nil {
		return app.Fail(err, "app.folder_not_made", f.out)
	}
	bar := c.progress()
	defer bar.end()
	writer := wire().writer
	if err := writer.WriteVolume(ctx, ct, v, f.force); err != nil {
		return err
	}
	if err := writer.WriteMask(ctx, labels, v, m, f.force); err != nil {
		return err
	}
	if err := dicom.Write(ctx, series, v, dicom.WriteOptions{Overwrite: f.force, Report: bar.report}); err != nil {
		return err
	}
	bar.end()
	fmt.Fprintf(c.out, "%s\n%s\n%s\n", ct, labels, series)
	return nil
}

// paint makes the thorax; stopped meanwhile, it lets the rest be.
func paint(ctx context.Context, o phantom.Options) (*volume.Volume, *mask.Mask, error) {
	type made struct {
		v *volume.Volume
		m *mask.Mask
	}
	done := make(chan made, 1)
	go func() {
		v, m := phantom.New(o)
		done <- made{v, m}
	}()
	select {
	case p := <-done:
		return p.v, p.m, nil
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
}

// vacant refuses, before any work, what would be replaced without force.
func vacant(force bool, paths ...string) error {
	for _, p := range paths {
		if _, err := os.Lstat(p); !force && !errors.Is(err, fs.ErrNotExist) {
			return app.Misuse("safefile.exists", p)
		}
	}
	return nil
}
