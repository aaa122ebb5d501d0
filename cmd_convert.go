package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
)

func newConvert(c *cli) *cobra.Command {
	force := false
	cmd := &cobra.Command{
		Use: "convert IN OUT", Short: c.table.T("cmd.convert.short"), Long: c.table.T("cmd.convert.long"), Args: arguments(2, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.convert(cmd.Context(), args[0], args[1], force)
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, c.table.T("cmd.force"))
	return cmd
}

func (c *cli) convert(ctx context.Context, in, out string, force bool) error {
	if low := strings.ToLower(out); !strings.HasSuffix(low, ".nii") && !strings.HasSuffix(low, ".nii.gz") {
		return app.Misuse("cmd.convert.format", out)
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
	for _, w := range doubts(s.Info(), v) { // what is written does not tell of them
		bar.note(w.Message)
	}
	if m, ok := asMask(s.Info(), v); ok {
		err = p.writer.WriteMask(ctx, out, v, m, force)
	} else {
		err = p.writer.WriteVolume(ctx, out, v, force)
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

// asMask takes a label map as it is, numbers kept, so that it is written in
// bytes.
func asMask(info app.SeriesInfo, v *volume.Volume) (*mask.Mask, bool) {
	if !info.LabelMap || v.Int16 == nil {
		return nil, false
	}
	m := mask.New(v.Size, nil)
	labels := make([]uint8, v.Size[0]*v.Size[1])
	for k := range v.Size[2] {
		for o, x := range v.SliceInt16(k) {
			if x < 0 || x > 255 {
				return nil, false
			}
			labels[o] = uint8(x)
		}
		m.SetSlice(mask.Anatomy, k, labels)
	}
	return m, true
}
