// Package figures makes the figures of one case, and of the results of many, out of
// masks, probabilities and numbers. export/plot draws them; every point of them says
// which case, slice or threshold it stands for.
package figures

import (
	"math"
	"strconv"

	"opacity/app/text"
	"opacity/export/plot"
	"opacity/viewer"
)

// Shown is a figure with what there is to say of its points.
type Shown struct {
	plot.Figure
	tip   string // what its points are, for the translation table
	alone bool   // all points are of one case, which need not be named
	// warning comes first in the caption.
	warning string
	// Operated draws the same with another threshold in use, and without the mask at hand
	// while that is counted; nil where there is none.
	Operated func(threshold float64, counting bool) Shown
	// Page makes the same for a page, where that has more to show; else nil.
	Page func() Shown
}

// Caption says what the figure shows, what there is to be warned of first.
func (s Shown) Caption() string {
	if s.warning == "" {
		return s.Figure.Caption()
	}
	return s.warning + " " + s.Figure.Caption()
}

// t is a sentence of the translation table.
func t(key string, args ...any) string { return text.English().T("figures."+key, args...) }

// Place tells what a point stands for.
func (s Shown) Place(row int) plot.Place {
	p := s.Figure.Place(row)
	if s.alone {
		p.Case = ""
	}
	return p
}

// Tip says what a point is, in one line; "" where there is nothing to say.
func (s Shown) Tip(row int) string {
	number := func(column string, decimals int) string {
		x, err := strconv.ParseFloat(s.Cell(row, column), 64)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return "–"
		}
		return viewer.Number(x, decimals)
	}
	at := s.Place(row)
	who := at.Case
	switch {
	case at.Slice > 0 && who != "":
		who = t("tip.case_slice", at.Case, at.Slice)
	case at.Slice > 0:
		who = t("tip.slice", at.Slice)
	}
	switch s.tip {
	case "area":
		return t("tip.area", who, s.Cell(row, "line"), number("y", 0))
	case "pixels":
		return t("tip.pixels", who, s.Cell(row, "line"), number("y", 0))
	case "dice":
		return t("tip.dice", who, number("y", 3))
	case "agreement", "agreement.hand":
		return t("tip."+s.tip, who, number("reference", 1), number("prediction", 1), number("difference", 1))
	case "scatter":
		return t("tip.scatter", who, number("x", 1), number("y", 1))
	case "box":
		return t("tip.box", who, s.Cell(row, "group"), number("value", 3))
	case "roc", "pr":
		if math.IsNaN(at.Threshold) {
			return t("tip."+s.tip+".mask", number("y", 3), number("x", 3))
		}
		return t("tip."+s.tip, viewer.Number(100*at.Threshold, 1), number("y", 3), number("x", 3))
	case "calibration":
		return t("tip.calibration", number("mean_probability", 3), number("positive", 3), number("voxels", 0))
	}
	return ""
}
