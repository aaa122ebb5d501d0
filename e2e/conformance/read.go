package main

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"opacity/app/mask"
	"opacity/app/volume"
)

// input is input.json. Sizes and spacings are along i, j, k. Files hold one value a
// voxel, i fastest: masks a byte, 0 or 1.
type input struct {
	TolerancesMM []float64     `json:"tolerances_mm"`
	Pairs        []pair        `json:"pairs"`
	Scores       []scored      `json:"scores"`
	Paired       []vectors     `json:"paired"`
	Ratings      [][][]float64 `json:"ratings"` // by subject, by rater
	Repeated     []subjects    `json:"repeated"`
	Outcomes     []outcomes    `json:"outcomes"`
	PValues      [][]float64   `json:"p_values"`
}

type pair struct {
	Name       string      `json:"name"`
	Size       volume.Size `json:"size"`
	SpacingMM  [3]float64  `json:"spacing_mm"`
	Reference  string      `json:"reference"`
	Prediction string      `json:"prediction"`
}

// scored is probabilities beside a reference: whole numbers of 8 or 16 bits, or
// float32 where Bits is 32, little-endian.
type scored struct {
	Name          string      `json:"name"`
	Size          volume.Size `json:"size"`
	Bits          int         `json:"bits"`
	Probabilities string      `json:"probabilities"`
	Reference     string      `json:"reference"`
}

// vectors are values of the same cases, of the reference and of the prediction.
type vectors struct {
	A []float64 `json:"a"`
	B []float64 `json:"b"`
}

// subjects are pairs of which several belong to one subject.
type subjects struct {
	vectors
	Subject []int `json:"subject"`
}

type outcomes struct {
	Score    []float64 `json:"score"`
	Other    []float64 `json:"other"`
	Positive []bool    `json:"positive"`
}

func read(folder string) (input, error) {
	data, err := os.ReadFile(filepath.Join(folder, "input.json"))
	if err != nil {
		return input{}, err
	}
	var in input
	if err := json.Unmarshal(data, &in); err != nil {
		return input{}, fmt.Errorf("input.json: %w", err)
	}
	return in, in.check()
}

// check finds vectors that do not belong together.
func (in input) check() error {
	for n, p := range in.Paired {
		if len(p.A) != len(p.B) {
			return fmt.Errorf("paired %d: %d values beside %d", n, len(p.A), len(p.B))
		}
	}
	for n, r := range in.Repeated {
		if len(r.A) != len(r.B) || len(r.A) != len(r.Subject) {
			return fmt.Errorf("repeated %d: %d and %d values of %d", n, len(r.A), len(r.B), len(r.Subject))
		}
	}
	for n, o := range in.Outcomes {
		if len(o.Score) != len(o.Positive) || len(o.Other) != len(o.Positive) {
			return fmt.Errorf("outcomes %d: %d and %d scores of %d", n, len(o.Score), len(o.Other), len(o.Positive))
		}
	}
	return nil
}

// raw reads a file of so many bytes a voxel.
func raw(folder, name string, size volume.Size, width int) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		return nil, err
	}
	if min(size[0], size[1], size[2]) < 1 || len(data) != width*size.Voxels() {
		return nil, fmt.Errorf("%s has %d bytes, which is not %d for each voxel of %v", name, len(data), width, size)
	}
	return data, nil
}

// readMask reads a mask.
func readMask(folder, name string, size volume.Size) (*mask.Bits, error) {
	data, err := raw(folder, name, size, 1)
	if err != nil {
		return nil, err
	}
	b, at := mask.NewBits(size), 0
	for k := range size[2] {
		for j := range size[1] {
			row := b.Row(j, k)
			for i, v := range data[at : at+size[0]] {
				if v > 1 {
					return nil, fmt.Errorf("%s: %d at [%d %d %d], which is neither 0 nor 1", name, v, i, j, k)
				}
				row[i>>6] |= uint64(v) << (i & 63)
			}
			at += size[0]
		}
	}
	return b, nil
}

var errBits = errors.New("probabilities are of 8, 16 or 32 bits")

// readProbabilities returns a slice of uint8, uint16 or float32.
func readProbabilities(folder string, s scored) (any, error) {
	data, err := raw(folder, s.Probabilities, s.Size, s.Bits/8)
	if err != nil {
		return nil, err
	}
	switch s.Bits {
	case 8:
		return data, nil
	case 16:
		p := make([]uint16, len(data)/2)
		for n := range p {
			p[n] = binary.LittleEndian.Uint16(data[2*n:])
		}
		return p, nil
	case 32:
		p := make([]float32, len(data)/4)
		for n := range p {
			p[n] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*n:]))
		}
		return p, nil
	}
	return nil, errBits
}
