package ui

import "time"

// spending is whose time on which case goes into the list.
type spending struct {
	of     *keeping // of the case while it is open; nil while none of the list is
	name   string
	reader string
	booked time.Duration // of the clock of that keeping
	unsaid time.Duration // that the list has and its file has not
}

const (
	// minutesAfter is how much reading time makes the list worth saving while a case
	// is open, leastSpent how much does once it is left.
	minutesAfter = time.Minute
	leastSpent   = time.Second
)

// spend books the time on the open case to who reads it, in the list: a study
// knows only for how long all together have worked on it.
func (c *workList) spend() {
	w, t := c.w, &c.time
	if t.of != nil {
		d := t.of.clock.all - t.booked
		t.booked += d
		t.unsaid += d
		c.list.Spend(t.name, t.reader, d.Minutes())
	}
	of := w.keeping
	if c.present == "" {
		of = nil
	}
	moved := t.of != of || t.name != c.present
	left := moved && t.of != nil
	if moved {
		*t = spending{of: of, name: c.present, unsaid: t.unsaid}
		if of != nil {
			t.booked = of.clock.all
		}
	}
	t.reader = w.reader()
	if t.unsaid >= minutesAfter || left && t.unsaid >= leastSpent {
		t.unsaid = 0
		c.changed()
	}
}
