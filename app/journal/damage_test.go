package journal_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"strings"
	"testing"

	"opacity/app/journal"
	"opacity/app/journal/crashfs"
)

// example makes a journal of a few records: its bytes, and where each ends.
func example(t testing.TB, payloads ...string) (data []byte, ends []int64) {
	t.Helper()
	disk := crashfs.New()
	j, _, _ := open(t, disk, "journal")
	for _, p := range payloads {
		add(t, j, p)
		ends = append(ends, j.End())
	}
	closeNow(t, j)
	return disk.Files()["journal"], ends
}

func onDisk(data []byte) *crashfs.FS {
	return crashfs.Image{Files: map[string][]byte{"journal": data}}.FS()
}

// TestFormat: what is written today can be read for ever. The bytes come from
// another computation of the checksums, bit by bit.
func TestFormat(t *testing.T) {
	const version1 = "4f5041434a524e4c01000000c2db1e73" + // magic, version, checksum
		"0300000001508b140519a690966f6e65" + // "one", kind 1, at 16
		"0000000001611c1e483e6b303f" // "", kind 1, at 32
	data, _ := example(t, "one", "")
	if got := hex.EncodeToString(data); got != version1 {
		t.Errorf("written %s, want %s", got, version1)
	}
	b, err := hex.DecodeString(version1)
	if err != nil {
		t.Fatal(err)
	}
	holds(t, onDisk(b), "journal", "one", "")
}

// before is how many records end at or before a byte.
func before(ends []int64, at int64) (n int) {
	for n < len(ends) && ends[n] <= at {
		n++
	}
	return n
}

// TestEveryByteFlipped: whatever one byte became, all records are there, and the
// damage is named.
func TestEveryByteFlipped(t *testing.T) {
	payloads := []string{"one", "", "three", strings.Repeat("four", 200), "five"}
	data, _ := example(t, payloads...)
	for at := range data {
		for _, bits := range []byte{0x01, 0x80, 0x5a, 0xff} {
			damaged := bytes.Clone(data)
			damaged[at] ^= bits
			disk := onDisk(damaged)
			looked, seen, r := openReadOnly(t, disk, "journal")
			if len(seen) != len(payloads) || (r.Mended == 0) != (at < 16) || r.Why.IsZero() != (at >= 16) {
				t.Fatalf("byte %d ^ %#x: looked at %q %+v", at, bits, seen, r)
			}
			for i, offset := range looked {
				if got := fmt.Sprintf("%d %s", offset.Kind, offset.Payload); got != "1 "+payloads[i] {
					t.Fatalf("byte %d ^ %#x: read back %q", at, bits, got)
				}
			}
			if !bytes.Equal(disk.Files()["journal"], damaged) {
				t.Fatalf("byte %d ^ %#x: looking changed the file", at, bits)
			}
			j, got, r := open(t, disk, "journal")
			if len(got) != len(payloads) || r.Records != len(payloads) || (r.Mended == 0) != (at < 16) || r.Kept != "" {
				t.Fatalf("byte %d ^ %#x: %q %+v", at, bits, got, r)
			}
			for i, g := range got {
				if g != "1 "+payloads[i] {
					t.Fatalf("byte %d ^ %#x: %q", at, bits, g)
				}
			}
			goesOn(t, disk, j, payloads)
			if !bytes.HasPrefix(disk.Files()["journal"], data) {
				t.Fatalf("byte %d ^ %#x: not put right on disk", at, bits)
			}
		}
	}
}

