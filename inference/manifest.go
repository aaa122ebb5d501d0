// Package inference runs segmentation models on volumes. What a model wants
// done to its input and its output is read from its metadata (SCHEMA.md) and
// never coded per model: a Manifest is parsed, compiled into a plan for one
// volume, and the plan is carried out slice by slice beside the network.
//
// Inside this package a picture is one slice in the order the network sees it:
// rows slowest, columns fastest, float32. The package knows no inference
// library: a Runtime opens networks.
package inference

import (
	"encoding/json"
	"fmt"
)

// SchemaName is the metadata version that this package reads, and the key under
// which an ONNX file carries it.
const SchemaName = "opacity.model.v1"

// Manifest is a model's metadata; see SCHEMA.md for what each field means.
type Manifest struct {
	Schema      string      `json:"schema"`
	ID          string      `json:"id"`
	Version     string      `json:"version"`
	Title       string      `json:"title"`
	Licence     string      `json:"licence"`
	Source      string      `json:"source"`
	IntendedUse string      `json:"intended_use"`
	Citation    string      `json:"citation"`
	Input       Input       `json:"input"`
	Preprocess  []PreStep   `json:"preprocess"`
	Inference   Mode        `json:"inference"`
	Output      Output      `json:"output"`
	Postprocess []PostStep  `json:"postprocess"`
	Training    Training    `json:"training"`
	Metrics     []Metric    `json:"metrics"`
	TestVector  *TestVector `json:"test_vector"`
}

// Input says what the network takes.
type Input struct {
	Name        string   `json:"name"`
	Layout      string   `json:"layout"`
	DType       string   `json:"dtype"`
	Modality    string   `json:"modality"`
	Unit        string   `json:"unit"`
	Channels    int      `json:"channels"`
	Orientation string   `json:"orientation"`
	SliceAxis   string   `json:"slice_axis"`
	SpacingMM   *Spacing `json:"spacing_mm"`
	Size        SizeRule `json:"size"`
}

// Spacing is millimetres along x, y and z.
type Spacing [3]float64

// UnmarshalJSON reads exactly three numbers.
func (s *Spacing) UnmarshalJSON(b []byte) error { return fixed(b, s[:]) }

// fixed reads an array of exactly as many values as there is room for.
func fixed[T any](b []byte, into []T) error {
	var values []T
	if err := json.Unmarshal(b, &values); err != nil {
		return err
	}
	if len(values) != len(into) {
		return fmt.Errorf("an array has %d values and needs %d", len(values), len(into))
	}
	copy(into, values)
	return nil
}

// Pair is a picture's size or a number of tiles, in the order the field says.
type Pair [2]int

// UnmarshalJSON reads exactly two numbers.
func (p *Pair) UnmarshalJSON(b []byte) error { return fixed(b, p[:]) }

// SizeRule says which picture sizes the network takes: Value is [rows, columns]
// or [slices, rows, columns].
type SizeRule struct {
	Mode  string `json:"mode"`
	Value []int  `json:"value"`
}

// PreStep is one step from the volume to the network's input. Which fields
// count depends on Op.
type PreStep struct {
	Op            string  `json:"op"`
	Min           float64 `json:"min"`
	Max           float64 `json:"max"`
	Center        float64 `json:"center"`
	Width         float64 `json:"width"`
	To            Target  `json:"to"`
	Size          Pair    `json:"size"` // rows, columns
	Interpolation string  `json:"interpolation"`
	Scope         Scope   `json:"scope"`
	Threshold     float64 `json:"threshold"`
	Mean          float64 `json:"mean"`
	Std           float64 `json:"std"`
	Epsilon       float64 `json:"epsilon"`
	ClipLimit     float64 `json:"clip_limit"`
	Tiles         Pair    `json:"tiles"` // columns, rows
	Factor        float64 `json:"factor"`
	Offset        float64 `json:"offset"`
	MarginMM      float64 `json:"margin_mm"`
	SpacingMM     Spacing `json:"spacing_mm"`
	Outside       float64 `json:"outside"`
	BelowMM       float64 `json:"below_mm"`
	ToMM          float64 `json:"to_mm"`
	MinDense      float64 `json:"min_dense"`
}

