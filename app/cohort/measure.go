package cohort

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
	"opacity/app/text"
	"opacity/app/volume"
)

// outcome is what a finished case leaves behind.
type outcome struct {
	Rows []Row
	// Empty says that neither map held anything, so that Rows has the one of an unnamed
	// label: the case counts for each label of the others.
	Empty     bool
	Severity  *Severity  `json:",omitempty"`
	Lobar     *Lobar     `json:",omitempty"`
	Confusion *Confusion `json:",omitempty"`
	// Unheard and Blind are as in a comparison; Bare is then Confusion without the infection.
	Unheard, Blind bool       `json:",omitempty"`
	Bare           *Confusion `json:",omitempty"`
	Numbers        Numbers
	Notes          []string
	Scores         []labelScore `json:",omitempty"`
}

// measure compares one case.
func (o Options) measure(ctx context.Context, c Case) (outcome, error) {
	reference, _, err := o.readLabels(ctx, c.Reference, nil, c.Image, c.Prediction)
	if err != nil {
		return outcome{}, err
	}
	prediction, resampled, err := o.readLabels(ctx, c.Prediction, &reference.grid)
	if err != nil {
		return outcome{}, err
	}
	what, err := compare(reference, prediction, o.Labels)
	if err != nil {
		return outcome{}, err
	}
	if resampled {
		what.note("evaluate.resampled", c.Prediction, c.Reference)
	}
	if what.empty {
		none := mask.NewBits(reference.grid.Size)
		what.parts = []part{{label: "", reference: none, prediction: none}}
	}
	reference.sets, prediction.sets = nil, nil // what is needed of them is in the parts
	roi, err := o.roi(ctx, c, reference)
	if err != nil {
		return outcome{}, err
	}
	out := outcome{Empty: what.empty, Unheard: what.unheard, Blind: what.blind, Numbers: Numbers{reference.values, prediction.values}}
	maps, err := o.probabilities(c, what.parts)
	if err != nil {
		return outcome{}, err
	}
	if what.lungs != nil && roi != nil {
		what.lungs = what.lungs.Clone() // one of the parts is the same, and is cut to the region
	}
	where := places{lungs: what.lungs, roi: roi, on: reference}
	found, err := o.whole(ctx, c, &what, &where)
	if err != nil {
		return outcome{}, err
	}
	out.Severity, out.Lobar, out.Confusion, out.Bare = found.severity, found.lobar, found.confusion, found.bare
	if what.lungs != nil {
		if thirds, ok := region.Thirds(what.lungs, reference.grid); ok {
			where.thirds = thirds[:]
		}
	}
	for n, p := range what.parts {
		row, s, err := o.row(ctx, c, p, maps[n], where)
		if err != nil {
			return outcome{}, err
		}
		row.HU = found.hu[n]
		if s != nil {
			out.Scores = append(out.Scores, pack(p.label, *s))
		}
		out.Rows = append(out.Rows, row)
	}
	for _, m := range what.notes {
		out.Notes = append(out.Notes, m.String())
	}
	return out, nil
}

// roi reads the region of interest of a case; nil where there is none.
func (o Options) roi(ctx context.Context, c Case, reference *labelled) (*mask.Bits, error) {
	if c.ROI == "" {
		return nil, nil
	}
	f, _, err := Options{Load: o.Load, Objects: o.Objects, Resample: o.Resample}.readLabels(ctx, c.ROI, &reference.grid)
	if err != nil {
		return nil, err
	}
	all := f.union(f.values...)
	if all.Empty() {
		return nil, app.Refuse(nil, "evaluate.empty_roi", c.ROI)
	}
	return all, nil
}

// wholeCase is what is found of a case beside its labels one by one.
type wholeCase struct {
	hu        []*HU // by part
	severity  *Severity
	lobar     *Lobar
	confusion *Confusion
	bare      *Confusion // without the infection, where that may be left out
}

// whole reads the image of a case, cuts the masks to the region of interest, and measures
// what takes several labels, or the image.
func (o Options) whole(ctx context.Context, c Case, what *comparison, where *places) (w wholeCase, err error) {
	said := func(m *text.Message) {
		if m != nil {
			what.notes = append(what.notes, *m)
		}
	}
	v, err := o.image(ctx, c, where.on)
	if err != nil {
		return w, err
	}
	if v != nil {
		if where.body, _, err = region.Body(ctx, v); err != nil {
			return w, err
		}
	}
	if len(o.Labels) == 0 { // named ones are not told by side
		severity, why := severity(what.parts, where.on)
		w.severity = severity
		said(why)
	}
	lobar, unscored, err := o.lobar(ctx, c, what.parts, where.on)
	if err != nil {
		return w, err
	}
	w.lobar = lobar
	said(unscored)
	if where.roi != nil {
		for _, p := range what.parts {
			p.reference.And(where.roi)
			p.prediction.And(where.roi)
		}
	}
	if !what.empty {
		confusion := confusionOf(what.parts, o.Labels, where.roi)
		w.confusion = &confusion
		if what.unheard || what.blind {
			bare := confusionOf(slices.DeleteFunc(slices.Clone(what.parts), func(p part) bool { return p.label == infection }), o.Labels, where.roi)
			w.bare = &bare
		}
	}
	hu, why, err := spreads(ctx, v, what.parts)
	said(why)
	w.hu = hu
	return w, err
}

