package cohort

import (
	"context"
	"math"
	"path/filepath"
	"slices"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/metrics/consensus"
	"opacity/app/metrics/region"
	"opacity/app/text"
	"opacity/app/volume"
)

// Kinds of comparison: readers with one another, a reader with himself, and readers with
// what they agree on. Consensus of the others leaves out the one who is compared.
const (
	Inter          = "inter_reader"
	Intra          = "intra_reader"
	ByStaple       = "staple"
	ByMajority     = "majority"
	StapleOthers   = "staple_of_others"
	MajorityOthers = "majority_of_others"
)

// ReaderRow is what was measured of a label of a case as B marked it, beside A: another
// reader, another session, or a consensus.
type ReaderRow struct {
	Kind, A, B string
	Row
}

// StapleRow is what STAPLE makes of the readers of a case.
type StapleRow struct {
	Case       string         `json:"case"`
	Label      string         `json:"label"`
	Region     Region         `json:"region"`
	Prior      number         `json:"prior"`
	Iterations int            `json:"iterations"`
	Converged  bool           `json:"converged"`
	Why        metrics.Why    `json:"why,omitempty"`
	Readers    []StapleReader `json:"readers"`
}

// StapleReader is how good STAPLE takes a reader to be.
type StapleReader struct {
	Reader      string `json:"reader"`
	Sensitivity number `json:"sensitivity"`
	Specificity number `json:"specificity"`
}

// Extent is how much a reading marks of a label.
type Extent struct {
	Reading `json:"-"`
	Label   string
	Voxels  int64
	ML      number // NaN where spacing is unknown
	areas   []region.Area
}

// caseRead is what is left of a case once its masks are let go of.
type caseRead struct {
	rows    []ReaderRow
	staple  []StapleRow
	extents []Extent
	inputs  []Input
	failed  []Failure
	notes   []text.Message
	empty   bool // nobody marked anything, and no label was named
	// Readers whose files name their labels and no infection, and all others.
	blind, heard []string
}

// readMasks is the masks of a case: of each label a set for every reading.
type readMasks struct {
	readings []Reading
	labels   []string
	sets     map[string][]*mask.Bits
	finding  map[string]bool
	lungs    *mask.Bits // what any reader takes for lung or finding; nil where nobody marks lungs
	on       *labelled
	head     *volume.Volume // of the first file, without voxels
}

// load reads the masks of a case onto the grid that most of them have, and sorts out which
// number is what in each. Those that cannot be used are failures.
func (o ReadersOptions) load(ctx context.Context, readings []Reading, out *caseRead) (*readMasks, error) {
	m := &readMasks{sets: map[string][]*mask.Bits{}, finding: map[string]bool{}}
	heads := map[string]*volume.Volume{}
	reader := o.Options
	reader.Load = func(ctx context.Context, path string) (*volume.Volume, error) {
		v, err := o.Load(ctx, path)
		if err == nil {
			heads[path] = &volume.Volume{Geometry: v.Geometry, Source: v.Source, Warnings: v.Warnings}
		}
		return v, err
	}
	read, err := reader.readAll(ctx, readings, out)
	if err != nil || len(read) == 0 {
		return m, err
	}
	m.on = commonGrid(read)
	if m.on == nil && !o.Resample {
		a, b := read[0], read[slices.IndexFunc(read, func(f readMap) bool { return !f.grid.LiesOn(read[0].grid) })]
		out.failed = append(out.failed, Failure{a.Case, "", app.Refuse(nil, "evaluate.readers.two_grids", a.path, describe(a.grid), b.path, describe(b.grid))})
		return m, nil
	}
	if m.on == nil {
		m.on = read[0].labelled
	}
	var maps []*labelled
	for _, f := range read {
		if !f.grid.LiesOn(m.on.grid) {
			if !o.Resample {
				out.failed = append(out.failed, Failure{f.Case, f.Reader, app.Refuse(nil, "evaluate.readers.other_grid", f.path, describe(f.grid), m.on.path, describe(m.on.grid))})
				continue
			}
			if f.labelled, _, err = reader.readLabels(ctx, f.path, &m.on.grid); err != nil {
				if ctx.Err() != nil {
					return nil, ctx.Err()
				}
				out.failed = append(out.failed, Failure{f.Case, f.Reader, err})
				continue
			}
			out.notes = append(out.notes, text.M("evaluate.resampled", f.path, m.on.path))
		}
		out.inputs = append(out.inputs, Input{Case: f.Case, Model: f.Reader, Files: []File{{"session " + f.Session, filepath.Base(f.path), f.sum}}})
		m.readings, maps = append(m.readings, f.Reading), append(maps, f.labelled)
	}
	if m.head = heads[m.on.path]; m.head == nil { // of an object: the grid is all there is
		m.head = &volume.Volume{}
		m.head.Geometry, m.head.Source = volume.Canonical(m.on.grid.Size, m.on.grid.Affine)
	}
	if len(maps) < 2 {
		return m, nil
	}
	o.sort(m, maps, out)
	return m, nil
}

