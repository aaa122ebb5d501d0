// Package worklist keeps a list of cases and how far the work on each is: what
// model has run, who looked at it for how long, and what was thought of it.
//
// A case is known by the name of its file or folder, never by the patient's.
// Each reader has a reading of one's own, so that two who work on one list, at two
// computers too, lose nothing of each other's work.
package worklist

import (
	"path/filepath"
	"slices"
	"time"

	"opacity/app"
	"opacity/app/pipeline"
)

// The states of a case.
const (
	New       = "new"
	InWork    = "in work"
	Corrected = "corrected"
	Accepted  = "accepted"
	Problem   = "problem"
)

// States lists them by what is to be done next.
func States() []string { return []string{InWork, New, Problem, Corrected, Accepted} }

// mostMinutes is more than anybody works on a case.
const mostMinutes = 1e6

// Entry is a case of the list.
type Entry struct {
	Case string `json:"case"` // unique in the list; names files and folders
	// Path is the file or folder it is opened from, absolute; a saved list has it
	// from its own folder where it lies below that.
	Path string `json:"path"`
	// SeriesUID tells series of one path apart; empty where there is one.
	SeriesUID string `json:"series_uid"`
	Model     string `json:"model"` // ID of the model that has run last; "" where none has
	// Uncertainty is how unsure that model is, as review.Queue has it; nil where
	// nobody knows.
	Uncertainty *float64  `json:"uncertainty"`
	Readings    []Reading `json:"readings"` // one a reviewer, by name
}

// Reading is one reviewer's work on a case.
type Reading struct {
	Reviewer string    `json:"reviewer"`
	State    string    `json:"state"`
	Minutes  float64   `json:"minutes"` // of active work
	Note     string    `json:"note"`
	Changed  time.Time `json:"changed"` // State or Note; UTC
	// Seen of the case's Slices have been on screen, by what the study says; both are
	// 0 where nobody knows.
	Seen   int `json:"seen_slices"`
	Slices int `json:"slices"`
}

// List is the cases somebody works on. It is not safe for concurrent use: it
// belongs to the goroutine that shows it.
type List struct {
	// Blinded hides from each reader what the model and other readers made of a case.
	Blinded bool
	// Folder is where its cases were looked for, absolute; "" for a list that was
	// put together otherwise.
	Folder string
	// Studies is the folder of its cases' studies, absolute; "" until somebody says.
	Studies string

	entries []Entry // by name
	path    string  // the file it was read from or saved to, absolute; "" for none
	base    content // what that file held then
}

// content is what a list's file holds.
type content struct {
	blinded         bool
	folder, studies string
	entries         []Entry
}

func (l *List) content() content {
	return content{l.Blinded, l.Folder, l.Studies, cloned(l.entries)}
}

func (l *List) set(c content) {
	l.Blinded, l.Folder, l.Studies, l.entries = c.blinded, c.folder, c.studies, cloned(c.entries)
}

// Copy returns a list of its own that knows the same file: to be saved beside the
// goroutine that shows this one, which takes it back with Saved.
func (l *List) Copy() *List {
	c := &List{path: l.path, base: l.base}
	c.set(l.content())
	return c
}

// Saved takes back a copy that was saved: what others had put into the file by
// then is in this list too, as is what was done to it since the copy was made.
func (l *List) Saved(before, saved *List) {
	l.set(merge(before.content(), l.content(), saved.content()))
	l.path, l.base = saved.path, saved.base
}

// Only returns a list of what a reader sees of this one where it is blinded: the
// reader's own work and nothing of the model.
func (l *List) Only(reader string) *List {
	c := &List{Blinded: true}
	c.entries = cloned(l.entries)
	for n := range c.entries {
		e := &c.entries[n]
		e.Model, e.Uncertainty = "", nil
		e.Readings = slices.DeleteFunc(e.Readings, func(r Reading) bool { return r.Reviewer != reader })
	}
	return c
}

// Add takes in cases, but for those that are in the list already, and gives each
// a name of its own. It returns how many are new.
func (l *List) Add(cases []Entry) int {
	before := len(l.entries)
	all := slices.Clone(l.entries)
	for _, e := range cases {
		known := slices.ContainsFunc(all, func(o Entry) bool { return o.image() == e.image() })
		if !known {
			all = append(all, e.clone())
		}
	}
	l.entries = named(all)
	return len(l.entries) - before
}

