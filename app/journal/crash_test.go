package journal_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"opacity/app/journal"
	"opacity/app/journal/crashfs"
)

// payload is what record n of a run holds: a few bytes, or several sectors.
func payload(run string, n int) string {
	r := rand.New(rand.NewPCG(uint64(n), 1))
	size := r.IntN(200)
	if n%7 == 0 {
		size = r.IntN(3000)
	}
	return fmt.Sprintf("%s %d %s", run, n, strings.Repeat(string(rune('a'+n%26)), size))
}

// script appends n records and marks how many are acknowledged: some alone, some
// several at a time.
func script(t *testing.T, disk *crashfs.FS, run string, before, n int) {
	t.Helper()
	r := rand.New(rand.NewPCG(uint64(n), 2))
	j, got, _ := open(t, disk, "study/journal")
	if len(got) != before {
		t.Fatalf("%d records, want %d", len(got), before)
	}
	disk.Mark(before)
	for i := range n {
		add(t, j, payload(run, i))
		if r.IntN(3) > 0 || i == n-1 {
			syncNow(t, j)
			disk.Mark(before + i + 1)
		}
	}
	closeNow(t, j)
}

// check fails unless what a loss of power left opens, holds all that was
// acknowledged, and nothing but what was appended. It returns how many records
// there are.
func check(t *testing.T, m crashfs.Image, want []string) int {
	t.Helper()
	var got reader
	j, r, err := journal.Open(m.FS(), "study/journal", got.visit)
	if err != nil {
		t.Fatalf("%s: %v", m.Name, err)
	}
	closeNow(t, j)
	if len(got) < m.Mark || len(got) > len(want) {
		t.Fatalf("%s: %d of %d records, %d were acknowledged; %+v", m.Name, len(got), len(want), m.Mark, r)
	}
	for i, g := range got {
		if g != "1 "+want[i] {
			t.Fatalf("%s: record %d is %.40q, want %.40q", m.Name, i, g, want[i])
		}
	}
	return len(got)
}

func payloads(run string, n int) (want []string) {
	for i := range n {
		want = append(want, payload(run, i))
	}
	return want
}

// TestPowerCut: at any moment of a run, whatever of it came onto the disk, all
// that was acknowledged is there; and the same at any moment of the run after
// that, recovery included.
func TestPowerCut(t *testing.T) {
	const records, after = 60, 4
	disk := crashfs.New()
	script(t, disk, "first", 0, records)
	want := payloads("first", records)
	r := rand.New(rand.NewPCG(1, 3))
	images, again := 0, 0
	for m := range disk.Images(1, 12) {
		images++
		found := check(t, m, want)
		if r.IntN(40) > 0 {
			continue
		}
		left := m.FS() // not yet recovered
		script(t, left, "second", found, after)
		both := append(append([]string(nil), want[:found]...), payloads("second", after)...)
		for m2 := range left.Images(uint64(images), 6) {
			again++
			m2.Mark = max(m2.Mark, found) // what was found is sure from then on
			m2.Name = m.Name + ", then " + m2.Name
			check(t, m2, both)
		}
	}
	t.Logf("%d images, and %d of the run after", images, again)
	if images < 200 || again < 100 {
		t.Error("too few: the recording is broken")
	}
}

// TestPowerCutWhileFailing: the same where writes, flushes and all else fail now
// and then, and a flush that failed forgets what it was to write.
func TestPowerCutWhileFailing(t *testing.T) {
	const records = 30
	want, images := payloads("run", records), 0
	for seed := range uint64(8) {
		disk := crashfs.New()
		j, _, _ := open(t, disk, "study/journal")
		r, faults := rand.New(rand.NewPCG(seed, 4)), rand.New(rand.NewPCG(seed, 5))
		disk.Fault(func(c crashfs.Call) (int, error) {
			if faults.IntN(4) > 0 {
				return 0, nil
			}
			return faults.IntN(c.Bytes + 1), errBroken
		})
		for i, p := range want {
			add(t, j, p)
			if r.IntN(3) > 0 || i == records-1 {
				for n := 0; j.Sync(context.Background()) != nil; n++ {
					if n == 1000 {
						t.Fatal("never written")
					}
				}
				disk.Mark(i + 1)
			}
		}
		disk.Fault(nil)
		closeNow(t, j)
		for m := range disk.Images(seed, 6) {
			images++
			check(t, m, want)
		}
	}
	t.Logf("%d images", images)
	if images < 500 {
		t.Error("too few: the recording is broken")
	}
}

// TestFoundIsSure: what Open visited outlives a loss of power, also where the
// program before was killed between writing and flushing it.
func TestFoundIsSure(t *testing.T) {
	disk := crashfs.New()
	script(t, disk, "run", 0, 5)
	whole := disk.Files()["study/journal"]
	for _, size := range []int{len(whole) - 1, len(whole)} { // in the last record, and after it
		disk := crashfs.Image{Files: map[string][]byte{"study/journal": whole[:16]}}.FS()
		f, err := disk.Open("study/journal")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteAt(whole[:size], 0); err != nil {
			t.Fatal(err)
		}
		j, got, _ := open(t, disk, "study/journal")
		closeNow(t, j)
		disk.Mark(len(got))
		for m := range disk.Images(1, 20) {
			check(t, m, payloads("run", 5))
		}
	}
}

// TestKeptIsSure: so does what was set aside.
func TestKeptIsSure(t *testing.T) {
	disk := crashfs.New()
	script(t, disk, "run", 0, 5)
	data := disk.Files()["study/journal"]
	data[60], data[61] = data[60]^1, data[61]^1 // more than one byte, which would be put right
	disk = crashfs.Image{Files: map[string][]byte{"study/journal": data}}.FS()
	j, got, r := open(t, disk, "study/journal")
	disk.Mark(1)
	closeNow(t, j)
	if len(got) != 0 || r.Beyond != 4 || r.Kept != "study/journal.damaged-1" || !strings.Contains(r.Why.String(), "byte 16") {
		t.Fatalf("%q %+v", got, r)
	}
	for m := range disk.Images(1, 20) {
		kept, left := m.Files[r.Kept], m.Files["study/journal"]
		if m.Mark == 1 && !bytes.Equal(kept, data[16:]) || m.Mark == 0 && !bytes.Equal(kept, data[16:]) && len(left) < len(data) {
			t.Fatalf("%s: %d bytes kept of %d, %d left", m.Name, len(kept), len(data), len(left))
		}
	}
}
