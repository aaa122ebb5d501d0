package viewer

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"opacity/app/volume"
)

// Preset is a named window.
type Preset struct {
	Name   string // on a command line
	Key    string // translation key
	Window volume.Window
}

// Presets in the order of the keys 1 to 5, HU.
var Presets = []Preset{
	{"soft", "viewer.preset.soft", volume.Window{Center: 40, Width: 400}},
	{"lung", "viewer.preset.lung", volume.Window{Center: -600, Width: 1500}},
	{"liver", "viewer.preset.liver", volume.Window{Center: 90, Width: 150}},
	{"bone", "viewer.preset.bone", volume.Window{Center: 480, Width: 2500}},
	{"brain", "viewer.preset.brain", volume.Window{Center: 40, Width: 80}},
}

// FirstWindow is the window a volume opens in: the header's own, else lung for
// HU, else the whole range of the values in the middle slice.
func FirstWindow(vol *volume.Volume) volume.Window {
	if vol.Window.Width > 0 {
		return vol.Window
	}
	if vol.Unit == volume.HU {
		return Presets[1].Window
	}
	return volume.Window{Center: 127.5, Width: 255}
}

// ApplyPreset sets preset n of Presets; not where the volume's numbers are not
// Hounsfield units, which the presets are given in.
func (v *Viewer) ApplyPreset(n int) {
	if vol := v.session.Volume(); vol == nil || n < 0 || n >= len(Presets) || !HasHU(vol) {
		return
	}
	v.SetWindow(Presets[n].Window)
}

// ResetWindow sets the window the volume opened in.
func (v *Viewer) ResetWindow() {
	if vol := v.session.Volume(); vol != nil {
		v.SetWindow(FirstWindow(vol))
	}
}

// ParseWindow reads a window as commands write it: the name of a preset, or
// "CENTER,WIDTH" such as "-600,1500".
func ParseWindow(s string) (volume.Window, error) {
	var names []string
	for _, p := range Presets {
		if s == p.Name {
			return p.Window, nil
		}
		names = append(names, p.Name)
	}
	c, w, found := strings.Cut(s, ",")
	center, errC := strconv.ParseFloat(strings.TrimSpace(c), 64)
	width, errW := strconv.ParseFloat(strings.TrimSpace(w), 64)
	if !found || errC != nil || errW != nil || !(width >= 1) || math.IsInf(width, 0) || math.IsNaN(center) || math.IsInf(center, 0) {
		return volume.Window{}, fmt.Errorf("window %q is neither one of %s nor CENTER,WIDTH", s, strings.Join(names, ", "))
	}
	return volume.Window{Center: center, Width: width}, nil
}
