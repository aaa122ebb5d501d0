package viewer

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"opacity/app"
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
// HU, else that of a byte or the range of the values in the middle slice.
func FirstWindow(vol *volume.Volume) volume.Window {
	if w, said := toldWindow(vol); said {
		return w
	}
	lo, hi := sliceRange(vol)
	if lo == hi {
		lo, hi = vol.Range()
	}
	return windowOf(lo, hi)
}

// byteWindow shows what fits into a byte whole, whatever is in the slice, so that the
// cases of one export look alike.
var byteWindow = volume.Window{Center: 127.5, Width: 255}

// toldWindow is the window that is known without a look at the voxels.
func toldWindow(vol *volume.Volume) (w volume.Window, said bool) {
	switch {
	case vol.Window.Width > 0:
		return vol.Window, true
	case vol.Unit == volume.HU:
		return Presets[1].Window, true
	}
	return byteWindow, false
}

// most is how many voxels of a slice are looked at for a window.
const most = 1 << 14

// sliceRange is that of the values in the middle slice; lo == hi where it shows nothing.
// Where half a per cent of them lie farther off than the rest is wide, they are left
// out: metal and marks burnt in do not make the rest black.
func sliceRange(vol *volume.Volume) (lo, hi float64) {
	nx, n := vol.Size[0], vol.Size[0]*vol.Size[1]
	var values []float64
	for step, o := max(1, n/most), 0; o < n; o += step {
		if x := vol.At(o%nx, o/nx, vol.Size[2]/2); !math.IsNaN(x) && !math.IsInf(x, 0) {
			values = append(values, x)
		}
	}
	slices.Sort(values)
	last := len(values) - 1
	if last < 0 {
		return 0, 0
	}
	tail := len(values) / 200
	low, high := values[tail], values[last-tail]
	if values[0] >= low-(high-low) {
		low = values[0]
	}
	if values[last] <= high+(high-low) {
		high = values[last]
	}
	return low, high
}

// windowOf shows a range of values whole.
func windowOf(lo, hi float64) volume.Window {
	if !(lo < hi) || lo >= 0 && hi >= 64 && hi <= 255 {
		return byteWindow
	}
	// lo is drawn black and hi white: DICOM PS3.3 C.11.2.1.2.1.
	return volume.Window{Center: (lo+hi)/2 + 0.5, Width: hi - lo + 1}
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
	if v.session.Volume() != nil {
		v.SetWindow(v.first)
	}
}

// FirstWindow is the window that the volume opened in.
func (v *Viewer) FirstWindow() volume.Window { return v.first }

// arrived takes the window of a volume that is still loading from its middle slice,
// once that is there.
func (v *Viewer) arrived(r app.SliceRange) {
	vol := v.session.Volume()
	if vol == nil || !v.loading {
		return
	}
	if k := vol.Size[2] / 2; k < r.First || k > r.Last {
		return
	}
	if _, said := toldWindow(vol); !said {
		v.open(windowOf(sliceRange(vol)))
	}
}

// open makes w the window that the volume opened in, and shows it unless the user has
// chosen another.
func (v *Viewer) open(w volume.Window) {
	asOpened := v.window == v.first
	v.first = w
	if asOpened {
		v.SetWindow(w)
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
