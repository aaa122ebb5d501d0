package figures

import (
	"math"
	"slices"
	"strconv"

	"opacity/app"
	"opacity/app/cohort"
	"opacity/app/metrics/catalogue"
	"opacity/app/text"
	"opacity/export/plot"
)

// The figures of the results of many cases.
const (
	Boxes         = "boxes"
	Violin        = "violin"
	Distances     = "distances"
	Volumes       = "volumes"
	VolumeScatter = "volume_scatter"
	SliceAreas    = "slice_areas"
	AreaScatter   = "area_scatter"
)

// OfCohort are these figures, in the order in which they are offered.
func OfCohort() []string {
	return []string{Boxes, Violin, Distances, Volumes, VolumeScatter, SliceAreas, AreaScatter}
}

// Labels are those that results have rows of, with the model where there are several.
func Labels(r cohort.Report) []cohort.Group {
	var all []cohort.Group
	seen := map[cohort.Group]bool{}
	for _, row := range r.Cases {
		if g := (cohort.Group{Model: row.Model, Label: row.Label}); !seen[g] {
			seen[g] = true
			all = append(all, g)
		}
	}
	return all
}

// Title is what a model's label is called.
func Title(g cohort.Group) string {
	if g.Model == "" {
		return g.Label
	}
	return g.Model + ", " + g.Label
}

// Cohort draws a figure of results, of one label where the figure is of one; its points
// name their cases with identity, else number them.
func Cohort(kind string, r cohort.Report, of cohort.Group, identity bool) (Shown, error) {
	about := plot.About{Made: []string{"Opacity " + r.Provenance.Opacity}, Notes: []string{t("results"), t("research")}, Identity: true}
	if !identity {
		r = numbered(r)
	}
	switch kind {
	case Boxes, Violin:
		return boxes(r, about, "dice", "Dice", "", 1, kind == Violin)
	case Distances:
		return boxes(r, about, "hd95_mm", "HD95", "mm", 0, false)
	case Volumes, VolumeScatter:
		return pairs(kind == VolumeScatter, r, about, of, "volume_ml")
	case SliceAreas, AreaScatter:
		return pairs(kind == AreaScatter, r, about, of, "area_mm2")
	}
	return Shown{}, app.Refuse(nil, "figures.no_such")
}

// numbered has numbers in place of the cases' names, one for a case in all of its figures:
// its place in metrics.csv.
func numbered(r cohort.Report) cohort.Report {
	numbers := r.Numbers()
	r.Cases = slices.Clone(r.Cases)
	for n, row := range r.Cases {
		r.Cases[n].Case = strconv.Itoa(numbers[row.Case])
	}
	return r
}

// boxes is a metric of all labels. A point names the slice that is to be looked at: the
// worst one of the case.
func boxes(r cohort.Report, about plot.About, key, name, unit string, high float64, violin bool) (Shown, error) {
	if e, ok := catalogue.Find(key); ok {
		about.Notes = append([]string{text.English().Format(e.Definition)}, about.Notes...)
	}
	d := plot.BoxesData{About: about, Quantity: name, Unit: unit, High: high, Violin: violin}
	at, cases := map[cohort.Group]int{}, map[string]bool{}
	defined := 0
	for _, row := range r.Cases {
		if _, there := row.Values[key]; !there {
			continue
		}
		g := cohort.Group{Model: row.Model, Label: row.Label}
		n, there := at[g]
		if !there {
			n = len(d.Groups)
			at[g] = n
			d.Groups = append(d.Groups, plot.Group{Name: Title(g)})
		}
		x := row.Value(key)
		d.Groups[n].Values = append(d.Groups[n].Values, plot.CaseValue{Case: row.Case, Slice: worst(row), X: x})
		cases[row.Case] = true
		if !math.IsNaN(x) {
			defined++
		}
	}
	if defined == 0 {
		return Shown{}, app.Refuse(nil, "figures.no_such")
	}
	d.N = len(cases)
	f := plot.Boxes(d)
	f.Name += "_" + key
	return Shown{Figure: f, tip: "box"}, nil
}

// worst is the slice on which most voxels differ, 0 where no slice is known.
func worst(row cohort.Row) (slice int) {
	most := int64(-1)
	for _, s := range row.Slices {
		if wrong := s.Reference + s.Prediction - 2*s.Both; wrong > most {
			most, slice = wrong, s.Number
		}
	}
	return slice
}

// pairs is how a quantity of a label agrees, as a Bland-Altman or a scatter plot.
func pairs(scatter bool, r cohort.Report, about plot.About, of cohort.Group, quantity string) (Shown, error) {
	var points []plot.Measured
	cases := map[string]bool{}
	for _, row := range r.Cases {
		if row.Model != of.Model || row.Label != of.Label {
			continue
		}
		if quantity == "volume_ml" {
			points = append(points, plot.Measured{Case: row.Case, Slice: worst(row), Reference: row.Value("volume_ref_ml"), Prediction: row.Value("volume_pred_ml")})
			cases[row.Case] = true
			continue
		}
		for _, s := range row.Slices {
			points = append(points, plot.Measured{Case: row.Case, Slice: s.Number, Reference: float64(s.ReferenceMM2), Prediction: float64(s.PredictionMM2)})
			cases[row.Case] = true
		}
	}
	if len(points) < 2 {
		return Shown{}, app.Refuse(nil, "figures.few_cases", Title(of), len(cases))
	}
	what, unit := t("volume_of", Title(of)), "ml"
	if quantity != "volume_ml" {
		what, unit = t("slice_area", Title(of)), t("mm2")
	}
	about.N = len(cases)
	bySlice := quantity != "volume_ml"
	found := agreementOf(r, of, quantity)
	if scatter {
		if bySlice {
			about.Notes = append([]string{t("slices", len(points), len(cases)), t("no_ccc")}, about.Notes...)
		}
		group := plot.Pairs{Name: Title(of), Points: points, CCC: plot.Exactly(math.NaN())}
		if found != nil && found.CCC.Why == "" {
			group.CCC = written(found.CCC.Estimate())
		}
		f := plot.Scatter(plot.ScatterData{About: about, X: t("of_reference", what), Y: t("of_prediction", what), Unit: unit, Groups: []plot.Pairs{group}, Equal: true})
		f.Name = "scatter_" + quantity + "_" + Title(of)
		return Shown{Figure: f, tip: "scatter"}, nil
	}
	if found == nil || found.BlandAltman.Why != "" {
		return Shown{}, app.Refuse(nil, "figures.few_cases", Title(of), len(cases))
	}
	b := found.BlandAltman
	intervals := t("carkeet")
	if found.Repeated {
		intervals = t("zou")
	}
	about.Notes = append([]string{intervals}, about.Notes...)
	d := plot.BlandAltmanData{About: about, Quantity: what, Unit: unit, Points: points, Repeated: found.Repeated}
	d.Bias = written(b.Bias.Estimate())
	d.Lower = written(b.Lower.Estimate())
	d.Upper = written(b.Upper.Estimate())
	f := plot.BlandAltman(d)
	f.Name = "bland_altman_" + quantity + "_" + Title(of)
	return Shown{Figure: f, tip: "agreement"}, nil
}

func written(e [3]float64) plot.Estimate { return plot.Estimate{X: e[0], Low: e[1], High: e[2]} }

func agreementOf(r cohort.Report, of cohort.Group, quantity string) *cohort.Agreement {
	for n := range r.Agreement {
		if a := &r.Agreement[n]; a.Model == of.Model && a.Label == of.Label && a.Quantity == quantity {
			return a
		}
	}
	return nil
}
