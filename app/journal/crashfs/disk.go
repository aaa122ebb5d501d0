package crashfs

import (
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
)

const sectorBytes = 512

// disk is what may be on the disk after some changes.
type disk struct {
	files   map[int]*states
	names   []map[string]int // each may be what the folders hold; the last is the newest
	changed []string         // the folder in which the names changed, from each to the next
}

// states are those that a file may be in on the disk. The first of a list is the
// oldest, the last what a program reads.
type states struct {
	data    []byte           // as a program reads it
	sizes   []int64          // at least one
	sectors map[int][][]byte // by number; where there is none: zeros
	dirty   map[int]bool     // sectors that the next flush writes
}

func newDisk() *disk {
	return &disk{files: map[int]*states{}, names: []map[string]int{{}}}
}

// do makes a change.
func (d *disk) do(o op) {
	switch o.kind {
	case opName, opRename, opRemove:
		d.rename(o)
	case opSyncDir:
		d.syncDir(o.path)
	case opWrite, opTruncate, opSync, opSyncFailed:
		f := d.files[o.file]
		if f == nil {
			f = &states{sizes: []int64{0}, sectors: map[int][][]byte{}, dirty: map[int]bool{}}
			d.files[o.file] = f
		}
		f.do(o)
	}
}

func (d *disk) rename(o op) {
	names := maps.Clone(d.names[len(d.names)-1])
	switch o.kind {
	case opName:
		names[o.path] = o.file
	case opRename:
		delete(names, o.path)
		names[o.to] = o.file
	case opRemove:
		delete(names, o.path)
	}
	d.names = append(d.names, names)
	d.changed = append(d.changed, filepath.Dir(o.path))
}

// syncDir makes the changes of names up to the last one in a folder sure, and
// with it those before: names reach a disk in order.
func (d *disk) syncDir(folder string) {
	for n := len(d.changed) - 1; n >= 0; n-- {
		if d.changed[n] == folder {
			d.names, d.changed = d.names[n+1:], d.changed[n+1:]
			return
		}
	}
}

func (f *states) do(o op) {
	switch o.kind {
	case opSync:
		f.sizes = []int64{int64(len(f.data))}
		for n := range f.dirty {
			f.sectors[n] = [][]byte{f.sector(n)}
		}
		clear(f.dirty)
	case opSyncFailed:
		clear(f.dirty) // and on the disk by chance
	case opWrite:
		from := min(o.offset, int64(len(f.data)))
		f.data = written(f.data, o.data, o.offset)
		f.change(from, o.offset+int64(len(o.data)))
	case opTruncate:
		from, to := min(o.offset, int64(len(f.data))), max(o.offset, int64(len(f.data)))
		f.data = resized(f.data, o.offset)
		f.change(from, to)
	}
}

// change keeps the new state of the bytes from and up to.
func (f *states) change(from, to int64) {
	if size := int64(len(f.data)); size != f.sizes[len(f.sizes)-1] {
		f.sizes = append(f.sizes, size)
	}
	for n := int(from / sectorBytes); int64(n)*sectorBytes < to; n++ {
		if f.sectors[n] == nil {
			f.sectors[n] = [][]byte{make([]byte, sectorBytes)}
		}
		f.sectors[n] = append(f.sectors[n], f.sector(n))
		f.dirty[n] = true
	}
}

// sector is a sector as a program reads it, with zeros after the end.
func (f *states) sector(n int) []byte {
	b := make([]byte, sectorBytes)
	if at := n * sectorBytes; at < len(f.data) {
		copy(b, f.data[at:])
	}
	return b
}

// pick chooses among the states of a sector.
type pick func(states [][]byte) []byte

func newest(states [][]byte) []byte { return states[len(states)-1] }
func oldest(states [][]byte) []byte { return states[0] }

// content is the file with a size and with states as picked.
func (f *states) content(size int64, p pick) []byte {
	data := make([]byte, size)
	for n := 0; int64(n)*sectorBytes < size; n++ {
		if s := f.sectors[n]; s != nil {
			copy(data[n*sectorBytes:], p(s))
		}
	}
	return data
}

