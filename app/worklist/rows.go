package worklist

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Row is a case as a reader sees it.
type Row struct {
	Case, State string
	Model       string // "" where none has run, or it is hidden
	Uncertainty *float64
	Reviewer    string // whose State, Minutes and Note these are; "" where nobody looked
	Minutes     float64
	Note        string
	Seen        int // of Slices: see Reading
	Slices      int
}

// Unseen reports whether a case was called corrected or accepted of which some
// slices were never on screen: it does not count as reviewed.
func (r Row) Unseen() bool { return Judged(r.State) && r.Seen < r.Slices }

// Judged reports whether a state says that somebody has gone through a case.
func Judged(state string) bool { return state == Corrected || state == Accepted }

// Order says how rows are sorted.
type Order int

// The orders; cases that are alike are by name.
const (
	ByName        Order = iota // numbers in names as numbers
	ByState                    // what is to be done first
	ByUncertainty              // the most unsure first, unknown ones last
)

// Rows are cases in the order they are shown.
type Rows []Row

// Rows shows the list to a reader: of each case the reading that changed last, of
// those that say more than New, and where the list is blinded the reader's own and
// nothing of the model.
func (l *List) Rows(reader string, by Order) Rows { return l.Seen(reader, by, l.Blinded) }

// Seen is Rows for a reader who is blinded, or is not, whatever the list says.
func (l *List) Seen(reader string, by Order, blinded bool) Rows {
	rows := make(Rows, len(l.entries))
	for n, e := range l.entries {
		rows[n] = e.row(reader, blinded)
	}
	slices.SortStableFunc(rows, func(a, b Row) int {
		switch by {
		case ByState:
			return cmp.Compare(slices.Index(States(), a.State), slices.Index(States(), b.State))
		case ByUncertainty:
			return cmp.Compare(unsure(b), unsure(a))
		}
		return 0
	})
	return rows
}

func unsure(r Row) float64 {
	if r.Uncertainty == nil {
		return -1
	}
	return *r.Uncertainty
}

func (e Entry) row(reader string, blinded bool) Row {
	row := Row{Case: e.Case, State: New}
	if !blinded {
		row.Model, row.Uncertainty = e.Model, copied(e.Uncertainty)
	}
	last := -1
	for n, r := range e.Readings {
		if blinded && r.Reviewer != reader {
			continue
		}
		if last < 0 || r.outdoes(e.Readings[last]) {
			last = n
		}
	}
	if last >= 0 {
		r := e.Readings[last]
		row.State, row.Reviewer, row.Minutes, row.Note = r.State, r.Reviewer, r.Minutes, r.Note
		row.Seen, row.Slices = r.Seen, r.Slices
	}
	return row
}

// outdoes reports whether a reading is to be shown in place of another.
func (r Reading) outdoes(o Reading) bool {
	if (r.State == New) != (o.State == New) {
		return o.State == New
	}
	return r.Changed.After(o.Changed)
}

func byReviewer(r Reading, name string) int { return cmp.Compare(r.Reviewer, name) }

// compareNames orders names as people do: numbers in them as numbers, letters
// without regard to their case.
func compareNames(a, b string) int {
	x, y := strings.ToLower(a), strings.ToLower(b)
	for x != "" && y != "" {
		m, n := digits(x), digits(y)
		if m == 0 || n == 0 {
			p, size := utf8.DecodeRuneInString(x)
			q, other := utf8.DecodeRuneInString(y)
			if p != q {
				return cmp.Compare(p, q)
			}
			x, y = x[size:], y[other:]
			continue
		}
		p, q := strings.TrimLeft(x[:m], "0"), strings.TrimLeft(y[:n], "0")
		if c := cmp.Or(cmp.Compare(len(p), len(q)), cmp.Compare(p, q)); c != 0 {
			return c
		}
		x, y = x[m:], y[n:]
	}
	return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(a, b))
}

// digits is how many digits a text begins with.
func digits(s string) int {
	for n := range len(s) {
		if s[n] < '0' || s[n] > '9' {
			return n
		}
	}
	return len(s)
}
