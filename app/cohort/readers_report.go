package cohort

import (
	"cmp"
	"encoding/json"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"opacity/app"
	"opacity/app/csvfile"
	"opacity/app/metrics"
	"opacity/app/stats"
	"opacity/app/text"
)

// ReadersReport is readers.json.
type ReadersReport struct {
	Readers          []ReaderSessions `json:"readers"`
	Pairs            []ReaderRow      `json:"pairs"`
	PairsSummary     []ReaderSummary  `json:"pairs_summary"`
	Consensus        []ReaderRow      `json:"consensus"`
	ConsensusSummary []ReaderSummary  `json:"consensus_summary"`
	Staple           []StapleRow      `json:"staple"`
	Volumes          []Extent         `json:"volumes"`
	Agreement        []PairAgreement  `json:"agreement"`
	ICC              []Reliability    `json:"icc"`
	Repeatability    []Repeatability  `json:"repeatability"`
	Failed           []failure        `json:"failed"`
	Provenance       Provenance       `json:"provenance"`
}

// ReaderSessions is a reader with the sessions that there are of him.
type ReaderSessions struct {
	Reader   string   `json:"reader"`
	Sessions []string `json:"sessions"`
}

// ReaderSummary describes a metric of a pair, or of a reader beside a consensus, over the
// cases.
type ReaderSummary struct {
	Kind string `json:"kind"`
	A    string `json:"a"`
	B    string `json:"b"`
	Summary
}

// BuildReaders sums a study up. failed are the readings that did not get as far.
func BuildReaders(r ReadersRun, o ReadersOptions, use text.Message, failed []Failure) ReadersReport {
	out := ReadersReport{
		Pairs: []ReaderRow{}, Consensus: []ReaderRow{}, Staple: slices.Concat([]StapleRow{}, r.Staple), Volumes: slices.Concat([]Extent{}, r.Extents),
		Agreement: []PairAgreement{}, ICC: []Reliability{}, Repeatability: []Repeatability{}, Failed: []failure{},
	}
	for _, reader := range r.who.readers {
		out.Readers = append(out.Readers, ReaderSessions{reader, r.who.sessions[reader]})
	}
	for _, row := range r.Rows {
		if row.Kind == Inter || row.Kind == Intra {
			out.Pairs = append(out.Pairs, row)
		} else {
			out.Consensus = append(out.Consensus, row)
		}
	}
	out.PairsSummary, out.ConsensusSummary = r.summarise(out.Pairs, o.Seed), r.summarise(out.Consensus, o.Seed)
	mm := inMM(r.Extents)
	for _, label := range out.Labels() {
		m := measuredBy{who: r.who, mm: mm}
		for _, e := range r.Extents {
			if e.Label == label {
				m.extents = append(m.extents, e)
			}
		}
		out.statistics(m, label, o.Seed)
	}
	for _, f := range slices.Concat(failed, r.Failed) {
		_, why := app.Explain(f.Err)
		out.Failed = append(out.Failed, failure{f.Case, f.Model, why})
	}
	out.Provenance = r.provenance(o, use)
	return out
}

// Labels are those that were compared, in order.
func (r ReadersReport) Labels() []string {
	var out []string
	for _, e := range r.Volumes {
		if !slices.Contains(out, e.Label) {
			out = append(out, e.Label)
		}
	}
	return out
}

// statistics are those of a label over the cases.
func (r *ReadersReport) statistics(m measuredBy, label string, seed uint64) {
	if readers := m.readers(); len(readers) > 1 {
		r.Agreement = append(r.Agreement, m.agreements(label, Inter, readers)...)
		r.ICC = append(r.ICC, m.reliability(label, Inter, readers))
	}
	var again []string
	for _, reader := range m.who.readers {
		sessions := m.sessions(reader)
		if len(sessions) < 2 {
			continue
		}
		again = append(again, reader)
		r.Agreement = append(r.Agreement, m.agreements(label, Intra, sessions)...)
		r.ICC = append(r.ICC, m.reliability(label, Intra, sessions))
		r.Repeatability = append(r.Repeatability, m.repeatability(label, reader, []string{reader}), m.ofAreas(label, reader, []string{reader}, seed))
	}
	if len(again) > 1 {
		r.Repeatability = append(r.Repeatability, m.repeatability(label, "", again), m.ofAreas(label, "", again, seed))
	}
}

