package ui

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/pipeline"
	"opacity/app/study"
	"opacity/app/worklist"
	"opacity/viewer"
)

// The jobs of a work list; they have a runner of their own, since they go on
// while cases are opened and closed.
const (
	jobCases        = "cases"
	jobCasesSave    = "cases.save"
	jobCasesCopy    = "cases.copy"
	jobCasesSegment = "cases.segment"
	jobCasesExport  = "cases.export"
)

// workList is the list of cases beside the pictures.
type workList struct {
	*casesPanel
	w    *Window
	jobs *job.Runner
	list *worklist.List // nil while none is open
	file string         // it is saved to; "" for nowhere

	by    worklist.Order
	state string   // of the cases shown; "" for all
	order []string // names of those shown; it stays while their states change

	present string // the case that is open; "" for none of the list
	wanted  string // the one that is being opened
	writing string // the one whose study is being written in the background
	waiting func() // opens it then

	time spending

	dirty   bool          // it is not on disk as it is
	saving  chan struct{} // closed once the save begun last is over; nil before the first
	leaving func()        // goes on once it is; nil where nobody waits
}

func newWorkList(w *Window) *workList {
	c := &workList{w: w, jobs: job.NewRunner(w.dispatch)}
	c.casesPanel = newCasesPanel(c)
	return c
}

// connect follows what is done on the open case.
func (c *workList) connect() {
	w := c.w
	later := func() { w.soon("cases", c.follow) }
	w.session.Opened.Connect(func(app.OpenedEvent) { later() })
	w.session.HistoryChanged.Connect(func(struct{}) { later() })
	w.studyChanged.Connect(func(struct{}) { later() })
	w.viewer.Changed.Connect(func(ch viewer.Change) {
		if ch&viewer.DecorMoved != 0 {
			w.soon("cases.name", c.refresh)
		}
	})
}

func (w *Window) askOpenCases() {
	w.choose.openFolder(w.t("ui.cases.open_folder"), w.lastFolder(), w.openCases)
}

func (w *Window) askOpenWorkList() {
	w.choose.openFile(w.t("ui.cases.open_list"), w.listsFolder(), w.openWorkList)
}

// listsFolder is where lists are kept that the user gave no place; "" for nowhere.
func (w *Window) listsFolder() string {
	if dir := w.studiesFolder(); dir != "" {
		return filepath.Join(dir, "lists")
	}
	return ""
}

// listFile is the list of a folder of cases. Its name says nothing of the folder,
// which may say who the patients are.
func (w *Window) listFile(folder string) string {
	dir := w.listsFolder()
	if dir == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(filepath.Clean(folder)))
	return filepath.Join(dir, fmt.Sprintf("list-%x.json", sum[:5]))
}

// openedList is a list that was read or put together beside the window.
type openedList struct {
	list   *worklist.List
	file   string
	found  int // cases that were not in it
	failed []pipeline.Failure
}

// openCases opens the list of a folder of cases, or puts one together.
func (w *Window) openCases(folder string) {
	if w.opts.Opener == nil {
		return
	}
	folder = absolute(folder)
	w.cases.open(w.lookingIn(folder), func(ctx context.Context, report func(job.Progress)) (openedList, error) {
		cases, failed, err := worklist.Scan(ctx, w.opts.Opener, folder, caseName, report, nil)
		if err != nil {
			return openedList{}, err
		}
		o := openedList{file: w.listFile(folder), failed: failed}
		if o.list, err = worklist.Open(o.file); err != nil {
			if _, missing := os.Stat(o.file); o.file != "" && !os.IsNotExist(missing) {
				return o, err
			}
			o.list = &worklist.List{Folder: folder}
		}
		o.found = o.list.Add(cases)
		if len(o.list.Entries()) == 0 {
			return o, app.Refuse(firstOf(failed), "ui.cases.none_found", folder)
		}
		return o, nil
	})
}

func firstOf(failed []pipeline.Failure) error {
	for _, f := range failed {
		return f.Err
	}
	return nil
}

// caseName names a case by its file or folder, unless that says who the patient is.
func caseName(info app.SeriesInfo) string {
	return strings.TrimSuffix(study.FolderName(info), study.Extension)
}

func (w *Window) openWorkList(path string) {
	path = absolute(path)
	w.cases.open(w.t("ui.cases.reading", filepath.Base(path)), func(context.Context, func(job.Progress)) (openedList, error) {
		l, err := worklist.Open(path)
		return openedList{list: l, file: path}, err
	})
}

// open puts another list in the place of this one.
func (c *workList) open(label string, find func(context.Context, func(job.Progress)) (openedList, error)) {
	c.settle(func() { c.find(label, find) })
}

func (c *workList) find(label string, find func(context.Context, func(job.Progress)) (openedList, error)) {
	w := c.w
	w.status.start(jobCases, label, func() { c.jobs.Cancel(jobCases) })
	job.Run(c.jobs, jobCases, find, func(p job.Progress) { w.status.progress(jobCases, p) }, func(o openedList, err error) {
		w.status.end(jobCases)
		if err != nil {
			w.bands.failAbout(jobCases, err)
			return
		}
		w.bands.settled(jobCases)
		c.settle(func() { c.show(o) })
	})
}

