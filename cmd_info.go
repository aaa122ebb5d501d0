package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"opacity/app"
	"opacity/app/imageio/dicom"
	"opacity/app/pipeline"
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
}

// infoJSON is all that `opacity info --json` writes: one value, also where
// nothing can be opened. What could not be read, of a series that is listed too,
// is in Failed and nowhere else.
type infoJSON struct {
	Series  []seriesJSON   `json:"series"`
	Masks   []maskJSON     `json:"masks"`   // segmentations and contours, which are no series
	Skipped map[string]int `json:"skipped"` // files left out: not_dicom, empty, no_image...
	Failed  []failureJSON  `json:"failed"`

	reasons map[string]int // Skipped by the text's key
}

// failureJSON is something that could not be read.
type failureJSON struct {
	Path    string `json:"path,omitempty"`
	Message string `json:"message"`
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
	scan, nothing := wire().opener.Scan(ctx, paths, progress.report)
	if nothing != nil && (ctx.Err() != nil || !asJSON && len(scan.Masks) == 0 || len(paths) == 0) {
		return nothing
	}
	out := infoJSON{Series: []seriesJSON{}, Masks: []maskJSON{}, Skipped: map[string]int{}, Failed: []failureJSON{}, reasons: scan.Skipped}
	broken := out.describeMasks(scan.Masks)
	if nothing != nil && len(out.Masks) > 0 {
		nothing = nil
	}
	if nothing != nil && len(scan.Failed) == 0 && broken == nil {
		scan.Failed = []error{nothing}
		if len(paths) == 1 {
			scan.Failed[0] = &app.PathError{Path: paths[0], Err: nothing}
		}
	}
	failed := cmp.Or(broken, nothing)
	for _, c := range cases(scan.Series, paths) {
		one, err := describe(ctx, c.Series, progress)
		one.Case = c.Name
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			failed = err
			out.Failed = append(out.Failed, failureJSON{one.Path, sentence(err)})
		}
		out.Series = append(out.Series, one)
	}
	for key, n := range scan.Skipped {
		out.Skipped[key[strings.LastIndex(key, ".")+1:]] += n
	}
	for _, err := range scan.Failed {
		path := pathOf(err)
		out.Failed = append(out.Failed, failureJSON{path, sentence(err)})
		if nothing == nil && slices.Contains(paths, path) { // what the user named, not what lay in a folder
			failed = err
		}
	}
	progress.end()
	var err error
	if asJSON {
		err = c.printJSON(out)
	} else {
		err = c.printInfo(out)
	}
	if err != nil {
		return err
	}
	return failed
}

// cases names the series as `segment` names the folders of their results: in the
// order in which the user named what they come from, those first that it would
// work on. They come back in the order of all.
func cases(all []app.Series, paths []string) []pipeline.Case {
	place := func(s app.Series) int {
		at := slices.IndexFunc(paths, func(p string) bool { return dicom.Within(s.Info().Path, p) })
		if i := s.Info(); i.LabelMap || i.Size[2] <= 2 {
			at += len(paths)
		}
		return at
	}
	named := pipeline.Name(slices.SortedStableFunc(slices.Values(all), func(a, b app.Series) int { return cmp.Compare(place(a), place(b)) }))
	slices.SortFunc(named, func(a, b pipeline.Case) int {
		return cmp.Compare(slices.Index(all, a.Series), slices.Index(all, b.Series))
	})
	return named
}

// pathOf is the file that an error of a scan is about.
func pathOf(err error) string {
	var at *app.PathError
	if errors.As(err, &at) {
		return at.Path
	}
	return ""
}

// sentence is what a user reads of an error.
func sentence(err error) string {
	_, m := app.Explain(err)
	return m.String()
}
