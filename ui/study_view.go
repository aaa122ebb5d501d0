package ui

import (
	"time"

	"opacity/app/study"
	"opacity/app/volume"
	"opacity/viewer"
)

// idleAfter is how long nobody may have touched anything before the time no
// longer counts as reading.
const idleAfter = time.Minute

// readingClock counts for how long somebody has actively worked.
type readingClock struct {
	last time.Time     // of the last sign of life
	sum  time.Duration // not yet in the study
	all  time.Duration // since the case was opened
}

// touch counts the time since the last sign of life, unless it was too long.
func (c *readingClock) touch(now time.Time) {
	if since := now.Sub(c.last); !c.last.IsZero() && since > 0 && since <= idleAfter {
		c.sum += since
		c.all += since
	}
	c.last = now
}

func (w *Window) now() time.Time {
	if w.opts.Now != nil {
		return w.opts.Now()
	}
	return time.Now()
}

// active is a sign of life from whoever works on the case.
func (w *Window) active() {
	if w.session.Volume() == nil || w.session.Loading() || w.sample {
		return
	}
	w.keeping.clock.touch(w.now())
	if w.keeping.clock.sum >= idleAfter {
		w.viewLater() // with what is looked at
	}
}

// readingTime is how long the case has been worked on.
func (w *Window) readingTime() time.Duration {
	return time.Duration(w.studyInfo().ReadingSeconds*float64(time.Second)) + w.keeping.clock.sum
}

// keepView puts into the study what is looked at and for how long it was.
func (w *Window) keepView() {
	k := w.keeping
	if k.study == nil || w.session.Loading() {
		return
	}
	sum := k.clock.sum
	k.clock.sum = 0
	v := w.viewer
	view := study.View{Cursor: v.Cursor(), Window: [2]float64{v.Window().Center, v.Window().Width}, Label: v.ActiveLabel(), Plane: int(v.Active())}
	err := k.study.Update(func(i *study.Info) {
		i.View = &view
		i.ReadingSeconds += sum.Seconds()
	})
	if err != nil {
		k.clock.sum += sum
	}
}

// showView looks at what was looked at last.
func (w *Window) showView(view *study.View) {
	vol := w.session.Volume()
	if view == nil || !vol.Contains(view.Cursor[0], view.Cursor[1], view.Cursor[2]) {
		return
	}
	w.viewer.SetCursor(view.Cursor)
	if view.Window[1] > 0 {
		w.viewer.SetWindow(volume.Window{Center: view.Window[0], Width: view.Window[1]})
	}
	if _, there := w.session.Mask().Label(view.Label); there {
		w.viewer.SetActiveLabel(view.Label)
	}
	if view.Plane >= 0 && view.Plane < viewer.Planes {
		w.viewer.SetActive(viewer.Plane(view.Plane))
	}
}
