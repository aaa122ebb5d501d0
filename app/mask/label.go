// Package mask holds what was drawn on a volume: layers of labels on its grid,
// the changes made to them, and the history of those changes.
//
// A mask has layers; within a layer a voxel has one label, layers overlap. The
// anatomy layer says which lung a voxel belongs to, findings in it included;
// the findings layer says what is wrong with it. So erasing a finding leaves
// the lung, and erasing lung leaves no hole of another kind.
//
// Index order is that of package volume: i fastest, k slowest. A slice is the
// nx*ny labels of one k.
package mask

import "strings"

// Layer is one sheet of labels. Findings lie over anatomy.
type Layer uint8

// The layers of a mask, in the order they are flattened: later covers earlier.
const (
	Anatomy Layer = iota
	Findings
	Layers = 2 // how many there are
)

// String names a layer as model metadata and study files write it.
func (l Layer) String() string {
	if l == Anatomy {
		return "anatomy"
	}
	return "findings"
}

// ParseLayer is the inverse of String.
func ParseLayer(s string) (Layer, bool) {
	switch s {
	case "anatomy":
		return Anatomy, true
	case "findings":
		return Findings, true
	}
	return 0, false
}

// Side is the patient's own side, never the side of the screen.
type Side string

// The sides a label may declare.
const (
	NoSide Side = ""
	Left   Side = "left"
	Right  Side = "right"
)

// RGB is a label's colour, not premultiplied.
type RGB [3]uint8

// Label is one thing that voxels can be.
type Label struct {
	Value   uint8 // unique in the mask, over all layers; 0 is "nothing"
	Layer   Layer
	Name    string // in the field's words: "left lung"; models and files are mapped by it
	Side    Side
	Code    string // terminology code where the source declares one
	Colour  RGB
	Visible bool
	Locked  bool
}

// The labels every study starts with, numbered as in the COVID-19-CT-Seg data set.
const (
	LeftLung  uint8 = 1
	RightLung uint8 = 2
	Infection uint8 = 3
)

// DefaultLabels returns a fresh copy of the labels every study starts with.
func DefaultLabels() []Label {
	return []Label{
		{Value: LeftLung, Layer: Anatomy, Name: "left lung", Side: Left, Colour: RGB{0x4C, 0x9B, 0xE8}, Visible: true},
		{Value: RightLung, Layer: Anatomy, Name: "right lung", Side: Right, Colour: RGB{0x3F, 0xB6, 0x8B}, Visible: true},
		{Value: Infection, Layer: Findings, Name: "infection", Colour: RGB{0xF2, 0x54, 0x5B}, Visible: true},
	}
}

// Same reports whether two labels are the same thing. Those of the lungs and of infection
// are known by number and layer, whatever they are called; others by name and side too.
func (l Label) Same(o Label) bool {
	return l.Value == o.Value && l.Layer == o.Layer && (l.Value <= Infection || l.alike(o))
}

func (l Label) alike(o Label) bool {
	return l.Layer == o.Layer && l.Side == o.Side && strings.EqualFold(l.Name, o.Name)
}

// ExtraColours go to further labels in this order: Okabe and Ito's series,
// told apart by colour-blind eyes, less the hues the default labels use.
var ExtraColours = []RGB{{0xE6, 0x9F, 0x00}, {0xF0, 0xE4, 0x42}, {0xCC, 0x79, 0xA7}, {0x56, 0xB4, 0xE9}, {0xD5, 0x5E, 0x00}}
