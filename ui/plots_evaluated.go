package ui

import (
	"context"
	"slices"
	"strings"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/ui/controls"
)

// The jobs: the mask that was evaluated is read, and compared with the one on screen.
const (
	jobEvaluated = "plots.evaluated"
	jobJudge     = "plots.judge"
)

// evaluated is the mask that the numbers of the open case in results are of.
type evaluated struct {
	attempt  int // the opening that it is of
	path     string
	file     *mask.LabelMap
	mapping  mask.Mapping
	mask     *mask.Mask // nil until it is made
	revision int        // of the mask on screen that it was compared with
	known    bool       // it was compared
}

// readEvaluated reads the evaluated mask of the open case, unless that was done.
func (p *plots) readEvaluated(c *wantedCase) {
	w := p.w
	if e := p.judged; c.drawn == "" || w.opts.ReadMask == nil || w.blinded() || e != nil && e.attempt == w.opening && e.path == c.drawn {
		return
	}
	v, attempt := w.session.Volume(), w.opening
	job.Run(w.jobs, jobEvaluated, func(ctx context.Context, _ func(job.Progress)) (*mask.LabelMap, error) {
		return w.opts.ReadMask(ctx, c.drawn, v.Geometry)
	}, nil, func(lm *mask.LabelMap, err error) {
		if err != nil || attempt != w.opening { // gone, or of another grid: nothing is said of it
			return
		}
		if m := mask.GuessMapping(lm); certain(m) {
			p.weigh(c.drawn, lm, m)
		}
	})
}

// weigh makes the evaluated mask and compares it with the one on screen.
func (p *plots) weigh(path string, lm *mask.LabelMap, m mask.Mapping) {
	w := p.w
	e := &evaluated{attempt: w.opening, path: path, file: lm, mapping: m}
	p.judged = e
	v, unfold := w.session.Volume(), w.unfolder(path)
	job.Run(w.jobs, jobEvaluated, func(ctx context.Context, _ func(job.Progress)) (*mask.Mask, error) {
		return unfold(ctx, v, lm, m)
	}, nil, func(made *mask.Mask, err error) {
		if err == nil && p.judged == e {
			e.mask = made
			p.judge()
		}
	})
}

// judge says whether the mask on screen is still the one that was evaluated.
func (p *plots) judge() {
	w, e := p.w, p.judged
	if e == nil || e.attempt != w.opening || p.results == nil || w.blinded() || !w.complete() || w.session.Mask().Empty() {
		p.other = nil
		p.tellDiffers()
		return
	}
	if e.mask == nil || w.session.Painting() || e.known && e.revision == w.session.Revision() {
		return
	}
	revision, mine, labels := w.session.Revision(), w.session.Mask().Snapshot(), w.session.Mask().Labels()
	job.Run(w.jobs, jobJudge, func(ctx context.Context, _ func(job.Progress)) (other []comparedVoxels, err error) {
		r := byName(e.mask, app.Origin{}, labels, "")
		for _, l := range labels {
			if !r.covers(l) {
				continue
			}
			n := metrics.CountsOf(mask.BitsOf(r.mask, l.Layer, l.Value), mask.BitsOf(mine, l.Layer, l.Value), nil)
			if n.FP+n.FN > 0 {
				other = append(other, comparedVoxels{l.Name, int(n.FP + n.FN)})
			}
		}
		return other, ctx.Err()
	}, nil, func(other []comparedVoxels, err error) {
		if err != nil || p.judged != e {
			return
		}
		e.known, e.revision = true, revision
		p.other = other
		p.tellDiffers()
		if revision != w.session.Revision() {
			p.judge()
		}
	})
}

// comparedVoxels is how much of a label differs.
type comparedVoxels struct {
	name   string
	voxels int
}

// ofFigure are those of other labels that the figure of results is of: all where it is of
// all labels, or of one that no mask has, as of both lungs.
func (p *plots) ofFigure() []comparedVoxels {
	if len(p.other) == 0 || p.results == nil || overAll(p.of) || p.label < 0 || p.label >= len(p.results.Labels) {
		return p.other
	}
	title := p.results.Labels[p.label]
	is := func(name string) bool { return title == name || strings.HasSuffix(title, ", "+name) } // after a model's name
	if !slices.ContainsFunc(p.w.session.Mask().Labels(), func(l mask.Label) bool { return is(l.Name) }) {
		return p.other
	}
	return slices.DeleteFunc(slices.Clone(p.other), func(o comparedVoxels) bool { return !is(o.name) })
}

// tellDiffers says which labels of the figure are others than those that were evaluated,
// and offers these.
func (p *plots) tellDiffers() {
	other := p.ofFigure()
	w, n := p.w, p.plotsPanel
	var names []string
	unit := w.t("ui.plots.differs.ml")
	if v := w.session.Volume(); v != nil {
		if _, withheld := v.Withheld(); withheld {
			unit = w.t("ui.plots.differs.voxels")
		}
	}
	for _, o := range other {
		names = append(names, w.t("ui.plots.differs.of", o.name, w.differing(o.voxels), unit))
	}
	if said := strings.Join(names, ", "); said == "" {
		n.differs.Set("")
	} else if is := w.t("ui.plots.differs", said); is != n.told {
		n.told = is
		n.differs.Set(is)
		n.words.ScrollToTop()
	}
	if len(other) == 0 {
		n.told = ""
	}
	controls.Visible(n.differs, len(other) > 0)
	controls.Visible(n.evaluated, len(other) > 0)
	n.object.Refresh()
}

// showEvaluated puts the evaluated mask in place of the one on screen, as one step.
func (p *plots) showEvaluated() {
	w, e := p.w, p.judged
	if e == nil || e.attempt != w.opening || w.segmenting || !w.complete() || len(w.modals) > 0 {
		return
	}
	w.useMask(labelFile{path: e.path, lm: e.file}, e.mapping, nil)
}
