package journal_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"opacity/app/journal"
	"opacity/app/journal/crashfs"
)

var errBroken = errors.New("broken") // what the disk says

// failing makes calls of one kind fail after some bytes.
func failing(op string, done int) func(crashfs.Call) (int, error) {
	return func(c crashfs.Call) (int, error) {
		if c.Op == op {
			return done, errBroken
		}
		return 0, nil
	}
}

// TestFaultsPass: while the disk fails, editing goes on, and it is told; when it
// works again everything is written by itself, in order.
func TestFaultsPass(t *testing.T) {
	tests := []struct {
		name  string
		fault func(crashfs.Call) (int, error)
	}{
		{"no write", failing("write", 0)},
		{"one byte of it", failing("write", 1)},
		{"a record and a half", failing("write", 25)},
		{"no flush", failing("sync", 0)},
		{"nothing at all", func(crashfs.Call) (int, error) { return 0, errBroken }},
		{"a write in part that cannot be taken back", func(c crashfs.Call) (int, error) {
			if c.Op == "write" || c.Op == "truncate" {
				return 25, errBroken
			}
			return 0, nil
		}},
		{"no opening again", func(c crashfs.Call) (int, error) {
			if c.Op == "sync" || c.Op == "open" {
				return 0, errBroken
			}
			return 0, nil
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				disk := crashfs.New()
				j, _, _ := open(t, disk, "journal")
				var told []error
				j.Notify(func(err error) { told = append(told, err) })
				add(t, j, "before")
				syncNow(t, j)
				disk.Fault(tt.fault)
				offsets := add(t, j, "one", "two")
				if err := j.Sync(context.Background()); !errors.Is(err, errBroken) || !errors.Is(j.Failed(), errBroken) {
					t.Errorf("Sync says %v, Failed %v", err, j.Failed())
				}
				time.Sleep(time.Minute)
				offsets = append(offsets, add(t, j, "three")...)
				for range 3 {
					if err := j.Sync(context.Background()); err == nil && j.Acknowledged() <= offsets[2] {
						t.Error("said to be on disk")
					}
				}

				disk.Fault(nil)
				time.Sleep(6 * time.Second)
				if err := j.Failed(); err != nil || j.Acknowledged() != j.End() {
					t.Errorf("it works again, but %v, and %d of %d", err, j.Acknowledged(), j.End())
				}
				for i, err := range told {
					if broken := i%2 == 0; broken != errors.Is(err, errBroken) || !broken && err != nil {
						t.Errorf("told %v", told)
					}
				}
				if len(told) == 0 || len(told)%2 > 0 {
					t.Errorf("told %v", told)
				}
				syncNow(t, j)
				closeNow(t, j)
				holds(t, disk, "journal", "before", "one", "two", "three")
			})
		})
	}
}

// TestSyncTriesAtOnce: who asks does not wait for the next try.
func TestSyncTriesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := crashfs.New()
		j, _, _ := open(t, disk, "journal")
		disk.Fault(failing("write", 0))
		add(t, j, "a")
		time.Sleep(time.Hour)
		disk.Fault(nil)
		from := time.Now()
		syncNow(t, j)
		if d := time.Since(from); d > 0 {
			t.Errorf("it took %v", d)
		}
		closeNow(t, j)
	})
}

func TestSyncIsStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := crashfs.New()
		j, _, _ := open(t, disk, "journal")
		release := make(chan struct{})
		disk.Fault(func(c crashfs.Call) (int, error) { <-release; return 0, nil })
		add(t, j, "a")
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := j.Sync(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		close(release)
		closeNow(t, j)
		holds(t, disk, "journal", "a")
	})
}

// TestStall: a disk that does not answer is told of, and what was appended is
// written when it does; closing does not wait for it.
func TestStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := crashfs.New()
		j, _, _ := open(t, disk, "journal")
		var told []error
		j.Notify(func(err error) { told = append(told, err) })
		release := make(chan struct{})
		disk.Fault(func(c crashfs.Call) (int, error) { <-release; return 0, nil })
		add(t, j, "a")
		if err := j.Sync(context.Background()); !errors.Is(err, journal.ErrStalled) || !errors.Is(j.Failed(), journal.ErrStalled) {
			t.Errorf("Sync says %v, Failed %v", err, j.Failed())
		}
		add(t, j, "b")
		release <- struct{}{}
		for range 4 { // the calls of one attempt
			synctest.Wait()
			select {
			case release <- struct{}{}:
			default:
			}
		}
		synctest.Wait()
		if len(told) != 2 || told[1] != nil {
			t.Errorf("told %v", told)
		}
		add(t, j, "c")
		time.Sleep(10 * time.Second)
		if err := j.Close(); !errors.Is(err, journal.ErrStalled) {
			t.Errorf("Close says %v", err)
		}
		close(release)
		synctest.Wait()
		disk.Fault(nil)
		holds(t, disk, "journal", "a", "b", "c")
	})
}

func TestCloseSaysWhatIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := crashfs.New()
		j, _, _ := open(t, disk, "journal")
		add(t, j, "a")
		syncNow(t, j)
		disk.Fault(failing("write", 5))
		add(t, j, "b")
		if err := j.Close(); !errors.Is(err, errBroken) {
			t.Errorf("Close says %v", err)
		}
		if err := j.Sync(context.Background()); !errors.Is(err, journal.ErrClosed) {
			t.Errorf("Sync says %v", err)
		}
		disk.Fault(nil)
		holds(t, disk, "journal", "a")
	})
}

