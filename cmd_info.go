package main

import (
	"context"
	"encoding/json"
	"math"

	"github.com/spf13/cobra"

	"opacity/app"
	"opacity/app/volume"
	"opacity/export"
)

// seriesJSON is a series as `opacity info --json` writes it. Who the patient is
// is left out.
type seriesJSON struct {
	Path           string           `json:"path"`
	Case           string           `json:"case"`
	Format         string           `json:"format"`
	TransferSyntax string           `json:"transfer_syntax"`
	Modality       string           `json:"modality"`
	Description    string           `json:"description"`
	Kernel         string           `json:"kernel"`
	SeriesUID      string           `json:"series_uid"`
	Files          int              `json:"files"`
	Size           volume.Size      `json:"size"`
	SpacingMM      [3]*float64      `json:"spacing_mm"`
	Orientation    string           `json:"orientation"`
	Unit           volume.Unit      `json:"unit"`
	Range          *[2]float64      `json:"range"`
	LabelMap       bool             `json:"label_map"`
	Warnings       []export.Warning `json:"warnings"`
	Error          string           `json:"error,omitempty"`
}

// infoJSON is all that `opacity info --json` writes.
type infoJSON struct {
	Series  []seriesJSON   `json:"series"`
	Skipped map[string]int `json:"skipped"`
	Failed  []string       `json:"failed"`
}

func newInfo(c *cli) *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use: "info PATH...", Short: c.table.T("cmd.info.short"), Args: arguments(1, -1),
		RunE: func(cmd *cobra.Command, paths []string) error {
			return c.info(cmd.Context(), paths, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, c.table.T("cmd.json"))
	return cmd
}

func (c *cli) info(ctx context.Context, paths []string, asJSON bool) error {
	progress := c.progress()
	defer progress.end()
	scan, err := wire().opener.Scan(ctx, paths, progress.report)
	if err != nil {
		return err
	}
	out := infoJSON{Series: []seriesJSON{}, Skipped: map[string]int{}, Failed: []string{}}
	var failed error
	for _, s := range scan.Series {
		one, err := describe(ctx, s, progress)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			failed, one.Error = err, sentence(err)
		}
		out.Series = append(out.Series, one)
	}
	for key, n := range scan.Skipped {
		out.Skipped[c.table.T(key)] += n
	}
	for _, err := range scan.Failed {
		out.Failed = append(out.Failed, sentence(err))
	}
	progress.end()
	if asJSON {
		e := json.NewEncoder(c.out)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		err = e.Encode(out)
	} else {
		err = c.printInfo(out)
	}
	if err != nil {
		return err
	}
	return failed
}

// sentence is what a user reads of an error.
func sentence(err error) string {
	_, m := app.Explain(err)
	return m.String()
}

// describe reads the voxels too: range and doubts are known only then.
func describe(ctx context.Context, s app.Series, p *progress) (seriesJSON, error) {
	v, err := s.Load(ctx, app.LoadHooks{Progress: p.report})
	i := s.Info()
	out := seriesJSON{
		Path: i.Path, Case: i.Case, Format: i.Format, TransferSyntax: i.TransferSyntax,
		Modality: i.Identity.Modality, Description: i.Identity.SeriesDescription, Kernel: i.Identity.Kernel,
		SeriesUID: i.Identity.SeriesUID, Files: i.Files, Size: i.Size, Orientation: i.Orientation,
		Unit: i.Unit, LabelMap: i.LabelMap, Warnings: export.Warnings(i.Warnings),
	}
	for a, mm := range i.SpacingMM {
		if mm > 0 {
			tidy := math.Round(mm*1e7) / 1e7 // headers hold no more
			out.SpacingMM[a] = &tidy
		}
	}
	if err != nil {
		return out, err
	}
	lo, hi := v.Range()
	if lo <= hi { // not where nothing is finite
		out.Range = &[2]float64{lo, hi}
	}
	out.Unit, out.Warnings = v.Unit, export.Warnings(v.Warnings)
	return out, nil
}
