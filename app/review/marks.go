package review

import "time"

// What may be said of a slice. One that nothing is said of is Unseen or Seen.
const (
	Unseen    = "unseen"
	Seen      = "seen"
	Accepted  = "accepted"
	Corrected = "corrected"
	Problem   = "problem"
)

// Mark is what was thought of one slice.
type Mark struct {
	State string    `json:"state"` // "" until something is said: "accepted", "corrected", "problem"
	Note  string    `json:"note"`
	Seen  bool      `json:"seen"` // it was on screen
	By    string    `json:"by"`
	Time  time.Time `json:"time"`
	// Before is what it was until a step changed the slice's labels; nil where it was
	// said of them as they are. Never written once it is set.
	Before *Before `json:"before"`
}

// Before is a mark that a step has put an end to.
type Before struct {
	Mark Mark      `json:"mark"`
	Step time.Time `json:"step"` // when that was made
}

// Marks are what was thought of the slices of a case, by index k. It is plain
// data for a study to keep; marks of slices that a case does not have, and states
// this version does not know, are carried along and count for nothing.
type Marks map[int]Mark

// State is what a slice counts as: what was said of it, else Seen or Unseen.
func (m Marks) State(k int) string {
	mark := m[k]
	switch {
	case said(mark.State):
		return mark.State
	case mark.Seen:
		return Seen
	}
	return Unseen
}

// See notes that a slice is on screen and reports whether it is so for the first time.
func (m *Marks) See(k int) bool {
	mark := (*m)[k]
	if mark.Seen {
		return false
	}
	mark.Seen = true
	m.set(k, mark)
	return true
}

// Say ticks a slice as Accepted, Corrected or Problem, or with "" takes that back.
// It does not make the slice a seen one: a whole case may be ticked at once. It
// reports false, and changes nothing, for another state.
func (m *Marks) Say(k int, state, note, by string, at time.Time) bool {
	if state != "" && !said(state) {
		return false
	}
	m.set(k, Mark{State: state, Note: note, Seen: (*m)[k].Seen, By: by, Time: at})
	return true
}

// Changed returns what a slice counts as once a step has made its labels others
// than when the mark was made, and whether that is anything else. What a hand
// changes after it was accepted is corrected; of what a model or a file changes
// nothing is said any more. A problem stays one. made is when the step was.
func (m Marks) Changed(k int, made time.Time, byHand bool, by string, at time.Time) (Mark, bool) {
	mark, state := m[k], ""
	switch {
	case mark.State != Accepted && mark.State != Corrected, byHand && mark.State == Corrected:
		return mark, false
	case byHand:
		state = Corrected
	}
	return Mark{State: state, Note: mark.Note, Seen: mark.Seen, By: by, Time: at, Before: &Before{mark, made}}, true
}

// GivenBack returns what a slice counts as once the step made then is undone,
// where that was the last to change the mark and nothing was said since.
func (m Marks) GivenBack(k int, made time.Time) (Mark, bool) {
	mark := m[k]
	if mark.Before == nil || !mark.Before.Step.Equal(made) {
		return mark, false
	}
	was := mark.Before.Mark
	was.Seen = mark.Seen
	return was, true
}

func (m *Marks) set(k int, mark Mark) {
	if *m == nil {
		*m = Marks{}
	}
	(*m)[k] = mark
}

func said(state string) bool {
	return state == Accepted || state == Corrected || state == Problem
}

// Progress counts slices.
type Progress struct {
	Slices, Seen, Accepted, Corrected, Problems int
}

// Ticked is how many slices something was said of: the 12 of "12 of 40".
func (p Progress) Ticked() int { return p.Accepted + p.Corrected + p.Problems }

// Reviewed reports whether every slice has been on screen, which is what makes a
// case a reviewed one, whatever was ticked.
func (p Progress) Reviewed() bool { return p.Slices > 0 && p.Seen == p.Slices }

// Progress counts the slices 0..n-1 of a case.
func (m Marks) Progress(n int) Progress {
	p := Progress{Slices: n}
	for k, mark := range m {
		if k >= 0 && k < n {
			p.count(mark)
		}
	}
	return p
}

// ProgressOf counts slices by name, as those of a queue that have reasons; each
// must be named once.
func (m Marks) ProgressOf(ks []int) Progress {
	p := Progress{Slices: len(ks)}
	for _, k := range ks {
		p.count(m[k])
	}
	return p
}

func (p *Progress) count(m Mark) {
	if m.Seen {
		p.Seen++
	}
	switch m.State {
	case Accepted:
		p.Accepted++
	case Corrected:
		p.Corrected++
	case Problem:
		p.Problems++
	}
}
