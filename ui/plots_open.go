package ui

import (
	"context"
	"os"
	"path/filepath"
	"slices"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/viewer"
)

// wantedCase is a case on its way that a point was clicked for.
type wantedCase struct {
	name      string
	slice     int
	path      string // of its image; "" where the work list opens it
	reference string // "" for none
	drawn     string // the prediction
}

// askResults asks for a folder that `opacity evaluate` wrote.
func (p *plots) askResults() {
	w := p.w
	w.choose.openFolder(w.t("ui.plots.choose_results"), w.resultFolder(), p.openResults)
}

// openResults reads the results of many cases and shows their figures.
func (p *plots) openResults(folder string) {
	w := p.w
	w.status.start(jobPlotResults, w.t("ui.plots.reading", filepath.Base(folder)), func() { w.jobs.Cancel(jobPlotResults) })
	job.Run(w.jobs, jobPlotResults, func(ctx context.Context, _ func(job.Progress)) (*Results, error) {
		return w.opts.Plots.Results(ctx, folder)
	}, nil, func(r *Results, err error) {
		w.status.end(jobPlotResults)
		if err != nil {
			w.bands.failAbout("plots", err)
			return
		}
		w.bands.settled("plots")
		p.showResults(r)
		w.status.say(w.t("ui.plots.read", filepath.Base(folder)))
	})
}

// showResults shows figures of results; nil for those of the open case.
func (p *plots) showResults(r *Results) {
	p.results, p.label = r, 0
	p.view.Forget()
	p.showTab(true)
	p.refresh()
}

// showSlice shows an axial slice by its number; the keys stay where they are.
func (p *plots) showSlice(number int) {
	w := p.w
	v := w.session.Volume()
	if v == nil || !w.hasStudy() {
		return
	}
	w.viewer.SetActive(viewer.Axial)
	w.viewer.SetSlice(viewer.Axial, min(max(viewer.Axial.SliceIndex(v.Geometry, number), 0), v.Size[2]-1))
}

// goTo opens a case of the results at a slice; the case before is kept as ever.
func (p *plots) goTo(name string, slice int) {
	w, r := p.w, p.results
	if r == nil {
		return
	}
	wanted := &wantedCase{name: name, slice: slice, path: r.File(name, p.label, "image"), reference: r.File(name, p.label, "reference"), drawn: r.File(name, p.label, "prediction")}
	if p.isOpen(wanted) {
		p.showSlice(slice)
		p.readEvaluated(wanted)
		return
	}
	if _, listed := w.cases.entry(name); listed && wanted.path == "" {
		p.wanted = wanted
		w.cases.goTo(name)
		return
	}
	row := p.view.Row()
	if wanted.path == "" {
		p.miss(row)
		w.status.refuse(w.t("ui.plots.no_image", name))
		return
	}
	attempt := w.asked
	job.Run(w.jobs, "plots.look", func(context.Context, func(job.Progress)) (bool, error) {
		_, err := os.Stat(wanted.path)
		return err == nil, nil
	}, nil, func(there bool, err error) {
		switch {
		case err != nil || attempt != w.asked || len(w.modals) > 0: // something else was asked for
		case !there:
			p.miss(row)
			w.bands.failAbout("plots", app.Refuse(nil, "ui.plots.gone", wanted.path, name))
		default:
			w.bands.settled("plots")
			p.wanted = wanted
			w.open([]string{wanted.path})
		}
	})
}

// miss says of a point that its case could not be opened.
func (p *plots) miss(row int) {
	p.missed = row
	p.tellPoint()
}

// isOpen reports whether a case is the open one.
func (p *plots) isOpen(c *wantedCase) bool {
	w := p.w
	info := w.session.Info()
	if !w.complete() {
		return false
	}
	if c.path == "" {
		return info.Case == c.name || w.cases.present == c.name
	}
	return absolute(info.Path) == absolute(c.path)
}

// opens reports whether something is on its way to being opened: looked for, waiting for
// what is open to be left, or read.
func (w *Window) opens() bool {
	return w.behind != nil || len(w.modals) > 0 || slices.ContainsFunc([]string{jobLook, jobOpen, "study.leave", "study.patience"}, w.jobs.Running)
}

// arrive shows what was wanted of a case that is open now, with its reference, and with
// the prediction where nothing is drawn yet.
func (p *plots) arrive() {
	w, c := p.w, p.wanted
	if c == nil || !w.complete() {
		return
	}
	if !p.isOpen(c) {
		if !w.opens() { // it came to nothing, or something else was opened
			p.wanted = nil
		}
		return
	}
	p.wanted = nil
	p.showSlice(c.slice)
	p.refresh()
	if p.shown() && len(w.modals) == 0 { // whose points are walked through on
		w.win.Canvas().Focus(p.view)
	}
	if w.opts.ReadMask == nil || w.blinded() {
		return
	}
	v, attempt := w.session.Volume(), w.opening
	type read struct{ reference, drawn labelFile } // without a map where it is gone or of another grid
	job.Run(w.jobs, "plots.masks", func(ctx context.Context, _ func(job.Progress)) (read, error) {
		there := func(path string) labelFile {
			if path == "" {
				return labelFile{}
			}
			lm, err := w.opts.ReadMask(ctx, path, v.Geometry)
			if err != nil {
				return labelFile{}
			}
			return newLabelFile(path, lm, false)
		}
		return read{there(c.reference), there(c.drawn)}, ctx.Err()
	}, nil, func(r read, err error) {
		if err != nil || attempt != w.opening || !w.mayCompare() {
			return
		}
		if f := r.drawn; f.lm != nil && certain(f.guess) {
			p.weigh(c.drawn, f.lm, f.guess)
			if w.session.Mask().Empty() {
				w.useMask(f, f.guess, nil)
			}
		}
		f := r.reference
		if f.lm == nil || w.comparing.mask != nil {
			return
		}
		if m := w.referenceMapping(f.guess); certain(m) {
			w.useReference(f, m)
		} else {
			w.askReferenceMapping(f)
		}
	})
}

// certain reports whether what the numbers of a file mean need not be asked.
func certain(m mask.Mapping) bool { return len(m.Doubts) == 0 && !m.Unassigned() }
