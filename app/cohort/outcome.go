package cohort

import (
	"io"
	"math"
	"slices"
	"strconv"

	"opacity/app"
	"opacity/app/csvfile"
	"opacity/app/stats"
)

// Outcomes is what became of each case, from a list: what a score of it is to foretell.
type Outcomes struct {
	Positive map[string]bool // by case
	// Scores are those of the list by case and model, in the list's order of Models; a list
	// without a column model has one model, "". Empty where it has no column score.
	Scores map[[2]string]float64
	Models []string
}

// Of counts the cases by their outcomes; a case of several models counts once.
func (o Outcomes) Of(cases []Case) (positive, negative int) {
	seen := map[string]bool{}
	for _, c := range cases {
		is, known := o.Positive[c.Name]
		switch {
		case seen[c.Name] || !known:
		case is:
			positive++
		default:
			negative++
		}
		seen[c.Name] = true
	}
	return positive, negative
}

// ReadOutcomes reads a CSV with the columns case and outcome (1 or 0) and, where wanted,
// score and model. A list of pairs may be one.
func ReadOutcomes(path string) (Outcomes, error) {
	out := Outcomes{map[string]bool{}, map[[2]string]float64{}, nil}
	at, rows, err := table(path, []string{"case", "outcome"})
	if err != nil {
		return out, err
	}
	for n, row := range rows {
		get := fields(at, row)
		name, model := get("case"), get("model")
		positive, known := map[string]bool{"1": true, "0": false}[get("outcome")]
		before, there := out.Positive[name]
		switch {
		case get("outcome") == "":
			continue
		case !known || name == "":
			return out, app.Refuse(nil, "evaluate.outcome.bad", path, n+2, get("outcome"))
		case there && before != positive:
			return out, app.Refuse(nil, "evaluate.outcome.twice", path, name)
		}
		out.Positive[name] = positive
		if get("score") == "" {
			continue
		}
		score, err := strconv.ParseFloat(get("score"), 64)
		if err != nil || math.IsNaN(score) || math.IsInf(score, 0) {
			return out, app.Refuse(err, "evaluate.outcome.bad_score", path, n+2, get("score"))
		}
		if _, there := out.Scores[[2]string{name, model}]; there {
			return out, app.Refuse(nil, "evaluate.outcome.twice", path, name)
		}
		out.Scores[[2]string{name, model}] = score
		if !slices.Contains(out.Models, model) {
			out.Models = append(out.Models, model)
		}
	}
	return out, nil
}

// HasOutcomes reports whether a list of pairs has a column of outcomes.
func HasOutcomes(path string) bool {
	_, _, err := table(path, []string{"case", "outcome"})
	return err == nil
}

// Foretold is how well one score a case tells cases with the outcome from those without.
type Foretold struct {
	Label    string           `json:"label,omitempty"` // none of a score that was given
	Score    string           `json:"score"`           // volume_ml, volume_voxels, or score, that of the list
	Of       string           `json:"of"`              // reference, prediction, or the model
	Positive int              `json:"n_positive"`
	Negative int              `json:"n_negative"`
	Without  int              `json:"n_left_out"` // cases without an outcome, or without the score
	AUC      number           `json:"auc"`
	SE       number           `json:"se"` // DeLong and others 1988
	CI       [2]number        `json:"auc_ci95"`
	Why      stats.Why        `json:"why,omitempty"` // there is no area, or no interval
	Curve    []stats.ROCPoint `json:"-"`
}

// ForetoldTest compares two scores of the same cases.
type ForetoldTest struct {
	Label      string    `json:"label,omitempty"`
	Score      string    `json:"score"`
	A          string    `json:"a"`
	B          string    `json:"b"`
	N          int       `json:"n"`
	Difference number    `json:"difference"` // of the areas, a - b
	CI         [2]number `json:"difference_ci95"`
	Z          number    `json:"z"`
	P          number    `json:"p"`
	PHolm      number    `json:"p_holm"`
	Why        stats.Why `json:"why,omitempty"`
}

// Outcome is what is found of the outcomes of cases.
type Outcome struct {
	Scores []Foretold     `json:"scores"`
	Tests  []ForetoldTest `json:"tests"` // DeLong's, corrected after Holm over all of them
}

// scores are those of one kind, several of which are compared.
type scores struct {
	label, score string
	of           []string
	values       [][]float64 // by of, case by case; NaN for none
}

