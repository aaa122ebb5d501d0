package study

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"opacity/app"
	"opacity/app/imageio/nifti"
	"opacity/app/mask"
)

// cached is a mask and the records whose changes led to it.
type cached struct {
	mask   *mask.Mask
	refs   []int64
	offset int64  // where the journal ended; 0 where no checkpoint was written
	sum    uint32 // of the journal up to there
}

// note says which place of which journal a checkpoint stands for.
type note struct {
	Study  string `json:"study"`          // Info.ID
	Offset int64  `json:"journal_offset"` // the records before it are in the mask
	Sum    uint32 `json:"journal_sum"`    // CRC-32C of those records
}

// readCheckpointNote reads what the file says of itself; ok is false where there
// is none to go by.
func (s *Study) readCheckpointNote() (n note, ok bool) {
	f, err := nifti.OpenStack(s.path(checkpointName))
	if err != nil {
		return note{}, false
	}
	defer f.Close()
	return n, json.Unmarshal(f.Note, &n) == nil && n.Offset > 0 && n.Study == s.id && f.Volumes == mask.Layers
}

// hasCheckpoint reports whether there is a checkpoint of this study.
func (s *Study) hasCheckpoint() bool {
	_, ok := s.readCheckpointNote()
	return ok
}

// foundCheckpoint keeps, while the journal is read and has come to the place of a
// checkpoint, what it stands for, unless it is that of another journal.
func (s *Study) foundCheckpoint(n note) {
	if n.Sum == s.sum && s.begin != 0 {
		s.cache = &cached{refs: s.refs(), offset: n.Offset, sum: n.Sum}
	}
}

// readCheckpoint reads the mask of the checkpoint that was found; where there is
// none, or it is damaged, the cache is the mask before anything was drawn.
func (s *Study) readCheckpoint(ctx context.Context) {
	if s.cache != nil {
		m := mask.New(s.size, nil)
		b, err := readLayers(ctx, s.path(checkpointName), m)
		// Somebody who edits the study may have written another one meanwhile.
		var n note
		if err == nil && json.Unmarshal(b, &n) == nil && n.Offset == s.cache.offset && n.Sum == s.cache.sum {
			s.cache.mask = m
			return
		}
	}
	s.cache = &cached{mask: mask.New(s.size, nil)}
}

// readLayers reads a mask from a stack of its layers into m, which is empty, and
// returns the note beside them.
func readLayers(ctx context.Context, path string, m *mask.Mask) (note []byte, err error) {
	f, err := nifti.OpenStack(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	size := m.Size()
	if f.Volumes != mask.Layers || f.Geometry.Size != size {
		return nil, app.Refuse(nil, "nifti.not_nifti", path)
	}
	labels, none := make([]uint8, size[0]*size[1]), make([]uint8, size[0]*size[1])
	for l := range mask.Layer(mask.Layers) {
		for k := range size[2] {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if err := f.Next(labels); err != nil {
				return nil, err
			}
			if !bytes.Equal(labels, none) { // most are empty, and comparing is quicker than setting
				m.SetSlice(l, k, labels)
			}
		}
	}
	return f.Note, nil
}

// walk brings a cached mask from the changes it holds to others: those that are
// not among them are taken back, the missing ones made.
func (s *Study) walk(ctx context.Context, c *cached, refs []int64) error {
	err := walk(c, refs, func(ref int64) (mask.Delta, error) { return s.delta(ctx, ref) }, false)
	if errors.Is(err, errDamaged) {
		return app.Refuse(err, "study.damaged", s.folder)
	}
	return err
}

// walk is Study.walk with changes read by a function. One that was made on another
// mask than it comes to is errDamaged, and with lax carried out all the same.
func walk(c *cached, refs []int64, read func(ref int64) (mask.Delta, error), lax bool) error {
	common := 0
	for common < min(len(c.refs), len(refs)) && c.refs[common] == refs[common] {
		common++
	}
	for n := len(c.refs) - 1; n >= common; n-- {
		delta, err := read(c.refs[n])
		if err != nil {
			return err
		}
		if lax {
			c.mask.Overwrite(inverse(delta))
		} else {
			c.mask.Revert(delta)
		}
		c.refs = c.refs[:n]
	}
	for _, ref := range refs[common:] {
		delta, err := read(ref)
		if err != nil {
			return err
		}
		if !lax && !c.mask.Fits(delta) {
			return errDamaged
		}
		if lax {
			c.mask.Overwrite(delta)
		} else {
			c.mask.Apply(delta)
		}
		c.refs = append(c.refs, ref)
	}
	return nil
}

// inverse is the change back.
func inverse(delta mask.Delta) mask.Delta {
	var back mask.Delta
	for _, d := range delta.Slices {
		d.Runs = slices.Clone(d.Runs)
		for n, r := range d.Runs {
			d.Runs[n].Old, d.Runs[n].New = r.New, r.Old
		}
		back.Slices = append(back.Slices, d)
	}
	return back
}

func (s *Study) delta(ctx context.Context, ref int64) (mask.Delta, error) {
	if err := ctx.Err(); err != nil {
		return mask.Delta{}, err
	}
	return s.Delta(ref)
}

// saveCheckpoint writes the mask as the journal has it at this moment; saving is
// held, and what the journal has is on disk.
func (s *Study) saveCheckpoint(ctx context.Context, refs []int64, n note) error {
	if err := s.walk(ctx, s.cache, refs); err != nil {
		return err
	}
	text, err := json.Marshal(n)
	if err != nil {
		return err
	}
	m := s.cache.mask
	err = nifti.WriteStack(ctx, s.path(checkpointName), s.grid, mask.Layers, 1, text, func(layer, k int) []uint8 {
		return m.Slice(mask.Layer(layer), k)
	})
	if err == nil {
		s.cache.offset = n.Offset
	}
	return err
}
