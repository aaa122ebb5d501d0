package figures

import (
	"context"
	"math"
	"slices"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/metrics/catalogue"
	"opacity/app/metrics/region"
	"opacity/app/metrics/score"
	"opacity/app/stats"
	"opacity/app/volume"
	"opacity/export/plot"
)

// The figures of a case.
const (
	Areas       = "areas"
	Agreement   = "agreement"
	Dice        = "dice"
	ROC         = "roc"
	PR          = "pr"
	Calibration = "calibration"
	HU          = "hu"
)

// OfCase are the figures of a case, in the order in which they are offered.
func OfCase() []string { return []string{Areas, Agreement, Dice, ROC, PR, Calibration, HU} }

// NeedsReference reports whether a figure of a case compares with a reference, and does
// not only show it where there is one.
func NeedsReference(kind string) bool { return kind != HU && kind != Areas }

// Case is a label of a case, as a hand or a model drew it and as a reference has it.
// Masks and probabilities are on the grid of the volume.
type Case struct {
	Volume    *volume.Volume
	Mask      *mask.Mask
	Reference *mask.Mask // nil for none
	Label     mask.Label
	// Probabilities are those of the model, per axial slice k nx*ny values, 0..255 for
	// 0..1, i fastest; nil where there are none. Both says that they are of both lungs.
	Probabilities [][]uint8
	Both          bool
	Threshold     float64 // in use, 0..1
	// SameRun says that the reference began as the mask that was made of the probabilities.
	SameRun bool
	// About says what the mask and the reference are, in sentences without identity.
	About []string
	Made  []string
}

// Which colours mask and reference have: those of what is only in the one or the other
// on the pictures.
const (
	ofMask      = 1
	ofReference = 2
)

// New draws a figure of a case. What cannot be drawn of what is at hand is refused in a
// sentence.
func New(ctx context.Context, kind string, c Case) (Shown, error) {
	switch {
	case c.Reference == nil && NeedsReference(kind):
		return Shown{}, app.Refuse(nil, "figures.no_reference")
	case kind == Areas:
		return c.areas(ctx)
	case kind == Agreement:
		return c.agreement(ctx)
	case kind == Dice:
		return c.dice(ctx)
	case kind == HU:
		return c.hu(ctx)
	}
	return c.rated(ctx, kind)
}

func (c Case) about(notes ...string) plot.About {
	return plot.About{N: 1, Made: c.Made, Notes: slices.Concat(c.About, notes, []string{t("research")})}
}

func (c Case) bits(m *mask.Mask) *mask.Bits { return mask.BitsOf(m, c.Label.Layer, c.Label.Value) }

// area is the area of the label on every axial slice: mm2, or pixels where the
// millimetres are not known.
func (c Case) area(m *mask.Mask) (values []float64, unit, tip string) {
	_, withheld := c.Volume.Withheld()
	for _, a := range region.Areas(c.bits(m), c.Volume.Geometry, !withheld) {
		x := a.MM2
		if withheld {
			x = float64(a.Pixels)
		}
		values = append(values, x)
	}
	if withheld {
		return values, t("pixels"), "pixels"
	}
	return values, t("mm2"), "area"
}

// line leaves out the slices beyond the first and the last with a value, but for one.
func line(values []float64, first, last int) (out []plot.XY) {
	for k := max(first-1, 0); k <= min(last+1, len(values)-1); k++ {
		out = append(out, plot.XY{X: float64(k + 1), Y: values[k]})
	}
	return out
}

func extent(lists ...[]float64) (first, last int) {
	first, last = math.MaxInt, -1
	for _, l := range lists {
		for k, x := range l {
			if x > 0 {
				first, last = min(first, k), max(last, k)
			}
		}
	}
	return first, last
}

func (c Case) areas(ctx context.Context) (Shown, error) {
	ours, unit, tip := c.area(c.Mask)
	var theirs []float64
	if c.Reference != nil {
		theirs, _, _ = c.area(c.Reference)
	}
	first, last := extent(ours, theirs)
	if last < 0 {
		return Shown{}, app.Refuse(nil, "figures.nothing_drawn", c.Label.Name)
	}
	d := plot.LinesData{
		About: c.about(), Name: "areas_" + c.Label.Name, X: t("slice"), Y: t("area_of", c.Label.Name, unit), FromZero: true, Whole: true, Slices: true,
		Shows: t("areas.shows", c.Label.Name),
	}
	if theirs != nil {
		d.Lines = append(d.Lines, plot.Line{Name: t("reference"), Of: ofReference, Points: line(theirs, first, last)})
	}
	d.Lines = append(d.Lines, plot.Line{Name: t("prediction"), Of: ofMask, Points: line(ours, first, last)})
	return Shown{Figure: plot.Lines(d), tip: tip}, ctx.Err()
}

