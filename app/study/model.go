package study

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"opacity/app"
	"opacity/app/imageio/nifti"
	"opacity/app/mask"
	"opacity/app/safefile"
)

// The files of a model's folder, model/1, model/2...: its mask as two layers, and
// per label its probability as bytes, 0..255 for 0..1. Beside the folders lies
// which voxels a hand has touched.
const (
	proposedName = "mask.nii.gz"
	touchedName  = "touched.nii.gz"
	stackEnding  = ".nii.gz"
)

// Proposal is what a model found, before any hand changed it.
type Proposal struct {
	Mask *mask.Mask
	// Probabilities holds, per label name, one slice a k of nx*ny values, 0..255
	// for 0..1, nil where all are 0. It may be empty.
	Probabilities map[string][][]uint8
}

// proposalNote says in a file what its bytes are of.
type proposalNote struct {
	Label  string  `json:"label,omitempty"`  // of a probability
	Labels []Label `json:"labels,omitempty"` // of a mask
}

// KeepProposal puts what a model proposes into the study, for good: neither undo
// nor a later model takes it away. It is to be called before the step that adopts
// it, so that the step is known to be that model's: also where the proposal cannot be
// written, which is the error then. model.Folder is filled in.
func (s *Study) KeepProposal(ctx context.Context, model Model, p Proposal) error {
	if s.why != nil {
		return s.why
	}
	s.saving.Lock()
	defer s.saving.Unlock()
	var unwritten error
	if model.Folder, unwritten = s.putProposal(ctx, p); unwritten != nil {
		model.Folder = ""
	}
	if err := s.addModel(model); err != nil {
		return err
	}
	return unwritten
}

// putProposal writes a proposal into a new folder of the study.
func (s *Study) putProposal(ctx context.Context, p Proposal) (folder string, err error) {
	if err := os.MkdirAll(s.path(modelName), 0o777); err != nil {
		return "", safefile.Explain(s.path(modelName), err)
	}
	number, err := s.nextModel()
	if err != nil {
		return "", err
	}
	folder = fmt.Sprintf("%s/%d", modelName, number)
	return folder, s.writeProposal(ctx, s.path(filepath.FromSlash(folder)), p)
}

// nextModel is a number that no model's folder has.
func (s *Study) nextModel() (int, error) {
	for n := len(s.Info().Models) + 1; ; n++ {
		switch _, err := os.Lstat(filepath.Join(s.path(modelName), fmt.Sprint(n))); {
		case errors.Is(err, fs.ErrNotExist):
			return n, nil
		case err != nil:
			return 0, safefile.Explain(s.path(modelName), err)
		}
	}
}

// writeProposal makes a folder that is whole or not there.
func (s *Study) writeProposal(ctx context.Context, folder string, p Proposal) error {
	stage := folder + ".tmp"
	if err := os.RemoveAll(stage); err != nil {
		return safefile.Explain(folder, err)
	}
	if err := os.Mkdir(stage, 0o777); err != nil {
		return safefile.Explain(folder, err)
	}
	defer os.RemoveAll(stage) // gone already where all went well
	put := func(name string, about proposalNote, volumes int, slope float64, slice func(volume, k int) []uint8) error {
		note, err := json.Marshal(about)
		if err != nil {
			return err
		}
		return nifti.WriteStack(ctx, filepath.Join(stage, name), s.grid, volumes, slope, note, slice)
	}
	err := put(proposedName, proposalNote{Labels: labelsOf(p.Mask.Labels())}, mask.Layers, 1, func(l, k int) []uint8 {
		return p.Mask.Slice(mask.Layer(l), k)
	})
	if err != nil {
		return err
	}
	for n, label := range slices.Sorted(maps.Keys(p.Probabilities)) {
		name := fmt.Sprintf("%s%d_%s%s", app.ProbabilityPrefix, n+1, plain(label), stackEnding)
		stack := p.Probabilities[label]
		err := put(name, proposalNote{Label: label}, 1, 1.0/255, func(_, k int) []uint8 { return stack[k] })
		if err != nil {
			return err
		}
	}
	if err := os.Rename(stage, folder); err != nil {
		return safefile.Explain(folder, err)
	}
	return nil
}

