package main

import (
	"slices"
	"strings"

	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/pipeline"
	"opacity/app/volume"
)

// printOutcome tells the main figures and where the files are.
func (c *cli) printOutcome(o pipeline.Outcome) error {
	lines := []string{}
	m := o.Report.Measurements
	for _, s := range m.Labels {
		lines = append(lines, ascii(c.figures(s, m)))
	}
	if !m.Why.IsZero() {
		lines = append(lines, c.table.Format(m.Why))
	}
	for _, w := range volume.GravestFirst(slices.Concat(o.Report.Info.Warnings, o.Report.Warnings)) {
		if said := c.table.Format(w.Message); !slices.Contains(lines, said) {
			lines = append(lines, said)
		}
	}
	lines = append(lines, o.Files...)
	return c.print(o.Case.Name + "\n  " + strings.Join(lines, "\n  "))
}

// figures is what was measured of one label, in a line.
func (c *cli) figures(s metrics.LabelStats, m metrics.Measurements) string {
	name, t := s.Label.Name, c.table
	if !s.Whole() {
		name = t.T("cmd.segment.side."+string(s.Side), name)
	}
	parts := []string{t.T("cmd.segment.voxels", name, s.Voxels)}
	if s.VolumeML != nil {
		parts = append(parts, t.T("cmd.segment.ml", *s.VolumeML))
	}
	if s.MeanHU != nil {
		parts = append(parts, t.T("cmd.segment.mean", *s.MeanHU))
	}
	if s.Label.Value == m.Infection {
		share := map[mask.Side]*float64{mask.NoSide: m.InvolvementTotal, mask.Left: m.InvolvementLeft, mask.Right: m.InvolvementRight}[s.Side]
		if share != nil {
			parts = append(parts, t.T("cmd.segment.involved", *share))
		}
	}
	return strings.Join(parts, "  ")
}
