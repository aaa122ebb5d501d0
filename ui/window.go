package ui

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/text"
	"opacity/ui/controls"
	"opacity/ui/look"
	"opacity/viewer"
	"opacity/viewer/tool"
)

// Window is one study's window.
type Window struct {
	opts     Options
	texts    text.Table
	app      fyne.App
	win      fyne.Window
	session  *app.Session
	viewer   *viewer.Viewer
	keys     *tool.Dispatcher
	machine  *tool.Machine
	kit      *tool.Kit
	jobs     *job.Runner
	dispatch job.Dispatcher
	after    func(time.Duration, func()) (stop func())
	choose   chooser
	prefs    *preferences
	look     *look.Theme
	pending  map[string]bool // what soon has put off
	closed   bool

	make      *controls.Kit
	status    *statusBar
	bands     *bands
	toolbar   *toolbar
	strip     *toolStrip
	legend    *legend // of a comparison with the model's mask
	errors    *legend // of a comparison with a reference
	legends   *legends
	amount    *amountStrip
	inspector *inspector
	plots     *plots
	side      *fyne.Container // inspector and plots, under their tabs
	cases     *workList
	panes     *panes
	menu      *menu
	shell     *fyne.Container
	beside    *fyne.Container // all beside the toolbar
	pictures  *fyne.Container // the panes and the strip over them
	centre    *fyne.Container // these pictures, the empty window or the list of series
	modals    []*modal
	named     map[string]fyne.CanvasObject // what tests from outside find

	opening     int     // counts the cases on screen, and their leaving; what was begun before is dropped
	asked       int     // counts what was asked to be opened
	behind      *behind // nil while nothing is being opened in the place of what is on screen
	savedAs     string  // where the mask was saved last
	device      app.Device
	models      []app.ModelInfo
	measured    measured
	comparing   comparing     // with a reference
	exporting   *exportDialog // nil while it is not asked what to export
	exported    string        // folder of the last export, as long as it can be written
	leavingAsks *leavingAsks  // nil until it was asked whether to wait for what is written
	measureStop func()
	sha         func(context.Context) (string, error) // of the open input; nil for the sample
	list        *seriesList
	offered     *offered     // the series last listed
	operations  []*operation // of the menu Tools
	segmenting  bool
	stopped     bool // the run under way was cancelled

	reviewing *reviewing // which slices to look at, and what was thought of each

	leftOut  string // what was found beside the open study and is not in it
	onSample func() // goes on once it is there; nil for nothing
	sample   bool   // the open study is the program's own: nothing of it is anybody's work

	results      string               // folder that results went to last, where it is known to be there
	isFolder     func(string) bool    // asks the disk
	walk         walk                 // through the history
	keeping      *keeping             // what keeps the work on the open case
	studyChanged app.Signal[struct{}] // another study, or none, keeps the work, or what it says of itself changed
	closing      closings             // of studies
	loose        loose
	left         []leftStudy // that were not closed, to go on with

	unfinished []string // what became of what was unfinished in the case left last

	closesLater  bool      // the window closes once all is written
	failedBefore []failure // what had failed when that was asked for
}

// New makes a window with nothing open. It shows with ShowAndRun.
func New(a fyne.App, opts Options) *Window {
	w := &Window{
		opts: opts, texts: opts.Texts, app: a, session: app.NewSession(),
		isFolder: isFolder, keeping: &keeping{}, pending: map[string]bool{}, named: map[string]fyne.CanvasObject{}, after: opts.After,
	}
	if w.texts == nil {
		w.texts = text.English()
	}
	base := opts.Dispatch
	if base == nil {
		base = onFyne
	}
	w.dispatch = func(f func()) {
		base(func() {
			if !w.closed {
				f()
			}
		})
	}
	if w.after == nil {
		w.after = w.wait
	}
	w.jobs = job.NewRunner(w.dispatch)
	w.viewer = viewer.New(w.session)
	w.keys = tool.NewDispatcher(w.viewer)
	w.machine = tool.NewMachine(w.viewer)
	w.kit = tool.NewKit(w.viewer, w.machine)
	w.prefs = loadPreferences(opts.ConfigDir)
	w.look = look.New(w.prefs.Light)
	a.Settings().SetTheme(w.look)
	w.win = a.NewWindow(w.t("ui.title.empty"))
	w.win.SetMaster()
	w.win.SetPadded(false)
	w.applyPreferences()
	w.build()
	w.choose = &nativeChooser{w}
	w.connect()
	w.loadModels()
	w.lookForLeft()
	w.findResults()
	return w
}

