package study

import (
	"time"

	"opacity/app/mask"
	"opacity/app/review"
	"opacity/app/volume"
)

// Info is what a study says of itself beside its mask: the content of study.json.
type Info struct {
	ID      string    `json:"id"`      // of this study and its copies
	Program string    `json:"program"` // version of Opacity that made it
	Created time.Time `json:"created"`
	Case    string    `json:"case"`    // what the image was called then; "" where nobody said
	Sources []Source  `json:"sources"` // the image first
	Grid    Grid      `json:"grid"`
	Labels  []Label   `json:"labels"`
	Models  []Model   `json:"models"` // in the order they were run
	// Thresholds are those that were set by hand last, whichever model's run the
	// mask went back to; where there is none for a label, the model's own holds.
	Thresholds []Threshold `json:"thresholds"`
	// Held is what changed what the mask goes back to, and no voxel, so that no step
	// tells of it; nil where a step does.
	Held     *Held     `json:"held"`
	Reviewer string    `json:"reviewer"`
	State    string    `json:"state"` // of the case in a work list: "new", "in work", "corrected", "accepted", "problem"
	Note     string    `json:"note"`
	SaidBy   string    `json:"said_by"` // who said State and Note last; "" where Reviewer did
	SaidAt   time.Time `json:"said_at"` // zero where nobody knows
	// ReadingSeconds is how long somebody has actively worked on it.
	ReadingSeconds float64 `json:"reading_seconds"`
	// Slices says what was thought of slices, by their index k counted from 0.
	Slices review.Marks `json:"slices"`
	// View is what the window showed last; nil where nobody has looked.
	View *View `json:"view"`
	// Withheld says, in English, why millilitres are not told; "" where they are.
	Withheld string `json:"withheld"`
	// MovedTo is the copy of the study that the work went on in; "" where it goes on
	// here.
	MovedTo string `json:"moved_to"`
}

// Held is a run, a file or thresholds that no step leads to.
type Held struct {
	Steps int    `json:"steps"` // that were applied then
	Tool  string `json:"tool"`  // of the step that it would have been
}

// View is what a window shows of the volume.
type View struct {
	Cursor volume.Size `json:"cursor"` // a voxel: i, j, k
	Window [2]float64  `json:"window"` // centre and width, in the volume's unit
	Label  uint8       `json:"label"`  // the active one
	Plane  int         `json:"plane"`  // of the active pane: axial, coronal, sagittal
}

// Source is an image that the study was made from.
type Source struct {
	Path      string `json:"path"`
	SHA256    string `json:"sha256"` // as app.Series.SHA256 has it
	SeriesUID string `json:"series_uid"`
}

// Grid is the voxels that the mask lies on, as volume.Geometry has them: LPS
// millimetres, near-LPS order, i fastest.
type Grid struct {
	Size             volume.Size   `json:"size"`
	SpacingMM        [3]float64    `json:"spacing_mm"`
	Affine           volume.Affine `json:"affine_lps"`
	SlicePositionsMM []float64     `json:"slice_positions_mm"` // null where slices are evenly spaced
}

func gridOf(g volume.Geometry) Grid {
	return Grid{g.Size, g.SpacingMM(), g.Affine, g.SlicePositionsMM}
}

// Geometry is the grid as package volume has it.
func (g Grid) Geometry() volume.Geometry {
	return volume.Geometry{Size: g.Size, Affine: g.Affine, SlicePositionsMM: g.SlicePositionsMM}
}

// Label is a label of the mask as files name it.
type Label struct {
	Value   uint8    `json:"value"`
	Layer   string   `json:"layer"`
	Name    string   `json:"name"`
	Side    string   `json:"side"`
	Code    string   `json:"code"`
	Colour  mask.RGB `json:"colour"`
	Visible bool     `json:"visible"`
	Locked  bool     `json:"locked"`
}

// maskLabels is the inverse of labelsOf; what no mask can have is left out.
func maskLabels(labels []Label) []mask.Label {
	var out []mask.Label
	for _, l := range labels {
		if layer, ok := mask.ParseLayer(l.Layer); ok && l.Value != 0 {
			out = append(out, mask.Label{
				Value: l.Value, Layer: layer, Name: l.Name, Side: mask.Side(l.Side), Code: l.Code,
				Colour: l.Colour, Visible: l.Visible, Locked: l.Locked,
			})
		}
	}
	return out
}

func labelsOf(labels []mask.Label) []Label {
	out := make([]Label, len(labels))
	for n, l := range labels {
		out[n] = Label{l.Value, l.Layer.String(), l.Name, string(l.Side), l.Code, l.Colour, l.Visible, l.Locked}
	}
	return out
}

// Model is a model that proposed a mask of the whole image, or of a part of it;
// or a file that a mask was read from.
type Model struct {
	ID      string  `json:"id"`
	Version string  `json:"version"`
	SHA256  string  `json:"sha256"`
	Title   string  `json:"title"`
	Source  string  `json:"source"`
	Licence string  `json:"licence"`
	File    bool    `json:"file"`   // no model: ID is the file's name
	Labels  []Label `json:"labels"` // that it looks for
	// Thresholds are those of its run; of what an older version kept nobody knows.
	Thresholds []Threshold `json:"thresholds"`
	// Device is where it ran; nil of a file, and where an older version kept nothing.
	Device *Device   `json:"device,omitempty"`
	Time   time.Time `json:"time"`
	Doubts []Doubt   `json:"doubts"` // that its run, or the file, left
	// Parts are those that it was run on, where it was never run on the whole.
	Parts []Part `json:"parts,omitempty"`
	// Folder holds what it proposed, below the study's folder and with slashes;
	// "" where that was not kept.
	Folder string `json:"folder"`
}

// Device is an app.Device as files keep it, in English.
type Device struct {
	Requested string `json:"requested"`
	Used      string `json:"used"`
	Name      string `json:"name"`
	Reason    string `json:"reason"`
}

// Part is a part of the image that a model was run on.
type Part struct {
	Name string `json:"name"`
	Lung uint8  `json:"lung"` // the label of the lung that it is, 0 where it is none
}

// Threshold is the probability from which a voxel counts as a label's.
type Threshold struct {
	Label string  `json:"label"` // its name
	Value float64 `json:"value"` // 0..1
}

// Doubt is a volume.Warning as files keep it, in English.
type Doubt struct {
	Kind  volume.WarningKind `json:"kind"`
	Text  string             `json:"text"`
	Slice *volume.Slice      `json:"slice"`
}

// Slice is what was thought of one slice.
type Slice = review.Mark
