package main

import (
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"opacity/app/cohort"
	"opacity/app/metrics/catalogue"
	"opacity/app/metrics/score"
	"opacity/app/safefile"
	"opacity/export/plot"
)

// evaluationFigures draws what a report holds: the overlap and the distances of each label with
// the cases as points, agreement of volumes, ROC and precision-recall of all cases.
func (c *cli) evaluationFigures(r cohort.Report) []plot.Figure {
	about := plot.About{Made: []string{"Opacity " + r.Provenance.Opacity}, Notes: []string{c.table.T("cmd.evaluate.research")}}
	var out []plot.Figure
	for _, m := range []struct {
		key, unit string
		high      float64
	}{{"dice", "", 1}, {"nsd", "", 1}, {"hd95_mm", "mm", 0}, {"assd_mm", "mm", 0}} {
		if f, ok := c.boxes(r, about, m.key, m.unit, m.high); ok {
			out = append(out, f)
		}
	}
	for _, a := range r.Agreement {
		if a.Quantity == "volume_ml" && a.N > 1 && a.BlandAltman.Why == "" {
			out = append(out, c.volumes(r, about, a))
		}
	}
	return append(out, c.curves(r, about)...)
}

// shortNames stand on axes.
var shortNames = map[string]string{"dice": "Dice", "nsd": "NSD", "hd95_mm": "HD95", "assd_mm": "ASSD"}

// titled is what a label is called in figures and names of files.
func titled(model, label string) string {
	if model == "" {
		return label
	}
	return model + ", " + label
}

func (c *cli) boxes(r cohort.Report, about plot.About, key, unit string, high float64) (plot.Figure, bool) {
	e, _ := catalogue.Find(key)
	about.Notes = append([]string{c.table.Format(e.Definition)}, about.Notes...)
	d := plot.BoxesData{About: about, Quantity: shortNames[key], Unit: unit, High: high}
	at, cases, defined := map[string]int{}, map[string]bool{}, 0
	for _, row := range r.Cases {
		if _, ok := row.Values[key]; !ok {
			continue
		}
		name := titled(row.Model, row.Label)
		n, there := at[name]
		if !there {
			n = len(d.Groups)
			at[name] = n
			d.Groups = append(d.Groups, plot.Group{Name: name})
		}
		x := row.Value(key)
		d.Groups[n].Values = append(d.Groups[n].Values, plot.CaseValue{Case: row.Case, X: x})
		cases[row.Case] = true
		if !math.IsNaN(x) {
			defined++
		}
	}
	d.N = len(cases)
	f := plot.Boxes(d)
	f.Name = "boxes_" + key
	return f, d.N > 1 && defined > 0
}

func (c *cli) volumes(r cohort.Report, about plot.About, a cohort.Agreement) plot.Figure {
	b := a.BlandAltman
	d := plot.BlandAltmanData{About: about, Quantity: c.table.T("cmd.evaluate.volume_of", titled(a.Model, a.Label)), Unit: "ml"}
	d.N = a.Cases
	for _, row := range r.Cases {
		if row.Model == a.Model && row.Label == a.Label {
			d.Points = append(d.Points, plot.Measured{Case: row.Case, Reference: row.Value("volume_ref_ml"), Prediction: row.Value("volume_pred_ml")})
		}
	}
	d.Bias = plot.Estimate{X: float64(b.Bias.Value), Low: float64(b.Bias.CI[0]), High: float64(b.Bias.CI[1])}
	d.Lower = plot.Estimate{X: float64(b.Lower.Value), Low: float64(b.Lower.CI[0]), High: float64(b.Lower.CI[1])}
	d.Upper = plot.Estimate{X: float64(b.Upper.Value), Low: float64(b.Upper.CI[0]), High: float64(b.Upper.CI[1])}
	f := plot.BlandAltman(d)
	f.Name = "bland_altman_volume_" + titled(a.Model, a.Label)
	return f
}

// thinnest is how far a drawn curve may be from the true one: less than a dot of print.
const thinnest = 5e-4

