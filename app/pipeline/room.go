package pipeline

import (
	"os"
	"path/filepath"

	"opacity/app"
	"opacity/app/safefile"
)

// room is the place for a case's results. Those of an earlier run wait in a
// folder aside until the new ones are whole.
type room struct {
	folder, aside string   // aside "" where nothing had to make room
	moved         []string // names in aside
}

// makeRoom sets the results in a folder aside.
func makeRoom(folder string) (*room, error) {
	r := &room{folder: folder}
	names, err := safefile.Names(folder)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if !app.IsResult(name) {
			continue
		}
		if err := r.setAside(name); err != nil {
			r.restore(nil)
			return nil, app.Fail(err, "app.not_set_aside", filepath.Join(folder, name), safefile.Reason(err))
		}
	}
	return r, nil
}

func (r *room) setAside(name string) error {
	if r.aside == "" {
		aside, err := os.MkdirTemp(r.folder, ".opacity-*.old")
		if err != nil {
			return err
		}
		r.aside = aside
	}
	if err := os.Rename(filepath.Join(r.folder, name), filepath.Join(r.aside, name)); err != nil {
		return err
	}
	r.moved = append(r.moved, name)
	return nil
}

// restore removes what was written and puts back what was there. What stopped
// the run is what is told; of this no more can be said.
func (r *room) restore(written []string) {
	for _, path := range written {
		_ = os.Remove(path)
	}
	for _, name := range r.moved {
		_ = os.Rename(filepath.Join(r.aside, name), filepath.Join(r.folder, name))
	}
	if r.aside != "" {
		_ = os.Remove(r.aside) // stays where something could not be put back
	}
}

// clear removes the earlier results for good.
func (r *room) clear() {
	if r.aside != "" {
		_ = os.RemoveAll(r.aside) // the results are whole whether or not this goes
	}
}
