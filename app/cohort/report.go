package cohort

import (
	"cmp"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"strings"

	"opacity/app"
	"opacity/app/csvfile"
	"opacity/app/metrics"
	"opacity/app/stats"
	"opacity/app/text"
)

// Report is metrics.json.
type Report struct {
	Cases     []Row       `json:"cases"`
	Summary   []Summary   `json:"summary"`
	Agreement []Agreement `json:"agreement"`
	// Form is the one of the agreement that is printed and drawn.
	Form       stats.Form   `json:"agreement_form"`
	Tests      []Test       `json:"tests"`
	Curves     []Curve      `json:"pooled_roc"`
	Calibrated []Calibrated `json:"calibration,omitempty"`
	Folds      []Fold       `json:"folds,omitempty"`
	Severity   []Severity   `json:"severity"`
	Lobar      []Lobar      `json:"severity_of_lobes,omitempty"`
	Confusion  []Confusion  `json:"confusion"`
	Outcome    *Outcome     `json:"outcome,omitempty"`
	Failed     []failure    `json:"failed"`
	Provenance Provenance   `json:"provenance"`
}

type failure struct {
	Case  string       `json:"case"`
	Model string       `json:"model,omitempty"`
	Why   text.Message `json:"why"`
}

// Provenance says where the numbers come from and what they mean.
type Provenance struct {
	Opacity     string                  `json:"opacity"`
	IntendedUse text.Message            `json:"intended_use"`
	Definitions map[string]text.Message `json:"definitions"` // by key
	Regions     map[string]text.Message `json:"regions"`     // what a row's region is
	Labels      map[string]any          `json:"labels"`      // what each holds: numbers of the files, or a sentence
	ToleranceMM map[string]float64      `json:"nsd_tolerance_mm"`
	Bootstrap   text.Message            `json:"bootstrap"`
	Seed        uint64                  `json:"seed"`
	Resample    bool                    `json:"resample"`
	Rules       map[string]text.Message `json:"rules,omitempty"` // of what is not defined
	Inputs      []Input                 `json:"inputs"`
	Notes       []string                `json:"notes"`
	Agreement   text.Message            `json:"agreement"` // what the form is that is printed and drawn
}

// Build sums a run up. failed are the cases that did not get as far.
func Build(r Run, o Options, seed uint64, use text.Message, failed []Failure) Report {
	out := Report{
		Cases: r.Rows, Summary: Summarise(r.Rows, r.Pooled, o.Rules, seed), Agreement: Agree(r.Rows), Tests: Compare(r.Rows, o.Rules, o.Metrics...), Folds: ByFold(r.Rows), Curves: curvesOf(r, seed),
		Form: cmp.Or(o.Form, stats.Difference), Severity: r.Severity, Lobar: r.Lobar, Confusion: pooledConfusion(r.Confusion),
		Failed: []failure{},
	}
	for _, f := range slices.Concat(failed, r.Failed) {
		_, why := app.Explain(f.Err)
		out.Failed = append(out.Failed, failure{f.Case, f.Model, why})
	}
	out.Calibrated = calibrated(out.Curves)
	p := Provenance{
		Opacity: o.Version, IntendedUse: use, Definitions: map[string]text.Message{}, Regions: map[string]text.Message{},
		Labels: map[string]any{}, ToleranceMM: map[string]float64{}, Bootstrap: text.M("evaluate.bootstrap"), Seed: seed,
		Resample: o.Resample, Inputs: r.Inputs, Notes: r.Notes, Rules: o.Rules.said(), Agreement: text.M("evaluate.agreement." + string(out.Form)),
	}
	for _, key := range slices.Concat(keysOf(r.Rows), o.InSlices, o.InThirds) {
		p.Definitions[key] = definition(key)
	}
	for _, row := range r.Rows {
		p.Regions[string(row.Region)] = row.Region.Sentence()
		p.ToleranceMM[row.Label] = o.toleranceMM(row.Label)
		p.Labels[row.Label] = text.M("evaluate.label_mapped")
	}
	for _, l := range o.Labels {
		p.Labels[l.Name] = l.numbers()
	}
	if out.Cases == nil {
		out.Cases = []Row{}
	}
	if p.Notes == nil {
		p.Notes = []string{}
	}
	out.Provenance = p
	return out.whole()
}