// places are where a case is counted; nil for those there are not.
type places struct {
	lungs, roi, body *mask.Bits
	thirds           []region.Region
	on               *labelled // the reference's grid
}

// negatives is where what is not there is counted; the lungs are for what lies in them.
func (w places) negatives(p part) (Region, *mask.Bits) {
	lungs := w.lungs
	if !p.finding {
		lungs = nil
	}
	r := region.OfNegatives(w.roi, lungs, w.body)
	return Region(r.Key), r.Voxels
}

// row measures a label; path is that of its probabilities, "" for none.
func (o Options) row(ctx context.Context, c Case, p part, path string, where places) (Row, *score.Histogram, error) {
	on := where.on
	row := Row{Case: c.Name, Model: c.Model, Label: p.label, Fold: c.Fold, DiagonalMM: undefined}
	row.DiagonalVoxels = diagonal(on.grid.Size, [3]float64{1, 1, 1})
	if on.mm {
		row.DiagonalMM = diagonal(on.grid.Size, on.grid.SpacingMM())
	}
	var in *mask.Bits
	row.Region, in = where.negatives(p)
	row.Counts = metrics.CountsOf(p.reference, p.prediction, where.roi)
	row.InRegion = metrics.CountsOf(p.reference, p.prediction, in)
	row.Thirds = thirdsOf(p, where.thirds, in, on)
	row.Slices = slicesOf(p, on)
	pair := catalogue.Pair{
		Counts: row.Counts, InRegion: row.InRegion, ToleranceMM: o.toleranceMM(p.label),
		Grid: catalogue.Grid{SpacingMM: on.grid.SpacingMM(), VoxelML: on.grid.VoxelVolumeML(), Unknown: !on.mm},
	}
	entries := o.entries(!on.mm)
	if path != "" {
		s, images, err := o.score(ctx, path, p.reference, in, on.grid, slices.ContainsFunc(entries, catalogue.Entry.TakesPictures))
		if err != nil {
			return Row{}, nil, err
		}
		pair.Probabilities, pair.Images = &s, images
	}
	if err := o.ofSlices(ctx, p, in, row.Slices, pair.Grid); err != nil {
		return Row{}, nil, err
	}
	if len(o.InThirds) > 0 && row.Thirds != nil {
		if err := distancesInThirds(ctx, p, where.thirds, row.Thirds, o.InThirds, pair.Grid); err != nil {
			return Row{}, nil, err
		}
	}
	if err := pair.AddDistances(ctx, p.reference, p.prediction, entries); err != nil {
		return Row{}, nil, err
	}
	row.Values = catalogue.Values(pair, entries)
	if pair.Probabilities != nil && row.Values["auc"].Defined() {
		row.Values[aucBound] = metrics.Value{X: pair.Probabilities.Bound()}
	}
	if pair.Probabilities != nil && row.Values["average_precision"].Defined() {
		row.Values[apBound] = metrics.Value{X: pair.Probabilities.AveragePrecisionBound()}
	}
	return row, pair.Probabilities, nil
}

// diagonal is how far the corners of a grid are from one another, edges of voxels included.
func diagonal(size volume.Size, spacing [3]float64) number {
	sum := 0.0
	for axis, n := range size {
		sum += float64(n) * spacing[axis] * float64(n) * spacing[axis]
	}
	return number(math.Sqrt(sum))
}

// ml is the volume of so many voxels; NaN where that is not known.
func (f *labelled) ml(voxels int64) number {
	if !f.mm {
		return number(math.NaN())
	}
	return number(float64(voxels) * f.grid.VoxelVolumeML())
}

// slicesOf counts the slices that either mask meets.
func slicesOf(p part, on *labelled) []Slice {
	s := on.grid.SpacingMM()
	mm2 := func(voxels int64) number {
		if !on.mm {
			return number(math.NaN())
		}
		return number(float64(voxels) * s[0] * s[1])
	}
	pixels := float64(on.grid.Size[0] * on.grid.Size[1])
	var out []Slice
	for k := range on.grid.Size[2] {
		c := metrics.CountsOfSlice(p.reference, p.prediction, nil, k)
		if c.TP+c.FP+c.FN > 0 {
			out = append(out, Slice{
				Number: k + 1, Reference: c.Reference(), Prediction: c.Prediction(), Both: c.TP, ReferenceMM2: mm2(c.Reference()), PredictionMM2: mm2(c.Prediction()),
				ReferenceShare: float64(c.Reference()) / pixels, PredictionShare: float64(c.Prediction()) / pixels,
			})
		}
	}
	return out
}

// toleranceMM is that of NSD: the user's, else the usual one.
func (o Options) toleranceMM(label string) float64 {
	if mm, ok := o.ToleranceMM[label]; ok {
		return mm
	}
	if mm, ok := o.ToleranceMM[""]; ok {
		return mm
	}
	if isLung(label) {
		return catalogue.LungToleranceMM
	}
	return catalogue.FindingToleranceMM
}

// message carries a sentence that was kept as it is.
func message(s string) text.Message { return text.M("evaluate.said", s) }