// build puts the parts together.
func (w *Window) build() {
	w.make = controls.New(windowHost{w})
	w.status = newStatusBar(w)
	w.bands = newBands(w)
	w.reviewing = newReviewing(w)
	w.panes = newPanes(w)
	w.inspector = newInspector(w)
	w.plots = newPlots(w)
	w.side = container.New(sideLayout{}, w.plots.tabs, w.inspector.object, w.plots.object)
	w.strip = newToolStrip(w)
	w.operations = operations()
	w.amount = newAmountStrip(w)
	w.legend, w.errors = newLegend(w), newErrorLegend(w)
	w.legends = newLegends(w)
	w.pictures = container.New(picturesLayout{w}, w.panes.grid, w.bands.overRoom, container.NewVBox(w.strip.object, w.amount.object, w.legends.object, w.reviewing.line.object))
	w.cases = newWorkList(w)
	w.arrangeSides()
	w.registerActions()
	w.toolbar = newToolbar(w)
	w.centre = container.NewStack(w.emptyView())
	body := container.NewBorder(nil, nil, w.cases.object, w.side, w.centre)
	w.beside = container.NewBorder(w.bands.room, nil, nil, nil, body)
	w.shell = container.NewBorder(nil, w.status.object, w.toolbar.object, nil, w.beside)
	w.win.SetContent(container.NewStack(w.shell, w.make.Tips.Layer))
	w.menu = newMenu(w)
	w.win.Resize(fyne.NewSize(w.prefs.Width, w.prefs.Height))
}

// connect ties the parts to what the study, the viewer and the system tell.
func (w *Window) connect() {
	s := w.session
	s.Opened.Connect(func(app.OpenedEvent) {
		w.endModals()
		w.soon("opened", w.showStudy)
	})
	s.MaskChanged.Connect(func(app.MaskEvent) {
		w.soon("labels", w.inspector.labels.refresh)
		w.soon("compare", w.refreshCompare)
		if s.Painting() || w.inspector.model.thresholds.moves() {
			return // the rest follows when the stroke or the move ends
		}
		w.soon("actions", w.refreshActions)
		w.soon("report", w.inspector.report.refreshStale)
		w.measureLater()
	})
	s.LabelsChanged.Connect(func(struct{}) {
		w.soon("strip", w.strip.refresh)
		w.soon("labels", w.inspector.labels.refresh)
		w.soon("actions", w.refreshActions)
		w.measureLater()
	})
	s.HistoryChanged.Connect(func(struct{}) {
		w.soon("labels", w.inspector.labels.refresh)
		w.soon("report", w.inspector.report.refreshStale)
		w.measureLater()
		w.soon("history", w.inspector.history.refresh)
		w.soon("actions", w.refreshActions)
		w.soon("compare", w.refreshCompare)
	})
	s.WarningsChanged.Connect(func(struct{}) {
		w.soon("bands", w.bands.refresh)
		w.soon("labels", w.inspector.labels.refresh)
	})
	s.DirtyChanged.Connect(func(bool) { w.soon("title", w.showTitle); w.soon("actions", w.refreshActions) })
	w.viewer.Changed.Connect(func(c viewer.Change) {
		if c&viewer.LabelMoved != 0 {
			w.soon("labels", w.inspector.labels.refresh)
			w.soon("strip", w.strip.refresh)
		}
		if c&viewer.DecorMoved != 0 {
			w.soon("title", w.showTitle)
			if len(w.left) > 0 {
				w.soon("left", w.leftChanged) // who the patient is may be shown, or not
			}
			if w.list != nil {
				w.soon("list", w.list.showIdentity)
			}
		}
		if c&^viewer.CursorMoved&^viewer.CameraMoved != 0 {
			w.soon("profile", w.status.showProfile)
			w.soon("display", w.inspector.display.refresh)
			w.soon("actions", w.refreshActions)
			w.soon("remember", w.remember)
		}
	})
	w.connectTools()
	w.connectPainting()
	w.reviewing.connect()
	w.connectReference()
	w.plots.connect()
	w.cases.connect()
	w.connectUnfinished()
	w.connectStudy()
	w.connectAmount()
	w.connectKeys()
	w.win.SetOnDropped(func(_ fyne.Position, uris []fyne.URI) { w.dropped(uris) })
	w.win.SetCloseIntercept(w.tryClose)
	w.showStudy()
	if w.opts.WidgetsFile != "" {
		w.app.Lifecycle().SetOnStarted(w.watchWidgets)
	}
}

