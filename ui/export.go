package ui

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/text"
	"opacity/app/volume"
	"opacity/ui/controls"
	"opacity/ui/look"
	"opacity/viewer"
)

// exportJob is everything an export needs, apart from the session it came from.
type exportJob struct {
	folder                 string
	mask, report, pictures bool
	identity               bool // patient and study are named in the pictures
	overwrite              bool

	volume   *volume.Volume
	labels   *mask.Mask
	shots    []Picture
	result   app.Report
	unsaid   map[uint8]bool // labels that the mask says nothing about
	revision int
}

func planeOf(i int) viewer.Plane { return viewer.Plane(i) }

// picture is a pane as it is now, without the patient's identity: a picture goes
// to others.
func (w *Window) picture(p viewer.Plane) Picture {
	v := w.viewer
	shot := Picture{
		Volume: w.session.Volume(), Plane: p, Index: v.SliceOf(p), Window: v.Window(), Overlay: v.Overlay(),
		Smooth: v.Smooth(), Annotations: v.Annotations(), Model: w.session.Result() != nil,
	}
	if m := w.session.Mask(); !m.Empty() {
		shot.Mask = m.Snapshot()
	}
	return shot
}

// askExport asks what to export, and where to.
func (w *Window) askExport() {
	w.askExportInto(filepath.Join(w.resultFolder(), w.session.Info().Case+"_opacity"))
}

func (w *Window) askExportInto(proposed string) {
	if !w.complete() || w.opts.Writer == nil || w.segmenting {
		return
	}
	var m *modal
	folder := w.make.Entry(proposed, func(string) { m.press(0) })
	browse := w.make.Button(w.t("ui.browse"), nil, "", func() {
		w.choose.openFolder(w.t("ui.export.folder"), filepath.Dir(folder.Text), folder.SetText)
	})
	none := func(bool) {}
	what := []*controls.Check{w.make.Check(w.t("ui.export.mask"), none), w.make.Check(w.t("ui.export.report"), none), w.make.Check(w.t("ui.export.pictures"), none), w.make.Check(w.t("ui.export.identity"), none)}
	for _, c := range what[:3] {
		c.Checked = true
	}
	if !w.hasMask() {
		what[0].Checked = false
		what[0].Disable()
	}
	if w.opts.SavePicture == nil {
		what[2].Checked = false
		what[2].Disable()
		what[3].Disable()
	}
	for i, id := range []string{"mask", "report", "pictures", "identity"} {
		w.name("export."+id, what[i])
	}
	w.name("export.folder", folder)
	body := container.New(layout.NewCustomPaddedVBoxLayout(6),
		controls.NewLine(w.t("ui.export.into"), look.Dim), container.NewBorder(nil, nil, nil, browse, folder), space(2),
		controls.NewLine(w.t("ui.export.what"), look.Dim), what[0], what[1], what[2], container.NewBorder(nil, nil, space(24), nil, what[3]), space(2),
		controls.NewLine(w.t("ui.research"), look.Dim).Sized(theme.SizeNameCaptionText))
	m = w.ask("export", w.t("ui.export.title"), body, fyne.NewSize(560, 350),
		answer{
			id: "export", label: "ui.export.do",
			ready: func() bool {
				return folder.Text != "" && (what[0].Checked || what[1].Checked || what[2].Checked)
			},
			run: func() {
				w.export(exportJob{folder: folder.Text, mask: what[0].Checked, report: what[1].Checked, pictures: what[2].Checked, identity: what[3].Checked})
			},
		},
		answer{id: "cancel", label: "ui.cancel"})
}

