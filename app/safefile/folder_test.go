package safefile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"opacity/app"
)

func TestWriteFolder(t *testing.T) {
	broken := errors.New("the pen broke")
	ours := func(name string) bool { return strings.HasPrefix(name, "IM") }
	tests := []struct {
		name      string
		before    []string // "" for no folder
		overwrite bool
		fails     bool
		want      []string // NAME:CONTENT
		kind      app.Kind
	}{
		{"no folder", nil, false, false, []string{"IM1:new", "IM2:new"}, 0},
		{"an empty one", []string{}, false, false, []string{"IM1:new", "IM2:new"}, 0},
		{"others are in it", []string{"notes"}, false, false, []string{"IM1:new", "IM2:new", "notes:old"}, 0},
		{"one of ours is", []string{"IM9", "notes"}, false, false, []string{"IM9:old", "notes:old"}, app.Usage},
		{"replaced", []string{"IM1", "IM9", "notes"}, true, false, []string{"IM1:new", "IM2:new", "notes:old"}, 0},
		{"broken off", nil, false, true, nil, app.Failed},
		{"broken off, replacing", []string{"IM1", "notes"}, true, true, []string{"IM1:old", "notes:old"}, app.Failed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			dir := filepath.Join(root, "deep", "series")
			if tt.before != nil {
				if err := os.MkdirAll(dir, 0o777); err != nil {
					t.Fatal(err)
				}
			}
			for _, name := range tt.before {
				if err := os.WriteFile(filepath.Join(dir, name), []byte("old"), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			err := WriteFolder(dir, tt.overwrite, ours, func(put func(string, func(io.Writer) error) error) error {
				for _, name := range []string{"IM1", "IM2"} {
					err := put(name, func(w io.Writer) error {
						if tt.fails && name == "IM2" {
							return broken
						}
						_, err := io.WriteString(w, "new")
						return err
					})
					if err != nil {
						return err
					}
				}
				return nil
			})
			if (err == nil) != (tt.kind == 0) {
				t.Fatalf("error %v", err)
			}
			if err != nil {
				if kind, m := app.Explain(err); kind != tt.kind || !strings.Contains(m.String(), filepath.Join(dir, "IM")) {
					t.Errorf("%v", err)
				}
			}
			var got []string
			names, _ := os.ReadDir(dir)
			for _, e := range names {
				b, err := os.ReadFile(filepath.Join(dir, e.Name()))
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, e.Name()+":"+string(b))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("it holds %v, want %v", got, tt.want)
			}
			if beside, _ := filepath.Glob(filepath.Join(root, "deep", ".*")); len(beside) != 0 {
				t.Errorf("left %v", beside)
			}
		})
	}
}

// A file that is written anew is not put back over by the old one of its name, whoever made it.
func TestWriteFolderOverAnothersFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	if err := os.WriteFile(path, []byte("old"), 0o666); err != nil {
		t.Fatal(err)
	}
	write := func(overwrite bool) error {
		return WriteFolder(dir, overwrite, func(string) bool { return false }, func(put func(string, func(io.Writer) error) error) error {
			return put("a", func(w io.Writer) error {
				_, err := io.WriteString(w, "new")
				return err
			})
		})
	}
	if kind, _ := app.Explain(write(false)); kind != app.Usage {
		t.Errorf("kind %v", kind)
	}
	if b, _ := os.ReadFile(path); string(b) != "old" {
		t.Errorf("unasked it holds %q", b)
	}
	if err := write(true); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(path); string(b) != "new" {
		t.Errorf("it holds %q", b)
	}
}
