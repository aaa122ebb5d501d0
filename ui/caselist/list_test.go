package caselist

import (
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

type opened []string

// listOf shows a list of that many cases in a window of that height.
func listOf(t *testing.T, n int, height float32) (*List, *opened, *time.Time) {
	t.Helper()
	test.NewTempApp(t)
	now, log := time.Unix(1e9, 0), &opened{}
	l := New(Options{
		Open: func(name string) { *log = append(*log, name) },
		Key:  func(e *fyne.KeyEvent) { *log = append(*log, "key "+string(e.Name)) },
		Now:  func() time.Time { return now },
	})
	var rows []Row
	for i := range n {
		rows = append(rows, Row{Name: fmt.Sprintf("case %d", i), State: "new"})
	}
	w := test.NewTempWindow(t, l)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(300, height))
	l.Set(rows)
	return l, log, &now
}

func (l *List) shown() (names []string) {
	for _, r := range l.pool {
		if r.Visible() {
			names = append(names, r.data.Name)
		}
	}
	return names
}

func TestOnlyRowsThatAreSeenExist(t *testing.T) {
	l, _, _ := listOf(t, 1000, 10*rowHeight)
	if n := len(l.pool); n != 12 {
		t.Errorf("%d rows for ten that fit", n)
	}
	test.Scroll(fyne.CurrentApp().Driver().CanvasForObject(l), fyne.NewPos(10, 10), 0, -500*rowHeight)
	if got := l.shown(); len(l.pool) != 12 || got[0] != "case 500" {
		t.Errorf("%d rows, from %q", len(l.pool), got[0])
	}
	l.Choose("case 999")
	if got := l.shown(); got[len(got)-1] != "case 999" || l.Place("case 999") == nil || l.Place("case 0") != nil {
		t.Errorf("the end shows %q", got)
	}
	l.Set(l.rows[:3])
	if got := l.shown(); len(got) != 3 || got[0] != "case 0" || l.Chosen() != "" {
		t.Errorf("of three rows are shown %q, %q is chosen", got, l.Chosen())
	}
	l.Set(nil)
	if got := l.shown(); len(got) != 0 {
		t.Errorf("an empty list shows %q", got)
	}
}

func TestKeysWalk(t *testing.T) {
	l, log, _ := listOf(t, 100, 10*rowHeight)
	steps := []struct {
		key  fyne.KeyName
		want string
	}{
		{fyne.KeyDown, "case 0"},
		{fyne.KeyDown, "case 1"},
		{fyne.KeyUp, "case 0"},
		{fyne.KeyUp, "case 0"},
		{fyne.KeyPageDown, "case 9"},
		{fyne.KeyEnd, "case 99"},
		{fyne.KeyDown, "case 99"},
		{fyne.KeyPageUp, "case 90"},
		{fyne.KeyHome, "case 0"},
	}
	for n, s := range steps {
		l.TypedKey(&fyne.KeyEvent{Name: s.key})
		if l.Chosen() != s.want || l.Place(s.want) == nil {
			t.Errorf("step %d, %s: %q", n, s.key, l.Chosen())
		}
	}
	l.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	l.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if got := fmt.Sprint(*log); got != "[case 0 key Escape]" {
		t.Errorf("told of %s", got)
	}
}

func TestTwoQuickClicksOpen(t *testing.T) {
	l, log, now := listOf(t, 5, 10*rowHeight)
	click := func(name string) { test.Tap(l.Place(name).(*row)) }
	click("case 1")
	*now = now.Add(time.Second)
	click("case 1")
	if len(*log) != 0 || l.Chosen() != "case 1" {
		t.Errorf("two slow clicks: opened %q, chose %q", *log, l.Chosen())
	}
	*now = now.Add(time.Second)
	click("case 2")
	*now = now.Add(doubleClick / 2)
	click("case 3") // another one
	*now = now.Add(doubleClick / 2)
	click("case 3")
	if len(*log) != 1 || (*log)[0] != "case 3" {
		t.Errorf("opened %q", *log)
	}
}

func TestFocusBeginsAtThePresentCase(t *testing.T) {
	l, _, _ := listOf(t, 50, 5*rowHeight)
	rows := append([]Row(nil), l.Rows()...)
	rows[40].Present = true
	l.Set(rows)
	l.FocusGained()
	if l.Chosen() != "case 40" || l.Place("case 40") == nil {
		t.Errorf("begins at %q", l.Chosen())
	}
}
