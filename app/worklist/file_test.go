package worklist_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"opacity/app"
	"opacity/app/safefile"
	"opacity/app/worklist"
)

func save(t *testing.T, l *worklist.List, path string) {
	t.Helper()
	if err := l.Save(context.Background(), path, false); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, path string) *worklist.List {
	t.Helper()
	l, err := worklist.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestSavedLists(t *testing.T) {
	for _, name := range []string{"list.json", "list.csv"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			l := &worklist.List{Blinded: true, Folder: dir, Studies: filepath.Join(dir, "studies")}
			l.Add([]worklist.Entry{
				{Case: "früh, \"1\"", Path: filepath.Join(dir, "sub", "ct.nii.gz"), SeriesUID: "1.2.3"},
				{Case: "=2+3", Path: filepath.Join(filepath.Dir(dir), "elsewhere", "-x")},
				{Case: "'quoted", Path: filepath.Join(dir, "q")},
			})
			l.Ran("'quoted", "m", half(0.25))
			l.Say("'quoted", "ann", worklist.Problem, "two\nlines; and, commas", at(1))
			work(l, "'quoted", "bob", 1.5, at(2))
			l.Take(map[string]worklist.Study{"'quoted": {Reading: worklist.Reading{Reviewer: "bob", State: worklist.InWork, Seen: 3, Slices: 40, Changed: at(2)}}})
			path := filepath.Join(dir, name)
			save(t, l, path)
			back := open(t, path)
			if got := back.Entries(); !reflect.DeepEqual(got, l.Entries()) {
				t.Errorf("read %+v, want %+v", got, l.Entries())
			}
			if told := name == "list.json"; back.Blinded != told || (back.Folder == l.Folder && back.Studies == l.Studies) != told {
				t.Errorf("blinded %v, folder %q, studies %q", back.Blinded, back.Folder, back.Studies)
			}
			// Cases below the list's folder move with it.
			moved := filepath.Join(t.TempDir(), "moved")
			if err := os.Rename(dir, moved); err != nil {
				t.Fatal(err)
			}
			e, _ := open(t, filepath.Join(moved, name)).Entry("'quoted")
			if want := filepath.Join(moved, "q"); e.Path != want {
				t.Errorf("after a move at %s, want %s", e.Path, want)
			}
			if left, _ := filepath.Glob(filepath.Join(moved, ".*")); len(left) != 0 {
				t.Errorf("left %q", left)
			}
		})
	}
}

