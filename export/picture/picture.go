// Package picture draws the figures of a case that show its slices: CT,
// reference and prediction beside one another, the map of errors, montages, and
// a GIF through the stack. The slices are drawn by the code that draws the
// window, titles and legends by package plot.
package picture

import (
	"context"
	"image"
	"image/color"
	"image/draw"
	"math"
	"slices"
	"strconv"
	"strings"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
	"opacity/export/plot"
	"opacity/export/snapshot"
	"opacity/viewer"
	"opacity/viewer/render"
)

// Case is a volume with two masks on its grid.
type Case struct {
	Volume                *volume.Volume
	Reference, Prediction *mask.Mask
	Plane                 viewer.Plane
	Window                volume.Window // zero for the one the volume opens in
	// Labels are those that are shown and compared, by value; nil for all.
	Labels []uint8
	Px     int // of the longer side of one slice; 0 for 800
	About  plot.About

	Overlay viewer.Overlay // how labels are drawn; zero for viewer.DefaultOverlay
	// WithoutBar and WithoutWindow leave scale bar and window out.
	WithoutBar, WithoutWindow bool
	// Identity names patient and study on the first picture. Leave it out of anything
	// that goes to others.
	Identity bool
	// Letters is how much larger letters are than on screen; 0 for what pictures of
	// 55 mm need, a third of a page.
	Letters float64
	// Research says on the prediction that a model made it, for research use only.
	Research bool
	// ReferenceIs says in captions what the reference is, "a reference mask".
	ReferenceIs string
	// AtHand says that the prediction is the mask that somebody works on, which is then
	// called so: whoever corrected it by hand predicted nothing.
	AtHand bool
}

// What is what one picture of a case shows.
type What int

// CT is the slice alone, Reference and Prediction it with that mask, Errors it
// with hits, misses and false alarms.
const (
	CT What = iota
	Reference
	Prediction
	Errors
)

// How much larger letters are than on screen, so that they have some 6 points in
// a picture of 55 mm, a third of a page; those of a sheet are large already.
const printed, sheetPrinted = 2.2, 1.4

// title is what a picture is called; labels that nothing is compared with are labels.
func (c Case) title(w What) string {
	switch {
	case w == Prediction && c.AtHand:
		return text.English().T("picture.at_hand")
	case w == Prediction && c.Reference == nil:
		return text.English().T("picture.labels")
	}
	return text.English().T("picture." + [...]string{"ct", "reference", "prediction", "errors"}[w])
}

// Slice draws one picture of a slice; index is along the plane's normal, or
// snapshot.Middle. Annotated adds scale bar, window, slice and edge letters.
func (c Case) Slice(w What, index int, annotated bool) (*image.RGBA, error) {
	o, err := c.options(w)
	if err != nil {
		return nil, err
	}
	o.Index, o.Annotations, o.Letters = index, annotated, c.letters()
	return snapshot.Draw(o)
}

func (c Case) options(w What) (snapshot.Options, error) {
	o := snapshot.Options{Volume: c.Volume, Plane: c.Plane, Window: c.Window, Overlay: c.Overlay, Px: c.Px, WithoutBar: c.WithoutBar, WithoutWindow: c.WithoutWindow}
	if o.Overlay == (viewer.Overlay{}) {
		o.Overlay = viewer.DefaultOverlay()
	}
	if o.Px <= 0 {
		o.Px = 800
	}
	if c.Volume == nil {
		return o, app.Misuse("snapshot.no_volume")
	}
	for _, m := range []*mask.Mask{c.Reference, c.Prediction} {
		if m != nil && m.Size() != c.Volume.Size {
			return o, app.Misuse("snapshot.mask_size", m.Size().String(), c.Volume.Size.String())
		}
	}
	switch w {
	case Reference:
		o.Mask = c.narrowed(c.Reference)
	case Prediction:
		o.Mask, o.Research = c.narrowed(c.Prediction), c.Research
	case Errors:
		o.Mask, o.Compare, o.Research = c.errors(), true, c.Research
	}
	return o, nil
}

