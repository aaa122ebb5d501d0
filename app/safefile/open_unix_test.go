//go:build !windows

package safefile

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	if err := os.WriteFile(in("file"), []byte("twelve bytes"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(in("file"), in("link")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(in("pipe"), 0o666); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]error{
		in("file"): nil, in("link"): nil, in("gone"): os.ErrNotExist,
		in("pipe"): ErrNotRegular, dir: ErrNotRegular, os.DevNull: ErrNotRegular,
	} {
		f, n, err := Open(name)
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
		if err == nil {
			f.Close()
			if n != 12 {
				t.Errorf("%s: %d bytes", name, n)
			}
		}
	}
}