// sort finds the labels that all maps have: each is read as the one with the most numbers is.
func (o ReadersOptions) sort(m *readMasks, maps []*labelled, out *caseRead) {
	base := 0
	for n, f := range maps {
		if len(f.values) > len(maps[base].values) {
			base = n
		}
	}
	parts := make([][]part, len(maps))
	var kept []int
	for n, f := range maps {
		// The map itself, beside itself, is what its own labels are.
		c, err := compare(maps[base], f, o.Labels)
		if err != nil {
			out.failed = append(out.failed, Failure{m.readings[n].Case, m.readings[n].Reader, err})
			continue
		}
		for _, note := range c.notes {
			if !slices.ContainsFunc(out.notes, func(o text.Message) bool { return o.String() == note.String() }) {
				out.notes = append(out.notes, note)
			}
		}
		parts[n], kept = c.parts, append(kept, n)
		if reader := m.readings[n].Reader; c.blind {
			out.blind = append(out.blind, reader)
		} else {
			out.heard = append(out.heard, reader)
		}
		if n == base {
			m.lungs, out.empty = c.lungs, c.empty
		}
	}
	var readings []Reading
	for _, n := range kept {
		readings = append(readings, m.readings[n])
	}
	m.readings = readings
	if len(maps[base].values) == 0 && len(o.Labels) == 0 {
		none := part{reference: mask.NewBits(m.on.grid.Size), prediction: mask.NewBits(m.on.grid.Size)}
		out.empty = true
		for _, n := range kept {
			parts[n] = []part{none}
		}
	}
	for _, p := range parts[base] {
		var sets []*mask.Bits
		for _, n := range kept {
			for _, q := range parts[n] {
				if q.label == p.label {
					sets = append(sets, q.prediction)
				}
			}
		}
		if len(sets) == len(kept) {
			m.labels, m.sets[p.label], m.finding[p.label] = append(m.labels, p.label), sets, p.finding
		}
	}
	if m.lungs != nil {
		m.lungs = m.lungs.Clone()
		for _, sets := range m.sets {
			for _, s := range sets {
				m.lungs.Or(s)
			}
		}
	}
}

// study compares the readings of a case.
func (o ReadersOptions) study(ctx context.Context, name string, readings []Reading, who panel) (caseRead, error) {
	var out caseRead
	m, err := o.load(ctx, readings, &out)
	if err != nil {
		return out, err
	}
	if len(m.readings) < 2 {
		if len(m.readings) == 1 {
			out.failed = append(out.failed, Failure{name, "", app.Refuse(nil, "evaluate.readers.alone", name, m.readings[0].Reader)})
		}
		return out, nil
	}
	if len(m.labels) == 0 {
		out.failed = append(out.failed, Failure{name, "", app.Refuse(nil, "evaluate.readers.nothing", name)})
	}
	agreed := map[string][]*mask.Bits{}
	for _, label := range m.labels {
		for n, set := range m.sets[label] {
			voxels := int64(set.Count())
			out.extents = append(out.extents, Extent{
				Reading: m.readings[n], Label: label, Voxels: voxels, ML: m.on.ml(voxels), areas: region.Areas(set, m.on.grid, m.on.mm),
			})
		}
		if err := o.pairs(ctx, m, label, who, &out); err != nil {
			return out, err
		}
		if err := o.consensus(ctx, m, label, agreed, &out); err != nil {
			return out, err
		}
	}
	if o.Save != nil { // nothing is agreed on where one reader read twice
		for kind, sets := range agreed {
			if err := o.Save(ctx, name, kind, m.flattened(sets)); err != nil {
				if ctx.Err() != nil {
					return out, err
				}
				out.failed = append(out.failed, Failure{name, "", err}) // what was measured of it stands
			}
		}
	}
	return out, nil
}

// firsts are the readings that readers are compared by: each reader's first of the case.
func (m *readMasks) firsts() []int {
	var out []int
	for n, r := range m.readings {
		if !slices.ContainsFunc(m.readings[:n], func(o Reading) bool { return o.Reader == r.Reader }) {
			out = append(out, n)
		}
	}
	return out
}

// pairs compares every two readers, and every two sessions of one.
func (o ReadersOptions) pairs(ctx context.Context, m *readMasks, label string, who panel, out *caseRead) error {
	first := m.firsts()
	found, err := consensus.Pairwise(ctx, len(m.readings), func(ctx context.Context, a, b int) (*ReaderRow, error) {
		x, y := m.readings[a], m.readings[b]
		kind := Inter
		switch {
		case x.Reader == y.Reader:
			kind = Intra
		case !slices.Contains(first, a) || !slices.Contains(first, b):
			return nil, nil
		}
		row, err := o.beside(ctx, m, label, m.sets[label][a], m.sets[label][b], pairKeys)
		if err != nil {
			return nil, err
		}
		row.Kind, row.A, row.B = kind, x.name(who.again()), y.name(who.again())
		return &row, nil
	})
	for _, p := range found {
		if p.Value != nil {
			out.rows = append(out.rows, *p.Value)
		}
	}
	return err
}

