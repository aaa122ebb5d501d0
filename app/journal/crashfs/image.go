package crashfs

import (
	"hash/maphash"
	"iter"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
)

const (
	opWrite      = "write"
	opTruncate   = "truncate"
	opSync       = "sync"
	opSyncFailed = "sync failed"
	opName       = "name"
	opRename     = "rename"
	opRemove     = "remove"
	opSyncDir    = "sync folder"
	opMark       = "mark"
)

// op is a change as it was made.
type op struct {
	kind     string
	file     int
	path, to string
	offset   int64 // of a write; the size of a truncate; the value of a mark
	data     []byte
}

// Mark remembers that a test has come to n, such as that so many records are
// acknowledged; images say it.
func (s *FS) Mark(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, op{kind: opMark, offset: int64(n)})
}

// Image is what a loss of power may have left on the disk.
type Image struct {
	Name  string // how it came about
	Mark  int    // the last Mark before it, 0 without one
	Files map[string][]byte
}

// FS is a new file system with the files of an image on its disk.
func (m Image) FS() *FS {
	s := New()
	for i, path := range slices.Sorted(maps.Keys(m.Files)) {
		s.names[path] = &node{-1 - i, slices.Clone(m.Files[path])}
		s.log = append(s.log,
			op{kind: opName, path: path, file: -1 - i},
			op{kind: opWrite, file: -1 - i, data: m.Files[path]},
			op{kind: opSync, file: -1 - i},
			op{kind: opSyncDir, path: filepath.Dir(path)})
	}
	s.begun = len(s.log)
	return s
}

// Write puts the files of an image into a folder, each by the last part of its
// name.
func (m Image) Write(folder string) error {
	for path, data := range m.Files {
		if err := os.WriteFile(filepath.Join(folder, filepath.Base(path)), data, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// Images makes what a loss of power may have left after each of the changes up
// to now: all that was not flushed kept, all of it dropped, sizes without
// content, the end torn at each sector and at bytes between, and random mixtures,
// as many as told, the same for the same seed. The same image is made once. What
// an image's own file system held at the start is sure.
func (s *FS) Images(seed uint64, mixtures int) iter.Seq[Image] {
	s.mu.Lock()
	log, begun := slices.Clone(s.log), s.begun
	s.mu.Unlock()
	return func(yield func(Image) bool) {
		d, mark, met := newDisk(), 0, map[uint64]int{}
		hash := maphash.MakeSeed()
		for n, o := range log {
			if o.kind == opMark {
				mark = int(o.offset)
			}
			if d.do(o); n < begun-1 {
				continue
			}
			for m := range d.images(rand.New(rand.NewPCG(seed, uint64(n))), mixtures) {
				m.Mark = mark
				m.Name = name(n, o, m.Name)
				h := sum(hash, m.Files)
				if before, ok := met[h]; ok && before >= mark {
					continue
				}
				met[h] = mark
				if !yield(m) {
					return
				}
			}
		}
	}
}

// sum tells images apart.
func sum(seed maphash.Seed, files map[string][]byte) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	for _, path := range slices.Sorted(maps.Keys(files)) {
		_, _ = h.WriteString(path) // never fails
		_ = h.WriteByte(0)
		_, _ = h.Write(files[path])
		_ = h.WriteByte(byte(len(files[path])))
	}
	return h.Sum64()
}
