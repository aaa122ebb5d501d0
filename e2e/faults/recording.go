package main

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"

	"opacity/app"
	"opacity/app/journal"
	"opacity/app/journal/crashfs"
	"opacity/app/mask"
	"opacity/app/study"
)

// The files of a study's folder that the script makes beside the journal, each
// written anew beside its place.
var derived = []string{"study.json", "checkpoint.nii.gz", "audit.csv"}

const journalName = "journal"

// recording is a run of the script on a study: what its files held when.
type recording struct {
	first   map[string][]byte         // when it was made
	journal []byte                    // at the end
	states  []state                   // after each moment, and before the first
	ends    []int64                   // how long the journal was then
	saved   map[int]map[string][]byte // files written anew, by moment
}

// record runs some operations of the script in a folder, with all saved after
// every so many of them, 0 for never.
func (r *run) record(folder string, operations, saveEvery int) (*recording, error) {
	s, err := create(folder)
	if err != nil {
		return nil, err
	}
	defer s.Close() // it is copied before
	rec := &recording{first: map[string][]byte{}, saved: map[int]map[string][]byte{}}
	if rec.first, err = contents(folder, append([]string{journalName}, derived...)); err != nil {
		return nil, err
	}
	w := &work{r.seed, s.History()}
	keep := func(staged *mask.Step) (bool, error) {
		if staged != nil {
			if err := s.Stage(*staged); err != nil {
				return false, err
			}
		}
		if err := s.Sync(r.ctx); err != nil {
			return false, err
		}
		info, err := os.Stat(filepath.Join(folder, journalName))
		if err != nil {
			return false, err
		}
		rec.states, rec.ends = append(rec.states, w.state(staged)), append(rec.ends, info.Size())
		return false, nil
	}
	if _, err := keep(nil); err != nil {
		return nil, err
	}
	for op := range operations {
		if err := w.do(op, keep); err != nil {
			return nil, err
		}
		if saveEvery > 0 && op%saveEvery == saveEvery-1 {
			if err := s.Save(r.ctx); err != nil {
				return nil, err
			}
			if rec.saved[len(rec.ends)-1], err = contents(folder, derived); err != nil {
				return nil, err
			}
		}
	}
	rec.journal, err = os.ReadFile(filepath.Join(folder, journalName))
	return rec, err
}

// contents reads those of the named files that are there.
func contents(folder string, names []string) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, name := range names {
		b, err := os.ReadFile(filepath.Join(folder, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		files[name] = b
	}
	return files, nil
}

// powerCuts opens what a loss of power may have left after each change of a run.
func (r *run) powerCuts(folder string) error {
	rec, err := r.record(filepath.Join(folder, "recorded"+study.Extension), 80, 20)
	if err != nil {
		return err
	}
	disk, err := r.replay(rec)
	if err != nil {
		return err
	}
	n, lost := 0, r.lost
	for m := range disk.Images(r.seed, 4) {
		if n++; n%r.every > 0 {
			continue
		}
		r.images++
		if err := r.open(folder, m.Name, m.Files, rec, m.Mark, 0); err != nil {
			return err
		}
	}
	r.say("%d crash images, %d lost", r.images, r.lost-lost)
	return r.ctx.Err()
}

// replay does on a recording disk what the study did on the real one: the journal
// through package journal, with fewer flushes, and the other files as package
// safefile does.
func (r *run) replay(rec *recording) (*crashfs.FS, error) {
	var records []journal.Record
	whole := crashfs.Image{Files: map[string][]byte{journalName: rec.journal}}.FS()
	j, _, err := journal.OpenReadOnly(whole, journalName, func(r journal.Record) error { records = append(records, r); return nil })
	if err != nil {
		return nil, err
	}
	if err := j.Close(); err != nil {
		return nil, err
	}
	disk := crashfs.Image{Files: rec.first}.FS()
	if j, _, err = journal.Open(disk, journalName, func(journal.Record) error { return nil }); err != nil {
		return nil, err
	}
	rnd := rand.New(rand.NewPCG(r.seed, 1))
	for m, end := range rec.ends {
		for len(records) > 0 && records[0].Offset < end {
			if at := records[0].Offset; at >= j.End() {
				if _, err := j.Append(records[0].Kind, records[0].Payload); err != nil {
					return nil, err
				}
			}
			records = records[1:]
		}
		if files := rec.saved[m]; files != nil || rnd.IntN(3) > 0 {
			if err := j.Sync(r.ctx); err != nil {
				return nil, err
			}
			disk.Mark(m)
			for _, name := range derived {
				if err := replace(disk, name, files[name]); err != nil {
					return nil, err
				}
			}
		}
	}
	return disk, j.Close()
}

// replace writes a file as safefile.Write does; nil for none.
func replace(disk *crashfs.FS, name string, data []byte) error {
	if data == nil {
		return nil
	}
	f, err := disk.Create(".opacity-" + name + ".tmp")
	if err != nil {
		return err
	}
	if _, err := f.WriteAt(data, 0); err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	return errors.Join(disk.Rename(".opacity-"+name+".tmp", name), disk.SyncDir("."))
}

// open opens files as a study, which must be in one of the states from one on.
// Where the journal is sound for less than sure bytes it may be refused.
func (r *run) open(folder, what string, files map[string][]byte, rec *recording, from int, mayRefuse int64) error {
	at := filepath.Join(folder, "image"+study.Extension)
	defer os.RemoveAll(at) // made anew for the next
	if err := os.MkdirAll(at, 0o777); err != nil {
		return err
	}
	if err := (crashfs.Image{Files: files}).Write(at); err != nil {
		return err
	}
	return r.guard(what, func() error {
		s, _, err := study.Open(r.ctx, at)
		told := new(app.Error)
		if err != nil && mayRefuse > 0 && errors.As(err, &told) {
			return nil
		}
		if err != nil {
			r.lose("%s: %v", what, err)
			return nil
		}
		defer s.Close() // thrown away
		for _, state := range rec.states[from:] {
			if state.is(s) {
				return nil
			}
		}
		steps, applied := s.History().Steps()
		r.lose("%s: %d steps, %d applied; none of the states from %d on", what, len(steps), applied, from)
		return nil
	})
}
