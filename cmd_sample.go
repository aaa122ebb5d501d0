package main

import (
	"context"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"opacity/app"
	"opacity/app/phantom"
	"opacity/app/pipeline"
	"opacity/app/text"
)

// newSample does without a window what `opacity --sample` does in one.
func newSample(c *cli) *cobra.Command {
	var f phantomFlags
	cmd := &cobra.Command{
		Use: "sample -o DIR", Short: c.table.T("cmd.sample.short"), Args: arguments(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := needed(cmd, "-o DIR", f.out); err != nil {
				return err
			}
			return c.sample(cmd.Context(), f)
		},
	}
	cmd.Flags().StringVarP(&f.out, "output", "o", "", c.table.T("cmd.sample.output"))
	cmd.Flags().StringVar(&f.size, "size", "512x512x300", c.table.T("cmd.phantom.size"))
	cmd.Flags().Uint64Var(&f.seed, "seed", 0, c.table.T("cmd.phantom.seed"))
	cmd.Flags().BoolVar(&f.force, "force", false, c.table.T("cmd.force"))
	return cmd
}

func (c *cli) sample(ctx context.Context, f phantomFlags) error {
	size, err := parseSize(f.size)
	if err != nil {
		return err
	}
	ct, picture := filepath.Join(f.out, "sample.nii.gz"), filepath.Join(f.out, "sample", "axial.png")
	if err := vacant(f.force, ct, picture); err != nil {
		return err
	}
	bar := c.progress()
	defer bar.end()
	bar.note(text.M("cmd.sample.making", size.String()))
	v, _, err := paint(ctx, phantom.Options{Size: size, Seed: f.seed, Report: bar.report})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(f.out, 0o777); err != nil {
		return app.Fail(err, "app.folder_not_made", f.out)
	}
	p := wire()
	if err := p.writer.WriteVolume(ctx, ct, v, f.force); err != nil {
		return err
	}
	// From here on as with any other file.
	s, err := c.first(ctx, p, ct, bar)
	if err != nil {
		return err
	}
	o, err := pipeline.Run(ctx, pipeline.Name([]app.Series{s})[0], pipeline.Tools{Segmenter: p.engine, Writer: p.writer},
		pipeline.Options{Folder: f.out, Overwrite: f.force, Version: programVersion()},
		pipeline.Hooks{Started: bar.started, Progress: bar.report})
	if err != nil {
		return err
	}
	bar.end()
	if err := c.printOutcome(o); err != nil {
		return err
	}
	at := strconv.Itoa(1 + o.Report.Measurements.Worst())
	err = c.snapshot(ctx, ct, snapshotFlags{mask: o.Files[0], plane: "axial", at: at, window: "lung", out: picture, force: f.force})
	if err != nil {
		return err
	}
	return c.print(text.M("cmd.sample.where", o.Files[0], o.Files[1], picture))
}