// Target is the field "to": a range of values, or for a crop what it is cut to.
type Target struct {
	Range [2]float64
	Name  string
}

// UnmarshalJSON reads [a, b] or a word.
func (t *Target) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, &t.Name) == nil {
		return nil
	}
	return fixed(b, t.Range[:])
}

// Scope is the field "scope": over what a step takes its statistics, or the
// range itself.
type Scope struct {
	Name  string
	Range [2]float64
}

// UnmarshalJSON reads a word or [lo, hi].
func (s *Scope) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, &s.Name) == nil {
		return nil
	}
	return fixed(b, s.Range[:])
}

// Mode says how the network is led over the volume.
type Mode struct {
	Mode    string   `json:"mode"`
	Context int      `json:"context"`
	Patch   []int    `json:"patch"`
	Overlap Shares   `json:"overlap"`
	Blend   string   `json:"blend"`
	Sigma   float64  `json:"sigma"`
	TTA     []string `json:"tta"`
	Batch   int      `json:"batch"`
}

// Shares is the part of a patch that its neighbour covers too, along slices, rows
// and columns.
type Shares [3]float64

// UnmarshalJSON reads three numbers, or one for all of them.
func (s *Shares) UnmarshalJSON(b []byte) error {
	var all float64
	if json.Unmarshal(b, &all) == nil {
		*s = Shares{all, all, all}
		return nil
	}
	return fixed(b, s[:])
}

// Output says what the network gives.
type Output struct {
	Name       string    `json:"name"`
	Activation string    `json:"activation"`
	Exclusive  bool      `json:"exclusive"`
	Resize     string    `json:"resize"`
	Channels   []Channel `json:"channels"`
}

// Channel says what one output channel stands for.
type Channel struct {
	Index     int     `json:"index"`
	Label     string  `json:"label"`
	Layer     string  `json:"layer"`
	Side      string  `json:"side"`
	Code      string  `json:"code"`
	Colour    string  `json:"colour"` // "#rrggbb" or ""
	Threshold float64 `json:"threshold"`
}

// PostStep is one step on the labels found, on the volume's own grid. Which
// fields count depends on Op.
type PostStep struct {
	Op           string  `json:"op"`
	Label        string  `json:"label"`
	Of           string  `json:"of"`
	N            int     `json:"n"`
	Connectivity int     `json:"connectivity"`
	MinFraction  float64 `json:"min_fraction"`
	Dimensions   int     `json:"dimensions"`
	ML           float64 `json:"ml"`
	Min          float64 `json:"min"`
	Max          float64 `json:"max"`
	SmoothMM     float64 `json:"smooth_mm"`
	BelowHU      float64 `json:"below_hu"`
	RadiusMM     float64 `json:"radius_mm"`
}

// Training says what the weights were trained on.
type Training struct {
	Dataset   string `json:"dataset"`
	Patients  int    `json:"patients"`
	Split     string `json:"split"`
	Lacks     string `json:"lacks"`
	Phantoms  bool   `json:"phantoms"`
	Negatives string `json:"negatives"`
}

// Metric is one published figure.
type Metric struct {
	Dataset  string  `json:"dataset"`
	Protocol string  `json:"protocol"`
	Case     string  `json:"case"`
	Label    string  `json:"label"`
	Metric   string  `json:"metric"`
	Value    float64 `json:"value"`
}

// TestVector is what a known input must give.
type TestVector struct {
	Input     string        `json:"input"`
	Channels  []TestChannel `json:"channels"`
	Tolerance float64       `json:"tolerance"`
}

// TestChannel is what one output channel must give.
type TestChannel struct {
	Index         int       `json:"index"`
	Mean          float64   `json:"mean"`
	OverThreshold float64   `json:"over_threshold"`
	Grid8         []float64 `json:"grid8"` // 64 block means, row by row
}
