package journal_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"opacity/app"
	"opacity/app/journal"
	"opacity/app/journal/crashfs"
)

// reader gathers records as text.
type reader []string

func (t *reader) visit(r journal.Record) error {
	*t = append(*t, fmt.Sprintf("%d %s", r.Kind, r.Payload))
	return nil
}

// open opens the journal at path and returns its records.
func open(t testing.TB, fsys journal.FS, path string) (*journal.Journal, []string, journal.Recovery) {
	t.Helper()
	var got reader
	j, r, err := journal.Open(fsys, path, got.visit)
	if err != nil {
		t.Fatal(err)
	}
	return j, got, r
}

// add appends records of kind 1.
func add(t testing.TB, j *journal.Journal, payloads ...string) (offsets []int64) {
	t.Helper()
	for _, p := range payloads {
		at, err := j.Append(1, []byte(p))
		if err != nil {
			t.Fatal(err)
		}
		offsets = append(offsets, at)
	}
	return offsets
}

func syncNow(t testing.TB, j *journal.Journal) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := j.Sync(ctx); err != nil {
		t.Fatal(err)
	}
}

func closeNow(t testing.TB, j *journal.Journal) {
	t.Helper()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}

// holds fails unless a journal has these records, all of kind 1, and is sound.
func holds(t testing.TB, fsys journal.FS, path string, want ...string) {
	t.Helper()
	j, got, r := open(t, fsys, path)
	defer closeNow(t, j)
	for i := range want {
		want[i] = "1 " + want[i]
	}
	if !slices.Equal(got, want) {
		t.Errorf("holds %q, want %q", got, want)
	}
	if r.Records != len(want) || r.CutBytes != 0 || !r.Why.IsZero() || r.Kept != "" {
		t.Errorf("%+v", r)
	}
}

func TestAppendAndOpenAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	for n := range 3 { // made, and gone on with
		j, got, r := open(t, journal.Disk{}, path)
		if len(got) != n*3 || r.Records != n*3 {
			t.Fatalf("%d: %q %+v", n, got, r)
		}
		add(t, j, "one", "", "three")
		syncNow(t, j)
		if j.Acknowledged() != j.End() || j.Failed() != nil {
			t.Errorf("acknowledged %d of %d, %v", j.Acknowledged(), j.End(), j.Failed())
		}
		closeNow(t, j)
		closeNow(t, j) // twice does nothing
	}
	holds(t, journal.Disk{}, path, "one", "", "three", "one", "", "three", "one", "", "three")
}

func TestCloseFlushes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j, _, _ := open(t, journal.Disk{}, path)
	add(t, j, "a", "b")
	closeNow(t, j)
	holds(t, journal.Disk{}, path, "a", "b")
}

func TestReadAt(t *testing.T) {
	disk := crashfs.New()
	j, _, _ := open(t, disk, "journal")
	defer j.Close()
	offsets := add(t, j, "on", "disk")
	syncNow(t, j)
	disk.Fault(func(c crashfs.Call) (int, error) {
		if c.Op == "write" {
			return 0, errors.New("broken")
		}
		return 0, nil
	})
	defer disk.Fault(nil)
	offsets = append(offsets, add(t, j, "in", "memory")...)
	for i, want := range []string{"on", "disk", "in", "memory"} {
		r, err := j.ReadAt(offsets[i])
		if err != nil || string(r.Payload) != want || r.Kind != 1 || r.Offset != offsets[i] {
			t.Errorf("%q: %+v %v", want, r, err)
		}
	}
	for at := int64(-2); at < j.End()+20; at++ {
		if _, err := j.ReadAt(at); !slices.Contains(offsets, at) && !errors.Is(err, journal.ErrNoRecord) {
			t.Errorf("at %d: %v", at, err)
		}
	}
	disk.Fault(func(c crashfs.Call) (int, error) { return 0, errors.New("broken") })
	if _, err := j.ReadAt(offsets[0]); err == nil || errors.Is(err, journal.ErrNoRecord) {
		t.Errorf("a disk that cannot be read: %v", err)
	}
}

// TestPayloadIsCopied: the caller may write over what it appended and over what
// it read.
func TestPayloadIsCopied(t *testing.T) {
	disk := crashfs.New()
	j, _, _ := open(t, disk, "journal")
	payload := []byte("as it was")
	at, err := j.Append(1, payload)
	if err != nil {
		t.Fatal(err)
	}
	clear(payload)
	r, err := j.ReadAt(at)
	if err != nil {
		t.Fatal(err)
	}
	clear(r.Payload)
	closeNow(t, j)
	holds(t, disk, "journal", "as it was")
}

