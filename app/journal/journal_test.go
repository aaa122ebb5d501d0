package journal

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
)

// all opens the journal at path and returns its records as text.
func all(t *testing.T, fsys FS, path string) (*Journal, []string, Recovery) {
	t.Helper()
	var got []string
	j, r, err := Open(fsys, path, func(r Record) error {
		got = append(got, fmt.Sprintf("%d %s", r.Kind, r.Payload))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return j, got, r
}

func TestAppendAndOpenAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j, _, _ := all(t, Disk{}, path)
	var offsets []int64
	for i, text := range []string{"one", "", "three"} {
		at, err := j.Append(uint8(i), []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		offsets = append(offsets, at)
	}
	if err := j.Sync(context.Background()); err != nil {
		t.Fatal(err)
	}
	if j.Acknowledged() != j.End() {
		t.Errorf("acknowledged %d of %d", j.Acknowledged(), j.End())
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j, got, r := all(t, Disk{}, path)
	defer j.Close()
	if want := "[0 one 1  2 three]"; fmt.Sprint(got) != want || r.Records != 3 || r.CutBytes != 0 || !r.Why.IsZero() {
		t.Errorf("%v %+v, want %v", got, r, want)
	}
	if rec, err := j.ReadAt(offsets[2]); err != nil || string(rec.Payload) != "three" || rec.Kind != 2 {
		t.Errorf("%+v %v", rec, err)
	}
}
