package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/study"
)

const (
	folderOperations = 30
	positions        = 1200 // of each file at most, that are damaged in turn
	blockBytes       = 48   // more than can be put right
)

// closed is a study that was closed, with a model's proposal and slices marked.
type closed struct {
	files    map[string][]byte // by their paths in the folder, with slashes
	state    state
	told     []byte // Info
	proposal study.Proposal
}

// damageFolder flips, cuts and overwrites each file of a study's folder in turn:
// what was acknowledged is there, and what is only the model's is as it was or
// said to be lost.
func (r *run) damageFolder(folder string) error {
	c, err := r.closed(filepath.Join(folder, "closed"+study.Extension))
	if err != nil {
		return err
	}
	lost, opened := r.lost, 0
	for _, name := range slices.Sorted(maps.Keys(c.files)) {
		whole := c.files[name]
		step := max(1, len(whole)/positions) * r.every
		for n := 0; n < len(whole); n += step {
			flipped := bytes.Clone(whole)
			flipped[n] ^= 1 << (n % 8)
			over := bytes.Clone(whole)
			clear(over[n:min(len(over), n+blockBytes)])
			for what, data := range map[string][]byte{"flipped": flipped, "cut": whole[:n], "overwritten": over} {
				if bytes.Equal(data, whole) {
					continue
				}
				if err := r.openDamaged(filepath.Join(folder, "image"+study.Extension), c, damaged{name, n, what, data}); err != nil {
					return err
				}
				opened++
			}
		}
	}
	r.say("%d folders with a file flipped, cut or overwritten, %d files; %d lost", opened, len(c.files), r.lost-lost)
	return r.ctx.Err()
}

// closed makes the study that is damaged.
func (r *run) closed(folder string) (*closed, error) {
	s, err := create(folder)
	if err != nil {
		return nil, err
	}
	defer s.Close() // twice does nothing
	c := &closed{files: map[string][]byte{}}
	if c.proposal, err = r.propose(s); err != nil {
		return nil, err
	}
	w := &work{r.seed, s.History()}
	for op := range folderOperations {
		if err := w.do(op, func(*mask.Step) (bool, error) { return false, nil }); err != nil {
			return nil, err
		}
		mark := study.Slice{State: "accepted", Note: fmt.Sprint("slice ", op), Seen: true, By: "reader"}
		err := s.Update(func(i *study.Info) {
			if i.Slices == nil {
				i.Slices = map[int]study.Slice{}
			}
			i.Slices[op%grid.Size[2]] = mark
		})
		if err != nil {
			return nil, err
		}
	}
	c.state = w.state(nil)
	if c.told, err = json.Marshal(s.Info()); err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	return c, c.read(folder)
}

// propose keeps what a model would have found, and adopts it.
func (r *run) propose(s *study.Study) (study.Proposal, error) {
	p := study.Proposal{Mask: mask.New(grid.Size, mask.DefaultLabels()), Probabilities: map[string][][]uint8{}}
	stack := make([][]uint8, grid.Size[2])
	for k := range stack {
		labels, sure := make([]uint8, grid.Size[0]*grid.Size[1]), make([]uint8, grid.Size[0]*grid.Size[1])
		for n := range labels {
			if sure[n] = uint8(n * (k + 3) % 251); sure[n] > 200 {
				labels[n] = mask.Infection
			}
		}
		p.Mask.SetSlice(mask.Findings, k, labels)
		stack[k] = sure
	}
	p.Probabilities["infection"] = stack
	if err := s.KeepProposal(r.ctx, study.Model{ID: "faults", Version: "1"}, p); err != nil {
		return p, err
	}
	adopted := step(-1, "model", mask.Infection)
	adopted.Delta = mask.Diff(s.Mask(), p.Mask)
	s.History().Commit(adopted)
	return p, nil
}

// read takes all files of a folder into memory.
func (c *closed) read(folder string) error {
	return filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		c.files[filepath.ToSlash(name)], err = os.ReadFile(path)
		return err
	})
}

// damaged is one file of a study that is not what was written.
type damaged struct {
	name string
	at   int
	what string
	data []byte
}

func (d damaged) String() string { return fmt.Sprintf("%s %s at byte %d", d.name, d.what, d.at) }

// openDamaged opens a study of which one file is damaged.
func (r *run) openDamaged(at string, c *closed, d damaged) error {
	defer os.RemoveAll(at) // made anew for the next
	for name, data := range c.files {
		if name == d.name {
			data = d.data
		}
		path := filepath.Join(at, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(path, data, 0o666); err != nil {
			return err
		}
	}
	return r.guard(d.String(), func() error {
		s, found, err := study.Open(r.ctx, at)
		told := new(app.Error)
		if d.name == journalName && d.what == "cut" && errors.As(err, &told) {
			return r.lookAt(at, d) // not copied whole: refused, and to be looked at
		}
		if d.name == "study.json" && errors.As(err, &told) && told.Message.Key == "study.newer" {
			return nil // another first digit may be a later version's: not a byte is touched
		}
		if err != nil {
			r.lose("%s: %v", d, err)
			return nil
		}
		defer s.Close() // thrown away
		switch now, err := json.Marshal(s.Info()); {
		case err != nil:
			return err
		case !s.Mask().Equal(c.state.mask):
			r.lose("%s: another mask; %v", d, found.Messages())
		case d.what == "flipped" && !c.state.is(s):
			r.lose("%s: another history; %v", d, found.Messages())
		case !bytes.Equal(now, c.told):
			r.lose("%s: it says something else", d)
		case d.name == journalName && len(found.Messages()) == 0:
			r.lose("%s: not a word", d)
		}
		return r.compareProposal(s, c, d)
	})
}

// compareProposal makes sure that what a model found is as it was, or is an error.
func (r *run) compareProposal(s *study.Study, c *closed, d damaged) error {
	models := s.Info().Models
	if len(models) != 1 {
		r.lose("%s: %d models", d, len(models))
		return nil
	}
	p, err := s.Proposal(r.ctx, models[0])
	inFolder := filepath.ToSlash(filepath.Dir(d.name)) == models[0].Folder
	switch told := new(app.Error); {
	case err != nil && inFolder && errors.As(err, &told):
	case err != nil:
		r.lose("%s: the model's mask: %v", d, err)
	case !p.Mask.Equal(c.proposal.Mask):
		r.lose("%s: another mask of the model without a word", d)
	case !slices.EqualFunc(p.Probabilities["infection"], c.proposal.Probabilities["infection"], bytes.Equal):
		r.lose("%s: other probabilities without a word", d)
	}
	return nil
}

// lookAt opens a study that is refused for editing.
func (r *run) lookAt(at string, d damaged) error {
	s, found, err := study.OpenReadOnly(r.ctx, at)
	told := new(app.Error)
	switch {
	case err != nil && !errors.As(err, &told):
		r.lose("%s: %v", d, err)
	case err == nil && len(found.Messages()) == 0:
		r.lose("%s: not a word when it is looked at", d)
	}
	if err == nil {
		return s.Close()
	}
	return nil
}
