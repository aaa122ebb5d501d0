package worklist_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"opacity/app/worklist"
)

var noon = time.Date(2020, 4, 1, 12, 0, 0, 0, time.UTC)

func at(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }

func half(f float64) *float64 { return &f }

// listOf holds cases of those names.
func listOf(names ...string) *worklist.List {
	l := &worklist.List{}
	var cases []worklist.Entry
	for _, n := range names {
		cases = append(cases, worklist.Entry{Case: n, Path: "/in/" + n})
	}
	l.Add(cases)
	return l
}

func cases(rows worklist.Rows) (names []string) {
	for _, r := range rows {
		names = append(names, r.Case)
	}
	return names
}

func TestRows(t *testing.T) {
	l := listOf("case_10", "Case_2", "case_1", "b", "case_02a")
	l.Say("case_10", "ann", worklist.Problem, "motion", at(0))
	l.Say("case_1", "ann", worklist.Accepted, "", at(0))
	work(l, "b", "ann", 3, at(0))
	l.Ran("case_1", "m", half(0.2))
	l.Ran("b", "m", half(0.4))
	l.Ran("Case_2", "m", half(0))
	tests := []struct {
		by   worklist.Order
		want []string
	}{
		{worklist.ByName, []string{"b", "case_1", "Case_2", "case_02a", "case_10"}},
		{worklist.ByState, []string{"b", "Case_2", "case_02a", "case_10", "case_1"}},
		{worklist.ByUncertainty, []string{"b", "case_1", "Case_2", "case_02a", "case_10"}},
	}
	for _, tt := range tests {
		rows := l.Rows("ann", tt.by)
		if got := cases(rows); !slices.Equal(got, tt.want) {
			t.Errorf("order %d: %q, want %q", tt.by, got, tt.want)
		}
	}
	rows := l.Rows("ann", worklist.ByName)
	if got := rows.In(worklist.Accepted, worklist.Problem); !slices.Equal(got, []string{"case_1", "case_10"}) {
		t.Errorf("in those states: %q", got)
	}
}

// work spends minutes on a case, which is in work then.
func work(l *worklist.List, name, reader string, minutes float64, at time.Time) {
	l.Spend(name, reader, minutes)
	if r, ok := l.Reading(name, reader); ok && r.State == worklist.New {
		l.Say(name, reader, worklist.InWork, r.Note, at)
	}
}

func TestReadings(t *testing.T) {
	l := listOf("a")
	l.Ran("a", "m", half(0.5))
	work(l, "a", "ann", 2, at(0))
	l.Say("a", "bob", worklist.Corrected, "apex", at(5))
	work(l, "a", "ann", 1, at(9)) // more minutes are no other opinion
	row := func(reader string) worklist.Row { return l.Rows(reader, worklist.ByName)[0] }
	tests := []struct {
		blinded bool
		reader  string
		want    worklist.Row
	}{
		{false, "ann", worklist.Row{Case: "a", State: worklist.Corrected, Model: "m", Uncertainty: half(0.5), Reviewer: "bob", Note: "apex"}},
		{true, "ann", worklist.Row{Case: "a", State: worklist.InWork, Reviewer: "ann", Minutes: 3}},
		{true, "bob", worklist.Row{Case: "a", State: worklist.Corrected, Reviewer: "bob", Note: "apex"}},
		{true, "cyd", worklist.Row{Case: "a", State: worklist.New}},
	}
	for _, tt := range tests {
		l.Blinded = tt.blinded
		if got := row(tt.reader); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("blinded %v, %s sees %+v", tt.blinded, tt.reader, got)
		}
	}
}

// Who only looked has no say in the state that is shown, whatever the names.
func TestLookingIsNoVerdict(t *testing.T) {
	l := listOf("a")
	l.Spend("a", "aaron", 2)
	l.Take(map[string]worklist.Study{"a": {Reading: worklist.Reading{Reviewer: "bob", State: worklist.Accepted}}})
	l.Spend("a", "cyd", 1)
	l.Spend("a", "cyd", 1)
	row := l.Rows("", worklist.ByName)[0]
	if row.State != worklist.Accepted || row.Reviewer != "bob" {
		t.Errorf("shows %+v", row)
	}
	l.Say("a", "aaron", worklist.New, "a note", at(5)) // has not said more
	if row := l.Rows("", worklist.ByName)[0]; row.State != worklist.Accepted || row.Reviewer != "bob" {
		t.Errorf("after a note it shows %+v", row)
	}
	if r, ok := l.Reading("a", "cyd"); !ok || r.Minutes != 2 || r.State != worklist.New {
		t.Errorf("cyd's reading is %+v", r)
	}
	if _, ok := l.Reading("a", "dan"); ok || l.Spend("a", "dan", -1) || l.Spend("b", "dan", 1) {
		t.Error("a reading that is none")
	}
}