func TestMisuse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j, _, _ := open(t, journal.Disk{}, path)
	at := add(t, j, "a")[0]
	closeNow(t, j)
	fixed, _, err := journal.OpenReadOnly(journal.Disk{}, path, new(reader).visit)
	if err != nil {
		t.Fatal(err)
	}
	defer closeNow(t, fixed)
	_, closedAppend := j.Append(1, nil)
	_, closedRead := j.ReadAt(at)
	_, tooLong := j.Append(1, make([]byte, journal.MaxPayload+1))
	_, fixedAppend := fixed.Append(1, nil)
	_, _, missing := journal.OpenReadOnly(journal.Disk{}, path+"none", new(reader).visit)
	_, _, folder := journal.Open(journal.Disk{}, filepath.Dir(path), new(reader).visit)
	_, _, nowhere := journal.Open(journal.Disk{}, filepath.Join(path+"none", "journal"), new(reader).visit)
	for _, tt := range []struct {
		name string
		err  error
		want error // nil for any
	}{
		{"append after close", closedAppend, journal.ErrClosed},
		{"read after close", closedRead, journal.ErrClosed},
		{"too long", tooLong, journal.ErrTooLong},
		{"append, reading only", fixedAppend, journal.ErrReadOnly},
		{"reading only what is not there", missing, fs.ErrNotExist},
		{"a folder", folder, nil},
		{"in no folder", nowhere, fs.ErrNotExist},
	} {
		told := new(app.Error)
		if tt.err == nil || tt.want != nil && !errors.Is(tt.err, tt.want) || !errors.As(tt.err, &told) {
			t.Errorf("%s: %v, want %v", tt.name, tt.err, tt.want)
		}
	}
	if err := fixed.Sync(context.Background()); err != nil {
		t.Error("nothing to write, reading only:", err)
	}
	if r, err := fixed.ReadAt(at); err != nil || string(r.Payload) != "a" {
		t.Errorf("%+v %v", r, err)
	}
}

// TestReadOnlyChangesNothing: neither a torn tail nor a damaged record is cut.
func TestReadOnlyChangesNothing(t *testing.T) {
	disk := crashfs.New()
	j, _, _ := open(t, disk, "journal")
	second := add(t, j, "a", "b", "c")[1]
	closeNow(t, j)
	data := disk.Files()["journal"]
	data[second+1], data[second+5] = data[second+1]^1, data[second+5]^1
	data = data[:len(data)-1]
	damaged := crashfs.Image{Files: map[string][]byte{"journal": data}}.FS()
	damaged.Fault(func(c crashfs.Call) (int, error) {
		if c.Op != "openread" && c.Op != "read" && c.Op != "size" {
			return 0, fmt.Errorf("asked to %s %s", c.Op, c.Path)
		}
		return 0, nil
	})
	var got reader
	j, r, err := journal.OpenReadOnly(damaged, "journal", got.visit)
	if err != nil {
		t.Fatal(err)
	}
	closeNow(t, j)
	if len(got) != 1 || r.Records != 1 || r.CutBytes != int64(len(data))-second || r.Kept != "" {
		t.Errorf("%q %+v", got, r)
	}
	if files := damaged.Files(); len(files) != 1 || !slices.Equal(files["journal"], data) {
		t.Error("changed")
	}
}

// TestReadOnlyBesideAWriter: a reader meets whole records only.
func TestReadOnlyBesideAWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j, _, _ := open(t, journal.Disk{}, path)
	defer closeNow(t, j)
	for n := range 20 {
		add(t, j, fmt.Sprint(n))
		syncNow(t, j)
		var got reader
		fixed, r, err := journal.OpenReadOnly(journal.Disk{}, path, got.visit)
		if err != nil || len(got) != n+1 || r.CutBytes != 0 {
			t.Fatalf("%d: %q %+v %v", n, got, r, err)
		}
		closeNow(t, fixed)
	}
}

func TestVisitStops(t *testing.T) {
	disk := crashfs.New()
	j, _, _ := open(t, disk, "journal")
	add(t, j, "a", "b")
	closeNow(t, j)
	stop := errors.New("stop")
	if _, _, err := journal.Open(disk, "journal", func(journal.Record) error { return stop }); err != stop {
		t.Error(err)
	}
	holds(t, disk, "journal", "a", "b")
}

// TestManyAtOnce: every goroutine's records are there once it was told so, in
// the order of the goroutine, with few flushes for all.
func TestManyAtOnce(t *testing.T) {
	disk := crashfs.New()
	j, _, _ := open(t, disk, "journal")
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 50 {
				at := add(t, j, fmt.Sprintf("%d.%d", g, i))[0]
				syncNow(t, j)
				if j.Acknowledged() <= at {
					t.Errorf("%d.%d at %d was said to be on disk, of which %d bytes are", g, i, at, j.Acknowledged())
				}
				if r, err := j.ReadAt(at); err != nil || string(r.Payload) != fmt.Sprintf("%d.%d", g, i) {
					t.Errorf("%+v %v", r, err)
				}
			}
		})
	}
	wg.Wait()
	closeNow(t, j)
	j, got, _ := open(t, disk, "journal")
	defer closeNow(t, j)
	next := map[string]int{}
	for _, r := range got {
		var g string
		var i int
		if _, err := fmt.Sscanf(r, "1 %1s.%d", &g, &i); err != nil || i != next[g] {
			t.Fatalf("%q where %s.%d was to be, %v", r, g, next[g], err)
		}
		next[g]++
	}
	if len(got) != 400 {
		t.Errorf("%d records", len(got))
	}
}