func TestListsByHand(t *testing.T) {
	dir := t.TempDir()
	tests := []struct {
		name, text string
		want       []string // case, state, note
		key        string
	}{
		{"a.csv", "path\nx/ct.nii.gz\ny/ct.nii.gz\n", []string{"ct new ", "ct-2 new "}, ""},
		{"b.csv", "\ufeffNote;Path;State\r\nlook;x.nii;Accepted\r\n", []string{"x accepted look"}, ""},
		{"c.csv", "case,path,state\nx,x.nii,done\n", nil, "worklist.no_state"},
		{"d.csv", "case\nx\n", nil, "worklist.no_list"},
		{"e.csv", "", nil, "worklist.no_list"},
		{"p.csv", "path,seen_slices,slices\nx.nii,7,few\n", nil, "worklist.bad_line"},
		{"f.csv", "path,minutes\nx.nii,long\n", nil, "worklist.bad_line"},
		{"g.csv", "path,note\nx.nii,\"open\n", nil, "worklist.bad_line"},
		{"h.csv", "case,path\nx,\n", nil, "worklist.no_path"},
		{"o.csv", "path,note\nx.nii,fr\xfch\n", nil, "worklist.not_utf8"},
		{"i.json", `{"opacity_worklist": 1, "cases": [{"path": "x/study"}]}`, []string{"study new "}, ""},
		{"j.json", `{"opacity_worklist": 2}`, nil, "worklist.newer"},
		{"k.json", `{"cases": []}`, nil, "worklist.no_list"},
		{"l.json", `[1, 2`, nil, "worklist.no_list"},
		{"m.json", "", nil, "worklist.no_list"},
		{"n.json", `{"opacity_worklist": 1, "cases": [{"case": "../../up", "path": "x", "readings": [{"minutes": -3}, {"note": "twice"}]}]}`, []string{"_.._up new twice"}, ""},
	}
	for _, tt := range tests {
		path := filepath.Join(dir, tt.name)
		if err := os.WriteFile(path, []byte(tt.text), 0o666); err != nil {
			t.Fatal(err)
		}
		l, err := worklist.Open(path)
		if tt.key != "" {
			if kind, m := app.Explain(err); m.Key != tt.key || kind != app.Refused || !strings.Contains(m.String(), path) {
				t.Errorf("%s: %v, %v", tt.name, m.Key, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		var got []string
		for _, r := range l.Rows("", worklist.ByName) {
			got = append(got, fmt.Sprintf("%s %s %s", r.Case, r.State, r.Note))
		}
		if !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	for _, path := range []string{dir, filepath.Join(dir, "none.json")} {
		_, err := worklist.Open(path)
		if kind, m := app.Explain(err); kind != app.Refused || !strings.Contains(m.String(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// Two who work on one list at once lose nothing of each other's work.
func TestSavedBesideAnother(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "list.json")
	first := &worklist.List{}
	for _, n := range []string{"a", "b", "c", "d", "e"} {
		first.Add([]worklist.Entry{{Case: n, Path: filepath.Join(dir, n)}})
	}
	work(first, "a", "ann", 10, at(0))
	save(t, first, path)
	second := open(t, path)

	first.Say("a", "ann", worklist.Corrected, "first", at(1))
	work(first, "a", "ann", 2, at(1))
	first.Say("b", "ann", worklist.Problem, "ann's", at(1))
	first.Ran("c", "m", half(0.5))
	first.Remove("d") // nobody works on it
	first.Remove("e") // the other does
	first.Add([]worklist.Entry{{Case: "new", Path: filepath.Join(dir, "one")}})

	second.Say("a", "ann", worklist.Accepted, "second", at(2)) // the same reader at another computer
	work(second, "a", "ann", 3, at(2))
	second.Say("b", "bob", worklist.Accepted, "bob's", at(0))
	second.Say("c", "bob", worklist.InWork, "", at(2))
	work(second, "e", "bob", 1, at(2))
	second.Add([]worklist.Entry{{Case: "new", Path: filepath.Join(dir, "two")}})
	second.Blinded = true

	save(t, second, path)
	save(t, first, path)
	save(t, second, path)
	for name, l := range map[string]*worklist.List{"first": first, "second": second, "file": open(t, path)} {
		if !l.Blinded || !reflect.DeepEqual(l.Entries(), first.Entries()) {
			t.Errorf("%s holds %+v", name, l.Entries())
		}
	}
	want := []struct {
		name     string
		readings []worklist.Reading
	}{
		{"a", []worklist.Reading{{Reviewer: "ann", State: worklist.Accepted, Minutes: 15, Note: "second", Changed: at(2)}}},
		{"b", []worklist.Reading{
			{Reviewer: "ann", State: worklist.Problem, Note: "ann's", Changed: at(1)},
			{Reviewer: "bob", State: worklist.Accepted, Note: "bob's", Changed: at(0)},
		}},
		{"c", []worklist.Reading{{Reviewer: "bob", State: worklist.InWork, Changed: at(2)}}},
		{"e", []worklist.Reading{{Reviewer: "bob", State: worklist.InWork, Minutes: 1, Changed: at(2)}}},
		{"new", nil},
		{"new-2", nil},
	}
	got := first.Entries()
	if len(got) != len(want) {
		t.Fatalf("holds %+v", got)
	}
	for n, w := range want {
		if got[n].Case != w.name || len(got[n].Readings)+len(w.readings) > 0 && !reflect.DeepEqual(got[n].Readings, w.readings) {
			t.Errorf("%s: %+v", w.name, got[n])
		}
	}
	if got[2].Model != "m" || *got[2].Uncertainty != 0.5 {
		t.Errorf("the model of c: %+v", got[2])
	}
}

// A copy is saved while the list goes on.
func TestSavedBesideItself(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "list.json")
	l := listOf("a", "b")
	save(t, l, path)
	other := open(t, path)
	other.Say("b", "bob", worklist.Problem, "bob's", at(0))
	save(t, other, path)

	l.Say("a", "ann", worklist.InWork, "", at(1))
	before, saving := l.Copy(), l.Copy()
	l.Say("a", "ann", worklist.Corrected, "meanwhile", at(2))
	work(l, "a", "ann", 3, at(2))
	save(t, saving, path)
	l.Saved(before, saving)
	a, _ := l.Entry("a")
	b, _ := l.Entry("b")
	if want := (worklist.Reading{Reviewer: "ann", State: worklist.Corrected, Minutes: 3, Note: "meanwhile", Changed: at(2)}); a.Readings[0] != want {
		t.Errorf("what was done meanwhile is %+v", a.Readings)
	}
	if len(b.Readings) != 1 || b.Readings[0].Note != "bob's" {
		t.Errorf("what another saved is %+v", b.Readings)
	}
	save(t, l, path)
	if e, _ := open(t, path).Entry("a"); e.Readings[0].Minutes != 3 || e.Readings[0].State != worklist.Corrected {
		t.Errorf("saved again: %+v", e.Readings)
	}
}

// Two who give different images one name keep each their own: a copy that was saved has
// another name for ours.
func TestSavedBesideAnothersName(t *testing.T) {
	path := filepath.Join(t.TempDir(), "list.json")
	ann := listOf()
	save(t, ann, path)
	bob := open(t, path)
	bob.Add([]worklist.Entry{{Case: "ct", Path: "/bob/ct.nii"}})
	bob.Say("ct", "bob", worklist.InWork, "", at(0))
	save(t, bob, path)

	ann.Add([]worklist.Entry{{Case: "ct", Path: "/ann/ct.nii"}})
	ann.Say("ct", "ann", worklist.Accepted, "fine", at(1))
	before, saving := ann.Copy(), ann.Copy()
	save(t, saving, path)
	ann.Saved(before, saving)
	save(t, ann, path)
	for name, l := range map[string]*worklist.List{"ann's": ann, "the file": open(t, path)} {
		entries := l.Entries()
		if len(entries) != 2 {
			t.Fatalf("%s holds %+v", name, entries)
		}
		for _, e := range entries {
			of := map[string]string{"/bob/ct.nii": "bob", "/ann/ct.nii": "ann"}[e.Path]
			if len(e.Readings) != 1 || e.Readings[0].Reviewer != of {
				t.Errorf("%s says of %s %+v", name, e.Path, e.Readings)
			}
		}
	}
}

func TestOnly(t *testing.T) {
	l := listOf("a")
	l.Ran("a", "m", half(0.5))
	l.Say("a", "ann", worklist.InWork, "mine", at(0))
	l.Say("a", "bob", worklist.Problem, "his", at(1))
	e, _ := l.Only("ann").Entry("a")
	if e.Model != "" || e.Uncertainty != nil || len(e.Readings) != 1 || e.Readings[0].Note != "mine" {
		t.Errorf("%+v", e)
	}
	if e, _ := l.Entry("a"); e.Model != "m" || len(e.Readings) != 2 {
		t.Errorf("the list itself became %+v", e)
	}
}

// Many save at once, each what is one's own.
func TestSavedAtOnce(t *testing.T) {
	for _, name := range []string{"list.json", "list.csv"} {
		path := filepath.Join(t.TempDir(), name)
		l := &worklist.List{}
		l.Add([]worklist.Entry{{Case: "a", Path: path + "a"}})
		save(t, l, path)
		const readers, times = 6, 5
		var wg sync.WaitGroup
		for n := range readers {
			mine := open(t, path)
			wg.Go(func() {
				for range times {
					work(mine, "a", fmt.Sprint("reader", n), 1, noon)
					work(mine, "a", "all", 1, noon)
					if err := mine.Save(context.Background(), path, false); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		e, _ := open(t, path).Entry("a")
		if len(e.Readings) != readers+1 {
			t.Fatalf("%s: %+v", name, e.Readings)
		}
		for _, r := range e.Readings {
			if want := map[bool]float64{true: readers * times, false: times}[r.Reviewer == "all"]; r.Minutes != want {
				t.Errorf("%s: %s worked %v minutes, want %v", name, r.Reviewer, r.Minutes, want)
			}
		}
	}
}

func TestSaveRefuses(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "list.json")
	l := listOf("a")
	save(t, l, path)
	other := listOf("b")
	err := other.Save(context.Background(), path, false)
	if kind, m := app.Explain(err); kind != app.Usage || !strings.Contains(m.String(), path) || other.Path() != "" {
		t.Errorf("another list in the way: %v", err)
	}
	if err := other.Save(context.Background(), path, true); err != nil || len(open(t, path).Entries()) != 1 {
		t.Errorf("replacing it: %v", err)
	}
	if err := os.WriteFile(path, []byte("scribble"), 0o666); err != nil {
		t.Fatal(err)
	}
	other.Say("b", "ann", worklist.Problem, "", noon)
	if err := other.Save(context.Background(), path, false); err == nil {
		t.Error("what became of the file is overwritten")
	}
	if b, _ := os.ReadFile(path); string(b) != "scribble" || other.Rows("", worklist.ByName)[0].State != worklist.Problem {
		t.Errorf("after a save that failed the file is %q, the list %+v", b, other.Entries())
	}
	if err := os.Remove(path); err != nil { // gone: it is written anew
		t.Fatal(err)
	}
	save(t, other, path)
	if l := open(t, path); l.Rows("", worklist.ByName)[0].State != worklist.Problem {
		t.Errorf("%+v", l.Entries())
	}
	held, err := safefile.Lock(filepath.Join(dir, ".list.json.lock"))
	if err != nil {
		t.Fatal(err)
	}
	defer safefile.Unlock(held)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := other.Save(ctx, path, false); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("while another saves: %v", err)
	}
}

// Whatever a file holds, it is read or refused in a sentence, and what was read
// is read again as it was.
func FuzzOpen(f *testing.F) {
	f.Add("list.csv", []byte("case,path,state\na,b,new\n\"c\nd\",e;f,,,,\n"))
	f.Add("list.json", []byte(`{"opacity_worklist": 1, "blinded": true, "cases": [{"case": "a", "path": "b", "uncertainty": 0.5, "readings": [{"state": "problem", "minutes": 1e300}]}]}`))
	f.Fuzz(func(t *testing.T, name string, b []byte) {
		dir := t.TempDir()
		path := filepath.Join(dir, "list.json")
		if strings.HasSuffix(name, "csv") {
			path = filepath.Join(dir, "list.csv")
		}
		if err := os.WriteFile(path, b, 0o666); err != nil {
			t.Fatal(err)
		}
		l, err := worklist.Open(path)
		if err != nil {
			var told *app.Error
			if !errors.As(err, &told) {
				t.Fatalf("%v", err)
			}
			return
		}
		if err := l.Save(context.Background(), filepath.Join(dir, "again.json"), false); err != nil {
			t.Fatal(err)
		}
		if back := open(t, filepath.Join(dir, "again.json")); !reflect.DeepEqual(back.Entries(), l.Entries()) {
			t.Fatalf("read %+v, then %+v", l.Entries(), back.Entries())
		}
	})
}