func TestWhatIsRefused(t *testing.T) {
	l := listOf("a")
	if l.Say("b", "ann", worklist.New, "", noon) || l.Say("a", "ann", "seen it", "", noon) || l.Spend("b", "", 1) || l.Spend("a", "", -1) || l.Ran("b", "m", nil) {
		t.Error("a case that is not there, a state or minutes that are none are taken")
	}
	if e, ok := l.Entry("a"); !ok || len(e.Readings) != 0 {
		t.Errorf("%+v, %v", e, ok)
	}
}

func TestAdd(t *testing.T) {
	l := listOf("a", "b")
	l.Say("a", "ann", worklist.Problem, "", noon)
	more := []worklist.Entry{
		{Case: "again", Path: "/in/a"},
		{Case: "A", Path: "/else/a"},
		{Case: "../c", Path: "/in/c"},
		{Case: "two", Path: "/in/two", SeriesUID: "1.2"},
		{Case: "two", Path: "/in/two", SeriesUID: "1.3"},
	}
	if n := l.Add(more); n != 4 {
		t.Errorf("%d are new", n)
	}
	if got, want := cases(l.Rows("", worklist.ByName)), []string{"_c", "a", "A-2", "b", "two", "two-2"}; !slices.Equal(got, want) {
		t.Errorf("holds %q, want %q", got, want)
	}
	if l.Rows("", worklist.ByName)[1].State != worklist.Problem {
		t.Error("what was said of a case is lost")
	}
	l.Remove("b")
	if _, ok := l.Entry("b"); ok {
		t.Error("a case that was removed is there")
	}
}

func TestTake(t *testing.T) {
	l := listOf("a", "b", "c")
	l.Ran("a", "old", half(0.5))
	l.Ran("b", "m", half(0.5))
	l.Say("b", "ann", worklist.Problem, "later", at(9))
	l.Take(map[string]worklist.Study{
		"a":    {Model: "new", Reading: worklist.Reading{Reviewer: "ann", State: worklist.InWork, Minutes: 7, Note: "n", Changed: at(1)}},
		"b":    {Model: "m", Reading: worklist.Reading{Reviewer: "ann", State: worklist.Accepted, Minutes: 5, Changed: at(1)}},
		"c":    {Reading: worklist.Reading{State: "of a newer version"}},
		"gone": {Model: "m"},
	})
	want := []worklist.Row{
		{Case: "a", State: worklist.InWork, Model: "new", Reviewer: "ann", Minutes: 7, Note: "n"},
		{Case: "b", State: worklist.Problem, Model: "m", Uncertainty: half(0.5), Reviewer: "ann", Minutes: 5, Note: "later"},
		{Case: "c", State: worklist.New},
	}
	if got := l.Rows("", worklist.ByName); !reflect.DeepEqual([]worklist.Row(got), want) {
		t.Errorf("got %+v", got)
	}
}

// Of how many slices of a case were on screen the list knows what studies say.
func TestSlicesSeen(t *testing.T) {
	l := listOf("a")
	take := func(state string, seen, slices int) worklist.Row {
		l.Take(map[string]worklist.Study{"a": {Reading: worklist.Reading{Reviewer: "ann", State: state, Seen: seen, Slices: slices, Changed: at(1)}}})
		return l.Rows("ann", worklist.ByName)[0]
	}
	if row := take(worklist.Accepted, 1, 40); row.Seen != 1 || row.Slices != 40 || !row.Unseen() {
		t.Errorf("accepted with one seen: %+v", row)
	}
	if row := take(worklist.InWork, 2, 40); row.Unseen() {
		t.Errorf("nobody has said that it is done: %+v", row)
	}
	if row := take(worklist.Corrected, 40, 40); row.Unseen() {
		t.Errorf("all seen: %+v", row)
	}
	l.Say("a", "ann", worklist.Accepted, "", at(2))
	if row := take(worklist.Corrected, 0, 0); row.State != worklist.Accepted || row.Seen != 40 || row.Unseen() {
		t.Errorf("of a study that does not say: %+v", row)
	}
	if row := listOf("b").Rows("", worklist.ByName)[0]; row.Unseen() {
		t.Errorf("of a case that nobody opened: %+v", row)
	}
}
