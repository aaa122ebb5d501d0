// Package tool turns pointer and key events into changes of the viewer, without
// a window: a recorded log of events replays in a test.
//
// The window hands every pointer event to one Machine per window. A gesture
// belongs to the pane and the button it began with until it ends; ending it
// twice, or pressing a second button meanwhile, changes nothing.
package tool

import (
	"opacity/app/volume"
	"opacity/viewer"
)

// Kind says what the pointer did.
type Kind string

// The kinds of event.
const (
	Press   Kind = "press"
	Move    Kind = "move" // with or without a button
	Release Kind = "release"
	Wheel   Kind = "wheel"
	Abort   Kind = "abort" // Escape, or the gesture cannot go on
)

// Button is a mouse button.
type Button string

// The buttons.
const (
	NoButton Button = ""
	Left     Button = "left"
	Middle   Button = "middle"
	Right    Button = "right"
)

// Mods are the modifier keys held, or-ed together.
type Mods int

// The modifiers.
const (
	Shift Mods = 1 << iota
	Ctrl
	Alt
)

// Event is what the pointer did over a pane.
type Event struct {
	Kind  Kind         `json:"kind"`
	Plane viewer.Plane `json:"plane"`
	// Voxel is the fractional index under the pointer, on the slice shown; it may
	// lie outside the volume.
	Voxel volume.Vec `json:"voxel"`
	// Pane is the pointer's place in pixels from the pane's top left corner, and
	// Size the pane's width and height in the same pixels.
	Pane [2]float64 `json:"pane"`
	Size [2]float64 `json:"size"`
	// Button is the one pressed or released; of a Move the one held.
	Button Button `json:"button,omitempty"`
	Mods   Mods   `json:"mods,omitempty"`
	// WindowKey is true while W is held.
	WindowKey bool `json:"windowKey,omitempty"`
	// Clicks counts presses in quick succession at one place: 2 for a double click.
	Clicks int `json:"clicks,omitempty"`
	// Notches of the wheel, upwards positive; fractions add up.
	Notches float64 `json:"notches,omitempty"`
}

// Tool is what a button does while it is held. Press begins; Move follows, as
// rarely as once a frame, so a tool fills in between; then exactly one of
// Release, which keeps what was done, and Abort, which takes it back.
type Tool interface {
	Press(Event)
	Move(Event)
	Release(Event)
	Abort()
}