// summarise describes each pair and label, in the order in which the readers were named.
func (r ReadersRun) summarise(rows []ReaderRow, seed uint64) []ReaderSummary {
	type pair struct{ kind, a, b string }
	var pairs []pair
	of := map[pair][]Row{}
	for _, row := range rows {
		p := pair{row.Kind, row.A, row.B}
		if of[p] == nil {
			pairs = append(pairs, p)
		}
		of[p] = append(of[p], row.Row)
	}
	names := []string{ByStaple, ByMajority, StapleOthers, MajorityOthers}
	for _, reader := range r.who.readers {
		names = append(names, reader)
		for _, s := range r.who.sessions[reader] {
			names = append(names, Reading{Reader: reader, Session: s}.name(true))
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int {
		return cmp.Or(slices.Index(names, a.a)-slices.Index(names, b.a), slices.Index(names, a.b)-slices.Index(names, b.b))
	})
	out := []ReaderSummary{}
	for _, p := range pairs {
		for _, s := range Summarise(of[p], nil, Rules{}, seed) {
			out = append(out, ReaderSummary{p.kind, p.a, p.b, s})
		}
	}
	return out
}

func (r ReadersRun) provenance(o ReadersOptions, use text.Message) Provenance {
	p := Provenance{
		Opacity: o.Version, IntendedUse: use, Definitions: map[string]text.Message{}, Regions: map[string]text.Message{},
		Labels: map[string]any{}, ToleranceMM: map[string]float64{}, Bootstrap: text.M("evaluate.bootstrap"), Seed: o.Seed,
		Resample: o.Resample, Inputs: r.Inputs, Notes: []string{},
	}
	var rows []Row
	for _, row := range r.Rows {
		rows = append(rows, row.Row)
		p.Regions[string(row.Region)] = row.Region.Sentence()
		p.ToleranceMM[row.Label] = o.toleranceMM(row.Label)
		p.Labels[row.Label] = text.M("evaluate.label_mapped")
	}
	for _, key := range keysOf(rows) {
		p.Definitions[key] = definition(key)
	}
	for key, is := range ReaderDefinitions() {
		p.Definitions[key] = is
	}
	for _, l := range o.Labels {
		p.Labels[l.Name] = l.numbers()
	}
	for _, n := range r.Notes {
		if s := n.String(); !slices.Contains(p.Notes, s) {
			p.Notes = append(p.Notes, s)
		}
	}
	return p
}

// ReaderDefinitions say what the words of readers.json mean.
func ReaderDefinitions() map[string]text.Message {
	return map[string]text.Message{
		Inter: text.M("evaluate.readers.is.inter"), Intra: text.M("evaluate.readers.is.intra"),
		ByStaple: text.M("evaluate.readers.is.staple"), ByMajority: text.M("evaluate.readers.is.majority"),
		StapleOthers: text.M("evaluate.readers.is.staple_of_others"), MajorityOthers: text.M("evaluate.readers.is.majority_of_others"),
		"repeatability_coefficient": text.M("evaluate.readers.is.repeatability"), "icc": text.M("evaluate.readers.is.icc"),
		"bland_altman": text.M("evaluate.readers.is.bland_altman"),
	}
}

// MarshalJSON implements json.Marshaler.
func (r ReaderRow) MarshalJSON() ([]byte, error) {
	values, why := valuesJSON(r.Values)
	return json.Marshal(struct {
		Kind    string                 `json:"kind"`
		A       string                 `json:"a"`
		B       string                 `json:"b"`
		Case    string                 `json:"case"`
		Label   string                 `json:"label"`
		Region  Region                 `json:"region"`
		Metrics map[string]number      `json:"metrics"`
		Why     map[string]metrics.Why `json:"why"`
		Counts  counts                 `json:"counts"`
	}{r.Kind, r.A, r.B, r.Case, r.Label, r.Region, values, why, counts(r.Counts)})
}

// MarshalJSON implements json.Marshaler.
func (e Extent) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Case    string `json:"case"`
		Reader  string `json:"reader"`
		Session string `json:"session"`
		Label   string `json:"label"`
		Voxels  int64  `json:"voxels"`
		ML      number `json:"volume_ml"`
	}{e.Case, e.Reader, e.Session, e.Label, e.Voxels, number(e.ML)})
}

// WriteJSON writes readers.json.
func (r ReadersReport) WriteJSON(w io.Writer) error { return writeJSON(w, r) }

// WritePairs writes readers.csv: a row per case, label and pair.
func (r ReadersReport) WritePairs(w io.Writer) error { return writeReaderRows(w, r.Pairs) }

// WriteConsensus writes consensus.csv: a row per case, label, kind of consensus and reader.
func (r ReadersReport) WriteConsensus(w io.Writer) error { return writeReaderRows(w, r.Consensus) }

func writeReaderRows(w io.Writer, all []ReaderRow) error {
	var rows []Row
	for _, r := range all {
		rows = append(rows, r.Row)
	}
	keys := keysOf(rows)
	lines := [][]string{slices.Concat([]string{"case", "label", "kind", "a", "b", "region"}, keys, []string{"why"})}
	for _, r := range all {
		line, why := []string{r.Case, r.Label, r.Kind, r.A, r.B, string(r.Region)}, reasons{}
		for _, key := range keys {
			cell := ""
			if v, ok := r.Values[key]; ok {
				cell = why.cell(key, v)
			}
			line = append(line, cell)
		}
		lines = append(lines, append(line, why.String()))
	}
	return csvfile.Write(w, lines)
}

// WritePairsSummary writes readers_summary.csv: a row per pair, label and metric.
func (r ReadersReport) WritePairsSummary(w io.Writer) error {
	return writeReaderSummary(w, r.PairsSummary)
}

