package main

import (
	"fmt"
	"io"
	"strings"

	"opacity/app"
	"opacity/app/imageio/dicomseg"
)

// maskJSON is a DICOM segmentation or contours as `opacity info --json` writes them.
type maskJSON struct {
	Path        string      `json:"path"`
	Format      string      `json:"format"`
	Description string      `json:"description"`
	Labels      []labelJSON `json:"labels"`
}

// labelJSON is a segment or a region of interest. Parts are frames or contours.
type labelJSON struct {
	Number int    `json:"number"`
	Name   string `json:"name"`
	Parts  int    `json:"parts"`
}

// describeMasks adds what the files say of themselves. The error is that of the last
// one that cannot be read.
func (info *infoJSON) describeMasks(files []app.MaskFile) (failed error) {
	for _, f := range files {
		d, err := dicomseg.Describe(f.Path)
		if err != nil {
			failed = err
			info.Failed = append(info.Failed, failureJSON{f.Path, sentence(err)})
			continue
		}
		m := maskJSON{Path: f.Path, Format: d.Format, Description: d.Description, Labels: []labelJSON{}}
		for _, l := range d.Labels {
			m.Labels = append(m.Labels, labelJSON(l))
		}
		info.Masks = append(info.Masks, m)
	}
	return failed
}

func (c *cli) printMasks(w io.Writer, info infoJSON) {
	for n, m := range info.Masks {
		if n+len(info.Series) > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "%s\n  %s\t%s\n", m.Path, c.table.T("cmd.info.format"), m.Format)
		if m.Description != "" {
			fmt.Fprintf(w, "  %s\t%s\n", c.table.T("cmd.info.description"), m.Description)
		}
		key := "cmd.info.frames"
		if strings.HasSuffix(m.Format, "RTSTRUCT") {
			key = "cmd.info.contours"
		}
		for _, l := range m.Labels {
			fmt.Fprintf(w, "  %s\t%s\n", c.table.T("cmd.info.label"), c.table.T(key, l.Name, l.Number, l.Parts))
		}
	}
}
