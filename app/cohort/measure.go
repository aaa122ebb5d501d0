package cohort

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"

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
	Empty  bool
	Notes  []string
	Scores []labelScore `json:",omitempty"`
}

// measure compares one case.
func (o Options) measure(ctx context.Context, c Case) (outcome, error) {
	reference, _, err := o.readLabels(ctx, c.Reference, nil)
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
	out := outcome{Empty: what.empty}
	maps, err := o.probabilities(c, what.parts)
	if err != nil {
		return outcome{}, err
	}
	where := places{lungs: what.lungs, roi: roi, on: reference}
	if where.body, err = o.body(ctx, c, reference); err != nil {
		return outcome{}, err
	}
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
	f, _, err := Options{Load: o.Load, Resample: o.Resample}.readLabels(ctx, c.ROI, &reference.grid)
	if err != nil {
		return nil, err
	}
	all := f.union(f.values...)
	if all.Empty() {
		return nil, app.Refuse(nil, "evaluate.empty_roi", c.ROI)
	}
	return all, nil
}

// body is the patient's body in the image of a case; nil where there is none, or its
// numbers are not HU.
func (o Options) body(ctx context.Context, c Case, reference *labelled) (*mask.Bits, error) {
	if c.Image == "" {
		return nil, nil
	}
	v, err := o.Load(ctx, c.Image)
	if err != nil {
		return nil, err
	}
	if !v.SameGrid(reference.grid, gridToleranceMM) {
		return nil, app.Refuse(nil, "evaluate.other_grid", c.Image, describe(v.Geometry), describe(reference.grid))
	}
	body, _, err := region.Body(ctx, v)
	return body, err
}

// places are where a case is counted; nil for those there are not.
type places struct {
	lungs, roi, body *mask.Bits
	thirds           []region.Region
	on               *labelled // the reference's grid
}

// negatives chooses where what is not there is counted: inside a region of interest,
// else for what lies in lungs inside these, else inside the body.
func (w places) negatives(p part) (Region, *mask.Bits) {
	switch {
	case w.roi != nil:
		return InROI, w.roi
	case p.finding && w.lungs != nil:
		return InLungs, w.lungs
	case w.body != nil:
		return InBody, w.body
	}
	return InGrid, nil
}

// row measures a label; path is that of its probabilities, "" for none.
func (o Options) row(ctx context.Context, c Case, p part, path string, where places) (Row, *score.Histogram, error) {
	on := where.on
	row := Row{Case: c.Name, Model: c.Model, Label: p.label, Fold: c.Fold}
	var in *mask.Bits
	row.Region, in = where.negatives(p)
	if where.roi != nil {
		p.reference.And(where.roi)
		p.prediction.And(where.roi)
	}
	row.Counts = metrics.CountsOf(p.reference, p.prediction, where.roi)
	row.InRegion = metrics.CountsOf(p.reference, p.prediction, in)
	row.Thirds = thirdsOf(p, where.thirds, in, on)
	row.Slices = slicesOf(p, on)
	pair := catalogue.Pair{
		Counts: row.Counts, InRegion: row.InRegion, ToleranceMM: o.toleranceMM(p.label),
		Grid: catalogue.Grid{SpacingMM: on.grid.SpacingMM(), VoxelML: on.grid.VoxelVolumeML(), Unknown: !on.mm},
	}
	if path != "" {
		s, err := o.score(ctx, path, p.reference, in, on.grid)
		if err != nil {
			return Row{}, nil, err
		}
		pair.Probabilities = &s
	}
	entries := o.entries(!on.mm)
	if err := pair.AddDistances(ctx, p.reference, p.prediction, entries); err != nil {
		return Row{}, nil, err
	}
	row.Values = catalogue.Values(pair, entries)
	if pair.Probabilities != nil && row.Values["auc"].Defined() {
		row.Values[aucBound] = metrics.Value{X: pair.Probabilities.Bound()}
	}
	return row, pair.Probabilities, nil
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
	var out []Slice
	for k := range on.grid.Size[2] {
		c := metrics.CountsOfSlice(p.reference, p.prediction, nil, k)
		if c.TP+c.FP+c.FN > 0 {
			out = append(out, Slice{k + 1, c.Reference(), c.Prediction(), c.TP, mm2(c.Reference()), mm2(c.Prediction())})
		}
	}
	return out
}

