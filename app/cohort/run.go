package cohort

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"opacity/app/job"
	"opacity/app/metrics"
	"opacity/app/metrics/score"
	"opacity/app/stats"
	"opacity/app/text"
)

// Options says how cases are compared.
type Options struct {
	Load     Load
	Objects  Objects  // none where there is nothing to read them
	Metrics  []string // keys of the catalogue to measure besides the usual ones
	Labels   []Label  // what is compared; none for the lungs and the infection, or for the one number there is
	Resample bool     // predictions on another grid are brought onto the reference's
	// ToleranceMM is that of NSD by label; "" is for labels not named.
	ToleranceMM map[string]float64
	Workers     int    // cases in work at once; 0 for as many as there are processors, four at most
	Store       string // folder that finished cases are kept in; "" for none
	// InThirds are keys of distances to measure in base, middle and apex; usually none, as
	// each takes as long again as the whole.
	InThirds []string
	// InSlices are keys of metrics to measure of each axial slice by itself.
	InSlices []string
	Rules    Rules      // of summaries and tests
	Form     stats.Form // of the agreement that is printed and drawn; "" for differences
	Without  []string   // models whose infection Masks leaves out, as a Run has it
	Version  string     // of the program: what another one found is not reused
}

// Hooks tell how a run goes; any may be nil. They are called one at a time.
type Hooks struct {
	Progress func(job.Progress)
	Note     func(text.Message)
}

// Run is what was found of all cases.
type Run struct {
	Rows   []Row // by case, model and label, in the order of the cases
	Failed []Failure
	Notes  []string
	Inputs []Input
	Reused int            // cases taken from the store
	Pooled map[Group]Pool // probabilities of all cases together
	// Severity, Lobar and Confusion have what was found of each case.
	Severity  []Severity
	Lobar     []Lobar
	Confusion []Confusion
	// Without has the models whose infection is left out, as nothing says that it was
	// looked for.
	Without []string
}

// Group is a label as a model has it.
type Group struct{ Model, Label string }

// Measure compares the cases, several at a time. Cancelled, it returns ctx.Err(); what
// is in the store then stays for the next run.
func Measure(ctx context.Context, cases []Case, o Options, h Hooks) (Run, error) {
	r := runner{Options: o, hooks: h, started: time.Now(), of: len(cases), pooled: map[Group]Pool{}}
	results := make([]result, len(cases))
	err := o.several(ctx, len(cases), func(n int) {
		results[n] = r.one(ctx, cases[n])
		r.tell(cases[n], &results[n])
	})
	if err != nil {
		return Run{}, err
	}
	if err := o.nowhere(results); err != nil {
		return Run{}, err
	}
	without, why := infectionNotHeardOf(cases, results)
	out := Run{Reused: r.reused, Pooled: r.pooled, Without: without}
	for n, res := range results {
		if res.err != nil {
			out.Failed = append(out.Failed, Failure{cases[n].Name, cases[n].Model, res.err})
			continue
		}
		out.Rows = append(out.Rows, res.Rows...)
		for _, d := range res.digests {
			pool := out.Pooled[d.of]
			pool.Cases, pool.Names = append(pool.Cases, d.Digest), append(pool.Names, cases[n].Name)
			out.Pooled[d.of] = pool
		}
		if s := res.Severity; s != nil {
			s.Case, s.Model = cases[n].Name, cases[n].Model
			out.Severity = append(out.Severity, *s)
		}
		if s := res.Lobar; s != nil {
			s.Case, s.Model = cases[n].Name, cases[n].Model
			out.Lobar = append(out.Lobar, *s)
		}
		if c := res.Confusion; c != nil {
			if slices.Contains(without, cases[n].Model) && res.Bare != nil {
				c = res.Bare
			}
			c.Model = cases[n].Model
			out.Confusion = append(out.Confusion, *c)
		}
		out.Inputs = append(out.Inputs, res.inputs)
		for _, note := range res.Notes {
			if !slices.Contains(out.Notes, note) {
				out.Notes = append(out.Notes, note)
			}
		}
	}
	out.Notes = append(out.Notes, why...)
	out.spread(cases, results)
	if len(o.Labels) == 0 {
		out.dropInfection()
		out.dropLungsNobodyMarks()
	}
	if h.Note != nil {
		for _, m := range grouped(cases, results) {
			h.Note(m)
		}
		for _, w := range why {
			h.Note(message(w))
		}
	}
	return out, nil
}

