package pipeline

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"opacity/app"
)

// A folder is held by one run at a time, and by nobody once that run is over, in
// whatever way it ended.
func TestReserve(t *testing.T) {
	top := filepath.Join(t.TempDir(), "out")
	folder := filepath.Join(top, "ct")
	first, err := reserve(folder)
	if err != nil {
		t.Fatal(err)
	}
	_, err = reserve(folder)
	kind, m := app.Explain(err)
	if kind != app.Failed || m.Key != "app.folder_reserved" || !strings.Contains(m.String(), strconv.Itoa(os.Getpid())) || !strings.Contains(m.String(), folder) {
		t.Errorf("a folder that is held: kind %d, %s", kind, m)
	}
	first.release(true)
	if _, err := os.Lstat(top); !os.IsNotExist(err) {
		t.Errorf("folders made for a run that failed are left: %v", err)
	}
	// A run that crashed leaves its file, and no lock.
	if err := os.MkdirAll(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, reservedName), []byte("123456789"), 0o666); err != nil {
		t.Fatal(err)
	}
	second, err := reserve(folder)
	if err != nil {
		t.Fatalf("after a crash: %v", err)
	}
	if got := holder(filepath.Join(folder, reservedName)); got != strconv.Itoa(os.Getpid()) {
		t.Errorf("held by %q", got)
	}
	second.release(true)
	if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
		t.Errorf("the folder that was there holds %v, %v", left, err)
	}
}

func TestReserveWhereItCannot(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for name, folder := range map[string]string{"below a file": filepath.Join(file, "ct"), "a file": file} {
		_, err := reserve(folder)
		if kind, m := app.Explain(err); kind != app.Failed || !strings.Contains(m.String(), folder) {
			t.Errorf("%s: kind %d, %s", name, kind, m)
		}
	}
}
