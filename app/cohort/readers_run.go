package cohort

import (
	"context"
	"slices"
	"sync"
	"time"

	"opacity/app/job"
	"opacity/app/text"
	"opacity/app/volume"
)

// ReadersOptions says how readers are compared.
type ReadersOptions struct {
	Options // Load, Labels, Metrics, Resample, ToleranceMM and Workers count
	// Save takes the label map of what the readers of a case agree on, by kind (ByStaple,
	// ByMajority); nil where nobody wants it.
	Save func(ctx context.Context, name, kind string, v *volume.Volume) error
	Seed uint64
}

// ReadersRun is what was found of all cases.
type ReadersRun struct {
	Rows    []ReaderRow
	Staple  []StapleRow
	Extents []Extent
	Inputs  []Input
	Failed  []Failure
	Notes   []text.Message
	who     panel
}

// Cases is how many cases were compared, whole or in part.
func (r ReadersRun) Cases() int {
	var names []string
	for _, e := range r.Rows {
		if !slices.Contains(names, e.Case) {
			names = append(names, e.Case)
		}
	}
	return len(names)
}

// MeasureReaders compares the readings case by case, several cases at a time: each two
// readers, each two sessions of one, and each reader with the consensus. A reading that
// cannot be used is a failure and leaves the others of its case. Cancelled, it returns
// ctx.Err().
func MeasureReaders(ctx context.Context, readings []Reading, o ReadersOptions, h Hooks) (ReadersRun, error) {
	who := panelOf(readings)
	of := map[string][]Reading{}
	for _, r := range readings {
		of[r.Case] = append(of[r.Case], r)
	}
	started := time.Now()
	results, errs := make([]caseRead, len(who.cases)), make([]error, len(who.cases))
	var telling sync.Mutex
	done := 0
	tell := func(notes []text.Message) {
		telling.Lock()
		defer telling.Unlock()
		done++
		for _, n := range notes {
			if h.Note != nil {
				h.Note(n)
			}
		}
		if h.Progress != nil {
			left := time.Since(started) / time.Duration(done) * time.Duration(len(who.cases)-done)
			h.Progress(job.Progress{Stage: text.M("evaluate.progress"), Done: done, Total: len(who.cases), Left: left})
		}
	}
	err := o.several(ctx, len(who.cases), func(n int) {
		results[n], errs[n] = o.study(ctx, who.cases[n], of[who.cases[n]], who)
		tell(results[n].notes)
	})
	if err != nil {
		return ReadersRun{}, err
	}
	out := ReadersRun{who: who, Notes: who.few()}
	for n, r := range results {
		out.Failed = append(out.Failed, r.failed...)
		if errs[n] != nil {
			out.Failed = append(out.Failed, Failure{who.cases[n], "", errs[n]})
			continue
		}
		out.Rows, out.Staple, out.Extents = append(out.Rows, r.rows...), append(out.Staple, r.staple...), append(out.Extents, r.extents...)
		out.Inputs, out.Notes = append(out.Inputs, r.inputs...), append(out.Notes, r.notes...)
	}
	out.spread()
	if len(o.Labels) == 0 {
		out.dropLungs()
		out.dropInfection(results)
	}
	if !inMM(out.Extents) {
		out.Notes = append(out.Notes, text.M("evaluate.readers.in_voxels"))
	}
	return out, nil
}

// spread gives a case in which nobody marked anything a row for each label of the others.
func (r *ReadersRun) spread() {
	var labels []string
	for _, e := range r.Rows {
		if e.Label != "" && !slices.Contains(labels, e.Label) {
			labels = append(labels, e.Label)
		}
	}
	if len(labels) == 0 {
		labels = []string{single}
	}
	r.Rows = each(r.Rows, labels, func(e *ReaderRow) *string { return &e.Label })
	r.Extents = each(r.Extents, labels, func(e *Extent) *string { return &e.Label })
	r.Staple = each(r.Staple, labels, func(e *StapleRow) *string { return &e.Label })
}

// each repeats what has no label for each of them.
func each[T any](all []T, labels []string, label func(*T) *string) []T {
	var out []T
	for _, x := range all {
		if *label(&x) != "" {
			out = append(out, x)
			continue
		}
		for _, l := range labels {
			more := x
			*label(&more) = l
			out = append(out, more)
		}
	}
	return out
}

// dropLungs leaves the lungs out of what is said of a reader who marks none in any case.
func (r *ReadersRun) dropLungs() {
	marked, there := map[string]bool{}, false
	for _, e := range r.Extents {
		if e.Label == lungs {
			there = true
			marked[e.Reader] = marked[e.Reader] || e.Voxels > 0
		}
	}
	if !there {
		return
	}
	r.leaveOut("evaluate.readers.no_lungs", isLung, func(reader string) bool { return !marked[reader] })
}

// dropInfection leaves the infection out of what is said of a reader whose files name their
// labels and in no case an infection: it may not have been looked for.
func (r *ReadersRun) dropInfection(results []caseRead) {
	if !slices.ContainsFunc(r.Extents, func(e Extent) bool { return e.Label == infection && e.Voxels > 0 }) {
		return
	}
	blind, heard := map[string]bool{}, map[string]bool{}
	for _, res := range results {
		for _, reader := range res.blind {
			blind[reader] = true
		}
		for _, reader := range res.heard {
			heard[reader] = true
		}
	}
	r.leaveOut("evaluate.readers.no_infection", func(label string) bool { return label == infection }, func(reader string) bool { return blind[reader] && !heard[reader] })
}

// leaveOut leaves some labels out of what is said of some readers, and of the consensus
// that they have had a part in; a note says so of each.
func (r *ReadersRun) leaveOut(note string, labels, readers func(string) bool) {
	for _, reader := range r.who.readers {
		if !readers(reader) {
			continue
		}
		r.Notes = append(r.Notes, text.M(note, reader))
		of := func(name string) bool {
			return name == reader || slices.ContainsFunc(r.who.sessions[reader], func(s string) bool { return name == Reading{Reader: reader, Session: s}.name(true) })
		}
		r.Rows = slices.DeleteFunc(r.Rows, func(e ReaderRow) bool {
			consensus := e.Kind != Inter && e.Kind != Intra
			return labels(e.Label) && (consensus || of(e.A) || of(e.B))
		})
		r.Staple = slices.DeleteFunc(r.Staple, func(e StapleRow) bool { return labels(e.Label) })
		r.Extents = slices.DeleteFunc(r.Extents, func(e Extent) bool { return labels(e.Label) && e.Reader == reader })
	}
}