// openReadOnly reads each record twice: as it is visited, and back.
func openReadOnly(t *testing.T, disk *crashfs.FS, path string) (again []journal.Record, seen []string, r journal.Recovery) {
	t.Helper()
	var offsets []int64
	j, r, err := journal.OpenReadOnly(disk, path, func(r journal.Record) error {
		seen, offsets = append(seen, string(r.Payload)), append(offsets, r.Offset)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, offset := range offsets {
		r, err := j.ReadAt(offset)
		if err != nil {
			t.Fatal(err)
		}
		again = append(again, r)
	}
	closeNow(t, j)
	return again, seen, r
}

// TestMoreThanAByte: the records before the damage are there, it is named, and
// those after it are set aside.
func TestMoreThanAByte(t *testing.T) {
	payloads := []string{"one", "", "three", strings.Repeat("four", 200), "five"}
	data, ends := example(t, payloads...)
	for at := 16; at < len(data)-1; at++ {
		damaged := bytes.Clone(data)
		damaged[at] ^= 0x5a
		damaged[at+1] ^= 0x33
		disk := onDisk(damaged)
		j, got, r := open(t, disk, "journal")
		want := before(ends, int64(at))
		if before(ends, int64(at+1)) > want { // one byte of each of two
			want = len(payloads)
		}
		if len(got) != want || r.Records != want || r.Why.IsZero() != (want == len(payloads)) {
			t.Fatalf("byte %d: %q %+v", at, got, r)
		}
		for i, g := range got {
			if g != "1 "+payloads[i] {
				t.Fatalf("byte %d: %q", at, g)
			}
		}
		if rest := max(0, len(payloads)-want-1); r.Beyond != rest || (r.Kept != "") != (rest > 0) {
			t.Fatalf("byte %d: %d whole records after it: %+v", at, rest, r)
		}
		if r.Kept != "" && !bytes.Equal(disk.Files()[r.Kept], damaged[len(data)-int(r.CutBytes):]) {
			t.Fatalf("byte %d: kept otherwise than it was", at)
		}
		goesOn(t, disk, j, payloads[:want])
	}
}

// goesOn appends to a journal that was repaired, and opens it again.
func goesOn(t *testing.T, disk *crashfs.FS, j *journal.Journal, found []string) {
	t.Helper()
	add(t, j, "more")
	closeNow(t, j)
	holds(t, disk, "journal", append(found[:len(found):len(found)], "more")...)
}

// TestEveryByteCut: a file that ends too early has the records up to there.
func TestEveryByteCut(t *testing.T) {
	payloads := []string{"one", "", "three", strings.Repeat("four", 200), "five"}
	data, ends := example(t, payloads...)
	for size := range data {
		disk := onDisk(data[:size])
		if size < 16 {
			if _, _, err := journal.Open(disk, "journal", new(reader).visit); !errors.Is(err, journal.ErrForeign) {
				t.Fatalf("%d bytes: %v", size, err)
			}
			continue
		}
		j, got, r := open(t, disk, "journal")
		want := before(ends, int64(size))
		cut := size - 16
		if want > 0 {
			cut = size - int(ends[want-1])
		}
		if len(got) != want || r.CutBytes != int64(cut) || r.Why.IsZero() != (cut == 0) || r.Beyond != 0 || r.Kept != "" {
			t.Fatalf("%d bytes: %q %+v, want %d", size, got, r, want)
		}
		goesOn(t, disk, j, payloads[:want])
	}
}

// TestTails: what may come after the last record instead of one.
func TestTails(t *testing.T) {
	data, _ := example(t, "one", "two", "six")
	tests := []struct {
		name   string
		tail   []byte
		beyond int
	}{
		{"zeros", make([]byte, 5000), 0},
		{"ones", bytes.Repeat([]byte{0xff}, 5000), 0},
		{"the greatest length", append([]byte{0xff, 0xff, 0xff, 0xff, 1}, make([]byte, 100)...), 0},
		{"a record of another place", data[16:32], 0},
		{"a whole journal", data, 0},
		{"zeros, more than are read at a time", make([]byte, 1<<20), 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			disk := onDisk(append(bytes.Clone(data), tt.tail...))
			j, got, r := open(t, disk, "journal")
			if len(got) != 3 || r.CutBytes != int64(len(tt.tail)) || r.Why.IsZero() || r.Beyond != tt.beyond {
				t.Errorf("%q %+v", got, r)
			}
			goesOn(t, disk, j, []string{"one", "two", "six"})
		})
	}
}

// TestMisplaced: a sound record in the place of another is damage, not history.
func TestMisplaced(t *testing.T) {
	data, ends := example(t, "one", "two", "six")
	copy(data[ends[0]:], data[16:ends[0]])
	j, got, r := open(t, onDisk(data), "journal")
	closeNow(t, j)
	if len(got) != 1 || r.Beyond != 1 {
		t.Errorf("%q %+v", got, r)
	}
}

// TestFarBeyond: whole records are found where they lie across the borders of
// what is read at a time.
func TestFarBeyond(t *testing.T) {
	var payloads []string
	for n := range 60 {
		payloads = append(payloads, strings.Repeat(fmt.Sprint(n%10), 20_000+n))
	}
	data, ends := example(t, payloads...)
	for _, at := range []int64{20, 21, ends[0] + 20, ends[0] + 21} { // and the one after it
		data[at] ^= 1
	}
	j, _, r := open(t, onDisk(data), "journal")
	closeNow(t, j)
	if r.Beyond != 58 {
		t.Errorf("%d found, want 58", r.Beyond)
	}
}

func TestForeignAndNewer(t *testing.T) {
	head := func(version uint32) []byte {
		b := binary.LittleEndian.AppendUint32([]byte("OPACJRNL"), version)
		return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
	}
	data, _ := example(t, "one")
	tests := []struct {
		name string
		data []byte
		want error
		says string
	}{
		{"empty", nil, journal.ErrForeign, "no journal of Opacity"},
		{"text", []byte("a text that someone wrote\n"), journal.ErrForeign, "no journal of Opacity"},
		{"zeros", make([]byte, 1000), journal.ErrForeign, "no journal of Opacity"},
		{"version 0", head(0), journal.ErrForeign, "no journal of Opacity"},
		{"newer", head(2), journal.ErrNewer, "newer version"},
		{"newer, with records", append(head(9), data[16:]...), journal.ErrNewer, "newer version"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			disk := onDisk(tt.data)
			for _, open := range []func(journal.FS, string, func(journal.Record) error) (*journal.Journal, journal.Recovery, error){journal.Open, journal.OpenReadOnly} {
				_, _, err := open(disk, "journal", new(reader).visit)
				if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.says) {
					t.Errorf("%v, want %v", err, tt.want)
				}
			}
			if !bytes.Equal(disk.Files()["journal"], tt.data) {
				t.Error("changed")
			}
		})
	}
}

// FuzzOpen: whatever a file holds, opening it does not panic, and what it repairs
// stays repaired.
func FuzzOpen(f *testing.F) {
	data, _ := example(f, "one", "", "three")
	f.Add(data)
	f.Add(data[:len(data)-1])
	f.Add(data[:16])
	f.Add(append(bytes.Clone(data), make([]byte, 30)...))
	f.Add([]byte("OPACJRNL"))
	f.Fuzz(func(t *testing.T, data []byte) {
		disk := onDisk(data)
		var seen, found reader
		fixed, _, err := journal.OpenReadOnly(disk, "journal", seen.visit)
		if err == nil {
			closeNow(t, fixed)
		}
		j, r, again := journal.Open(disk, "journal", found.visit)
		if (err == nil) != (again == nil) || fmt.Sprint(seen) != fmt.Sprint(found) {
			t.Fatalf("%v %v, %q %q", err, again, seen, found)
		}
		if again != nil {
			return
		}
		add(t, j, "more")
		closeNow(t, j)
		j, got, second := open(t, disk, "journal")
		closeNow(t, j)
		if len(got) != r.Records+1 || second.CutBytes != 0 || !second.Why.IsZero() {
			t.Fatalf("%+v and then %+v", r, second)
		}
	})
}