// consensus works out what the readers agree on, and how each stands to it; agreed takes the
// masks by kind, in the order of the labels.
func (o ReadersOptions) consensus(ctx context.Context, m *readMasks, label string, agreed map[string][]*mask.Bits, out *caseRead) error {
	first := m.firsts()
	if len(first) < 2 {
		return nil
	}
	var sets []*mask.Bits
	for _, n := range first {
		sets = append(sets, m.sets[label][n])
	}
	in, named := m.region(label)
	compareWith := func(kind string, with *mask.Bits, n int) error {
		row, err := o.beside(ctx, m, label, with, m.sets[label][n], consensusKeys)
		row.Kind, row.A, row.B = kind, kind, m.readings[n].Reader
		out.rows = append(out.rows, row)
		return err
	}
	s, err := consensus.STAPLE(ctx, sets, in)
	if err != nil {
		return err
	}
	staple := StapleRow{Case: m.readings[0].Case, Label: label, Region: named, Prior: number(s.Prior), Iterations: s.Iterations, Converged: s.Converged, Why: s.Why}
	majority, err := consensus.Majority(sets)
	if err != nil {
		return err
	}
	for i, n := range first {
		staple.Readers = append(staple.Readers, StapleReader{m.readings[n].Reader, number(s.Sensitivity[i]), number(s.Specificity[i])})
		if err := compareWith(ByStaple, s.Mask, n); err != nil {
			return err
		}
		if err := compareWith(ByMajority, majority, n); err != nil {
			return err
		}
		if len(sets) < 3 {
			continue // the others are one, with whom the pairs compare
		}
		others := slices.Delete(slices.Clone(sets), i, i+1)
		left, err := consensus.STAPLE(ctx, others, in)
		if err != nil {
			return err
		}
		if err := compareWith(StapleOthers, left.Mask, n); err != nil {
			return err
		}
		half, err := consensus.Majority(others)
		if err != nil {
			return err
		}
		if err := compareWith(MajorityOthers, half, n); err != nil {
			return err
		}
	}
	out.staple = append(out.staple, staple)
	agreed[ByStaple], agreed[ByMajority] = append(agreed[ByStaple], s.Mask), append(agreed[ByMajority], majority)
	return nil
}

// region is where voxels count that nobody marked: for findings what any reader takes for
// lung.
func (m *readMasks) region(label string) (*mask.Bits, Region) {
	if m.finding[label] && m.lungs != nil {
		return m.lungs, InReadersLungs
	}
	return nil, InGrid
}

// Keys of the metrics of readers: what does not depend on who comes first, and beside a
// consensus also what does.
var (
	pairKeys = []string{
		"dice", "jaccard", "volume_similarity", "avd_ml", "hd_mm", "hd95_mm", "assd_mm", "nsd", "nsd_tolerance_mm", "hd_px", "hd95_px", "assd_px",
	}
	consensusKeys = append([]string{"sensitivity", "specificity", "precision", "rvd"}, pairKeys...)
)

// beside measures b against a.
func (o ReadersOptions) beside(ctx context.Context, m *readMasks, label string, a, b *mask.Bits, keys []string) (ReaderRow, error) {
	where := places{on: m.on}
	in, named := m.region(label)
	where.lungs = in
	row, _, err := o.row(ctx, Case{Name: m.readings[0].Case}, part{label, a, b, in != nil}, "", where)
	row.Region, row.Slices, row.Thirds = named, nil, nil
	for key := range row.Values {
		if !slices.Contains(keys, key) && !slices.Contains(o.Metrics, key) {
			delete(row.Values, key)
		}
	}
	return ReaderRow{Row: row}, err
}

// flattened is a label map of sets, in the order of the labels: 1 left lung, 2 right lung,
// 3 infection; other labels are numbered as they come, both lungs only where there are no
// sides. What comes later lies over what came before.
func (m *readMasks) flattened(sets []*mask.Bits) *volume.Volume {
	v := *m.head
	v.Int16 = make([]int16, v.Size.Voxels())
	for n, s := range sets {
		number, label := int16(n+1), m.labels[n]
		switch {
		case label == lungs && slices.Contains(m.labels, leftLung):
			continue
		case label == infection:
			number = 3
		}
		for k := range v.Size[2] {
			for j := range v.Size[1] {
				row := v.Int16[(k*v.Size[1]+j)*v.Size[0]:]
				s.Runs(j, k, func(i0, i1 int) {
					for i := i0; i < i1; i++ {
						row[i] = number
					}
				})
			}
		}
	}
	return &v
}

// area is that of a slice in mm2, or in pixels.
func (e Extent) area(k int, mm bool) float64 {
	if mm {
		return e.areas[k].MM2
	}
	return float64(e.areas[k].Pixels)
}

// volume is that of the label in ml, or in voxels.
func (e Extent) volume(mm bool) float64 {
	if mm {
		return float64(e.ML)
	}
	return float64(e.Voxels)
}

// inMM reports whether all readings know their millimetres.
func inMM(extents []Extent) bool {
	return !slices.ContainsFunc(extents, func(e Extent) bool { return math.IsNaN(float64(e.ML)) })
}