func (c Case) agreement(ctx context.Context) (Shown, error) {
	theirs, unit, _ := c.area(c.Reference)
	ours, _, _ := c.area(c.Mask)
	d := plot.BlandAltmanData{About: c.about(t("carkeet")), Quantity: t("slice_area", c.Label.Name), Unit: unit, Names: [2]string{t("reference"), t("prediction")}}
	var x, y []float64
	for k := range ours {
		if ours[k] > 0 || theirs[k] > 0 {
			x, y = append(x, theirs[k]), append(y, ours[k])
			d.Points = append(d.Points, plot.Measured{Case: "1", Slice: k + 1, Reference: theirs[k], Prediction: ours[k]})
		}
	}
	if len(x) < 3 {
		return Shown{}, app.Refuse(nil, "figures.few_slices", c.Label.Name, len(x))
	}
	a := stats.BlandAltman(x, y, stats.Difference)
	d.Bias, d.Lower, d.Upper = estimate(a.Bias), estimate(a.Lower), estimate(a.Upper)
	f := plot.BlandAltman(d)
	f.Name = "bland_altman_areas_" + c.Label.Name
	return Shown{Figure: f, tip: "agreement.hand", alone: true}, ctx.Err()
}

func estimate(l stats.Limit) plot.Estimate {
	return plot.Estimate{X: l.Value, Low: l.CI.Lo, High: l.CI.Hi}
}

func (c Case) dice(ctx context.Context) (Shown, error) {
	theirs, ours := c.bits(c.Reference), c.bits(c.Mask)
	var points []plot.XY // no line goes over slices that have none
	defined := 0
	for k := range ours.Size()[2] {
		n := metrics.CountsOfSlice(theirs, ours, nil, k)
		at := plot.XY{X: float64(k + 1), Y: math.NaN()}
		if v := n.Dice(); n.TP+n.FP+n.FN > 0 && v.Defined() {
			at.Y = v.X
			defined++
		}
		if defined > 0 {
			points = append(points, at)
		}
	}
	for len(points) > 0 && math.IsNaN(points[len(points)-1].Y) {
		points = points[:len(points)-1]
	}
	if defined == 0 {
		return Shown{}, app.Refuse(nil, "figures.both_empty", c.Label.Name)
	}
	d := plot.LinesData{
		About: c.about(), Name: "dice_" + c.Label.Name, X: t("slice"), Y: t("dice_of", c.Label.Name), FromZero: true, Whole: true, Slices: true,
		Lines: []plot.Line{{Name: c.Label.Name, Points: points}}, Shows: t("dice.shows", c.Label.Name, defined),
	}
	return Shown{Figure: plot.Lines(d), tip: "dice"}, ctx.Err()
}

// rated are the figures of probabilities.
func (c Case) rated(ctx context.Context, kind string) (Shown, error) {
	if len(c.Probabilities) == 0 {
		return Shown{}, app.Refuse(nil, "figures.no_probabilities", c.Label.Name)
	}
	reference, drawn, name := c.bits(c.Reference), c.bits(c.Mask), c.Label.Name
	if c.Both {
		reference, drawn, name = lungs(c.Reference), lungs(c.Mask), t("lungs")
	}
	in, where, err := c.region(ctx)
	if err != nil {
		return Shown{}, err
	}
	size := c.Volume.Size
	zero := make([]uint8, size[0]*size[1])
	h, err := score.Of(ctx, func(k int) []uint8 {
		if k >= len(c.Probabilities) || len(c.Probabilities[k]) == 0 {
			return zero
		}
		return c.Probabilities[k]
	}, reference, in)
	if err != nil {
		return Shown{}, err
	}
	if positive, negative := h.Totals(); positive == 0 || negative == 0 {
		return Shown{}, app.Refuse(nil, "figures.one_class", name, where)
	}
	about := c.about()
	about.Region = where
	warning := ""
	if c.SameRun {
		warning = t("same_run")
	}
	if kind == Calibration {
		s := calibration(h, about, name)
		s.warning = warning
		return s, nil
	}
	return curve(kind, h, metrics.CountsOf(reference, drawn, in), about, name, c.Threshold, warning), nil
}

// lungs are both lungs of a mask, none where it has none.
func lungs(m *mask.Mask) *mask.Bits {
	if b := mask.Lungs(m); b != nil {
		return b
	}
	return mask.NewBits(m.Size())
}

// region is where probabilities are compared: of findings inside the reference's lungs
// where it has any, else inside the body.
func (c Case) region(ctx context.Context) (in *mask.Bits, where string, err error) {
	var lungs, body *mask.Bits
	if c.Label.Layer == mask.Findings {
		lungs = mask.Lungs(c.Reference)
	}
	if lungs == nil { // the body takes a while
		if body, _, err = region.Body(ctx, c.Volume); err != nil {
			return nil, "", err
		}
	}
	r := region.OfNegatives(nil, lungs, body)
	return r.Voxels, t("in." + r.Key), nil
}

func calibration(h score.Histogram, about plot.About, name string) Shown {
	about.Notes = append([]string{t("calibration.bins", catalogue.CalibrationBins)}, about.Notes...)
	f := plot.Calibration(plot.CalibrationData{About: about, Bins: catalogue.CalibrationBins, Models: []plot.Calibrated{Calibrated(name, h)}})
	f.Name = "calibration_" + name
	return Shown{Figure: f, tip: "calibration"}
}

