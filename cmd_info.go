package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"opacity/app"
	"opacity/app/text"
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
			out.SpacingMM[a] = &mm
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

func (c *cli) printInfo(info infoJSON) error {
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	line := func(key, value string) {
		if value != "" {
			fmt.Fprintf(w, "  %s\t%s\n", c.table.T(key), value)
		}
	}
	for n, s := range info.Series {
		if n > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "%s\n", s.Path)
		line("cmd.info.format", strings.TrimSuffix(s.Format+", "+s.TransferSyntax, ", "))
		line("cmd.info.modality", s.Modality)
		line("cmd.info.description", s.Description)
		line("cmd.info.kernel", s.Kernel)
		line("cmd.info.series_uid", s.SeriesUID)
		line("cmd.info.files", fmt.Sprint(s.Files))
		line("cmd.info.size", s.Size.String())
		line("cmd.info.spacing", spacing(s.SpacingMM))
		line("cmd.info.orientation", s.Orientation)
		line("cmd.info.intensity", intensity(s))
		if s.LabelMap {
			line("cmd.info.kind", c.table.T("cmd.info.label_map"))
		}
		for _, warning := range s.Warnings {
			line("cmd.info.warning", warning.Message.String())
		}
		line("cmd.info.error", s.Error)
	}
	for _, reason := range slices.Sorted(maps.Keys(info.Skipped)) {
		fmt.Fprintln(w, text.M("cmd.info.skipped", info.Skipped[reason], reason))
	}
	for _, f := range info.Failed {
		fmt.Fprintln(w, f)
	}
	return w.Flush()
}

func spacing(mm [3]*float64) string {
	parts := make([]string, 3)
	for a, x := range mm {
		parts[a] = "?"
		if x != nil {
			parts[a] = fmt.Sprintf("%.6g", *x)
		}
	}
	return strings.Join(parts, " x ") + " mm"
}

func intensity(s seriesJSON) string {
	if s.Range == nil {
		return string(s.Unit)
	}
	return fmt.Sprintf("%g to %g, %s", s.Range[0], s.Range[1], s.Unit)
}
