package cohort

import (
	"math"
	"slices"

	"opacity/app/stats"
)

// PairAgreement is how far two readers, or two sessions of one, are apart in volume.
type PairAgreement struct {
	Kind string `json:"kind"`
	A    string `json:"a"`
	B    string `json:"b"`
	Agreement
	Points []Twice `json:"-"` // what it rests on
}

// Twice is the volume of a case as A and as B have it.
type Twice struct {
	Case string
	A, B float64
}

// Reliability is the intraclass correlation of all readers, or of the sessions of one.
type Reliability struct {
	Label    string    `json:"label"`
	Quantity string    `json:"quantity"`
	Kind     string    `json:"kind"` // inter_reader, intra_reader
	Raters   []string  `json:"raters"`
	Subjects int       `json:"subjects"`
	Dropped  int       `json:"dropped"` // cases that not every rater has read
	Forms    []icc     `json:"icc"`
	Why      stats.Why `json:"why,omitempty"`
}

// Repeatability is how far two readings of one case by the same reader may lie apart.
type Repeatability struct {
	Label       string    `json:"label"`
	Quantity    string    `json:"quantity"`
	Reader      string    `json:"reader"` // empty for all readers together
	N           int       `json:"n"`      // values
	Subjects    int       `json:"subjects"`
	Cases       int       `json:"cases,omitempty"` // of areas, whose subjects are slices
	WithinSD    limit     `json:"within_subject_sd"`
	Coefficient limit     `json:"repeatability_coefficient"` // 1.96 sqrt(2) times the SD
	Interval    string    `json:"interval"`                  // chi_squared; of slices bca_by_case
	Why         stats.Why `json:"why,omitempty"`
}

// measuredBy is what a study holds of one label, for the statistics over its cases.
type measuredBy struct {
	who     panel
	extents []Extent
	mm      bool
}

func (m measuredBy) quantity() string {
	if m.mm {
		return "volume_ml"
	}
	return "volume_voxels"
}

// find is what a reader marked of a case in a session, "" for the first there is.
func (m measuredBy) find(name, reader, session string) (Extent, bool) {
	n := slices.IndexFunc(m.extents, func(e Extent) bool {
		return e.Case == name && e.Reader == reader && (session == "" || e.Session == session)
	})
	if n < 0 {
		return Extent{}, false
	}
	return m.extents[n], true
}

// rater is one column of the statistics: a reader's first readings, or one session of his.
type rater struct{ name, reader, session string }

func (m measuredBy) readers() []rater {
	var out []rater
	for _, r := range m.who.readers {
		name := r
		if m.who.again() {
			name = Reading{Reader: r, Session: m.who.sessions[r][0]}.name(true)
		}
		out = append(out, rater{name, r, ""})
	}
	return out
}

func (m measuredBy) sessions(reader string) []rater {
	var out []rater
	for _, s := range m.who.sessions[reader] {
		out = append(out, rater{Reading{Reader: reader, Session: s}.name(true), reader, s})
	}
	return out
}

// values are the volumes that a rater found, by case; NaN where there are none.
func (m measuredBy) values(r rater) []float64 {
	out := make([]float64, len(m.who.cases))
	for n, name := range m.who.cases {
		out[n] = math.NaN()
		if e, ok := m.find(name, r.reader, r.session); ok {
			out[n] = e.volume(m.mm)
		}
	}
	return out
}

// agreements compares the volumes of each two raters.
func (m measuredBy) agreements(label, kind string, raters []rater) []PairAgreement {
	var out []PairAgreement
	for n, a := range raters {
		for _, b := range raters[n+1:] {
			x, y := m.values(a), m.values(b)
			p := PairAgreement{Kind: kind, A: a.name, B: b.name, Agreement: agreement(Group{Label: label}, m.quantity(), x, y, nil)}
			p.BlandAltman.normality(x, y)
			for i, name := range m.who.cases {
				if !math.IsNaN(x[i]) && !math.IsNaN(y[i]) {
					p.Points = append(p.Points, Twice{name, x[i], y[i]})
				}
			}
			out = append(out, p)
		}
	}
	return out
}

// reliability is the six forms over raters.
func (m measuredBy) reliability(label, kind string, raters []rater) Reliability {
	out := Reliability{Label: label, Quantity: m.quantity(), Kind: kind, Forms: []icc{}}
	ratings := make([][]float64, len(m.who.cases))
	for _, r := range raters {
		out.Raters = append(out.Raters, r.name)
		for n, x := range m.values(r) {
			ratings[n] = append(ratings[n], x)
		}
	}
	all := stats.Intraclass(ratings)
	out.Subjects, out.Dropped, out.Why = all.Subjects, all.Dropped, all.Why
	if all.Why == "" {
		for _, f := range all.Forms {
			out.Forms = append(out.Forms, icc{f.Form, f.Model, number(f.R), intervalOf(f.CI), number(f.P)})
		}
	}
	return out
}

// repeatability is that of volumes, a case of a reader being a subject.
func (m measuredBy) repeatability(label, reader string, readers []string) Repeatability {
	var values []float64
	var subject []int
	for n, r := range readers {
		for _, s := range m.sessions(r) {
			for i, x := range m.values(s) {
				values, subject = append(values, x), append(subject, n*len(m.who.cases)+i)
			}
		}
	}
	r := stats.Repeat(values, subject)
	return Repeatability{label, m.quantity(), reader, r.N, r.Subjects, 0, limitOf(r.WithinSD), limitOf(r.Coefficient), "chi_squared", r.Why}
}

// ofAreas is the repeatability of the areas of slices that some session marks. Slices of a
// patient are no patients: the interval is drawn by case.
func (m measuredBy) ofAreas(label, reader string, readers []string, seed uint64) Repeatability {
	var values []float64
	var subject []int
	var squares, df []float64 // by case
	of := 0
	for _, name := range m.who.cases {
		sum, free := 0.0, 0.0
		for _, r := range readers {
			var read []Extent
			for _, s := range m.sessions(r) {
				if e, ok := m.find(name, s.reader, s.session); ok && e.areas != nil {
					read = append(read, e)
				}
			}
			if len(read) < 2 {
				continue
			}
			for k := range read[0].areas {
				if !slices.ContainsFunc(read, func(e Extent) bool { return e.areas[k].Pixels > 0 }) {
					continue
				}
				mean := 0.0
				for _, e := range read {
					mean += e.area(k, m.mm) / float64(len(read))
				}
				for _, e := range read {
					x := e.area(k, m.mm)
					values, subject = append(values, x), append(subject, of)
					sum += (x - mean) * (x - mean)
				}
				free += float64(len(read) - 1)
				of++
			}
		}
		if free > 0 {
			squares, df = append(squares, sum), append(df, free)
		}
	}
	r := stats.Repeat(values, subject)
	quantity := "area_mm2"
	if !m.mm {
		quantity = "area_px"
	}
	out := Repeatability{label, quantity, reader, r.N, r.Subjects, len(squares), limitOf(r.WithinSD), limitOf(r.Coefficient), "bca_by_case", r.Why}
	if r.Why != "" {
		return out
	}
	ci, _ := stats.Bootstrap{Seed: seed}.Interval(len(squares), func(cases []int) float64 {
		sum, n := 0.0, 0.0
		for _, c := range cases {
			sum, n = sum+squares[c], n+df[c]
		}
		return math.Sqrt(sum / n)
	})
	const factor = 1.96 * math.Sqrt2
	out.WithinSD.CI = intervalOf(ci)
	out.Coefficient.CI = intervalOf(stats.Interval{Lo: factor * ci.Lo, Hi: factor * ci.Hi})
	return out
}
