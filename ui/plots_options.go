package ui

import (
	"context"
	"image"
	"io"

	"opacity/app/mask"
	"opacity/app/volume"
	"opacity/ui/plotview"
)

// Plots makes the figures of the tab Plots. Functions are called beside the window's
// goroutine; with OfCase nil there is no such tab.
type Plots struct {
	// OfCase are the figures of a case, by the last part of their keys ui.plots.of.*.
	OfCase []string
	// NeedsReference says of such a figure that it compares with a reference.
	NeedsReference func(kind string) bool
	// Case makes one, and refuses in a sentence what cannot be made.
	Case func(ctx context.Context, kind string, c PlotCase) (Plot, error)
	// Results reads what `opacity evaluate` wrote into a folder.
	Results func(ctx context.Context, folder string) (*Results, error)
}

// PlotCase is a label of the open case and of its reference.
type PlotCase struct {
	Volume    *volume.Volume
	Mask      *mask.Mask // a snapshot
	Reference *mask.Mask // nil for none
	Label     mask.Label
	// Probabilities are those of the model's run, nil for none; Both says that they are
	// of both lungs together.
	Probabilities [][]uint8
	Both          bool
	Threshold     float64 // in use, 0..1
	SameRun       bool    // the reference began as a run of the same model
	// About says what mask and reference are, in sentences without identity.
	About []string
}

// Plot is a figure.
type Plot struct {
	Name, Caption string // Name is of its files, on any file system
	// Draw draws it, size in pixels.
	Draw func(width, height int, scale float64, dark bool) (image.Image, []plotview.Spot)
	// Tip says what a point is, and Place what it stands for.
	Tip   func(row int) string
	Place func(row int) PlotPlace
	// Operated is the same figure with another threshold in use, and without the mask at
	// hand while that is counted; nil where it has none.
	Operated func(threshold float64, counting bool) Plot
	// Page makes the same for a page, where that has more to show; else nil.
	Page func() Plot
	// Write writes it, or as "csv" its points, in which cases are named only with
	// identity.
	Write func(w io.Writer, format string, page PlotPage, identity bool) error
}

// PlotPage is what a figure is written for; DPI is of pixels.
type PlotPage struct {
	WidthMM, DPI float64
	Dark         bool
}

// PlotPlace is what a point stands for.
type PlotPlace struct {
	Case      string // "" for the open one
	Slice     int    // axial, 1 at the feet; 0 for none
	Threshold float64
	IsOne     bool // Threshold is one
}

// Results are the figures of many cases.
type Results struct {
	Folder string
	Kinds  []string
	Labels []string
	// Plot makes a figure, of a label where it is of one.
	Plot func(ctx context.Context, kind string, label int) (Plot, error)
	// File is where the file of a case was that was the "image", the "reference" or the
	// "prediction"; "" where that is not known.
	File func(name string, label int, role string) string
}
