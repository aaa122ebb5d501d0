package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/safefile"
	"opacity/app/text"
	"opacity/app/volume"
)

type convertFlags struct{ asRegular, force bool }

func newConvert(c *cli) *cobra.Command {
	var f convertFlags
	cmd := &cobra.Command{
		Use: "convert IN OUT", Short: c.table.T("cmd.convert.short"), Long: c.table.T("cmd.convert.long"), Args: arguments(2, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.convert(cmd.Context(), args[0], args[1], f)
		},
	}
	cmd.Flags().BoolVar(&f.asRegular, "as-regular", false, c.table.T("cmd.convert.as_regular"))
	cmd.Flags().BoolVar(&f.force, "force", false, c.table.T("cmd.force"))
	return cmd
}

func (c *cli) convert(ctx context.Context, in, out string, f convertFlags) error {
	if low := strings.ToLower(out); !strings.HasSuffix(low, ".nii") && !strings.HasSuffix(low, ".nii.gz") {
		return app.Misuse("cmd.convert.format", out)
	}
	if err := safefile.Ready(out, f.force); err != nil {
		return err
	}
	bar := c.progress()
	defer bar.end()
	p := wire()
	s, err := c.first(ctx, p, in, bar)
	if err != nil {
		return err
	}
	v, err := s.Load(ctx, app.LoadHooks{Progress: bar.report})
	if err != nil {
		return err
	}
	bar.end()
	if why, ok := irregular(v); ok && !f.asRegular {
		return app.Refuse(nil, "cmd.convert.irregular", in, why.Message)
	}
	for _, w := range v.Warnings { // what is written does not tell of all of them
		if s.Info().LabelMap && w.Kind == volume.WarnNotHU {
			continue // a mask's numbers are not meant to be
		}
		bar.note(w.Message)
	}
	m, isMask := (*mask.Mask)(nil), false
	if s.Info().LabelMap {
		m, isMask = mask.OfNumbers(v)
	}
	if isMask {
		err = p.writer.WriteMask(ctx, out, v, m, f.force)
	} else {
		err = p.writer.WriteVolume(ctx, out, v, f.force)
	}
	if err != nil {
		return err
	}
	return c.print(out)
}

// first is the series that would be offered first; which it took is said where
// there was a choice.
func (c *cli) first(ctx context.Context, p *program, path string, bar *progress) (app.Series, error) {
	scan, err := p.opener.Scan(ctx, []string{path}, bar.report)
	if err != nil {
		return nil, err
	}
	s := scan.Series[0]
	if n := len(scan.Series); n > 1 {
		bar.note(text.M("cmd.took_first", n, path, s.Info().Path))
	}
	return s, nil
}

// irregular is the doubt that a format of evenly spaced slices cannot hold. What
// came from NIfTI was as regular before.
func irregular(v *volume.Volume) (volume.Warning, bool) {
	for _, w := range v.Warnings {
		if v.Source.Header == nil && (w.Kind == volume.WarnGap || w.Kind == volume.WarnUneven) {
			return w, true
		}
	}
	return volume.Warning{}, false
}
