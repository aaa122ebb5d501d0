package main

import (
	"fmt"

	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/pipeline"
)

// printOutcome tells the main figures and where the files are.
func (c *cli) printOutcome(o pipeline.Outcome) {
	fmt.Fprintln(c.out, o.Case.Name)
	m := o.Report.Measurements
	for _, s := range m.Labels {
		fmt.Fprintln(c.out, "  "+c.figures(s, m))
	}
	if !m.Why.IsZero() {
		fmt.Fprintln(c.out, "  "+m.Why.String())
	}
	for _, w := range o.Report.Warnings {
		fmt.Fprintln(c.out, "  "+w.Message.String())
	}
	for _, path := range o.Files {
		fmt.Fprintln(c.out, "  "+path)
	}
}

func (c *cli) figures(s metrics.LabelStats, m metrics.Measurements) string {
	name := s.Label.Name
	if !s.Whole() {
		name = c.table.T("cmd.segment.side."+string(s.Side), name)
	}
	line := fmt.Sprintf("%-18s %9d voxels", name, s.Voxels)
	if s.VolumeML != nil {
		line += fmt.Sprintf("  %8.1f ml", *s.VolumeML)
	}
	if s.MeanHU != nil {
		line += fmt.Sprintf("  mean %.0f HU", *s.MeanHU)
	}
	if s.Label.Value == m.Infection {
		share := map[mask.Side]*float64{mask.NoSide: m.InvolvementTotal, mask.Left: m.InvolvementLeft, mask.Right: m.InvolvementRight}[s.Side]
		if share != nil {
			line += fmt.Sprintf("  %.1f %% involved", *share)
		}
	}
	return line
}