// export writes what was asked for, and asks before it replaces anything.
func (w *Window) export(e exportJob) {
	e.volume, e.labels, e.revision = w.session.Volume(), w.session.Mask().Snapshot(), w.session.Revision()
	e.result = app.Report{Version: w.opts.Version, Info: w.session.Info(), Unit: e.volume.Unit, Warnings: w.session.Warnings()}
	if r := w.session.Result(); r != nil {
		e.result.Model, e.result.Device, e.result.Timings = &r.Model, &r.Device, r.Timings
	}
	for p := range viewer.Plane(viewer.Planes) {
		shot := w.picture(p)
		shot.Identity = e.identity
		e.shots = append(e.shots, shot)
	}
	e.unsaid = map[uint8]bool{}
	for _, l := range w.session.Mask().Labels() {
		e.unsaid[l.Value] = !w.session.Annotated(l)
	}
	w.unlessThere(e.paths(), w.ofThisCase(func(overwrite bool) { e.overwrite = overwrite; w.runExport(e) }), func() { w.askExportInto(e.folder) })
}

func (e exportJob) maskPath() string { return filepath.Join(e.folder, app.MaskName) }

func (e exportJob) shotPath(p Picture) string {
	return filepath.Join(e.folder, p.Plane.String()+".png")
}

// paths are the files that the export writes.
func (e exportJob) paths() (paths []string) {
	if e.mask {
		paths = append(paths, e.maskPath())
	}
	if e.report {
		for _, name := range app.ReportNames() {
			paths = append(paths, filepath.Join(e.folder, name))
		}
	}
	if e.pictures {
		for _, s := range e.shots {
			paths = append(paths, e.shotPath(s))
		}
	}
	return paths
}

func (w *Window) runExport(e exportJob) {
	attempt, sha := w.opening, w.sha
	w.status.start("export", w.t("ui.export.running", filepath.Base(e.folder)), func() { w.jobs.Cancel("export") })
	job.Run(w.jobs, "export", func(ctx context.Context, report func(job.Progress)) (string, error) {
		return e.write(ctx, w.opts, sha, report)
	}, func(p job.Progress) { w.status.progress("export", p) }, func(first string, err error) {
		w.status.end("export")
		if err != nil {
			w.bands.failAbout("save", err)
			return
		}
		w.bands.settled("save")
		if attempt == w.opening && e.mask {
			w.session.MarkSaved(e.revision)
		}
		w.rememberResults(e.folder)
		w.status.saved(first)
		w.status.said = w.t("ui.export.done", e.folder)
		w.status.refresh()
	})
}

// write does the export and returns one of the files it wrote.
func (e exportJob) write(ctx context.Context, o Options, sha func(context.Context) (string, error), report func(job.Progress)) (first string, err error) {
	if err := os.MkdirAll(e.folder, 0o755); err != nil {
		if errors.Is(err, fs.ErrPermission) {
			return "", app.Fail(err, "ui.export.no_permission", e.folder)
		}
		return "", app.Fail(err, "ui.export.no_folder", e.folder)
	}
	const steps = 5
	done := 0
	step := func(key string, path string) {
		report(job.Progress{Stage: text.M(key), Done: done, Total: steps})
		done++
		first = path
	}
	if e.mask {
		step("ui.export.step_mask", e.maskPath())
		if err := o.Writer.WriteMask(ctx, e.maskPath(), e.volume, e.labels, e.overwrite); err != nil {
			return "", err
		}
	}
	if e.report {
		step("ui.export.step_report", filepath.Join(e.folder, "report.json"))
		if e.result.Measurements, err = metrics.Measure(ctx, e.volume, e.labels); err != nil {
			return "", err
		}
		e.result.Measurements.LeaveOut(func(l mask.Label) bool { return !e.unsaid[l.Value] })
		if sha != nil {
			if e.result.SHA256, err = sha(ctx); err != nil {
				return "", err
			}
		}
		if _, err := o.Writer.WriteReport(ctx, e.folder, e.result, e.overwrite); err != nil {
			return "", err
		}
	}
	if e.pictures && o.SavePicture != nil {
		for _, s := range e.shots {
			step("ui.export.step_pictures", e.shotPath(s))
			if err := o.SavePicture(ctx, e.shotPath(s), s, e.overwrite); err != nil {
				return "", err
			}
		}
	}
	return first, nil
}
