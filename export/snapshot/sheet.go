package snapshot

import (
	"context"
	"image"
	"image/color"
	"image/draw"
	"math"

	"github.com/disintegration/imaging"

	"opacity/app"
	"opacity/app/text"
	"opacity/viewer"
	"opacity/viewer/render"
)

const (
	sheetPx    = 2048 // the width of a sheet, about
	sheetGapPx = 2
	sheetShape = 4.0 / 3 // of width to height, about
	leastPx    = 160     // a picture on a sheet is wide, so that its letters fit
	largestPx  = 640
	// Journals take no letters of less than 6 points.
	leastPoints, mmPerPoint = 6.0, 25.4 / 72
	maxPx                   = 16384 // of a sheet's side: larger ones cost memory and show nothing more
)

// MostOnSheet bounds how many slices a contact sheet shows.
const MostOnSheet = 400

// Sheet draws a contact sheet of count slices, or of all where there are fewer,
// evenly spread along the plane's normal from superior, anterior or the
// patient's right on, and writes it as Write does. What the slices share stands
// over them. Index of the options does not count.
func Sheet(ctx context.Context, path string, o Options, count int, overwrite bool) error {
	sheet, err := DrawSheet(ctx, o, count)
	if err != nil {
		return err
	}
	return write(ctx, path, sheet, overwrite)
}

// DrawSheet draws the sheet that Sheet writes.
func DrawSheet(ctx context.Context, o Options, count int) (image.Image, error) {
	if count < 1 || count > MostOnSheet {
		return nil, app.Misuse("snapshot.sheet", count, MostOnSheet)
	}
	o.Index = Middle
	view, w, h, err := o.view()
	if err != nil {
		return nil, err
	}
	_, _, n, _ := o.Plane.Axes()
	indices := o.Indices
	if indices == nil {
		indices = Spread(o.Plane, o.Volume.Size[n], count)
	}
	for _, i := range indices {
		if i < 0 || i >= o.Volume.Size[n] {
			return nil, app.Misuse("snapshot.slice", o.Plane.String(), o.Volume.Size[n])
		}
	}
	count = len(indices)
	columns := columnsOf(count, float64(w)/float64(h))
	wide := min(max(sheetPx/columns-sheetGapPx, leastPx), largestPx)
	w, h = wide, max((wide*h+w/2)/w, 1)
	rows := (count + columns - 1) / columns
	width, height := columns*(w+sheetGapPx)-sheetGapPx, rows*(h+sheetGapPx)-sheetGapPx
	if width > maxPx || height > maxPx {
		return nil, app.Misuse("snapshot.size", width, height, maxPx)
	}
	scale := max(float64(w)/400, 1)
	over := max(float64(width)/1400, 1) // of the heading
	if o.PaperMM > 0 {                  // letters are 12 times the scale
		o.Letters = max(o.Letters, leastPoints*mmPerPoint/o.PaperMM*float64(width)/(12*scale))
		over = max(over, scale)
	}
	head := image.NewRGBA(image.Rectangle{})
	if items := o.heading(view); len(items) > 0 {
		head = render.Heading(items, width, over*max(o.Letters, 1))
	}
	top := head.Rect.Dy()
	sheet := imaging.New(width, top+height, color.NRGBA{0x30, 0x30, 0x30, 0xff})
	draw.Draw(sheet, head.Rect, head, image.Point{}, draw.Src)
	decor := render.Decor{Text: o.Text, Annotations: o.Annotations, WithoutBar: o.WithoutBar, Brief: true, Scale: scale, Letters: o.Letters}
	var painter render.Painter
	for i := range count {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		view.Index = indices[i]
		decor.Bar = i == 0 // all are of one scale
		cell := painter.Picture(view, decor, w, h)
		at := image.Pt(i%columns*(w+sheetGapPx), top+i/columns*(h+sheetGapPx))
		draw.Draw(sheet, cell.Rect.Add(at), cell, image.Point{}, draw.Src)
	}
	return sheet, nil
}

// Spread is count indices of total slices, all where there are fewer, evenly spread from
// superior, anterior or the patient's right on.
func Spread(p viewer.Plane, total, count int) []int {
	count = min(count, total)
	out := make([]int, count)
	for i := range out {
		out[i] = (2*i + 1) * total / (2 * count)
		if p == viewer.Axial {
			out[i] = total - 1 - out[i] // from the head down
		}
	}
	return out
}

// columnsOf returns how many pictures of a shape stand beside one another on a
// sheet of count.
func columnsOf(count int, shape float64) int {
	best, missed := 1, math.Inf(1)
	for columns := 1; columns <= count; columns++ {
		rows := (count + columns - 1) / columns
		off := math.Abs(math.Log(float64(columns) * shape / float64(rows) / sheetShape))
		empty := float64(columns*rows-count) / float64(count)
		if off+empty < missed {
			best, missed = columns, off+empty
		}
	}
	return best
}

// heading is what all slices of a sheet share.
func (o Options) heading(v render.View) []string {
	t := o.Text
	if t == nil {
		t = text.English()
	}
	var items []string
	if o.Identity {
		items = viewer.IdentityCaption(t, o.Volume.Identity)
	}
	if o.Annotations {
		items = append(items, t.T("viewer."+o.Plane.String()))
		if !o.WithoutWindow {
			items = append(items, viewer.WindowCaption(t, v.Window))
		}
	}
	if o.Research {
		items = append(items, t.T("viewer.research"))
	}
	return items
}
