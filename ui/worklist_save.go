package ui

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/worklist"
)

const (
	// saveAfter is how soon a change of the list is on disk.
	saveAfter = time.Second
	// saveAgain is how long it takes until a list that could not be saved is tried again.
	saveAgain = 6 * time.Second
	// flushPatience is how long a window that goes for good waits for the list's file.
	flushPatience = 2 * time.Second
)

// changed says that the list is not on disk as it is.
func (c *workList) changed() {
	if c.dirty || c.list == nil || c.file == "" {
		return
	}
	c.dirty = true
	c.saveSoon(saveAfter)
}

func (c *workList) saveSoon(after time.Duration) {
	c.w.after(after, func() { c.save(c.file) })
}

// save writes the list beside the window; what is done meanwhile is saved next.
func (c *workList) save(file string) {
	if !c.dirty || c.file != file || c.jobs.Running(jobCasesSave) {
		return
	}
	c.dirty = false
	before, saving, over := c.list.Copy(), c.list.Copy(), make(chan struct{})
	c.saving = over
	job.Run(c.jobs, jobCasesSave, func(ctx context.Context, _ func(job.Progress)) (struct{}, error) {
		defer close(over)
		return struct{}{}, saveList(ctx, saving, file)
	}, nil, func(_ struct{}, err error) {
		switch {
		case c.list == nil:
			return
		case c.file != file: // it goes on elsewhere
			c.save(c.file)
			return
		case err != nil:
			c.dirty = true
			c.w.bands.failAbout(jobCasesSave, err)
			c.askUnsaved(err)
			c.saveSoon(saveAgain)
			return
		}
		c.w.bands.settled(jobCasesSave)
		c.list.Saved(before, saving)
		c.refresh()
		if c.dirty {
			c.save(file)
		} else if then := c.leaving; then != nil {
			c.leaving = nil
			then()
		}
	})
}

func saveList(ctx context.Context, l *worklist.List, file string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return app.Fail(err, "app.folder_not_made", filepath.Dir(file))
	}
	return l.Save(ctx, file, false)
}

// bookAll brings into the list what is said and spent by now.
func (c *workList) bookAll() {
	c.takeNote()
	c.studySaid()
	if c.time.unsaid >= leastSpent {
		c.time.unsaid = 0
		c.changed()
	}
}

// unsaved reports whether the list's file is behind it.
func (c *workList) unsaved() bool {
	return c.list != nil && c.file != "" && (c.dirty || c.jobs.Running(jobCasesSave))
}

// settle goes on once the list is on disk as it is: at once where it is, else when
// it has been written beside the window. Where it cannot be, it asks.
func (c *workList) settle(then func()) {
	if c.list != nil {
		c.bookAll()
	}
	if !c.unsaved() {
		then()
		return
	}
	c.leaving = then
	c.save(c.file)
	list := c.list
	time.AfterFunc(syncPatience, func() {
		c.w.dispatch(func() {
			if c.list == list && c.leaving != nil {
				c.askUnsaved(app.Fail(context.DeadlineExceeded, "ui.cases.save_slow", filepath.Base(c.file)))
			}
		})
	})
}

// askUnsaved asks what becomes of a list that cannot be saved, where somebody
// waits for it.
func (c *workList) askUnsaved(err error) {
	w, then := c.w, c.leaving
	c.leaving = nil
	if then == nil || len(w.modals) > 0 {
		return
	}
	_, why := app.Explain(err)
	w.question("unsaved.list", w.t("ui.cases.unsaved_title"), w.texts.Format(why)+" "+w.t("ui.cases.unsaved"),
		answer{id: "again", label: "ui.unkept.again", run: func() { c.settle(then) }},
		answer{id: "discard", label: "ui.unsaved.discard", danger: true, run: func() { c.dirty = false; then() }},
		answer{id: "cancel", label: "ui.cancel"})
}

// flush writes the list, for a moment, before it goes without having been settled.
func (c *workList) flush() {
	if !c.unsaved() { // what is being saved counts as well: that is given up with the list
		return
	}
	c.dirty = false
	ctx, cancel := context.WithTimeout(context.Background(), flushPatience)
	defer cancel()
	saved, list, file, before := make(chan error, 1), c.list.Copy(), c.file, c.saving
	go func() {
		if before != nil {
			<-before
		}
		saved <- saveList(ctx, list, file)
	}()
	select {
	case err := <-saved:
		if err != nil {
			c.w.bands.failAbout(jobCasesSave, err)
		}
	case <-ctx.Done():
		c.w.status.say(c.w.t("ui.cases.unsaved"))
	}
}

// askSaveWorkList saves the list in a place of the user's own, and goes on there;
// as CSV it is a copy, for other programs.
func (w *Window) askSaveWorkList() {
	if w.cases.list == nil {
		return
	}
	list := w.cases.list
	w.choose.saveFile(w.t("ui.cases.save_list"), filepath.Join(w.resultFolder(), "worklist.json"), func(path string) {
		if filepath.Ext(path) == "" {
			path += ".json"
		}
		w.unlessThere([]string{path}, func(overwrite bool) {
			if w.cases.stays(list) {
				w.cases.saveAs(absolute(path), overwrite)
			}
		}, nil)
	})
}

// stays reports whether a list is still the open one, and says where it is not that what
// was asked of it is not done.
func (c *workList) stays(list *worklist.List) bool {
	if c.list != list {
		c.w.status.note(c.w.t("ui.cases.gone"))
	}
	return c.list == list
}

func (c *workList) saveAs(path string, overwrite bool) {
	w, list := c.w, c.list
	table := strings.EqualFold(filepath.Ext(path), ".csv")
	before, copied := list.Copy(), list.Copy()
	if table && w.blinded() {
		copied = list.Only(w.reader())
	}
	w.status.start(jobCasesCopy, w.t("ui.save.saving", filepath.Base(path)), nil)
	job.Run(c.jobs, jobCasesCopy, func(ctx context.Context, _ func(job.Progress)) (struct{}, error) {
		return struct{}{}, copied.Save(ctx, path, overwrite)
	}, nil, func(_ struct{}, err error) {
		w.status.end(jobCasesCopy)
		if err != nil {
			w.bands.failAbout(jobCasesCopy, err)
			return
		}
		w.bands.settled(jobCasesCopy)
		if !table && c.list == list {
			c.list.Saved(before, copied)
			c.file, c.dirty = path, true // with what was done meanwhile
			c.save(path)
		}
		w.rememberResults(path)
		w.status.saved(path)
		c.refresh()
	})
}
