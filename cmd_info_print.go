package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"opacity/app/text"
)

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
			parts[a] = fmt.Sprintf("%.7g", *x)
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