// TestDiskFull: what fits is on disk, the rest when there is room.
func TestDiskFull(t *testing.T) {
	for room := range int64(60) {
		synctest.Test(t, func(t *testing.T) {
			disk := crashfs.New()
			j, _, _ := open(t, disk, "journal")
			disk.Capacity(j.End() + room)
			add(t, j, "one", "two", "three") // 16, 16 and 18 bytes
			err := j.Sync(context.Background())
			if full := room < 50; full != errors.Is(err, syscall.ENOSPC) || full && !strings.Contains(err.Error(), "disk is full") {
				t.Errorf("room for %d bytes: %v", room, err)
			}
			synctest.Wait()
			want := []string{"one", "two", "three"}
			left := crashfs.Image{Files: disk.Files()}.FS()
			switch {
			case room < 16:
				holds(t, left, "journal")
			case room < 32:
				holds(t, left, "journal", "one")
			case room < 50:
				holds(t, left, "journal", "one", "two")
			}
			disk.Capacity(-1)
			time.Sleep(6 * time.Second)
			if j.Failed() != nil || j.Acknowledged() != j.End() {
				t.Errorf("room for %d bytes and then more: %v", room, j.Failed())
			}
			closeNow(t, j)
			holds(t, disk, "journal", want...)
		})
	}
}

// TestGone: a journal whose file is no longer there says so, and goes on when it
// is back; it never writes into another.
func TestGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := crashfs.New()
		other, _, _ := open(t, disk, "other")
		add(t, other, "not mine")
		closeNow(t, other)
		j, _, _ := open(t, disk, "journal")
		defer j.Close()
		add(t, j, "a")
		syncNow(t, j)
		for _, there := range []bool{false, true} {
			if err := disk.Rename("journal", "away"); err != nil {
				t.Fatal(err)
			}
			if there {
				if err := disk.Rename("other", "journal"); err != nil {
					t.Fatal(err)
				}
			}
			add(t, j, fmt.Sprint(there))
			for range 3 {
				if err := j.Sync(context.Background()); !errors.Is(err, journal.ErrGone) {
					t.Errorf("another there: %v; Sync says %v", there, err)
				}
			}
			if there {
				holds(t, disk, "journal", "not mine")
			}
			if err := disk.Rename("away", "journal"); err != nil {
				t.Fatal(err)
			}
			time.Sleep(6 * time.Second)
			syncNow(t, j)
		}
		closeNow(t, j)
		holds(t, disk, "journal", "a", "false", "true")
	})
}

// TestStale: a handle that is broken for good is replaced.
func TestStale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := crashfs.New()
		j, _, _ := open(t, disk, "journal")
		at := add(t, j, "a")[0]
		syncNow(t, j)
		disk.Stale()
		add(t, j, "b")
		if err := j.Sync(context.Background()); err == nil {
			t.Error("a stale handle was written to")
		}
		syncNow(t, j)
		if r, err := j.ReadAt(at); err != nil || string(r.Payload) != "a" {
			t.Errorf("%+v %v", r, err)
		}
		closeNow(t, j)
		holds(t, disk, "journal", "a", "b")
	})
}

// TestOpenFails: whatever fails while a journal is made or opened, there is an
// error and, afterwards, the journal as it was.
func TestOpenFails(t *testing.T) {
	whole := crashfs.New()
	j, _, _ := open(t, whole, "journal")
	add(t, j, "a", "b", "c")
	closeNow(t, j)
	data := whole.Files()["journal"]
	damaged := append([]byte(nil), data...)
	damaged[36], damaged[40] = damaged[36]^1, damaged[40]^1 // in b: c lies beyond
	flipped := append([]byte(nil), data...)
	flipped[40] ^= 1
	tests := []struct {
		name  string
		files map[string][]byte
		want  []string
	}{
		{"new", nil, nil},
		{"there", map[string][]byte{"journal": data}, []string{"a", "b", "c"}},
		{"torn", map[string][]byte{"journal": data[:len(data)-1]}, []string{"a", "b"}},
		{"damaged", map[string][]byte{"journal": damaged}, []string{"a"}},
		{"a byte wrong", map[string][]byte{"journal": flipped}, []string{"a", "b", "c"}},
	}
	for _, tt := range tests {
		for nth := 0; ; nth++ {
			disk := crashfs.Image{Files: tt.files}.FS()
			calls, failed := 0, ""
			disk.Fault(func(c crashfs.Call) (int, error) {
				calls++
				if calls-1 == nth {
					failed = c.Op + " " + c.Path
					if c.Op == "write" {
						return 3, errBroken
					}
					return 0, errBroken
				}
				return 0, nil
			})
			j, _, err := journal.Open(disk, "journal", new(reader).visit)
			if failed == "" {
				if err != nil {
					t.Errorf("%s: %v", tt.name, err)
				}
				closeNow(t, j)
				break
			}
			if !errors.Is(err, errBroken) {
				t.Errorf("%s: call %d, %s failed, Open says %v", tt.name, nth, failed, err)
			}
			disk.Fault(nil)
			j, got, _ := open(t, disk, "journal")
			closeNow(t, j)
			if len(got) != len(tt.want) {
				t.Errorf("%s: after %s failed it holds %q", tt.name, failed, got)
			}
		}
	}
}