// images are the states of the whole disk.
func (d *disk) images(r *rand.Rand, mixtures int) iter.Seq[Image] {
	return func(yield func(Image) bool) {
		for n, names := range d.names {
			if n > 0 && n < len(d.names)-1 && r.IntN(2) > 0 {
				continue // of those between some
			}
			for _, way := range d.ways(r, mixtures) {
				m := Image{Name: fmt.Sprintf("names %d of %d, %s", n+1, len(d.names), way.name), Files: map[string][]byte{}}
				for path, id := range names {
					if f := d.files[id]; f != nil {
						m.Files[path] = way.make(f)
					} else {
						m.Files[path] = nil
					}
				}
				if !yield(m) {
					return
				}
			}
		}
	}
}

// way makes one of the states of a file.
type way struct {
	name string
	make func(*states) []byte
}

func (d *disk) ways(r *rand.Rand, mixtures int) []way {
	last := func(f *states) int64 { return f.sizes[len(f.sizes)-1] }
	ways := []way{{"all kept", func(f *states) []byte { return f.content(last(f), newest) }}}
	if !d.unsure() {
		return ways
	}
	ways = append(ways,
		way{"all dropped", func(f *states) []byte { return f.content(f.sizes[0], oldest) }},
		way{"sizes alone", func(f *states) []byte { return f.content(last(f), oldest) }},
		way{"content alone", func(f *states) []byte { return f.content(f.sizes[0], newest) }},
		way{"all but the first sector", func(f *states) []byte { return f.content(last(f), f.but(newest, oldest)) }},
		way{"the first sector alone", func(f *states) []byte { return f.content(last(f), f.but(oldest, newest)) }},
	)
	for _, cut := range d.cuts(r) {
		ways = append(ways, way{fmt.Sprintf("torn at byte %d", cut), func(f *states) []byte {
			return f.content(min(max(cut, slices.Min(f.sizes)), slices.Max(f.sizes)), newest)
		}})
	}
	for n := range mixtures {
		ways = append(ways, way{fmt.Sprintf("mixture %d", n), func(f *states) []byte { return f.mixture(r) }})
	}
	return ways
}

// unsure reports whether anything is not flushed.
func (d *disk) unsure() bool {
	for _, f := range d.files {
		if len(f.sizes) > 1 || len(f.several()) > 0 {
			return true
		}
	}
	return false
}

// several lists the sectors that may be in several states, in order.
func (f *states) several() (sectors []int) {
	for n, s := range f.sectors {
		if len(s) > 1 {
			sectors = append(sectors, n)
		}
	}
	slices.Sort(sectors)
	return sectors
}

// but picks otherwise for the first sector that may be in several states.
func (f *states) but(most, first pick) pick {
	done := false
	return func(s [][]byte) []byte {
		if !done && len(s) > 1 {
			done = true
			return first(s)
		}
		return most(s)
	}
}

const mostCuts = 24

// cuts are places at which a file that grew may end: boundaries of sectors, bytes
// beside them, and a few others.
func (d *disk) cuts(r *rand.Rand) (cuts []int64) {
	for _, id := range slices.Sorted(maps.Keys(d.files)) {
		f := d.files[id]
		from, to := slices.Min(f.sizes), slices.Max(f.sizes)
		if from == to {
			continue
		}
		for at := (from/sectorBytes + 1) * sectorBytes; at < to; at += sectorBytes {
			cuts = append(cuts, at-1, at, at+1)
		}
		cuts = append(cuts, from+1, to-1, from+r.Int64N(to-from), from+r.Int64N(to-from))
	}
	r.Shuffle(len(cuts), func(i, k int) { cuts[i], cuts[k] = cuts[k], cuts[i] })
	return cuts[:min(len(cuts), mostCuts)]
}

// mixture is a file of any size it had or grew through, each sector in any of its
// states or torn between two.
func (f *states) mixture(r *rand.Rand) []byte {
	size := f.sizes[r.IntN(len(f.sizes))]
	if least, most := slices.Min(f.sizes), slices.Max(f.sizes); least < most && r.IntN(3) == 0 {
		size = least + r.Int64N(most-least)
	}
	return f.content(size, func(s [][]byte) []byte {
		a, b := s[r.IntN(len(s))], s[r.IntN(len(s))]
		if r.IntN(4) > 0 {
			return a
		}
		cut := r.IntN(sectorBytes)
		return slices.Concat(a[:cut], b[cut:])
	})
}

func name(n int, o op, how string) string {
	return fmt.Sprintf("after change %d (%s), %s", n, o.kind, how)
}
