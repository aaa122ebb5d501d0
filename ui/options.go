package ui

import (
	"context"
	"image"
	"time"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/text"
	"opacity/app/volume"
	"opacity/viewer"
)

// Options is what the window is given by the program around it. Functions are
// called beside the window's goroutine unless they say otherwise. What is nil is
// not offered.
type Options struct {
	Opener    app.Opener
	Segmenter app.Segmenter
	Writer    app.Writer

	// ReadMask reads a label map onto grid g, refusing one of another grid.
	ReadMask func(ctx context.Context, path string, g volume.Geometry) (*mask.LabelMap, error)
	// ReadOtherMask reads a label map onto its own grid.
	ReadOtherMask func(ctx context.Context, path string) (*mask.LabelMap, error)
	// Unfold makes a mask of a label map; nil for mask.FromLabelMap, which cannot
	// tell two lungs of one number apart.
	Unfold func(ctx context.Context, v *volume.Volume, lm *mask.LabelMap, m mask.Mapping) (*mask.Mask, error)
	// Chart draws the area of each label per slice, size in pixels; nil where it cannot.
	Chart func(m metrics.Measurements, width, height int, scale float64, dark bool) image.Image
	// SavePicture writes one pane as a PNG.
	SavePicture func(ctx context.Context, path string, p Picture, overwrite bool) error
	// DrawFigure draws figures of slices; see there.
	DrawFigure DrawFigure
	// Plots makes the figures of the tab Plots.
	Plots Plots
	// Phantom makes the sample.
	Phantom func(ctx context.Context, report func(job.Progress)) (app.SeriesInfo, *volume.Volume, error)
	// ProbeDevice says where a model would run.
	ProbeDevice func(ctx context.Context, requested string) app.Device
	// Doctor describes, in lines to read and to copy, what runs on this machine.
	Doctor func(ctx context.Context) string

	Version  string
	Licences string     // text of the licences of what the program is made of
	Texts    text.Table // nil for English
	// ConfigDir holds preferences.json; "" keeps nothing.
	ConfigDir string
	// Closed, where not nil, is called once the window is closed and nothing of it is
	// left to do but for the toolkit to wind down, on the toolkit's goroutine.
	Closed func()

	// StudiesDir holds the studies that keep the work on cases, unless the user
	// names another; "" keeps nothing.
	StudiesDir string

	// WidgetsFile, where not "", is kept up to date with the place of every named
	// widget in the window, as JSON, for tests that drive it from outside.
	WidgetsFile string

	// Dispatch and After are for tests: how work comes back to the window's
	// goroutine, and how it is put off. Nil for Fyne and the clock.
	Dispatch job.Dispatcher
	After    func(d time.Duration, f func()) (stop func())
	Now      func() time.Time // nil for the clock
}

// Picture is one pane as it is on screen, independent of the window.
type Picture struct {
	Volume      *volume.Volume
	Mask        *mask.Mask // nil for none
	Plane       viewer.Plane
	Index       int // along the plane's normal
	Window      volume.Window
	Overlay     viewer.Overlay
	Smooth      bool
	Annotations bool
	Identity    bool // whether patient and study may be named in it
	Model       bool // the mask is a model's: "research use only" belongs on it
}