// curves draws ROC and precision-recall of each label, the models together.
func (c *cli) curves(r cohort.Report, about plot.About) []plot.Figure {
	var out []plot.Figure
	done := map[string]bool{}
	for _, first := range r.Curves {
		if done[first.Label] {
			continue
		}
		done[first.Label] = true
		roc := plot.ROCData{About: about}
		roc.N, roc.Region = first.Cases, c.table.Format(first.Region.Sentence())
		pr := plot.PRData{ROCData: roc}
		for _, curve := range r.Curves {
			if curve.Label != first.Label {
				continue
			}
			name := titled(curve.Model, curve.Label)
			area := plot.Estimate{X: float64(curve.AUC), Low: float64(curve.CI[0]), High: float64(curve.CI[1])}
			roc.Models = append(roc.Models, plot.Rated{Name: name, Area: area, Curve: rates(curve), Band: band(curve)})
			pr.Models = append(pr.Models, plot.Rated{Name: name, Area: plot.Exactly(float64(curve.AveragePrecision)), Curve: precisions(curve)})
			positive, negative := curve.Pool.All.Totals()
			pr.Prevalence = float64(positive) / float64(positive+negative)
		}
		for _, f := range []plot.Figure{plot.ROC(roc), plot.PR(pr)} {
			f.Name += "_" + first.Label
			out = append(out, f)
		}
	}
	return out
}

func rates(c cohort.Curve) (out []plot.Threshold) {
	points, _ := c.Pool.All.ROC()
	for _, p := range score.Thin(points, thinnest) {
		out = append(out, plot.Threshold{Threshold: p.Threshold, X: p.FPR, Y: p.TPR})
	}
	return out
}

func precisions(c cohort.Curve) (out []plot.Threshold) {
	points, _ := c.Pool.All.PR()
	last := plot.Threshold{X: math.Inf(-1)}
	for n, p := range points {
		at := plot.Threshold{Threshold: p.Threshold, X: p.TPR, Y: p.Precision()}
		if n == len(points)-1 || math.Abs(at.X-last.X) > thinnest || math.Abs(at.Y-last.Y) > thinnest {
			out, last = append(out, at), at
		}
	}
	return out
}

// band is the interval of sensitivity at 101 rates of false alarms, cases drawn.
func band(c cohort.Curve) (out []plot.Band) {
	fpr := make([]float64, 101)
	for n := range fpr {
		fpr[n] = float64(n) / 100
	}
	lo, hi, why := score.Band(c.Pool.Cases, fpr, c.Bootstrap)
	if why != "" {
		return nil
	}
	points, _ := c.Pool.All.ROC()
	at := 0
	for n, x := range fpr {
		for at+2 < len(points) && points[at+1].FPR < x {
			at++
		}
		out = append(out, plot.Band{X: x, Low: lo[n], High: hi[n], Y: between(points[at], points[at+1], x)})
	}
	return out
}

// between is the sensitivity at a rate of false alarms between two points of a curve.
func between(a, b score.Point, fpr float64) float64 {
	if b.FPR <= a.FPR {
		return b.TPR
	}
	return a.TPR + (b.TPR-a.TPR)*(fpr-a.FPR)/(b.FPR-a.FPR)
}

// draw puts figures into a folder, each in every format, with its points and caption.
func draw(folder string, figures []plot.Figure, overwrite bool) error {
	ours := func(name string) bool {
		return slices.ContainsFunc([]string{"boxes_", "bland_altman_", "roc_", "precision_recall_"}, func(p string) bool { return strings.HasPrefix(name, p) })
	}
	return safefile.WriteFolder(folder, overwrite, ours, func(put func(string, func(io.Writer) error) error) error {
		for _, f := range figures {
			name := fileName(f.Name)
			for _, format := range plot.Formats() {
				if err := put(name+"."+format, func(w io.Writer) error { return f.Write(w, format, plot.Page{}) }); err != nil {
					return err
				}
			}
			if err := put(name+".csv", f.WriteCSV); err != nil {
				return err
			}
			caption := func(w io.Writer) error {
				_, err := io.WriteString(w, f.Caption()+"\n")
				return err
			}
			if err := put(name+".txt", caption); err != nil {
				return err
			}
		}
		return nil
	})
}

// fileName makes a name that every file system takes.
func fileName(s string) string {
	return filepath.Base(strings.Map(func(r rune) rune {
		if r <= ' ' || strings.ContainsRune(`<>:"/\|?*,`, r) {
			return '_'
		}
		return r
	}, s))
}