// plain is a label's name as a part of a file's name.
func plain(label string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, label[:min(len(label), 40)])
}

// Proposal reads what a model of Info.Models proposed.
func (s *Study) Proposal(ctx context.Context, model Model) (Proposal, error) {
	folder := filepath.FromSlash(model.Folder)
	if model.Folder == "" || !filepath.IsLocal(folder) {
		return Proposal{}, app.Refuse(nil, "study.no_proposal", s.folder, model.ID)
	}
	p := Proposal{Mask: mask.New(s.size, nil), Probabilities: map[string][][]uint8{}}
	note, err := readLayers(ctx, filepath.Join(s.path(folder), proposedName), p.Mask)
	if err != nil {
		return Proposal{}, err
	}
	var about proposalNote
	if json.Unmarshal(note, &about) != nil || p.Mask.SetLabels(maskLabels(about.Labels)) != nil {
		return Proposal{}, app.Refuse(nil, "study.no_proposal", s.folder, model.ID)
	}
	names, err := safefile.Names(s.path(folder))
	if err != nil {
		return Proposal{}, err
	}
	for _, name := range names {
		if !strings.HasPrefix(name, app.ProbabilityPrefix) || !strings.HasSuffix(name, stackEnding) {
			continue
		}
		label, stack, err := s.readProbability(ctx, filepath.Join(s.path(folder), name))
		if err != nil {
			return Proposal{}, err
		}
		p.Probabilities[label] = stack
	}
	return p, nil
}

func (s *Study) readProbability(ctx context.Context, path string) (label string, stack [][]uint8, err error) {
	f, err := nifti.OpenStack(path)
	if err != nil {
		return "", nil, err
	}
	defer f.Close()
	var about proposalNote
	if json.Unmarshal(f.Note, &about) != nil || f.Volumes != 1 || f.Geometry.Size != s.size {
		return "", nil, app.Refuse(nil, "nifti.not_nifti", path)
	}
	for range s.size[2] {
		if err := ctx.Err(); err != nil {
			return "", nil, err
		}
		values := make([]uint8, s.size[0]*s.size[1])
		if err := f.Next(values); err != nil {
			return "", nil, err
		}
		if !slices.ContainsFunc(values, func(v uint8) bool { return v != 0 }) {
			values = nil
		}
		stack = append(stack, values)
	}
	return about.Label, stack, nil
}

// Touched is the voxels that are a person's after the steps that are applied, with an
// entry for each of those steps: empty for those of models. It reads their changes back from disk.
func (s *Study) Touched(ctx context.Context) (*mask.Touched, error) {
	s.mu.Lock()
	applied := slices.Clone(s.steps[:s.applied])
	s.mu.Unlock()
	t := mask.NewTouched(s.size)
	for _, k := range applied {
		var delta mask.Delta
		if k.Step.Own() {
			var err error
			if delta, err = s.delta(ctx, k.Ref); err != nil {
				return nil, err
			}
		}
		t.Push(delta)
	}
	return t, nil
}

// saveTouched writes the voxels that are a person's beside the models'
// proposals, 1 for those, a volume for each layer of the mask. It is made anew of
// the history each time, and never read: older versions wrote one for all layers.
func (s *Study) saveTouched(ctx context.Context) error {
	if len(s.Info().Models) == 0 {
		return nil
	}
	t, err := s.Touched(ctx)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.path(modelName), 0o777); err != nil {
		return safefile.Explain(s.path(modelName), err)
	}
	values := make([]uint8, s.size[0]*s.size[1])
	return nifti.WriteStack(ctx, filepath.Join(s.path(modelName), touchedName), s.grid, mask.Layers, 1, nil, func(layer, k int) []uint8 {
		clear(values)
		if touched := t.Bits()[layer]; touched != nil {
			touched.Paint(k, values, 1)
		}
		return values
	})
}