// Foretell tests volumes, and the scores of the list, against the outcomes: one score a
// case, whose patients are independent of one another.
func Foretell(rows []Row, o Outcomes) (*Outcome, error) {
	var cases []string
	var positive []bool
	without := 0
	for _, r := range rows {
		if slices.Contains(cases, r.Case) {
			continue
		}
		cases = append(cases, r.Case)
		p, known := o.Positive[r.Case]
		positive = append(positive, p)
		if !known {
			without++
		}
	}
	if without == len(cases) {
		return nil, app.Refuse(nil, "evaluate.outcome.none")
	}
	out := &Outcome{Scores: []Foretold{}, Tests: []ForetoldTest{}}
	for _, s := range append(volumeScores(rows, cases), o.given(cases)...) {
		for n := range s.of {
			for i, name := range cases {
				if _, known := o.Positive[name]; !known {
					s.values[n][i] = math.NaN()
				}
			}
		}
		out.add(s, positive)
	}
	p := make([]float64, len(out.Tests))
	for n, t := range out.Tests {
		p[n] = float64(t.P)
	}
	for n, q := range stats.Holm(p) {
		out.Tests[n].PHolm = number(q)
	}
	return out, nil
}

// add works out the areas of scores and tests each two of them.
func (o *Outcome) add(s scores, positive []bool) {
	for n, of := range s.of {
		a := stats.DeLong(s.values[n], positive)
		o.Scores = append(o.Scores, Foretold{
			s.label, s.score, of, a.Positive, a.Negative, len(positive) - a.Positive - a.Negative, number(a.Value), number(a.SE), intervalOf(a.CI), a.Why,
			stats.ROC(s.values[n], positive),
		})
		for m := range s.of[:n] {
			t := stats.CompareAUC(s.values[m], s.values[n], positive)
			o.Tests = append(o.Tests, ForetoldTest{
				Label: s.label, Score: s.score, A: s.of[m], B: of, N: t.N, Difference: number(t.Effect), CI: intervalOf(t.CI),
				Z: number(t.Statistic), P: number(t.P), PHolm: undefined, Why: t.Why,
			})
		}
	}
}

// volumeScores are the volumes of each label, the reference's and each model's.
func volumeScores(rows []Row, cases []string) (out []scores) {
	for _, g := range groups(rows) {
		quantity, reference, prediction := Volumes(of(rows, g))
		name := g.Model
		if name == "" {
			name = "prediction"
		}
		n := slices.IndexFunc(out, func(s scores) bool { return s.label == g.Label })
		if n < 0 {
			n = len(out)
			out = append(out, scores{g.Label, quantity, []string{"reference"}, [][]float64{nones(len(cases))}})
		}
		if quantity != out[n].score { // millilitres of one model, voxels of another
			continue
		}
		values := nones(len(cases))
		for i, r := range of(rows, g) {
			at := slices.Index(cases, r.Case)
			values[at], out[n].values[0][at] = prediction[i], reference[i]
		}
		out[n].of, out[n].values = append(out[n].of, name), append(out[n].values, values)
	}
	return out
}

// given are the scores of the list.
func (o Outcomes) given(cases []string) []scores {
	if len(o.Models) == 0 {
		return nil
	}
	s := scores{score: "score"}
	for _, model := range o.Models {
		values := nones(len(cases))
		for i, name := range cases {
			if x, ok := o.Scores[[2]string{name, model}]; ok {
				values[i] = x
			}
		}
		if model == "" {
			model = "score"
		}
		s.of, s.values = append(s.of, model), append(s.values, values)
	}
	return []scores{s}
}

func nones(n int) []float64 { return slices.Repeat([]float64{math.NaN()}, n) }

// WriteOutcome writes outcome.csv: a row per label and score.
func (r Report) WriteOutcome(w io.Writer) error {
	rows := [][]string{{"label", "score", "of", "n_positive", "n_negative", "n_left_out", "auc", "auc_ci95_low", "auc_ci95_high", "se", "why"}}
	for _, s := range r.Outcome.Scores {
		line := []string{s.Label, s.Score, s.Of, strconv.Itoa(s.Positive), strconv.Itoa(s.Negative), strconv.Itoa(s.Without)}
		rows = append(rows, append(line, cell(float64(s.AUC)), cell(float64(s.CI[0])), cell(float64(s.CI[1])), cell(float64(s.SE)), string(s.Why)))
	}
	return csvfile.Write(w, rows)
}

// WriteOutcomeTests writes outcome_tests.csv: a row per two scores of a label.
func (r Report) WriteOutcomeTests(w io.Writer) error {
	rows := [][]string{{"label", "score", "a", "b", "n", "difference", "difference_ci95_low", "difference_ci95_high", "z", "p", "p_holm", "why"}}
	for _, t := range r.Outcome.Tests {
		line := []string{t.Label, t.Score, t.A, t.B, strconv.Itoa(t.N)}
		for _, x := range []number{t.Difference, t.CI[0], t.CI[1], t.Z, t.P, t.PHolm} {
			line = append(line, cell(float64(x)))
		}
		rows = append(rows, append(line, string(t.Why)))
	}
	return csvfile.Write(w, rows)
}