// whole has lists where there is nothing, not null.
func (r Report) whole() Report {
	if r.Summary == nil {
		r.Summary = []Summary{}
	}
	if r.Agreement == nil {
		r.Agreement = []Agreement{}
	}
	if r.Tests == nil {
		r.Tests = []Test{}
	}
	if r.Severity == nil {
		r.Severity = []Severity{}
	}
	return r
}

// Sentence says what a region is.
func (r Region) Sentence() text.Message {
	switch r {
	case InLungs:
		return text.M("evaluate.region.reference_lungs")
	case InReadersLungs:
		return text.M("evaluate.region.readers_lungs")
	case InMany:
		return text.M("evaluate.region.several")
	case InBody:
		return text.M("evaluate.region.body")
	case InROI:
		return text.M("evaluate.region.roi")
	}
	return text.M("evaluate.region.whole_grid")
}

// WriteJSON writes metrics.json. Slices stand in slices.csv.
func (r Report) WriteJSON(w io.Writer) error {
	r.Cases = slices.Clone(r.Cases)
	for n := range r.Cases {
		r.Cases[n].Slices = nil
	}
	return writeJSON(w, r)
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// cell writes a number; one that there is not is empty.
func cell(x float64) string {
	if x != x {
		return ""
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

// Numbers are the places of the cases in metrics.csv, by name, from 1 on: what they are
// called where nobody is to be named.
func (r Report) Numbers() map[string]int {
	numbers := map[string]int{}
	for _, row := range r.Cases {
		if _, seen := numbers[row.Case]; !seen {
			numbers[row.Case] = len(numbers) + 1
		}
	}
	return numbers
}

// WriteMetrics writes metrics.csv: a row per case and label. A value that is not
// defined is an empty cell, and the last column says why, as KEY=reason.
func (r Report) WriteMetrics(w io.Writer) error {
	keys := keysOf(r.Cases)
	rows := [][]string{slices.Concat([]string{"case", "model", "label", "fold", "region"}, keys, []string{"why"})}
	for _, row := range r.Cases {
		line := []string{row.Case, row.Model, row.Label, row.Fold, string(row.Region)}
		var why reasons
		for _, key := range keys {
			if v, ok := row.Values[key]; ok {
				line = append(line, why.cell(key, v))
			} else {
				line = append(line, "")
			}
		}
		rows = append(rows, append(line, why.String()))
	}
	return csvfile.Write(w, rows)
}

// WriteSummary writes summary.csv: a row per model, label and metric.
func (r Report) WriteSummary(w io.Writer) error {
	rows := [][]string{{
		"model", "label", "metric", "n", "n_undefined", "n_missed", "mean", "mean_ci95_low", "mean_ci95_high", "sd",
		"median", "q1", "q3", "iqr", "min", "max", "pooled", "median_ci95_low", "median_ci95_high", "n_false_alarm", "n_replaced", "replaced_by",
		"region", "nsd_tolerance_mm",
	}}
	for _, s := range r.Summary {
		line := []string{s.Model, s.Label, s.Metric, strconv.Itoa(s.N), strconv.Itoa(s.NUndefined), strconv.Itoa(s.NMissed)}
		for _, x := range []number{s.Mean, s.MeanCI[0], s.MeanCI[1], s.SD, s.Median, s.Q1, s.Q3, s.IQR, s.Min, s.Max, s.Pooled, s.MedianCI[0], s.MedianCI[1]} {
			line = append(line, cell(float64(x)))
		}
		line = append(line, strconv.Itoa(s.NFalseAlarm), strconv.Itoa(s.NReplaced), s.ReplacedBy)
		rows = append(rows, append(line, r.counted(s.Model, s.Label, s.Metric)...))
	}
	return csvfile.Write(w, rows)
}

// RegionOf is where a label of a model was counted: InMany where cases differ.
func (r Report) RegionOf(model, label string) Region {
	var in Region
	for _, row := range r.Cases {
		switch {
		case row.Model != model || row.Label != label:
		case in != "" && row.Region != in:
			return InMany
		default:
			in = row.Region
		}
	}
	return in
}

// counted is what stands beside a number: the region that it was counted in and, of a
// surface Dice, its tolerance.
func (r Report) counted(model, label, metric string) []string {
	tolerance := ""
	if mm, ok := r.Provenance.ToleranceMM[label]; ok && strings.HasPrefix(metric, "nsd") {
		tolerance = cell(mm)
	}
	return []string{string(r.RegionOf(model, label)), tolerance}
}

// WriteSlices writes slices.csv: the areas of each label on each axial slice that
// either mask meets, slice 1 at the feet; in voxels, in mm2 where those are known, and as
// shares of the image; and Dice, sensitivity and precision of the slice by itself, empty
// where they are not defined, with what else was asked for of slices.
func (r Report) WriteSlices(w io.Writer) error {
	rows := [][]string{{"case", "model", "label", "slice", "voxels_ref", "voxels_pred", "voxels_both", "area_ref_mm2", "area_pred_mm2", "share_ref", "share_pred", "dice", "sensitivity", "precision"}}
	keys := keysOfSlices(r.Cases)
	if len(keys) > 0 {
		rows[0] = slices.Concat(rows[0], keys, []string{"why", "nsd_tolerance_mm", "region"})
	}
	for _, row := range r.Cases {
		for _, s := range row.Slices {
			c := s.counts()
			line := []string{
				row.Case, row.Model, row.Label, strconv.Itoa(s.Number), strconv.FormatInt(s.Reference, 10), strconv.FormatInt(s.Prediction, 10),
				strconv.FormatInt(s.Both, 10), cell(float64(s.ReferenceMM2)), cell(float64(s.PredictionMM2)),
				cell(s.ReferenceShare), cell(s.PredictionShare),
				cell(c.Dice().X), cell(c.Sensitivity().X), cell(c.Precision().X),
			}
			if len(keys) > 0 {
				cells, why := s.asked(keys)
				line = slices.Concat(line, cells, []string{why.String(), cell(row.Value("nsd_tolerance_mm")), string(row.Region)})
			}
			rows = append(rows, line)
		}
	}
	return csvfile.Write(w, rows)
}

// WriteThirds writes thirds.csv: each label in the base, the middle and the apex.
func (r Report) WriteThirds(w io.Writer) error {
	distances := distancesOfThirds(r.Cases)
	rows := [][]string{slices.Concat([]string{"case", "model", "label", "third", "region"}, thirdKeys, []string{"volume_ref_ml", "volume_pred_ml"}, distances, []string{"why"})}
	for _, row := range r.Cases {
		for _, t := range row.Thirds {
			line, why := []string{row.Case, row.Model, row.Label, t.Third, string(row.Region)}, reasons{}
			for _, key := range thirdKeys {
				line = append(line, why.cell(key, t.value(key)))
			}
			line = append(line, cell(float64(t.ReferenceML)), cell(float64(t.PredictionML)))
			for _, key := range distances {
				line = append(line, t.distance(key, &why))
			}
			rows = append(rows, append(line, why.String()))
		}
	}
	return csvfile.Write(w, rows)
}

// reasons collects why cells of a row are empty.
type reasons []string

func (r *reasons) cell(key string, v metrics.Value) string {
	if v.Defined() {
		return cell(v.X)
	}
	*r = append(*r, key+"="+string(v.Why))
	return ""
}

func (r reasons) String() string { return strings.Join(r, " ") }

// WriteFolds writes folds.csv: the median of each fold, and the mean of those.
func (r Report) WriteFolds(w io.Writer) error {
	rows := [][]string{{"model", "label", "metric", "fold", "n", "median", "region", "nsd_tolerance_mm"}}
	for _, f := range r.Folds {
		line := []string{f.Model, f.Label, f.Metric, f.Fold, strconv.Itoa(f.N), cell(float64(f.Median))}
		rows = append(rows, append(line, r.counted(f.Model, f.Label, f.Metric)...))
	}
	return csvfile.Write(w, rows)
}