// named gives entries, the earlier ones first, names that are unique and can be
// those of files, and sorts them by name.
func named(entries []Entry) []Entry {
	series := make([]app.Series, len(entries))
	for n, e := range entries {
		series[n] = caseOf{name: e.Case}
	}
	for n, c := range pipeline.Name(series) {
		entries[n].Case = c.Name
	}
	slices.SortFunc(entries, func(a, b Entry) int { return compareNames(a.Case, b.Case) })
	return entries
}

// caseOf is a series of which only the name counts, or one under another name.
type caseOf struct {
	app.Series
	name string
}

func (c caseOf) Info() app.SeriesInfo {
	var info app.SeriesInfo
	if c.Series != nil {
		info = c.Series.Info()
	}
	info.Case = c.name
	return info
}

// Remove takes a case off the list; its files stay where they are.
func (l *List) Remove(name string) {
	l.entries = slices.DeleteFunc(l.entries, func(e Entry) bool { return e.Case == name })
}

// Entries returns all cases by name. They are the caller's.
func (l *List) Entries() []Entry { return cloned(l.entries) }

// Entry returns a case by its name.
func (l *List) Entry(name string) (Entry, bool) {
	if e := l.find(name); e != nil {
		return e.clone(), true
	}
	return Entry{}, false
}

// Say sets what a reviewer thinks of a case, one of States. It reports false for
// another state or a case that is not in the list.
func (l *List) Say(name, reviewer, state, note string, at time.Time) bool {
	e := l.find(name)
	if e == nil || !slices.Contains(States(), state) {
		return false
	}
	r := e.reading(reviewer)
	r.State, r.Note, r.Changed = state, note, at.UTC().Round(0)
	return true
}

// Spend adds minutes that a reviewer has spent on a case, which says nothing of
// its state.
func (l *List) Spend(name, reviewer string, minutes float64) bool {
	e := l.find(name)
	if e == nil || !(minutes >= 0 && minutes < mostMinutes) {
		return false
	}
	e.reading(reviewer).Minutes += minutes
	return true
}

// Reading is what a reviewer made of a case; false where it was nothing yet.
func (l *List) Reading(name, reviewer string) (Reading, bool) {
	if e := l.find(name); e != nil {
		if n, ok := slices.BinarySearchFunc(e.Readings, reviewer, byReviewer); ok {
			return e.Readings[n], true
		}
	}
	return Reading{}, false
}

// Ran notes that a model has run on a case and how unsure it was.
func (l *List) Ran(name, model string, uncertainty *float64) bool {
	e := l.find(name)
	if e == nil {
		return false
	}
	e.Model, e.Uncertainty = model, copied(uncertainty)
	return true
}

// Judged reports whether anybody has corrected or accepted the case.
func (e Entry) Judged() bool {
	return slices.ContainsFunc(e.Readings, func(r Reading) bool { return Judged(r.State) })
}

func (l *List) find(name string) *Entry {
	for n := range l.entries {
		if l.entries[n].Case == name {
			return &l.entries[n]
		}
	}
	return nil
}

// reading returns a reviewer's reading, a new one where there is none.
func (e *Entry) reading(reviewer string) *Reading {
	n, ok := slices.BinarySearchFunc(e.Readings, reviewer, byReviewer)
	if !ok {
		e.Readings = slices.Insert(e.Readings, n, Reading{Reviewer: reviewer, State: New})
	}
	return &e.Readings[n]
}

func (e Entry) clone() Entry {
	e.Uncertainty, e.Readings = copied(e.Uncertainty), slices.Clone(e.Readings)
	return e
}

func cloned(entries []Entry) []Entry {
	out := make([]Entry, len(entries))
	for n, e := range entries {
		out[n] = e.clone()
	}
	return out
}

func copied(f *float64) *float64 {
	if f == nil {
		return nil
	}
	c := *f
	return &c
}

// beside makes a path absolute, from the folder that a list lies in.
func beside(folder, path string) string {
	path = filepath.FromSlash(path)
	if !filepath.IsAbs(path) {
		path = filepath.Join(folder, path)
	}
	return filepath.Clean(path)
}
