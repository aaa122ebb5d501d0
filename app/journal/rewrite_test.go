package journal_test

import (
	"bytes"
	"testing"

	"opacity/app/journal"
	"opacity/app/journal/crashfs"
)

// TestRewrite: after a loss of power at any moment the old file or the new one is
// there, whole, and the old one under another name once the new one is.
func TestRewrite(t *testing.T) {
	data, ends := example(t, "one", "two", "three", "four")
	data[ends[0]+2], data[ends[0]+14] = 7, 7
	disk := onDisk(data)
	var rest []journal.Record
	if err := journal.Beyond(disk, "journal", ends[0], func(r journal.Record) { rest = append(rest, r) }); err != nil {
		t.Fatal(err)
	}
	if len(rest) != 2 || string(rest[0].Payload) != "three" || rest[0].Offset != ends[1] {
		t.Fatalf("found %q", rest)
	}
	rest = append([]journal.Record{{Kind: 1, Payload: []byte("instead")}}, rest...)
	kept, err := journal.Rewrite(disk, "journal", ends[0], rest)
	if err != nil || !bytes.Equal(disk.Files()[kept], data) {
		t.Fatalf("%s, %v", kept, err)
	}
	disk.Mark(1)
	if n := int64(len(disk.Files()["journal"])); n != ends[0]+journal.Length(rest) {
		t.Errorf("%d bytes, not %d", n, ends[0]+journal.Length(rest))
	}
	holds(t, disk, "journal", "one", "instead", "three", "four")
	for m := range disk.Images(1, 4) {
		switch now := m.Files["journal"]; {
		case bytes.Equal(now, data):
			if m.Mark == 1 {
				t.Errorf("%s: the old file is there again", m.Name)
			}
		default:
			if !bytes.Equal(m.Files[kept], data) {
				t.Errorf("%s: the old file is gone", m.Name)
			}
			again := crashfs.Image{Files: m.Files}.FS()
			holds(t, again, "journal", "one", "instead", "three", "four")
		}
	}
}