// The tolerances of NSD where the user gives none, those of Ma and others (2021, Medical
// Physics 48:1197): lungs, and what lies in them.
const (
	lungToleranceMM    = 1
	findingToleranceMM = 3
)

func (o Options) toleranceMM(label string) float64 {
	if mm, ok := o.ToleranceMM[label]; ok {
		return mm
	}
	if mm, ok := o.ToleranceMM[""]; ok {
		return mm
	}
	if isLung(label) {
		return lungToleranceMM
	}
	return findingToleranceMM
}

// probabilities finds the file of each part, "" for those that have none. A folder of
// this program's own has one for each label; a file by itself is of the one label that
// is compared, or of the infection.
func (o Options) probabilities(c Case, parts []part) ([]string, error) {
	out := make([]string, len(parts))
	if c.Probability == "" || len(parts) == 1 && parts[0].label == "" {
		return out, nil
	}
	if folder, err := isFolder(c.Probability); err != nil {
		return nil, err
	} else if folder {
		found := false
		for n, p := range parts {
			for _, name := range probabilityNames(p.label) {
				path := filepath.Join(c.Probability, name)
				if _, err := os.Stat(path); err == nil && out[n] == "" {
					out[n], found = path, true
				}
			}
		}
		if !found {
			return nil, app.Refuse(nil, "evaluate.no_probabilities", c.Probability)
		}
		return out, nil
	}
	for n, p := range parts {
		if len(parts) == 1 || p.label == infection {
			out[n] = c.Probability
			return out, nil
		}
	}
	return nil, app.Refuse(nil, "evaluate.whose_probabilities", c.Probability)
}

// probabilityNames are the files that a label's probabilities may be in; models that do
// not tell the lungs apart call them lung.
func probabilityNames(label string) []string {
	names := []string{label}
	if label == lungs {
		names = append(names, "lung")
	}
	var out []string
	for _, n := range names {
		base := "prob_" + strings.ReplaceAll(n, " ", "_")
		out = append(out, base+".nii.gz", base+".nii")
	}
	return out
}

// score counts probabilities against a reference inside a region, nil for
// the whole grid.
func (o Options) score(ctx context.Context, path string, reference, in *mask.Bits, g volume.Geometry) (score.Histogram, error) {
	var s score.Histogram
	v, err := o.Load(ctx, path)
	if err != nil {
		return s, err
	}
	if !v.SameGrid(g, gridToleranceMM) {
		return s, app.Refuse(nil, "evaluate.other_grid", path, describe(v.Geometry), describe(g))
	}
	s, err = score.Of(ctx, func(k int) []float32 {
		if v.Float32 != nil {
			return v.SliceFloat32(k)
		}
		out := make([]float32, v.Size[0]*v.Size[1])
		for i, x := range v.SliceInt16(k) {
			out[i] = float32(x)
		}
		return out
	}, reference, in)
	if err == nil {
		return s, nil
	}
	kind, why := app.Explain(err)
	if kind == app.Refused {
		err = app.Refuse(err, "evaluate.bad_probability", path, why)
	}
	return s, err
}

// labelScore is the probabilities of a label in the form that is kept: levels that occur
// alone.
type labelScore struct {
	Label                    string
	Levels                   [][3]int64 // level, positive, negative
	Sum, OfPositive, Squares float64
	Finer                    bool
}

func pack(label string, s score.Histogram) labelScore {
	out := labelScore{Label: label, Sum: s.Sum, OfPositive: s.OfPositive, Squares: s.Squares, Finer: s.Finer}
	for l := range s.Positive {
		if s.Positive[l]+s.Negative[l] > 0 {
			out.Levels = append(out.Levels, [3]int64{int64(l), s.Positive[l], s.Negative[l]})
		}
	}
	return out
}

func (l labelScore) counts() score.Histogram {
	s := score.Histogram{
		Positive: make([]int64, score.Levels), Negative: make([]int64, score.Levels),
		Sum: l.Sum, OfPositive: l.OfPositive, Squares: l.Squares, Finer: l.Finer,
	}
	for _, level := range l.Levels {
		if level[0] >= 0 && level[0] < score.Levels {
			s.Positive[level[0]], s.Negative[level[0]] = level[1], level[2]
		}
	}
	return s
}

// message carries a sentence that was kept as it is.
func message(s string) text.Message { return text.M("evaluate.said", s) }