// narrowed is a mask with only the labels visible that are shown.
func (c Case) narrowed(m *mask.Mask) *mask.Mask {
	if m == nil || c.Labels == nil {
		return m
	}
	m = m.Snapshot()
	labels := m.Labels()
	for n := range labels {
		labels[n].Visible = c.shows(labels[n].Value)
	}
	if err := m.SetLabels(labels); err != nil { // they were the mask's own
		return m
	}
	return m
}

func (c Case) shows(value uint8) bool {
	return c.Labels == nil || slices.Contains(c.Labels, value)
}

// errors is a mask of viewer.DifferenceLabels; empty without both masks.
func (c Case) errors() *mask.Mask {
	if c.Reference == nil || c.Prediction == nil {
		return mask.New(c.Volume.Size, viewer.DifferenceLabels())
	}
	var shown [256]bool
	for v := range shown {
		shown[v] = c.shows(uint8(v))
	}
	out, _ := viewer.Errors(context.Background(), c.Reference, c.Prediction, shown) // which nobody ends
	return out
}

// Single is one picture of a slice.
func (c Case) Single(w What, index int) (plot.Figure, error) { return c.row("slice", index, w) }

// Triptych is CT, reference and prediction of a slice side by side.
func (c Case) Triptych(index int) (plot.Figure, error) {
	return c.row("triptych", index, CT, Reference, Prediction)
}

// ErrorMap is CT and errors of a slice side by side.
func (c Case) ErrorMap(index int) (plot.Figure, error) { return c.row("error_map", index, CT, Errors) }

func (c Case) row(name string, index int, whats ...What) (plot.Figure, error) {
	d := plot.PicturesData{About: c.About, Name: name, Points: [][]string{pointHead}}
	// In narrow pictures there is no place for the window between the others: it stands over them.
	narrow := c.letters() > 1.2*printed && len(whats) > 1 && !c.WithoutWindow
	for n, w := range whats {
		o, err := c.options(w)
		if err != nil {
			return plot.Figure{}, err
		}
		o.Index, o.Annotations, o.Letters, o.Identity = index, n == 0, c.letters(), c.Identity && n == 0
		o.WithoutWindow = o.WithoutWindow || narrow
		m, err := snapshot.Draw(o)
		if err != nil {
			return plot.Figure{}, err
		}
		title := c.title(w)
		if narrow && n == 0 {
			title += ", " + viewer.WindowCaption(text.English(), c.window())
		}
		d.Panes = append(d.Panes, plot.Pane{Title: title, Image: m})
		if len(whats) == 1 {
			d.Panes[0].Title = ""
		}
		d.Points = append(d.Points, c.point(w, index))
		d.Keys = append(d.Keys, c.keys(w, o.Mask, d.Keys)...)
	}
	d.Shows = c.where(index)
	if said := c.said(whats...); said != "" {
		d.Shows = said + " " + d.Shows
	}
	return plot.Pictures(d), nil
}

var pointHead = []string{"pane", "plane", "slice", "window_center", "window_width"}

// point is what a picture shows, for the table of points: the slice as captions count it.
func (c Case) point(w What, index int) []string {
	if index == snapshot.Middle {
		index = c.slices() / 2
	}
	number := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
	return []string{
		c.title(w), c.Plane.String(), strconv.Itoa(c.Plane.SliceNumber(c.Volume.Geometry, index)), number(c.window().Center), number(c.window().Width),
	}
}

// slices is how many there are along the plane's normal.
func (c Case) slices() int {
	_, _, n, _ := c.Plane.Axes()
	return c.Volume.Size[n]
}

func (c Case) letters() float64 {
	if c.Letters > 0 {
		return c.Letters
	}
	return printed
}

// window is the one that is shown.
func (c Case) window() volume.Window {
	if c.Window.Width > 0 {
		return c.Window
	}
	return viewer.FirstWindow(c.Volume)
}

// where says slice and window.
func (c Case) where(index int) string {
	t := text.English()
	if index == snapshot.Middle {
		index = c.slices() / 2
	}
	return t.T("picture.where", t.T("viewer."+c.Plane.String()), viewer.SliceCaption(t, c.Volume, c.Plane, index), viewer.WindowCaption(t, c.window()))
}