// several runs f for 0 to count-1, as many at a time as there are Workers. Cancelled, it
// returns ctx.Err().
func (o Options) several(ctx context.Context, count int, f func(n int)) error {
	workers := o.Workers
	if workers <= 0 {
		workers = min(runtime.GOMAXPROCS(0), 4)
	}
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(workers, count) {
		group.Go(func() {
			for n := int(next.Add(1)) - 1; n < count && ctx.Err() == nil; n = int(next.Add(1)) - 1 {
				f(n)
			}
		})
	}
	group.Wait()
	return ctx.Err()
}

type result struct {
	outcome
	digests []digest // of Scores, which are let go of
	inputs  Input
	reused  bool
	err     error
}

type digest struct {
	of Group
	*score.Digest
}

type runner struct {
	Options
	hooks   Hooks
	started time.Time
	of      int

	mu           sync.Mutex
	done, reused int
	pooled       map[Group]Pool
}

// one compares a case, or takes what an earlier run found.
func (r *runner) one(ctx context.Context, c Case) result {
	in, key, err := r.fingerprint(ctx, c)
	if err != nil {
		return result{err: err}
	}
	kept, ok, err := r.fetch(c, key)
	if err != nil {
		return result{err: err}
	}
	if ok {
		return result{outcome: kept, inputs: in, reused: true}
	}
	found, err := r.measure(ctx, c)
	if err != nil {
		return result{err: err}
	}
	if err := r.keep(c, key, found); err != nil {
		return result{err: err}
	}
	return result{outcome: found, inputs: in}
}

// tell counts a case as done and lets go of what is not needed any more.
func (r *runner) tell(c Case, res *result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for n := range res.Rows { // a list may have given another name or fold since
		res.Rows[n].Case, res.Rows[n].Model, res.Rows[n].Fold = c.Name, c.Model, c.Fold
	}
	for _, s := range res.Scores {
		at := Group{c.Model, s.Label}
		one, pool := s.counts(), r.pooled[at]
		pool.All.Merge(one)
		r.pooled[at] = pool
		res.digests = append(res.digests, digest{at, one.Digest()})
	}
	res.Scores = nil
	r.done++
	if res.reused {
		r.reused++
	}
	if r.hooks.Progress != nil {
		p := job.Progress{Stage: text.M("evaluate.progress"), Done: r.done, Total: r.of}
		if measured := r.done - r.reused; measured > 0 {
			p.Left = time.Since(r.started) / time.Duration(measured) * time.Duration(r.of-r.done)
		}
		r.hooks.Progress(p)
	}
}

// spread gives cases in which neither map holds anything a row for each label that the
// others of the model have: nothing was to be found, and nothing was.
func (r *Run) spread(cases []Case, results []result) {
	empty := slices.ContainsFunc(results, func(res result) bool { return res.err == nil && res.Empty })
	if !empty {
		return
	}
	labels := map[string][]Row{}
	for _, row := range r.Rows {
		if row.Label != "" && !slices.ContainsFunc(labels[row.Model], func(o Row) bool { return o.Label == row.Label }) {
			labels[row.Model] = append(labels[row.Model], row)
		}
	}
	var out []Row
	for _, row := range r.Rows {
		if row.Label != "" {
			out = append(out, row)
			continue
		}
		like := labels[row.Model]
		if len(like) == 0 {
			like = []Row{{Label: single}}
		}
		for _, l := range like {
			more := row
			more.Label = l.Label
			more.Values = make(map[string]metrics.Value, len(row.Values))
			for key, v := range row.Values {
				more.Values[key] = v
			}
			if v, ok := l.Values["nsd_tolerance_mm"]; ok && v.Defined() {
				more.Values["nsd_tolerance_mm"] = v
			}
			out = append(out, more)
		}
	}
	r.Rows = out
}

// dropLungsNobodyMarks leaves the lungs out of what is said of a model that marks none
// in any case: it looks for something else. That is noted.
func (r *Run) dropLungsNobodyMarks() {
	marked, there := map[Group]bool{}, map[string]bool{}
	for _, row := range r.Rows {
		at := Group{row.Model, row.Label}
		marked[at] = marked[at] || row.Counts.Prediction() > 0
		there[row.Model] = there[row.Model] || row.Label == lungs && row.Counts.Reference() > 0
	}
	for model, has := range there {
		others := slices.ContainsFunc(r.Rows, func(row Row) bool { return row.Model == model && !isLung(row.Label) })
		if !has || marked[Group{model, lungs}] || !others {
			continue
		}
		r.Rows = slices.DeleteFunc(r.Rows, func(row Row) bool { return row.Model == model && isLung(row.Label) })
		r.Notes = append(r.Notes, text.M("evaluate.no_lungs_predicted").String())
	}
}
