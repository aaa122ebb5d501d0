package review_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"opacity/app/review"
)

func TestMarks(t *testing.T) {
	at := time.Date(2020, 4, 1, 12, 0, 0, 0, time.UTC)
	var m review.Marks
	if m.State(3) != review.Unseen || !m.See(3) || m.See(3) || m.State(3) != review.Seen {
		t.Errorf("a slice that was shown is %s", m.State(3))
	}
	if !m.Say(3, review.Problem, "motion", "reader", at) || m.State(3) != review.Problem {
		t.Errorf("a problem is %s", m.State(3))
	}
	if m.Say(3, "excellent", "", "", at) || m[3].Note != "motion" || !m[3].Seen {
		t.Errorf("after what may not be said: %+v", m[3])
	}
	if !m.Say(3, "", "", "", at) || m.State(3) != review.Seen {
		t.Errorf("taken back it is %s", m.State(3))
	}
	if !m.Say(0, review.Accepted, "", "", at) || m.State(0) != review.Accepted || m[0].Seen {
		t.Errorf("ticked from afar: %+v", m[0])
	}
}

// What was said of a slice holds no more once it is changed.
func TestMarksOfChangedSlices(t *testing.T) {
	at := time.Date(2020, 4, 1, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		state  string
		byHand bool
		want   string
	}{
		{review.Accepted, true, review.Corrected},
		{review.Corrected, true, review.Corrected},
		{review.Problem, true, review.Problem},
		{review.Accepted, false, ""},
		{review.Corrected, false, ""},
		{review.Problem, false, review.Problem},
		{"", true, ""},
	}
	for _, tt := range tests {
		m := review.Marks{4: {State: tt.state, Note: "apex", Seen: true, By: "reader", Time: at}}
		was := m[4]
		now, changed := m.Changed(4, at.Add(time.Minute), tt.byHand, "other", at.Add(time.Hour))
		if m[4] != was || now.State != tt.want || changed != (tt.want != tt.state) || now.Note != "apex" || !now.Seen {
			t.Errorf("%q, changed by hand %v: %+v, %v", tt.state, tt.byHand, now, changed)
		}
		if changed && now.By != "other" {
			t.Errorf("changed by %s", now.By)
		}
		m[4] = now
		if _, back := m.GivenBack(4, at); back {
			t.Errorf("%q: another step gives it back", tt.state)
		}
		if back, ok := m.GivenBack(4, at.Add(time.Minute)); ok != changed || ok && back != was {
			t.Errorf("%q, undone: %+v, %v", tt.state, back, ok)
		}
	}
}

func TestMarksOutliveFiles(t *testing.T) {
	m := review.Marks{}
	m.See(7)
	m.Say(7, review.Corrected, "apex", "reader", time.Date(2020, 4, 1, 12, 0, 0, 0, time.UTC))
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"7":{"state":"corrected","note":"apex","seen":true,"by":"reader","time":"2020-04-01T12:00:00Z","before":null}}`; string(b) != want {
		t.Errorf("written as %s", b)
	}
	var back review.Marks
	if err := json.Unmarshal(b, &back); err != nil || !reflect.DeepEqual(back, m) {
		t.Errorf("read as %v, %v", back, err)
	}
}

func TestProgress(t *testing.T) {
	marks := func(states map[int]string, seen ...int) (m review.Marks) {
		for _, k := range seen {
			m.See(k)
		}
		for k, s := range states {
			m.Say(k, s, "", "", time.Time{})
		}
		return m
	}
	newer := marks(nil, 0, 1, 2)
	newer[1] = review.Mark{State: "undecided", Seen: true}
	tests := []struct {
		name     string
		in       review.Marks
		want     review.Progress
		ticked   int
		reviewed bool
	}{
		{"nothing", nil, review.Progress{Slices: 3}, 0, false},
		{"all but one were on screen", marks(nil, 0, 2), review.Progress{Slices: 3, Seen: 2}, 0, false},
		{"all were", marks(nil, 0, 1, 2), review.Progress{Slices: 3, Seen: 3}, 0, true},
		{
			"all ticked, one unseen", marks(map[int]string{0: review.Accepted, 1: review.Corrected, 2: review.Problem}, 0, 1),
			review.Progress{Slices: 3, Seen: 2, Accepted: 1, Corrected: 1, Problems: 1},
			3, false,
		},
		{"marks of other slices", marks(map[int]string{-1: review.Accepted, 3: review.Problem}, 0, 3, 99), review.Progress{Slices: 3, Seen: 1}, 0, false},
		{"a state of a newer version", newer, review.Progress{Slices: 3, Seen: 3}, 0, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.in.Progress(3)
			if got != tt.want || got.Ticked() != tt.ticked || got.Reviewed() != tt.reviewed {
				t.Errorf("%+v, ticked %d, reviewed %v", got, got.Ticked(), got.Reviewed())
			}
			if of := tt.in.ProgressOf([]int{0, 1, 2}); of != tt.want {
				t.Errorf("by name: %+v", of)
			}
		})
	}
	if (review.Marks{}).Progress(0).Reviewed() {
		t.Error("a case without slices is reviewed")
	}
}
