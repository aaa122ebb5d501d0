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
		line("cmd.info.spacing", c.spacing(s.SpacingMM))
		line("cmd.info.orientation", s.Orientation)
		line("cmd.info.intensity", c.intensity(s))
		if s.LabelMap {
			line("cmd.info.kind", c.table.T("cmd.info.label_map"))
		}
		for _, warning := range s.Warnings {
			line("cmd.info.warning", warning.Message.String())
		}
	}
	c.printMasks(w, info)
	if len(info.reasons) > 0 {
		fmt.Fprintln(w, leftAside(info.reasons))
	}
	for _, f := range info.Failed {
		fmt.Fprintln(w, f.Message)
	}
	return w.Flush()
}

func (c *cli) spacing(mm [3]*float64) string {
	parts := make([]any, 3)
	for a, x := range mm {
		parts[a] = "?"
		if x != nil {
			parts[a] = fmt.Sprintf("%.7g", *x)
		}
	}
	return c.table.T("cmd.info.mm", parts...)
}

func (c *cli) intensity(s seriesJSON) string {
	if s.Range == nil {
		return string(s.Unit)
	}
	return ascii(c.table.T("cmd.info.range", s.Range[0], s.Range[1], string(s.Unit)))
}

// leftAside tells how many files were left aside, and of which kinds they are.
func leftAside(reasons map[string]int) text.Message {
	total, kinds := 0, []text.Message{}
	for _, key := range slices.Sorted(maps.Keys(reasons)) {
		total += reasons[key]
		kinds = append(kinds, text.M("imageio.skipped", reasons[key], text.M(key)))
	}
	return text.M("cmd.info.skipped", total, kinds)
}
