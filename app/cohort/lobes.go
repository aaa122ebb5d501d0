package cohort

import (
	"context"
	"io"
	"slices"
	"strconv"
	"strings"

	"opacity/app"
	"opacity/app/csvfile"
	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/metrics/region"
	"opacity/app/text"
)

// Lobar is the lobar severity score of a case, 0 to 25, of a map of five lobes that was
// given: the same one for the reference and the prediction. It is not the score of six
// zones.
type Lobar struct {
	Case       string `json:"case"`
	Model      string `json:"model,omitempty"`
	Reference  Lobes  `json:"reference"`
	Prediction Lobes  `json:"prediction"`
}

// Lobes is the score of one mask; not defined where a lobe has no voxel.
type Lobes struct {
	Score number      `json:"five_lobes_0_to_25"`
	Why   metrics.Why `json:"why,omitempty"`
	Lobes []Lobe      `json:"lobes"`
}

// Lobe is one of five by its number in the map.
type Lobe struct {
	Lobe     int    `json:"lobe"`
	Voxels   int64  `json:"voxels_lobe"`
	Infected int64  `json:"voxels_infected"`
	Percent  number `json:"infected_percent"`
	Score    int    `json:"score_0_to_5"`
}

// lobar scores a case that has a map of lobes; nil where there is none, or no infection,
// or not all five lobes, which it says.
func (o Options) lobar(ctx context.Context, c Case, parts []part, on *labelled) (*Lobar, *text.Message, error) {
	n := slices.IndexFunc(parts, func(p part) bool { return p.label == infection })
	switch {
	case c.Lobes == "":
		return nil, nil, nil
	case n < 0:
		m := text.M("evaluate.lobes_of_what")
		return nil, &m, nil
	}
	plain := o
	plain.Labels = nil
	f, _, err := plain.readLabels(ctx, c.Lobes, &on.grid)
	if err != nil {
		return nil, nil, err
	}
	var lobes [5]*mask.Bits
	for n := range lobes {
		lobes[n] = f.union(n + 1)
	}
	for _, v := range f.values {
		if v < 1 || v > len(lobes) {
			return nil, nil, app.Refuse(nil, "evaluate.lobes", c.Lobes, v)
		}
	}
	if len(f.values) == 0 {
		return nil, nil, app.Refuse(nil, "evaluate.no_lobes", c.Lobes)
	}
	var missing []string
	for n := range lobes {
		if !f.holds(n + 1) {
			missing = append(missing, strconv.Itoa(n+1))
		}
	}
	if len(missing) > 0 {
		m := text.M("evaluate.lobes_missing", c.Lobes, strings.Join(missing, ", "))
		return nil, &m, nil
	}
	return &Lobar{Reference: lobesOf(lobes, parts[n].reference), Prediction: lobesOf(lobes, parts[n].prediction)}, nil, nil
}

func lobesOf(lobes [5]*mask.Bits, infected *mask.Bits) Lobes {
	found := region.FiveLobes(lobes, infected)
	out := Lobes{Score: orUndefined(found.Total, 1), Why: found.Total.Why}
	for _, l := range found.Lobes {
		out.Lobes = append(out.Lobes, Lobe{l.Number, l.Voxels, l.Infected, orUndefined(l.Share, 100), l.Score})
	}
	return out
}

// WriteLobes writes lobes.csv: the five lobes of each case, by their numbers in the map,
// and, as lobe "all", the score.
func (r Report) WriteLobes(w io.Writer) error {
	rows := [][]string{{"case", "model", "lobe", "score_ref", "score_pred", "infected_percent_ref", "infected_percent_pred", "voxels_lobe", "voxels_infected_ref", "voxels_infected_pred", "why"}}
	count := func(n int64) string { return strconv.FormatInt(n, 10) }
	for _, s := range r.Lobar {
		for n, a := range s.Reference.Lobes {
			b := s.Prediction.Lobes[n]
			rows = append(rows, []string{
				s.Case, s.Model, strconv.Itoa(a.Lobe), strconv.Itoa(a.Score), strconv.Itoa(b.Score), cell(float64(a.Percent)), cell(float64(b.Percent)),
				count(a.Voxels), count(a.Infected), count(b.Infected), "",
			})
		}
		why := reasons{}
		line := []string{s.Case, s.Model, "all", why.cell("score_ref", s.Reference.value()), why.cell("score_pred", s.Prediction.value())}
		rows = append(rows, append(line, "", "", "", "", "", why.String()))
	}
	return csvfile.Write(w, rows)
}

func (l Lobes) value() metrics.Value { return metrics.Value{X: float64(l.Score), Why: l.Why} }
