package ui

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"opacity/app"
	"opacity/app/csvfile"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/safefile"
	"opacity/app/text"
	"opacity/app/volume"
	"opacity/viewer"
)

// exportJob is everything an export needs, apart from the session it came from.
type exportJob struct {
	folder                 string
	mask, report, pictures bool
	names                  bool         // labels.txt beside the mask
	figure                 *SliceFigure // nil for none
	notes                  bool         // caption and points beside the figure
	identity               bool         // patient and study are named in the pictures
	overwrite              bool

	volume   *volume.Volume
	labels   *mask.Mask
	shots    []Picture
	result   app.Report
	unsaid   map[uint8]bool // labels that the mask says nothing about
	revision int
}

// labelsName is the file of an export that says what the numbers of its mask are.
const labelsName = "labels.txt"

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

// export writes what was asked for, and asks before it replaces anything.
func (w *Window) export(e exportJob) {
	e.volume, e.labels, e.revision = w.session.Volume(), w.session.Mask().Snapshot(), w.session.Revision()
	e.result = app.Report{Version: w.opts.Version, Info: w.session.Info(), Unit: e.volume.Unit, Warnings: w.session.Warnings()}
	if r := w.session.Result(); r != nil {
		e.result.Model, e.result.Timings = &r.Model, r.Timings
		if r.Device.Used != "" { // a study of an older version does not say
			e.result.Device = &r.Device
		}
	}
	var err error
	if e.result.Made, err = w.session.Made(); err != nil {
		w.bands.failAbout("save", err)
		return
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
	w.bands.settled("save") // this is another attempt
	again := ofThisCase(w, w.askExportInto)
	w.unlessTaken(e.paths(), w.exportedThere(e.folder), ofThisCase(w, func(overwrite bool) { e.overwrite = overwrite; w.runExport(e) }), func() { again(e.folder) })
}

func (e exportJob) maskPath() string   { return filepath.Join(e.folder, app.MaskName) }
func (e exportJob) labelsPath() string { return filepath.Join(e.folder, labelsName) }

func (e exportJob) shotPath(p Picture) string {
	return filepath.Join(e.folder, p.Plane.String()+".png")
}

// figurePath is that of the figure, or of what stands beside it.
func (e exportJob) figurePath(extension string) string {
	return filepath.Join(e.folder, e.figure.name()+"."+extension)
}

// figurePaths are the files of the figure, itself first.
func (e exportJob) figurePaths() []string {
	paths := []string{e.figurePath(e.figure.Format)}
	if e.notes {
		paths = append(paths, e.figurePath("txt"), e.figurePath("csv"))
	}
	return paths
}

// paths are the files that the export writes.
func (e exportJob) paths() (paths []string) {
	if e.mask {
		paths = append(paths, e.maskPath())
	}
	if e.mask && e.names {
		paths = append(paths, e.labelsPath())
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
	if e.figure != nil {
		paths = append(paths, e.figurePaths()...)
	}
	return paths
}

func (w *Window) runExport(e exportJob) {
	attempt, sha := w.opening, w.sha
	w.status.start("export", w.t("ui.export.running", filepath.Base(e.folder)), func() { w.jobs.Cancel("export") })
	job.Run(w.jobs, "export", func(ctx context.Context, report func(job.Progress)) (string, error) {
		return e.write(ctx, w.opts, sha, report)
	}, func(p job.Progress) { w.status.progress("export", p) }, func(last string, err error) {
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
		w.rememberExported(e.folder)
		w.status.saved(last)
		w.status.said = w.t("ui.export.done", e.folder)
		w.status.refresh()
	})
}

// exportStep is one file of an export, or a few.
type exportStep struct {
	key  string // of what it says of itself
	path string // one of its files
	run  func(ctx context.Context, report func(part float64)) error
}

// write does the export and returns one of the files it wrote.
func (e exportJob) write(ctx context.Context, o Options, sha func(context.Context) (string, error), report func(job.Progress)) (last string, err error) {
	if err := os.MkdirAll(e.folder, 0o755); err != nil {
		if errors.Is(err, fs.ErrPermission) {
			return "", app.Fail(err, "ui.export.no_permission", e.folder)
		}
		return "", app.Fail(err, "ui.export.no_folder", e.folder)
	}
	steps := e.steps(o, sha)
	for n, s := range steps {
		told := func(part float64) {
			report(job.Progress{Stage: text.M(s.key), Done: int(100 * (float64(n) + part) / float64(len(steps))), Total: 100, Share: true})
		}
		told(0)
		if err := s.run(ctx, told); err != nil {
			return "", err
		}
		last = s.path
	}
	return last, nil
}

func (e exportJob) steps(o Options, sha func(context.Context) (string, error)) (steps []exportStep) {
	add := func(key, path string, run func(ctx context.Context, report func(float64)) error) {
		steps = append(steps, exportStep{key, path, run})
	}
	if e.mask {
		add("ui.export.step_mask", e.maskPath(), func(ctx context.Context, _ func(float64)) error {
			return o.Writer.WriteMask(ctx, e.maskPath(), e.volume, e.labels, e.overwrite)
		})
	}
	if e.mask && e.names {
		add("ui.export.step_mask", e.labelsPath(), func(context.Context, func(float64)) error {
			return safefile.Write(e.labelsPath(), e.overwrite, func(out io.Writer) error { return mask.WriteSNAPLabels(out, e.labels.Labels()) })
		})
	}
	if e.report {
		add("ui.export.step_report", filepath.Join(e.folder, "report.json"), func(ctx context.Context, _ func(float64)) error {
			return e.writeReport(ctx, o, sha)
		})
	}
	if e.pictures && o.SavePicture != nil {
		for _, s := range e.shots {
			add("ui.export.step_pictures", e.shotPath(s), func(ctx context.Context, _ func(float64)) error {
				return o.SavePicture(ctx, e.shotPath(s), s, e.overwrite)
			})
		}
	}
	if e.figure != nil && o.DrawFigure != nil {
		add("ui.export.step_figure", e.figurePath(e.figure.Format), func(ctx context.Context, report func(float64)) error {
			return e.writeFigure(ctx, o, report)
		})
	}
	return steps
}

func (e exportJob) writeReport(ctx context.Context, o Options, sha func(context.Context) (string, error)) (err error) {
	if e.result.Measurements, err = metrics.Measure(ctx, e.volume, e.labels); err != nil {
		return err
	}
	e.result.Measurements.LeaveOut(func(l mask.Label) bool { return !e.unsaid[l.Value] })
	if sha != nil {
		if e.result.SHA256, err = sha(ctx); err != nil {
			return err
		}
	}
	_, err = o.Writer.WriteReport(ctx, e.folder, e.result, e.overwrite)
	return err
}

// writeFigure writes the figure, and beside it what it shows and its points.
func (e exportJob) writeFigure(ctx context.Context, o Options, report func(float64)) error {
	var drawn DrawnFigure
	beside := map[string]func(io.Writer) error{
		".txt": func(out io.Writer) error {
			_, err := io.WriteString(out, drawn.Caption+"\n")
			return err
		},
		".csv": func(out io.Writer) error { return csvfile.Write(out, drawn.Points) },
	}
	for n, path := range e.figurePaths() {
		write := beside[filepath.Ext(path)]
		if n == 0 {
			write = func(out io.Writer) (err error) {
				drawn, err = o.DrawFigure(ctx, *e.figure, out, report)
				return err
			}
		}
		if err := safefile.Write(path, e.overwrite, write); err != nil {
			return err
		}
	}
	return nil
}
