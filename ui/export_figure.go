package ui

import (
	"context"
	"fmt"
	"image"
	"io"
	"strings"

	"opacity/app/mask"
	"opacity/app/volume"
	"opacity/viewer"
)

// The kinds of a SliceFigure, as they are remembered.
const (
	FigureSlice     = "slice"     // one picture of one slice
	FigureTriptych  = "triptych"  // CT, reference and mask side by side
	FigureErrorMap  = "error_map" // CT, and hits, misses and false alarms
	FigureMontage   = "montage"   // slices through the stack on one sheet
	FigureAnimation = "animation" // a GIF through the stack
)

// What a SliceFigure may show of each slice.
const (
	ShowMask      = "mask"
	ShowCT        = "ct"
	ShowReference = "reference"
	ShowErrors    = "errors"
	ShowBeside    = "beside" // all there is side by side; of an animation
)

// SliceFigure is a figure of slices of the open case, independent of the window.
type SliceFigure struct {
	Kind, Show      string
	Format          string // "png", "svg", "pdf" or "gif"; "" to draw it and write nothing
	Volume          *volume.Volume
	Mask, Reference *mask.Mask // nil for none
	ReferenceIs     string     // what the reference is, as captions say it; its name only with Identity
	Labels          []uint8    // that are drawn, and judged by an error map, by value
	Plane           viewer.Plane
	Index           int // of the slice along the plane's normal
	Count           int // of slices on a montage
	Frames          int // of an animation, at most
	Window          volume.Window
	Overlay         viewer.Overlay
	Bar, Level      bool // scale bar and window are printed
	Dark            bool
	WidthMM, DPI    float64
	WidthPx         int // of an animation
	Identity, Model bool
	Version         string
}

// DrawnFigure is what is known of a figure once it is drawn.
type DrawnFigure struct {
	Caption           string
	Points            [][]string  // what it shows, a head and a row each
	Picture           image.Image // for no format: the figure, of an animation its frame at Index
	WidthMM, HeightMM float64     // 0 for an animation
	WidthPx, HeightPx int
	Frames            int // of an animation
}

// DrawFigure draws a figure and writes it to out; report is told the part that is done.
type DrawFigure func(ctx context.Context, f SliceFigure, out io.Writer, report func(part float64)) (DrawnFigure, error)

// exportChoices are what was chosen in the dialog last. Whether patient and study are
// named is no part of it: it is asked each time.
type exportChoices struct {
	Mask     bool   `json:"mask"`
	Labels   bool   `json:"labels"`
	Report   bool   `json:"report"`
	Pictures bool   `json:"pictures"`
	Figure   bool   `json:"figure"`
	Kind     string `json:"kind"`
	Show     string `json:"show"`
	Count    int    `json:"count"`
	Frames   int    `json:"frames"`
	Window   string `json:"window,omitempty"` // name of a preset; "" as on screen
	Style    int    `json:"style"`            // of styles
	Bar      bool   `json:"bar"`
	Level    bool   `json:"level"`
	Dark     bool   `json:"dark"`
	WidthMM  int    `json:"width_mm"` // 0 for pixels
	WidthPx  int    `json:"width_px"`
	DPI      int    `json:"dpi"`
	Format   string `json:"format"`
	Notes    bool   `json:"notes"` // caption and points beside the figure
}

// What is offered, in order.
var (
	figureKinds   = []string{FigureSlice, FigureTriptych, FigureErrorMap, FigureMontage, FigureAnimation}
	figureShows   = []string{ShowMask, ShowCT, ShowReference, ShowErrors}
	figureFormats = []string{"png", "svg", "pdf"}
	figureStyles  = []string{"screen", "filled", "outlined", "both", "none"}
	figureWidths  = []int{85, 114, 174, 0} // columns of journals in mm, and pixels
	figureDPI     = []int{150, 300, 600}
)

// Bounds of what is written in fields.
const (
	mostOnMontage = 100
	mostFrames    = 600
	leastPx       = 200
	mostPx        = 6000
	mostGIFPx     = 2400
)

func newExportChoices() exportChoices {
	return exportChoices{
		Mask: true, Report: true, Pictures: true, Kind: FigureSlice, Show: ShowBeside, Count: 12, Frames: 120,
		Bar: true, Level: true, WidthMM: 174, WidthPx: 1200, DPI: 300, Format: "png", Notes: true,
	}
}

// mended has in the place of what cannot be what a first start has: preferences may
// be of another version.
func (c exportChoices) mended() exportChoices {
	first := newExportChoices()
	fix(&c.Kind, first.Kind, figureKinds)
	fix(&c.Show, first.Show, append(figureShows, ShowBeside))
	fix(&c.Format, first.Format, figureFormats)
	fix(&c.WidthMM, first.WidthMM, figureWidths)
	fix(&c.DPI, first.DPI, figureDPI)
	c.Style = min(max(c.Style, 0), len(figureStyles)-1)
	c.Count, c.Frames = min(max(c.Count, 1), mostOnMontage), min(max(c.Frames, 2), mostFrames)
	c.WidthPx = min(max(c.WidthPx, leastPx), mostPx)
	return c
}

