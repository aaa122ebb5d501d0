package safefile

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"opacity/app"
)

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

// only fails unless dir holds exactly the named files.
func only(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(names, " ") {
		t.Errorf("the folder holds %q, want %q", got, names)
	}
}

func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a b.nii")
	if err := Write(path, false, text("one")); err != nil {
		t.Fatal(err)
	}
	err := Write(path, false, func(io.Writer) error { t.Error("wrote although the file was there"); return nil })
	if kind, m := app.Explain(err); kind != app.Usage || !strings.Contains(m.String(), path) {
		t.Errorf("a file that is there: %v %s", kind, m)
	}
	if got := content(t, path); got != "one" {
		t.Errorf("holds %q", got)
	}
	if err := Write(path, true, text("two")); err != nil {
		t.Fatal(err)
	}
	if got := content(t, path); got != "two" {
		t.Errorf("holds %q", got)
	}
	only(t, dir, "a b.nii")
}

func TestWriteFailsWithoutTrace(t *testing.T) {
	boom := errors.New("boom")
	tests := []struct {
		name string
		fail error
		kind app.Kind
		says string
	}{
		{"any error", boom, app.Failed, "boom"},
		{"cancelled", context.Canceled, app.Interrupted, ""},
		{"told already", app.Refuse(boom, "some.key"), app.Refused, "some.key"},
		{"no permission", os.ErrPermission, app.Failed, "permission"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "f")
			for range 2 { // once with nothing there, once over a file
				err := Write(path, true, func(w io.Writer) error {
					_, _ = w.Write(make([]byte, 3*bufferBytes))
					return tt.fail
				})
				if !errors.Is(err, tt.fail) {
					t.Errorf("%v does not wrap %v", err, tt.fail)
				}
				if kind, m := app.Explain(err); kind != tt.kind || !strings.Contains(m.String(), tt.says) {
					t.Errorf("kind %v, %q", kind, m)
				}
				if _, err := os.Stat(path); err == nil {
					if content(t, path) != "before" {
						t.Error("the file there was changed")
					}
					continue
				}
				only(t, dir)
				if err := os.WriteFile(path, []byte("before"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			only(t, dir, "f")
		})
	}
}

func TestWriteWhereItCannot(t *testing.T) {
	dir := t.TempDir()
	tests := []struct {
		name, path, says string
		kind             app.Kind
	}{
		{"no folder", filepath.Join(dir, "none", "f"), "no folder", app.Failed},
		{"a folder", dir, "is a folder", app.Usage},
		{"a file as folder", filepath.Join(dir, "file", "f"), "", app.Failed},
	}
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		err := Write(tt.path, true, text("x"))
		if kind, m := app.Explain(err); err == nil || kind != tt.kind || !strings.Contains(m.String(), tt.says) {
			t.Errorf("%s: %v %v", tt.name, kind, err)
		}
	}
	only(t, dir, "file")
}

func TestDiskFull(t *testing.T) {
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full on this system")
	}
	err = Explain("case.nii.gz", fillFile(f, 0, text("x")))
	if _, m := app.Explain(err); !strings.Contains(m.String(), "disk is full") {
		t.Errorf("says %q", m)
	}
}

func TestWriteFollowsLinksAndKeepsMode(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "real"), filepath.Join(dir, "link")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(path, link); err != nil {
		t.Skip("no links on this system")
	}
	if err := Write(link, true, text("new")); err != nil {
		t.Fatal(err)
	}
	if content(t, path) != "new" {
		t.Error("the file behind the link is the old one")
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link is gone")
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600", info.Mode())
	}
}

func TestOnlyOneWriterWins(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	var won, refused atomic.Int32
	var wg sync.WaitGroup
	start := make(chan struct{})
	for range 8 {
		wg.Go(func() {
			err := Write(path, false, func(w io.Writer) error {
				<-start // all of them have found no file
				return text("whole")(w)
			})
			if err == nil {
				won.Add(1)
			} else if kind, _ := app.Explain(err); kind == app.Usage {
				refused.Add(1)
			}
		})
	}
	close(start)
	wg.Wait()
	if won.Load() != 1 || refused.Load() != 7 {
		t.Errorf("%d wrote, %d were refused; want 1 and 7", won.Load(), refused.Load())
	}
	if content(t, path) != "whole" {
		t.Error("the file is not whole")
	}
	only(t, dir, "f")
}
