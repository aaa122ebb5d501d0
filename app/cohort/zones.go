package cohort

import (
	"io"
	"slices"
	"strconv"

	"opacity/app/csvfile"
	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/metrics/region"
	"opacity/app/text"
)

// Severity is the six-zone score of a case: thirds of each lung, 0 to 4 by the share of
// infection, 0 to 24. It is not the score of five lobes, 0 to 25.
type Severity struct {
	Case       string `json:"case"`
	Model      string `json:"model,omitempty"`
	Reference  Zones  `json:"reference"`
	Prediction Zones  `json:"prediction"`
	// PredictionIn says in whose lungs the prediction was scored: its own, or the
	// reference's where it marks none.
	PredictionIn string `json:"prediction_in_lungs_of"` // prediction, reference
}

// Zones is the score of one mask; not defined where a zone has no lung.
type Zones struct {
	Score number      `json:"six_zones_0_to_24"`
	Why   metrics.Why `json:"why,omitempty"`
	Zones []Zone      `json:"zones"`
}

// Zone is a third of one lung.
type Zone struct {
	Zone     string `json:"zone"` // right_apex, right_middle, right_base, left_apex...
	Lung     int64  `json:"voxels_lung"`
	Infected int64  `json:"voxels_infected"`
	Percent  number `json:"infected_percent"`
	Score    int    `json:"score_0_to_4"`
}

// severity scores a case whose lungs are told apart; where they are not, it says so. nil
// and nothing where there is no infection to score.
func severity(parts []part, on *labelled) (*Severity, *text.Message) {
	find := func(label string) *part {
		if n := slices.IndexFunc(parts, func(p part) bool { return p.label == label }); n >= 0 {
			return &parts[n]
		}
		return nil
	}
	left, right, infected := find(leftLung), find(rightLung), find(infection)
	switch {
	case infected == nil:
		return nil, nil
	case left == nil || right == nil:
		m := text.M("evaluate.no_sides")
		return nil, &m
	}
	s := Severity{PredictionIn: "prediction", Reference: zonesOf(left.reference, right.reference, infected.reference, on)}
	predLeft, predRight := left.prediction, right.prediction
	if predLeft.Empty() && predRight.Empty() {
		s.PredictionIn, predLeft, predRight = "reference", left.reference, right.reference
	}
	s.Prediction = zonesOf(predLeft, predRight, infected.prediction, on)
	return &s, nil
}

// WhyNoSeverity says why no case has a severity by zones.
func (r Report) WhyNoSeverity() text.Message {
	if slices.ContainsFunc(r.Cases, func(row Row) bool { return row.Label == infection }) {
		return text.M("evaluate.no_sides")
	}
	return text.M("evaluate.no_infection_zones")
}

func zonesOf(left, right, infected *mask.Bits, on *labelled) Zones {
	found := region.SixZones(left, right, infected, on.grid)
	out := Zones{Score: orUndefined(found.Total, 1), Why: found.Total.Why}
	for _, z := range found.Zones {
		out.Zones = append(out.Zones, Zone{z.Key, z.Lung, z.Infected, orUndefined(z.Share, 100), z.Score})
	}
	return out
}

// orUndefined is so many times a value, where it is defined.
func orUndefined(v metrics.Value, times float64) number {
	if !v.Defined() {
		return undefined
	}
	return number(times * v.X)
}

// WriteZones writes zones.csv: the six zones of each case and, as zone "all", the score.
func (r Report) WriteZones(w io.Writer) error {
	rows := [][]string{{
		"case", "model", "zone", "score_ref", "score_pred", "infected_percent_ref", "infected_percent_pred",
		"voxels_lung_ref", "voxels_infected_ref", "voxels_lung_pred", "voxels_infected_pred", "prediction_in_lungs_of", "why",
	}}
	count := func(n int64) string { return strconv.FormatInt(n, 10) }
	for _, s := range r.Severity {
		for n, a := range s.Reference.Zones {
			b := s.Prediction.Zones[n]
			rows = append(rows, []string{
				s.Case, s.Model, a.Zone, strconv.Itoa(a.Score), strconv.Itoa(b.Score), cell(float64(a.Percent)), cell(float64(b.Percent)),
				count(a.Lung), count(a.Infected), count(b.Lung), count(b.Infected), s.PredictionIn, "",
			})
		}
		why := reasons{}
		line := []string{s.Case, s.Model, "all"}
		for _, z := range []struct {
			key string
			Zones
		}{{"score_ref", s.Reference}, {"score_pred", s.Prediction}} {
			line = append(line, why.cell(z.key, metrics.Value{X: float64(z.Score), Why: z.Why}))
		}
		rows = append(rows, append(line, "", "", "", "", "", "", s.PredictionIn, why.String()))
	}
	return csvfile.Write(w, rows)
}