// WriteConsensusSummary writes consensus_summary.csv.
func (r ReadersReport) WriteConsensusSummary(w io.Writer) error {
	return writeReaderSummary(w, r.ConsensusSummary)
}

func writeReaderSummary(w io.Writer, all []ReaderSummary) error {
	lines := [][]string{{
		"kind", "a", "b", "label", "metric", "n", "n_undefined", "n_missed", "n_false_alarm", "mean", "mean_ci95_low", "mean_ci95_high", "sd", "median", "q1", "q3", "iqr", "min", "max",
	}}
	for _, s := range all {
		line := []string{s.Kind, s.A, s.B, s.Label, s.Metric, strconv.Itoa(s.N), strconv.Itoa(s.NUndefined), strconv.Itoa(s.NMissed), strconv.Itoa(s.NFalseAlarm)}
		lines = append(lines, append(line, numbers(s.Mean, s.MeanCI[0], s.MeanCI[1], s.SD, s.Median, s.Q1, s.Q3, s.IQR, s.Min, s.Max)...))
	}
	return csvfile.Write(w, lines)
}

func numbers(all ...number) (out []string) {
	for _, x := range all {
		out = append(out, cell(float64(x)))
	}
	return out
}

// WriteVolumes writes reader_volumes.csv: what each reading marks.
func (r ReadersReport) WriteVolumes(w io.Writer) error {
	lines := [][]string{{"case", "label", "reader", "session", "voxels", "volume_ml"}}
	for _, e := range r.Volumes {
		lines = append(lines, []string{e.Case, e.Label, e.Reader, e.Session, strconv.FormatInt(e.Voxels, 10), cell(float64(e.ML))})
	}
	return csvfile.Write(w, lines)
}

// WriteStaple writes staple.csv: how good STAPLE takes each reader to be.
func (r ReadersReport) WriteStaple(w io.Writer) error {
	lines := [][]string{{"case", "label", "region", "reader", "sensitivity", "specificity", "prior", "iterations", "converged", "why"}}
	for _, s := range r.Staple {
		for _, q := range s.Readers {
			lines = append(lines, slices.Concat([]string{s.Case, s.Label, string(s.Region), q.Reader}, numbers(q.Sensitivity, q.Specificity, s.Prior),
				[]string{strconv.Itoa(s.Iterations), strconv.FormatBool(s.Converged), string(s.Why)}))
		}
	}
	return csvfile.Write(w, lines)
}

// WriteReliability writes reliability.csv: a row per statistic, with its 95 % interval.
func (r ReadersReport) WriteReliability(w io.Writer) error {
	lines := [][]string{{"label", "quantity", "statistic", "model", "of", "n", "subjects", "value", "ci95_low", "ci95_high", "p", "interval", "why"}}
	nan := number(math.NaN())
	add := func(label, quantity, statistic, model, of string, n, subjects int, x number, ci [2]number, p number, interval string, why stats.Why) {
		lines = append(lines, slices.Concat([]string{label, quantity, statistic, model, of, strconv.Itoa(n), strconv.Itoa(subjects)},
			numbers(x, ci[0], ci[1], p), []string{interval, string(why)}))
	}
	none := [2]number{nan, nan}
	for _, c := range r.ICC {
		of := strings.Join(c.Raters, ", ")
		if c.Why != "" {
			add(c.Label, c.Quantity, "ICC", "", of, c.Subjects*len(c.Raters), c.Subjects, nan, none, nan, "", c.Why)
		}
		for _, f := range c.Forms {
			add(c.Label, c.Quantity, f.Form, f.Model, of, c.Subjects*len(c.Raters), c.Subjects, f.R, f.CI, f.P, "f", "")
		}
	}
	for _, c := range r.Repeatability {
		of := c.Reader
		if of == "" {
			of = "all"
		}
		add(c.Label, c.Quantity, "within_subject_sd", "one_way", of, c.N, c.Subjects, c.WithinSD.Value, c.WithinSD.CI, nan, c.Interval, c.Why)
		add(c.Label, c.Quantity, "repeatability_coefficient", "one_way", of, c.N, c.Subjects, c.Coefficient.Value, c.Coefficient.CI, nan, c.Interval, c.Why)
	}
	for _, a := range r.Agreement {
		b := a.BlandAltman
		of := a.B + " - " + a.A // what is subtracted from what
		for _, l := range []struct {
			name string
			limit
			p number
		}{{"bias", b.Bias, nan}, {"lower_limit", b.Lower, nan}, {"upper_limit", b.Upper, nan}, {"slope", b.Slope, b.SlopeP}} {
			add(a.Label, a.Quantity, l.name, a.Kind, of, a.N, a.Cases, l.Value, l.CI, l.p, "exact", b.Why)
		}
		add(a.Label, a.Quantity, "ccc", a.Kind, a.A+", "+a.B, a.N, a.Cases, a.CCC.R, a.CCC.CI, a.CCC.P, "fisher_z", a.CCC.Why)
	}
	return csvfile.Write(w, lines)
}