// Calibrated is what a figure draws of probabilities, in the bins of the metric ece.
func Calibrated(name string, h score.Histogram) plot.Calibrated {
	bins, ece := h.Calibration(catalogue.CalibrationBins)
	m := plot.Calibrated{Name: name, ECE: plot.Exactly(ece.X)}
	for _, b := range bins {
		m.Bins = append(m.Bins, plot.Bin{Number: b.Number, Mean: b.Predicted, Positive: plot.Exactly(b.Observed), N: b.Voxels})
	}
	return m
}

// curve draws the ROC or the precision-recall curve with a threshold in use, and with what
// the mask at hand reaches, whose counts are of the same region.
func curve(kind string, h score.Histogram, drawn metrics.Counts, about plot.About, name string, threshold float64, warning string) Shown {
	var points []score.Point
	rated := plot.Rated{Name: t("where", name, about.Region), Area: plot.Exactly(h.AUC().X)}
	if kind == ROC {
		points, _ = h.ROC()
	} else {
		points, _ = h.PR()
		rated.Area = plot.Exactly(h.AveragePrecision().X)
	}
	at := func(p score.Point) plot.Threshold {
		if kind == ROC {
			return plot.Threshold{Threshold: p.Threshold, X: p.FPR, Y: p.TPR}
		}
		return plot.Threshold{Threshold: p.Threshold, X: p.TPR, Y: p.Precision()}
	}
	for _, p := range points {
		rated.Curve = append(rated.Curve, at(p))
	}
	of := func(threshold float64, n metrics.Counts) plot.Threshold {
		return at(score.Point{Threshold: threshold, TPR: n.Sensitivity().X, FPR: 1 - n.Specificity().X, TP: n.TP, FP: n.FP})
	}
	positive, negative := h.Totals()
	var draw func(threshold float64, counting, page bool) Shown
	draw = func(threshold float64, counting, page bool) Shown {
		rated := rated
		if counting { // no point is of a mask that nobody has counted
			rated.Mask = &plot.Threshold{Threshold: math.NaN(), X: math.NaN(), Y: math.NaN()}
		} else if kind == ROC || drawn.TP+drawn.FP > 0 { // an empty mask has no precision
			m := of(math.NaN(), drawn)
			rated.Mask = &m
		}
		op := of(math.Round(100*threshold)/100, h.At(threshold)) // whole percents, as the slider has them
		rated.Operating = &op
		roc := plot.ROCData{About: about, Models: []plot.Rated{rated}, Every: true, Inset: page}
		if kind == ROC {
			f := plot.ROC(roc)
			f.Name = "roc_" + name
			s := Shown{Figure: f, tip: kind, warning: warning}
			if !page { // where nothing is clicked there may be an inset
				s.Page = func() Shown { return draw(threshold, counting, true) }
			}
			return s
		}
		f := plot.PR(plot.PRData{ROCData: roc, Prevalence: float64(positive) / float64(positive+negative)})
		f.Name = "precision_recall_" + name
		return Shown{Figure: f, tip: kind, warning: warning}
	}
	out := draw(threshold, false, false)
	out.Operated = func(threshold float64, counting bool) Shown { return draw(threshold, counting, false) }
	return out
}

func (c Case) hu(ctx context.Context) (Shown, error) {
	const widthHU = 10
	about := c.about()
	about.N = 1
	d := plot.HistogramData{About: about, X: t("hu"), Y: t("share")}
	from, to := math.MaxInt, -1
	var spreads [][]int64
	add := func(m *mask.Mask, name string, of int) error {
		h, ok, err := region.HistogramOf(ctx, c.Volume, c.bits(m))
		if err != nil {
			return err
		}
		if !ok {
			return app.Refuse(nil, "figures.no_hu")
		}
		bins, any := h.Bins(widthHU), false
		for n, voxels := range bins {
			if voxels > 0 {
				from, to, any = min(from, n), max(to, n), true
			}
		}
		if any {
			d.Spread = append(d.Spread, plot.Spread{Name: name, Of: of})
			spreads = append(spreads, bins)
		}
		return nil
	}
	if c.Reference != nil {
		if err := add(c.Reference, t("reference"), ofReference); err != nil {
			return Shown{}, err
		}
	}
	if err := add(c.Mask, t("prediction"), ofMask); err != nil {
		return Shown{}, err
	}
	if len(spreads) == 0 {
		return Shown{}, app.Refuse(nil, "figures.nothing_drawn", c.Label.Name)
	}
	for n := range spreads {
		s := &d.Spread[n]
		s.Low, s.Width = float64(volume.FloorHU+from*widthHU), widthHU
		for _, voxels := range spreads[n][from : to+1] {
			s.Counts = append(s.Counts, float64(voxels))
		}
	}
	f := plot.Histogram(d)
	f.Name = "hu_" + c.Label.Name
	return Shown{Figure: f}, nil
}
