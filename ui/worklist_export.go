package ui

import (
	"context"
	"errors"
	"path/filepath"
	"slices"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/pipeline"
	"opacity/app/study"
	"opacity/app/volume"
	"opacity/app/worklist"
)

// askExport asks where the masks of all corrected and accepted cases go.
func (c *workList) askExport() {
	w := c.w
	if c.list == nil || w.opts.Writer == nil || c.jobs.Running(jobCasesExport) {
		return
	}
	var cases []worklist.Entry
	for _, name := range c.rows(worklist.ByName).In(worklist.Corrected, worklist.Accepted) {
		if e, ok := c.list.Entry(name); ok {
			cases = append(cases, e)
		}
	}
	if len(cases) == 0 {
		w.status.note(w.t("ui.cases.none_corrected"))
		return
	}
	list := c.list
	w.choose.openFolder(w.t("ui.cases.export_folder"), w.resultFolder(), func(folder string) {
		var paths []string
		for _, e := range cases {
			paths = append(paths, filepath.Join(folder, e.Case+".nii.gz"))
		}
		w.unlessThere(paths, func(overwrite bool) {
			if c.stays(list) {
				c.export(cases, folder, overwrite)
			}
		}, nil)
	})
}

// export writes them, the open case as it is on screen.
func (c *workList) export(cases []worklist.Entry, folder string, overwrite bool) {
	w := c.w
	type result struct {
		paths  []string
		failed []pipeline.Failure
	}
	unseen := func(failed []pipeline.Failure) string { return c.unseenOf(cases, failed) }
	from := shelf{opener: w.opts.Opener, look: w.lookup(w.readersFolder(c.list.Studies))}
	if c.present != "" && w.complete() {
		from.open, from.volume, from.mask = c.present, w.session.Volume(), w.session.Mask().Snapshot()
	}
	w.status.start(jobCasesExport, w.t("ui.cases.exporting"), func() { c.jobs.Cancel(jobCasesExport) })
	job.Run(c.jobs, jobCasesExport, func(ctx context.Context, report func(job.Progress)) (result, error) {
		paths, failed, err := worklist.Export(ctx, cases, from, w.opts.Writer, folder, overwrite, report)
		return result{paths, failed}, err
	}, func(p job.Progress) { w.status.progress(jobCasesExport, p) }, func(r result, err error) {
		w.status.end(jobCasesExport)
		switch {
		case errors.Is(err, context.Canceled):
			w.status.say(w.t("ui.cases.export_stopped", len(r.paths)))
		case err != nil:
			w.bands.failAbout(jobCasesExport, err)
		case len(r.failed) > 0:
			said := w.t("ui.cases.exported_some", len(r.paths), folder, len(r.failed), namesOf(r.failed)) + unseen(r.failed)
			w.bands.tell(jobCasesExport, said, w.failures(r.failed))
			w.status.say(said)
		default:
			w.bands.settled(jobCasesExport)
			w.rememberResults(folder)
			w.status.saved(r.paths[0])
			w.status.said = w.t("ui.cases.exported", len(r.paths), folder) + unseen(nil)
			w.status.refresh()
		}
		c.refresh()
	})
	c.refresh()
}

// unseenOf says of which exported cases some slices were never on screen; "" where
// there are none.
func (c *workList) unseenOf(cases []worklist.Entry, failed []pipeline.Failure) string {
	var names []string
	for _, e := range cases {
		of := func(f pipeline.Failure) bool { return f.Name == e.Case }
		if r, _ := c.row(e.Case); r.Unseen() && !slices.ContainsFunc(failed, of) {
			names = append(names, e.Case)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return " " + c.w.t("ui.cases.exported_unseen", someOf(names))
}

// shelf finds the masks of cases in their studies; of the open one as it is.
type shelf struct {
	opener app.Opener
	look   lookup
	open   string
	volume *volume.Volume
	mask   *mask.Mask
}

// Mask implements worklist.Masks.
func (s shelf) Mask(ctx context.Context, e worklist.Entry) (*volume.Volume, *mask.Mask, error) {
	if e.Case == s.open {
		return s.volume, s.mask, nil
	}
	series, err := e.Series(ctx, s.opener, func(job.Progress) {})
	if err != nil {
		return nil, nil, err
	}
	sum, err := series.SHA256(ctx)
	if err != nil {
		return nil, nil, err
	}
	folder := s.look(series.Info(), sum).Folder
	if folder == "" {
		return nil, nil, app.Refuse(nil, "ui.cases.no_study", e.Case)
	}
	st, _, err := study.OpenReadOnly(ctx, folder)
	if err != nil {
		return nil, nil, err
	}
	defer st.Close() // nothing was written
	v, err := series.Load(ctx, app.LoadHooks{})
	if err != nil {
		return nil, nil, err
	}
	if err := st.Fits(v.Geometry); err != nil {
		return nil, nil, err
	}
	return v, st.Mask(), nil
}
