package crashfs

import (
	"bytes"
	"errors"
	"io/fs"
	"strings"
	"syscall"
	"testing"
)

// TestImages: what was flushed is in every image, the rest in some, and in some
// in part.
func TestImages(t *testing.T) {
	sure, rest := bytes.Repeat([]byte("s"), 700), bytes.Repeat([]byte("r"), 2000)
	disk := New()
	f, err := disk.Create("a/new")
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteAt(sure, 0)
	if err := errors.Join(err, f.Sync(), disk.Rename("a/new", "a/file"), disk.SyncDir("a")); err != nil {
		t.Fatal(err)
	}
	disk.Mark(1)
	if _, err := f.WriteAt(rest, int64(len(sure))); err != nil {
		t.Fatal(err)
	}
	if err := disk.Rename("a/file", "a/moved"); err != nil {
		t.Fatal(err)
	}
	met := map[string]int{}
	for m := range disk.Images(1, 10) {
		if m.Mark == 0 {
			if m.Files["a/file"] != nil && !bytes.Equal(m.Files["a/file"], sure) {
				t.Errorf("%s: named before it was whole", m.Name)
			}
			continue
		}
		data, old := m.Files["a/file"]
		if _, moved := m.Files["a/moved"]; moved == old {
			t.Fatalf("%s: under both names, or none", m.Name)
		} else if moved {
			data = m.Files["a/moved"]
			met["moved"]++
		} else {
			met["not moved"]++
		}
		if !bytes.HasPrefix(data, sure) {
			t.Fatalf("%s: what was flushed is lost", m.Name)
		}
		switch after := data[len(sure):]; {
		case len(after) == 0:
			met["dropped"]++
		case bytes.Equal(after, rest):
			met["kept"]++
		case bytes.Equal(after, rest[:len(after)]):
			met["torn"]++
		case strings.Trim(string(after), "r\x00") == "":
			met["sectors missing"]++
		default:
			t.Errorf("%s: invented %q", m.Name, after)
		}
	}
	for _, want := range []string{"moved", "not moved", "dropped", "kept", "torn", "sectors missing"} {
		if met[want] == 0 {
			t.Errorf("no image has it %s: %v", want, met)
		}
	}
}

// TestFlushThatFails: a flush after it does not bring back what it forgot.
func TestFlushThatFails(t *testing.T) {
	disk := Image{Files: map[string][]byte{"file": []byte("old")}}.FS()
	f, err := disk.Open("file")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte("new"), 0); err != nil {
		t.Fatal(err)
	}
	disk.Fault(func(Call) (int, error) { return 0, syscall.EIO })
	if err := f.Sync(); !errors.Is(err, syscall.EIO) {
		t.Error(err)
	}
	disk.Fault(nil)
	if err := f.Sync(); err != nil {
		t.Error(err)
	}
	disk.Mark(1)
	lost := false
	for m := range disk.Images(1, 0) {
		lost = lost || m.Mark == 1 && string(m.Files["file"]) == "old"
	}
	if !lost {
		t.Error("it was on disk after all")
	}
}

func TestNotThere(t *testing.T) {
	disk := New()
	_, open := disk.Open("none")
	for _, err := range []error{open, disk.Rename("none", "a"), disk.Remove("none")} {
		if !errors.Is(err, fs.ErrNotExist) {
			t.Error(err)
		}
	}
}