// show shows a list that was opened.
func (c *workList) show(o openedList) {
	w := c.w
	c.close()
	if o.list.Studies == "" && o.file != "" {
		o.list.Studies = strings.TrimSuffix(o.file, filepath.Ext(o.file)) + "_studies"
	}
	c.list, c.file, c.state = o.list, o.file, ""
	for _, e := range c.list.Entries() {
		if c.opens(e.Case) {
			c.present = e.Case
		}
	}
	c.changed()
	c.arrange()
	w.showCases(true)
	w.blindnessChanged()
	c.follow()
	n := len(c.list.Entries())
	said := w.t("ui.cases.found", n)
	if o.found > 0 && o.found < n {
		said = w.t("ui.cases.found_new", n, o.found)
	}
	w.status.say(said)
	c.tellUnread(o.failed)
	w.win.Canvas().Focus(c.table)
}

// tellUnread names files of the list's folder that could not be read.
func (c *workList) tellUnread(failed []pipeline.Failure) {
	if len(failed) > 0 {
		c.w.bands.tell(jobCases, c.w.t("ui.cases.unread", len(failed), filesOf(failed)), c.w.failures(failed))
	}
}

// lookAgain adds cases that have come into the list's folder.
func (c *workList) lookAgain() {
	if c.list != nil && c.list.Folder != "" {
		list, folder := c.list, c.list.Folder
		opener := c.w.opts.Opener
		c.w.status.start(jobCases, c.w.lookingIn(folder), func() { c.jobs.Cancel(jobCases) })
		job.Run(c.jobs, jobCases, func(ctx context.Context, report func(job.Progress)) (openedList, error) {
			cases, failed, err := worklist.Scan(ctx, opener, folder, caseName, report, nil)
			l := &worklist.List{}
			l.Add(cases)
			return openedList{list: l, failed: failed}, err
		}, func(p job.Progress) { c.w.status.progress(jobCases, p) }, func(o openedList, err error) {
			c.w.status.end(jobCases)
			switch {
			case err != nil:
				c.w.bands.failAbout(jobCases, err)
				return
			case !c.stays(list):
				return
			}
			c.w.bands.settled(jobCases)
			found := list.Add(o.list.Entries())
			c.changed()
			c.arrange()
			c.w.status.say(c.w.t("ui.cases.found_new", len(list.Entries()), found))
			c.tellUnread(o.failed)
		})
	}
}

// close leaves no list open. What is open of its cases stays open.
func (c *workList) close() {
	if c.list == nil {
		return
	}
	c.bookAll()
	c.flush()
	c.jobs.CancelAll(jobCasesExport, jobCasesCopy) // these have what they need
	c.w.status.end(jobCasesSegment)
	c.list, c.file, c.order, c.present, c.wanted, c.writing, c.waiting, c.dirty = nil, "", nil, "", "", "", nil, false
	c.time, c.leaving = spending{}, nil
}

func (w *Window) closeCases() {
	w.cases.settle(func() {
		w.cases.close()
		w.showCases(false)
		w.cases.refresh()
		w.blindnessChanged()
	})
}

// remove takes the present case, or the chosen one, off the list.
func (c *workList) remove() {
	name := c.table.Chosen()
	if c.list == nil || name == "" {
		return
	}
	c.list.Remove(name)
	if c.present == name {
		c.present = ""
	}
	c.changed()
	c.arrange()
}

// rows are the cases as the reader sees them.
func (c *workList) rows(by worklist.Order) worklist.Rows {
	if c.list == nil {
		return nil
	}
	return c.list.Seen(c.w.reader(), by, c.w.blinded())
}

// row is one of them.
func (c *workList) row(name string) (worklist.Row, bool) {
	rows := c.rows(worklist.ByName)
	if n := slices.IndexFunc(rows, func(r worklist.Row) bool { return r.Case == name }); n >= 0 {
		return rows[n], true
	}
	return worklist.Row{}, false
}

// arrange sorts anew, and shows the cases of the state that was asked for. The
// open one stays among them.
func (c *workList) arrange() {
	c.order = nil
	for _, r := range c.rows(c.by) {
		if c.state == "" || r.State == c.state || r.Case == c.present {
			c.order = append(c.order, r.Case)
		}
	}
	c.refresh()
}

// failures lists what failed, a line a case.
func (w *Window) failures(failed []pipeline.Failure) string {
	var lines []string
	for _, f := range failed {
		_, why := app.Explain(f.Err)
		lines = append(lines, w.t("ui.cases.failure", f.Name, w.texts.Format(why)))
	}
	return strings.Join(lines, "\n")
}

// filesOf lists the files that failed in one line.
func filesOf(failed []pipeline.Failure) string {
	var names []string
	for _, f := range failed {
		names = append(names, fileOf(f.Err, f.Name))
	}
	return someOf(names)
}

// namesOf lists the cases that failed in one line.
func namesOf(failed []pipeline.Failure) string {
	var names []string
	for _, f := range failed {
		names = append(names, f.Name)
	}
	return someOf(names)
}