// Open opens what is found under paths, as the command line names them.
func (w *Window) Open(paths ...string) {
	if len(paths) > 0 {
		w.open(paths)
	}
}

// OpenSample opens the synthetic thorax; with segment, a model runs on it.
func (w *Window) OpenSample(segment bool) { w.openSample(segment) }

// ShowAndRun shows the window and returns when it is closed.
func (w *Window) ShowAndRun() { w.win.ShowAndRun() }

// Stop closes the window without asking, from any goroutine: the program was
// told to end.
func (w *Window) Stop() {
	w.dispatch(func() {
		w.cancelSegment() // what is being drawn cannot be kept under what it paints
		w.shut()
	})
}

// showStudy brings the window in line with what is open.
func (w *Window) showStudy() {
	w.showTitle()
	switch {
	case w.choosing():
	case w.session.Volume() != nil:
		w.show(w.pictures)
	default:
		w.kit.Use(tool.NoTool)
		w.show(w.emptyView())
	}
	w.inspector.refresh()
	w.strip.refresh()
	w.refreshActions()
	w.bands.refresh()
	w.measureLater()
}

func (w *Window) show(o fyne.CanvasObject) {
	if len(w.centre.Objects) != 1 || w.centre.Objects[0] != o {
		w.make.Tips.Clear() // what they spoke of goes, and says no goodbye
		w.status.hint("")
		w.centre.Objects = []fyne.CanvasObject{o}
		w.centre.Refresh()
		w.focusPanes() // the keys must not stay with what is hidden
		if len(w.bands.failures) > 0 {
			w.bands.refresh() // where they are depends on it
		}
	}
}

func (w *Window) showTitle() {
	title := w.t("ui.title.empty")
	if w.session.Volume() != nil {
		title = w.t("ui.title.open", w.studyName())
		if w.unsaved() {
			title = w.t("ui.title.changed", w.studyName())
		}
	}
	if w.win.Title() != title {
		w.win.SetTitle(title)
	}
}

// studyName tells studies apart: whose it is, where that is to be seen, or else
// what the series is called, beside the name of the file or folder.
func (w *Window) studyName() string {
	i := w.session.Info()
	what := i.Identity.SeriesDescription
	if w.viewer.Identity() && !i.Identity.IsEmpty() {
		what = viewer.PatientCaption(w.texts, i.Identity)
	}
	if what == "" {
		return w.caseShown()
	}
	return w.t("ui.title.named", w.caseShown(), what)
}

// caseShown is what the open case is called where it can be read, and in names that are
// proposed: after its file or folder, unless that says who the patient is while identity
// is hidden.
func (w *Window) caseShown() string { return w.shownName(w.session.Info()) }

// shownName is what a case is called that is opened: see caseShown.
func (w *Window) shownName(i app.SeriesInfo) string {
	if w.viewer.Identity() {
		return i.Case
	}
	return caseName(i)
}

// relayout makes room for what became taller or shorter. Text that wraps knows
// its height only once it has its width, so it takes two rounds.
func (w *Window) relayout() {
	for range 2 {
		w.shell.Layout.Layout(w.shell.Objects, w.shell.Size())
		w.beside.Layout.Layout(w.beside.Objects, w.beside.Size())
	}
	w.shell.Refresh()
}

// t is a text of the window in the user's language.
func (w *Window) t(key string, args ...any) string { return w.texts.T(key, args...) }

// soon runs f once, a moment later, however often it is asked for meanwhile:
// many events make one repaint.
func (w *Window) soon(key string, f func()) {
	if w.pending[key] {
		return
	}
	w.pending[key] = true
	w.dispatch(func() {
		delete(w.pending, key)
		f()
	})
}

// wait runs f after d on the window's goroutine, unless stopped.
func (w *Window) wait(d time.Duration, f func()) (stop func()) {
	stopped := false
	timer := time.AfterFunc(d, func() {
		w.dispatch(func() {
			if !stopped {
				f()
			}
		})
	})
	return func() { stopped = true; timer.Stop() }
}
