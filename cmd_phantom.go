package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"opacity/app"
	"opacity/app/imageio/dicom"
	"opacity/app/phantom"
	"opacity/app/text"
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

// The largest phantom: more voxels take more than 8 GB.
const mostVoxels = 1 << 32

func parseSize(s string) (volume.Size, error) {
	var size volume.Size
	n, err := fmt.Sscanf(s, "%dx%dx%d", &size[0], &size[1], &size[2])
	if n != 3 || err != nil || size.String() != s || min(size[0], size[1], size[2]) < 1 ||
		max(size[0], size[1], size[2]) > 4096 || size.Voxels() > mostVoxels {
		return volume.Size{}, app.Misuse("cmd.phantom.bad_size", s)
	}
	return size, nil
}

func (c *cli) phantom(ctx context.Context, f phantomFlags) error {
	size, err := parseSize(f.size)
	if err != nil {
		return err
	}
	ct, labels := filepath.Join(f.out, "ct.nii.gz"), filepath.Join(f.out, "mask.nii.gz")
	undo, err := f.ready(ct, labels)
	if err != nil {
		return err
	}
	bar := c.progress()
	defer bar.end()
	bar.note(text.M("cmd.sample.making", size.String()))
	if err := f.write(ctx, size, ct, labels, bar); err != nil {
		undo()
		return err
	}
	bar.end()
	return c.print(ct + "\n" + labels + "\n" + f.series())
}

// write paints the thorax and writes it in each format. Where one fails, the
// others go too, but those that replaced earlier ones.
func (f phantomFlags) write(ctx context.Context, size volume.Size, ct, labels string, bar *progress) (err error) {
	var written []string
	defer func() {
		for _, path := range written {
			if err != nil && !f.force {
				_ = os.Remove(path) // the first error is told
			}
		}
	}()
	v, m, err := paint(ctx, phantom.Options{Size: size, Seed: f.seed, Report: bar.report})
	if err != nil {
		return err
	}
	writer := wire().writer
	if err := writer.WriteVolume(ctx, ct, v, f.force); err != nil {
		return err
	}
	written = append(written, ct)
	if err := writer.WriteMask(ctx, labels, v, m, f.force); err != nil {
		return err
	}
	written = append(written, labels)
	return dicom.Write(ctx, f.series(), v, dicom.WriteOptions{Overwrite: f.force, Report: bar.report})
}