func fix[T comparable](x *T, first T, offered []T) {
	for _, o := range offered {
		if *x == o {
			return
		}
	}
	*x = first
}

// format is the one that a figure is written in.
func (c exportChoices) format() string {
	if c.Kind == FigureAnimation {
		return "gif"
	}
	return c.Format
}

// shows is what is shown of each slice, where that is a choice.
func (c exportChoices) shows() []string {
	switch c.Kind {
	case FigureSlice, FigureMontage:
		return figureShows
	case FigureAnimation:
		return append([]string{ShowBeside}, figureShows...)
	}
	return nil
}

// sliceFigure is the figure of some choices, or why there is none.
func (w *Window) sliceFigure(c exportChoices, plane viewer.Plane, index int, identity bool) (f SliceFigure, why string) {
	shot := w.picture(plane)
	f = SliceFigure{
		Kind: c.Kind, Show: c.Show, Format: c.format(), Volume: shot.Volume, Mask: shot.Mask, Reference: w.comparing.mask,
		Plane: plane, Index: index, Count: c.Count, Frames: c.Frames, Window: shot.Window, Overlay: shot.Overlay,
		Bar: c.Bar, Level: c.Level, Dark: c.Dark, WidthMM: c.widthMM(), DPI: float64(c.DPI), WidthPx: min(c.WidthPx, mostGIFPx),
		Model: shot.Model, Version: w.opts.Version, Identity: identity, ReferenceIs: w.referenceIs(identity),
	}
	shows := c.shows()
	if shows == nil {
		f.Show = ""
	} else {
		fix(&f.Show, shows[0], shows)
	}
	for _, p := range viewer.Presets {
		if p.Name == c.Window && viewer.HasHU(f.Volume) {
			f.Window = p.Window
		}
	}
	compares := f.Kind == FigureErrorMap || f.Show == ShowErrors
	f.Overlay = styled(f.Overlay, figureStyles[c.Style], compares)
	if f.Show != ShowCT {
		f.Labels = w.drawnLabels(compares)
	}
	switch {
	case f.Reference == nil && (compares || f.Kind == FigureTriptych || f.Show == ShowReference):
		why = w.t("ui.export.no_reference")
	case f.Show != ShowCT && f.Overlay.Visible && len(w.session.Mask().Labels()) > 0 && len(w.drawnLabels(false)) == 0:
		why = w.t("ui.export.all_hidden")
	case compares && len(f.Labels) == 0:
		why = w.t("ui.export.nothing_compared")
	}
	return f, why
}

// styled is how labels are drawn in a figure. What is of labels has them, hidden on
// screen or not, unless none are asked for; an error map has them always.
func styled(o viewer.Overlay, style string, always bool) viewer.Overlay {
	o.Visible = always || style != "none"
	switch style {
	case "filled":
		o.Style = viewer.Filled
	case "outlined":
		o.Style = viewer.Outlined
	case "both":
		o.Style = viewer.FilledAndOutlined
	}
	if o.Opacity <= 0 {
		o.Opacity = viewer.DefaultOverlay().Opacity
	}
	return o
}

// drawnLabels are those that are not hidden one by one; of a comparison those of them
// that the reference says something of.
func (w *Window) drawnLabels(compared bool) []uint8 {
	values := []uint8{} // none, which is not all
	for _, l := range w.session.Mask().Labels() {
		if l.Visible && (!compared || w.comparing.mask != nil && w.comparing.covers(l)) {
			values = append(values, l.Value)
		}
	}
	return values
}

// referenceIs says in captions what the reference is. Its name may name the patient.
func (w *Window) referenceIs(named bool) string {
	if w.comparing.mask == nil {
		return ""
	}
	is := w.t("ui.export.reference." + w.comparing.from.String())
	if named && w.comparing.from != fromModel {
		return w.t("ui.export.reference.named", is, w.comparing.name)
	}
	return is
}

// name is that of its file, without extension.
func (f SliceFigure) name() string {
	parts := []string{f.Kind, f.Show, f.Plane.String()}
	switch f.Kind {
	case FigureMontage:
		parts = append(parts, fmt.Sprint(f.Count))
	case FigureSlice, FigureTriptych, FigureErrorMap:
		parts = append(parts, fmt.Sprint(f.Plane.SliceNumber(f.Volume.Geometry, f.Index)))
	}
	return strings.ReplaceAll(strings.Join(parts, "_"), "__", "_")
}

// paper says how large a figure is: on paper and in pixels, as far as it has either.
func (w *Window) paper(f SliceFigure, d DrawnFigure) string {
	switch {
	case f.Kind == FigureAnimation:
		return w.t("ui.export.size_px", d.WidthPx, d.HeightPx)
	case f.Format == "png":
		px := func(mm float64) int { return int(mm/25.4*f.DPI + 0.5) }
		return w.t("ui.export.size_both", viewer.Number(d.WidthMM, 0), viewer.Number(d.HeightMM, 0), px(d.WidthMM), px(d.HeightMM))
	}
	return w.t("ui.export.size_mm", viewer.Number(d.WidthMM, 0), viewer.Number(d.HeightMM, 0))
}
