package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"opacity/app"
	"opacity/app/imageio/nifti"
	"opacity/app/mask"
	"opacity/app/review"
	"opacity/app/volume"
)

// The bits of the label files.
const (
	lungBit, infectionBit = 1, 2
	unknown               = 2 // shift: bit 4 where the lung is not known, 8 the infection
)

// scan is a prediction and what is wrong with it.
type scan struct {
	name           string
	mask           *mask.Mask
	probabilities  map[string][][]uint8
	wrongInfection []int // pixels, by slice k
	wrongLung      []int // nil where lungs were not predicted
}

func read(ctx context.Context, folder string) (scan, error) {
	s := scan{name: filepath.Base(folder), probabilities: map[string][][]uint8{}}
	for _, l := range labels {
		p, _, err := bytes(ctx, filepath.Join(folder, "prob_"+l.Name+".nii.gz"))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return scan{}, err
		}
		s.probabilities[l.Name] = p
	}
	predicted, size, err := bytes(ctx, filepath.Join(folder, "predicted.nii.gz"))
	if err != nil {
		return scan{}, err
	}
	reference, same, err := bytes(ctx, filepath.Join(folder, "reference.nii.gz"))
	if err != nil {
		return scan{}, err
	}
	if size != same {
		return scan{}, fmt.Errorf("%s: the prediction is %v and the reference %v", folder, size, same)
	}
	s.mask = mask.New(size, labels)
	s.wrongInfection = make([]int, size[2])
	if s.probabilities["lung"] != nil {
		s.wrongLung = make([]int, size[2])
	}
	for k := range predicted {
		s.take(k, predicted[k], reference[k])
	}
	return s, nil
}

// take makes the mask of a slice and counts what is wrong on it.
func (s *scan) take(k int, predicted, reference []uint8) {
	lung, infection := make([]uint8, len(predicted)), make([]uint8, len(predicted))
	for o, p := range predicted {
		ref := reference[o]
		differs := (p ^ ref) &^ (ref >> unknown)
		if p&lungBit > 0 {
			lung[o] = 1
		}
		if p&infectionBit > 0 {
			infection[o] = mask.Infection
		}
		if differs&infectionBit > 0 {
			s.wrongInfection[k]++
		}
		if s.wrongLung != nil && differs&lungBit > 0 {
			s.wrongLung[k]++
		}
	}
	s.mask.SetSlice(mask.Anatomy, k, lung)
	s.mask.SetSlice(mask.Findings, k, infection)
}

// wrong counts the wrong pixels of each slice: of the infection, or of both labels.
func (s scan) wrong(what string) []int {
	sum := append([]int(nil), s.wrongInfection...)
	if what != "infection" {
		for k, n := range s.wrongLung {
			sum[k] += n
		}
	}
	return sum
}

func (s scan) rank(ctx context.Context) (q queues, err error) {
	if q.whole, err = review.Rank(ctx, review.Input{Mask: s.mask, Probabilities: s.probabilities}, nil); err != nil {
		return queues{}, err
	}
	q.noProbabilities, err = review.Rank(ctx, review.Input{Mask: s.mask}, nil)
	return q, err
}

// bytes reads a file of values 0..255, slice by slice.
func bytes(ctx context.Context, path string) ([][]uint8, volume.Size, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, volume.Size{}, err
	}
	series, err := nifti.Open(path)
	if err != nil {
		return nil, volume.Size{}, err
	}
	v, err := series.Load(ctx, app.LoadHooks{})
	if err != nil {
		return nil, volume.Size{}, err
	}
	out := make([][]uint8, v.Size[2])
	for k := range out {
		out[k] = make([]uint8, v.Size[0]*v.Size[1])
		if v.Int16 == nil {
			return nil, volume.Size{}, fmt.Errorf("%s does not hold bytes", path)
		}
		for o, x := range v.SliceInt16(k) {
			if x < 0 || x > 255 {
				return nil, volume.Size{}, fmt.Errorf("%s holds the value %d", path, x)
			}
			out[k][o] = uint8(x)
		}
	}
	return out, v.Size, nil
}
