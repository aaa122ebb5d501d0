package main

import (
	"crypto/rand"
	"os"
	"path/filepath"

	"opacity/app/mask"
	"opacity/app/study"
)

const (
	smallBytes = 1 << 20
	roomBytes  = 24 << 10 // when the study is made
	fullKills  = 10
	fullAhead  = 2000 // moments that a child has in memory alone when it is killed, at most
)

// fullDisk edits on a disk that becomes full, is killed there, and is given room.
func (r *run) fullDisk(folder string) error {
	unmount, err := mountSmall(folder, smallBytes)
	if err != nil {
		r.say("no small disk can be made here (%v): package journal tries it in memory", err)
		return nil
	}
	defer unmount()
	lost := r.lost
	if err := r.resumes(folder); err != nil {
		return err
	}
	k := &killing{run: r, folder: filepath.Join(folder, "killed"+study.Extension), seed: r.seed, model: inMemory(r.seed)}
	s, err := create(k.folder)
	if err != nil {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	filler, err := fill(folder)
	if err != nil {
		return err
	}
	for range min(fullKills, r.kills) {
		if err := k.once(fullAhead); err != nil {
			return err
		}
	}
	if err := os.Remove(filler); err != nil {
		return err
	}
	r.say("on a full disk: killed %d times, %d lost", min(fullKills, r.kills), r.lost-lost)
	return k.end()
}

// resumes fills the disk under a study that goes on, and makes room again.
func (r *run) resumes(folder string) error {
	at := filepath.Join(folder, "resumes"+study.Extension)
	s, err := create(at)
	if err != nil {
		return err
	}
	defer s.Close() // twice does nothing
	filler, err := fill(folder)
	if err != nil {
		return err
	}
	w, model := &work{r.seed, s.History()}, inMemory(r.seed)
	failed := 0
	for op := range 300 {
		err := w.do(op, func(staged *mask.Step) (bool, error) {
			if staged != nil {
				if err := s.Stage(*staged); err != nil {
					return false, err
				}
			}
			if s.Sync(r.ctx) != nil {
				failed++
			}
			return false, nil
		})
		if err != nil {
			return err
		}
		if err := model.do(op, func(*mask.Step) (bool, error) { return false, nil }); err != nil {
			return err
		}
	}
	if failed == 0 {
		r.say("the disk never became full: this part is broken")
		r.lost++
	}
	if err := os.Remove(filler); err != nil {
		return err
	}
	if err := s.Sync(r.ctx); err != nil {
		r.lose("there is room again, yet %v", err)
	}
	if err := s.Close(); err != nil {
		return err
	}
	again, _, err := study.Open(r.ctx, at)
	if err != nil {
		r.lose("after a full disk: %v", err)
		return nil
	}
	if !model.state(nil).is(again) {
		r.lose("after a full disk another study than was painted")
	}
	if err := again.Close(); err != nil {
		return err
	}
	return os.RemoveAll(at)
}

// fill leaves little room on a disk.
func fill(folder string) (filler string, err error) {
	filler = filepath.Join(folder, "filler")
	f, err := os.Create(filler)
	if err != nil {
		return "", err
	}
	b := make([]byte, 4096)
	_, _ = rand.Read(b) // never fails
	size := int64(0)
	for {
		n, err := f.Write(b)
		size += int64(n)
		if err != nil {
			break
		}
	}
	if err := f.Truncate(max(0, size-roomBytes)); err != nil {
		return "", err
	}
	return filler, f.Close()
}