// Montage is count slices, one thing shown of each: evenly spread over those that have a
// lung or another label, where there are as many, else through the stack.
func (c Case) Montage(ctx context.Context, w What, count int) (plot.Figure, error) {
	o, err := c.options(w)
	if err != nil {
		return plot.Figure{}, err
	}
	// Letters in proportion would cover the findings of a narrow sheet.
	o.Annotations, o.Letters, o.Identity = true, sheetPrinted*math.Sqrt(c.letters()/printed), c.Identity
	if c.Letters > 0 {
		o.PaperMM = plot.TwoColumns * printed / c.Letters
	}
	indices, labelled := c.sheet(w, count)
	if count > 0 && count <= snapshot.MostOnSheet { // else it is refused
		o.Indices = indices
	}
	sheet, err := snapshot.DrawSheet(ctx, o, count)
	if err != nil {
		return plot.Figure{}, err
	}
	t := text.English()
	through := t.T("picture.through.stack")
	if labelled {
		through = t.T("picture.through.labels")
	}
	return plot.Pictures(plot.PicturesData{
		About: c.About, Name: "montage", Panes: []plot.Pane{{Image: sheet}}, Keys: c.keys(w, o.Mask, nil), Points: c.sheetPoints(w, count),
		Shows: strings.TrimSpace(t.T("picture.shows.montage", len(indices), through, t.T("viewer."+c.Plane.String()), c.title(w), viewer.WindowCaption(t, c.window())) + " " + c.said(w)),
	}), nil
}

// keys are the labels, or kinds of error, of a mask that has no key yet.
func (c Case) keys(w What, m *mask.Mask, had []plot.Swatch) []plot.Swatch {
	switch {
	case m == nil:
		return nil
	case w == Errors:
		return errorKeys(m)
	}
	var keys []plot.Swatch
	for _, l := range m.Labels() {
		known := slices.ContainsFunc(had, func(s plot.Swatch) bool { return s.Name == l.Name })
		if l.Visible && !known && has(m, l.Value) {
			keys = append(keys, plot.Swatch{Name: l.Name, Image: swatch(l.Colour, swatchGround, swatchFill)})
		}
	}
	return keys
}

func has(m *mask.Mask, value uint8) bool {
	return m.Count(mask.Anatomy, value)+m.Count(mask.Findings, value) > 0
}

// What swatches of labels are drawn on and how strong their fills are, out of 255: as
// over the middle of the greys. A hit is outlined, and what is under it is seen.
const swatchGround, swatchFill, hitFill = 128, 0x59, 0x36

// swatch is a filled and outlined box, as labels are drawn.
func swatch(c mask.RGB, ground, fill uint8) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, swatchWidth, swatchHeight))
	draw.Draw(m, m.Rect, image.NewUniform(color.RGBA{c[0], c[1], c[2], 0xff}), image.Point{}, draw.Src)
	inside := color.NRGBA{c[0], c[1], c[2], fill}
	r := m.Rect.Inset(5)
	draw.Draw(m, r, image.NewUniform(color.RGBA{ground, ground, ground, 0xff}), image.Point{}, draw.Src)
	draw.Draw(m, r, image.NewUniform(inside), image.Point{}, draw.Over)
	return m
}

const swatchWidth, swatchHeight = 136, 48

func errorKeys(errors *mask.Mask) []plot.Swatch {
	t := text.English()
	var keys []plot.Swatch
	for _, k := range []struct {
		value uint8
		key   string
	}{{viewer.Hit, "hit"}, {viewer.Removed, "miss"}, {viewer.Added, "false_alarm"}, {viewer.Relabeled, "other_label"}} {
		if k.value == viewer.Relabeled && !has(errors, k.value) {
			continue
		}
		sample := image.Image(render.DifferenceSwatch(k.value, swatchWidth, swatchHeight, 3))
		if k.value == viewer.Hit {
			for _, l := range viewer.DifferenceLabels() {
				if l.Value == k.value {
					sample = swatch(l.Colour, swatchGround, hitFill)
				}
			}
		}
		keys = append(keys, plot.Swatch{Name: t.T("picture." + k.key), Image: sample})
	}
	return keys
}
