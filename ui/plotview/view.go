// Package plotview shows a figure whose points can be pointed at, walked through by
// keys, and gone to.
package plotview

import (
	"image"
	"image/color"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"opacity/ui/controls"
	"opacity/ui/look"
)

// Spot is where a point of a figure lies in its picture.
type Spot struct {
	Row  int     // of the figure's table
	X, Y float64 // parts of the picture's width and height, from its upper left corner
}

// reach is how far from a point a pointer may be to mean it.
const reach = 16

// View shows a figure. Its functions may be nil but for Tip.
type View struct {
	widget.BaseWidget
	controls.Held
	// Tip says what a point is; "" makes it one that nobody can point at.
	Tip func(row int) string
	// Here says whether a point is of what is on screen beside the figure, and has a square
	// for that; Refresh asks it anew.
	Here func(row int) bool
	// Across says that every x means a point, however far above or below it a pointer is.
	Across func() bool
	// Chosen tells of another point that is chosen; Opened that a point is gone to.
	Chosen, Opened func(row int)
	// Resized tells of another size, which wants another picture.
	Resized func()
	// TypedElse and RuneElse take keys that the figure has no use for.
	TypedElse func(*fyne.KeyEvent)
	RuneElse  func(rune)

	// Mark is where the chosen point is.
	Mark *canvas.Circle

	picture         *canvas.Image
	spots           []Spot // from left to right
	chosen, hovered int    // indices of spots; -1 for none
	focused         bool
	size            fyne.Size // that was told
}

// New makes an empty view.
func New(held controls.Held) *View {
	v := &View{Held: held, picture: canvas.NewImageFromImage(nil), Mark: canvas.NewCircle(color.Transparent), chosen: -1, hovered: -1}
	v.picture.ScaleMode, v.picture.FillMode = canvas.ImageScaleFastest, canvas.ImageFillStretch
	v.ExtendBaseWidget(v)
	return v
}

// Display shows a picture and its points. The point of the row that was chosen stays so
// where it is there still.
func (v *View) Display(m image.Image, spots []Spot) {
	row := v.Row()
	v.spots = slices.DeleteFunc(slices.Clone(spots), func(s Spot) bool { return v.Tip(s.Row) == "" })
	slices.SortStableFunc(v.spots, func(a, b Spot) int {
		switch {
		case a.X != b.X && a.X < b.X:
			return -1
		case a.X != b.X:
			return 1
		}
		return a.Row - b.Row
	})
	v.hovered = -1
	v.chosen = slices.IndexFunc(v.spots, func(s Spot) bool { return s.Row == row })
	v.picture.Image = m
	v.picture.Refresh()
	v.Refresh()
}

// Forget chooses no point.
func (v *View) Forget() { v.chosen, v.hovered = -1, -1; v.Refresh() }

// Choose chooses the point of a row, without a word; none where there is no such point.
func (v *View) Choose(row int) {
	v.chosen = slices.IndexFunc(v.spots, func(s Spot) bool { return s.Row == row })
	v.Refresh()
}

// Row is the row of the chosen point, 0 for none.
func (v *View) Row() int {
	if v.chosen < 0 || v.chosen >= len(v.spots) {
		return 0
	}
	return v.spots[v.chosen].Row
}

// Spots are the points that can be gone to, from left to right.
func (v *View) Spots() []Spot { return v.spots }

// Resize implements fyne.CanvasObject.
func (v *View) Resize(size fyne.Size) {
	v.BaseWidget.Resize(size)
	if size != v.size {
		v.size = size
		if v.Resized != nil {
			v.Resized()
		}
	}
}

// MinSize implements fyne.CanvasObject.
func (v *View) MinSize() fyne.Size { return fyne.NewSize(200, 180) }

func (v *View) at(n int) fyne.Position {
	s, size := v.spots[n], v.Size()
	return fyne.NewPos(float32(s.X)*size.Width, float32(s.Y)*size.Height)
}

// nearest is the point that a pointer means, -1 for none. Of points at one place it
// is the one drawn last.
func (v *View) nearest(at fyne.Position) int {
	best, found := float32(reach*reach), -1
	if v.Across != nil && v.Across() {
		return v.across(at)
	}
	for n := range v.spots {
		d := v.at(n).Subtract(at)
		if square := d.X*d.X + d.Y*d.Y; square <= best {
			best, found = square, n
		}
	}
	return found
}

// across is the point nearest to the left or right of a pointer, and of those the nearest;
// none beyond the first and the last.
func (v *View) across(at fyne.Position) int {
	far := func(n int) float32 { return max(v.at(n).X-at.X, at.X-v.at(n).X) }
	up := func(n int) float32 { return max(v.at(n).Y-at.Y, at.Y-v.at(n).Y) }
	if k := len(v.spots); k == 0 || at.X < v.at(0).X-reach || at.X > v.at(k-1).X+reach {
		return -1
	}
	best := 0
	for n := range v.spots {
		const same = 0.01
		if d := far(n) - far(best); d < -same || d <= same && up(n) <= up(best) {
			best = n
		}
	}
	return best
}

// choose chooses a point.
func (v *View) choose(n int) {
	v.chosen = n
	if v.Chosen != nil {
		v.Chosen(v.spots[n].Row)
	}
	v.Refresh()
}

func (v *View) open() {
	if v.Row() > 0 && v.Opened != nil {
		v.Opened(v.Row())
	}
}

// Tapped implements fyne.Tappable.
func (v *View) Tapped(e *fyne.PointEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(v); c != nil {
		c.Focus(v)
	}
	if n := v.nearest(e.Position); n >= 0 {
		v.choose(n)
		v.open()
	}
}

// TypedKey implements fyne.Focusable.
func (v *View) TypedKey(e *fyne.KeyEvent) {
	const page = 10
	step := map[fyne.KeyName]int{
		fyne.KeyLeft: -1, fyne.KeyRight: 1, fyne.KeyUp: 1, fyne.KeyDown: -1, fyne.KeyPageUp: page, fyne.KeyPageDown: -page,
		fyne.KeyHome: -len(v.spots), fyne.KeyEnd: len(v.spots),
	}[e.Name]
	switch {
	case step != 0 && len(v.spots) > 0:
		to := v.chosen + step
		if v.chosen < 0 && step > 0 && e.Name != fyne.KeyEnd {
			to = 0
		}
		if e.Name == fyne.KeyUp || e.Name == fyne.KeyDown {
			to = v.upright(step)
		}
		v.choose(min(max(to, 0), len(v.spots)-1))
	case (e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter) && v.Row() > 0:
		v.open()
	case v.TypedElse != nil:
		v.TypedElse(e)
	}
}

// upright is the next point above or below the chosen one.
func (v *View) upright(step int) int {
	order := make([]int, len(v.spots))
	for n := range order {
		order[n] = n
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case v.spots[a].Y > v.spots[b].Y:
			return -1
		case v.spots[a].Y < v.spots[b].Y:
			return 1
		}
		return a - b
	})
	at := slices.Index(order, v.chosen)
	if at < 0 {
		return 0
	}
	return order[min(max(at+step, 0), len(order)-1)]
}

// TypedRune implements fyne.Focusable.
func (v *View) TypedRune(r rune) {
	if v.RuneElse != nil {
		v.RuneElse(r)
	}
}

// FocusGained implements fyne.Focusable.
func (v *View) FocusGained() { v.focused = true; v.Refresh() }

// FocusLost implements fyne.Focusable.
func (v *View) FocusLost() { v.focused = false; v.Refresh() }

// MouseIn implements desktop.Hoverable.
func (v *View) MouseIn(e *desktop.MouseEvent) { v.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (v *View) MouseMoved(e *desktop.MouseEvent) {
	if n := v.nearest(e.Position); n != v.hovered {
		v.hovered = n
		v.Refresh()
	}
}

// MouseOut implements desktop.Hoverable.
func (v *View) MouseOut() {
	if v.hovered >= 0 {
		v.hovered = -1
		v.Refresh()
	}
}

// Cursor implements desktop.Cursorable.
func (v *View) Cursor() desktop.Cursor {
	if v.hovered >= 0 {
		return desktop.PointerCursor
	}
	return desktop.DefaultCursor
}

// CreateRenderer implements fyne.Widget.
func (v *View) CreateRenderer() fyne.WidgetRenderer {
	r := &renderer{v: v, hover: canvas.NewCircle(color.Transparent), ring: canvas.NewRectangle(color.Transparent), ground: canvas.NewRectangle(color.Transparent)}
	for n := range r.ticks {
		r.ticks[n] = canvas.NewLine(color.Transparent)
	}
	for n := range r.squares {
		r.squares[n] = canvas.NewRectangle(color.Transparent)
	}
	r.tip = newTip()
	r.apply()
	return r
}

type renderer struct {
	v            *View
	hover        *canvas.Circle
	ring, ground *canvas.Rectangle
	ticks        [4]*canvas.Line // that cross the ring of the chosen point: a mark by shape
	tip          *tip
	squares      [mostHere]*canvas.Rectangle // around the points of what is on screen
}

// mostHere is how many points are marked as those of what is on screen.
const mostHere = 4

func (r *renderer) Layout(size fyne.Size) {
	r.v.picture.Resize(size)
	r.ring.Resize(size)
	r.ground.Resize(size)
	r.apply()
}

func (r *renderer) MinSize() fyne.Size { return r.v.MinSize() }

func (r *renderer) Refresh() {
	r.apply()
	for _, o := range r.Objects()[2:] {
		o.Refresh()
	}
}

func (r *renderer) apply() {
	v := r.v
	r.ground.FillColor = look.Paint(look.Panel)
	r.ring.StrokeWidth, r.ring.StrokeColor, r.ring.FillColor, r.ring.CornerRadius = 0, color.Transparent, color.Transparent, 4
	if v.focused {
		r.ring.StrokeWidth, r.ring.StrokeColor = 2, look.Paint(theme.ColorNamePrimary)
	}
	circle(v.Mark, v, v.chosen, 7, 2.5, theme.ColorNamePrimary)
	circle(r.hover, v, v.hovered, 6, 1.5, theme.ColorNameForeground)
	for n, t := range r.ticks {
		controls.Visible(t, v.chosen >= 0 && v.chosen < len(v.spots))
		if !t.Visible() {
			continue
		}
		at := v.at(v.chosen)
		way := []fyne.Position{{X: 1}, {X: -1}, {Y: 1}, {Y: -1}}[n]
		t.Position1, t.Position2 = at.AddXY(7*way.X, 7*way.Y), at.AddXY(13*way.X, 13*way.Y)
		t.StrokeColor, t.StrokeWidth = look.Paint(theme.ColorNameForeground), 2
	}
	r.markHere()
	said := ""
	if v.hovered >= 0 && v.hovered < len(v.spots) {
		said = v.Tip(v.spots[v.hovered].Row)
	}
	at, points := fyne.Position{}, []fyne.Position(nil)
	if said != "" {
		at = v.at(v.hovered)
		for n := range v.spots {
			points = append(points, v.at(n))
		}
	}
	r.tip.show(said, at, v.Size(), points)
}

// markHere puts squares around the points of what is on screen.
func (r *renderer) markHere() {
	v, n := r.v, 0
	for at := 0; at < len(v.spots) && n < len(r.squares) && v.Here != nil; at++ {
		if !v.Here(v.spots[at].Row) {
			continue
		}
		const half = 5
		s := r.squares[n]
		s.StrokeColor, s.StrokeWidth = look.Paint(theme.ColorNameForeground), 1.5
		s.Resize(fyne.NewSize(2*half, 2*half))
		s.Move(v.at(at).SubtractXY(half, half))
		n++
	}
	for at, s := range r.squares {
		controls.Visible(s, at < n)
	}
}

// circle puts a ring around a point.
func circle(c *canvas.Circle, v *View, n int, radius, width float32, ink fyne.ThemeColorName) {
	on := n >= 0 && n < len(v.spots)
	controls.Visible(c, on)
	if on {
		c.StrokeColor, c.StrokeWidth, c.FillColor = look.Paint(ink), width, color.Transparent
		c.Resize(fyne.NewSize(2*radius, 2*radius))
		c.Move(v.at(n).SubtractXY(radius, radius))
	}
}

func (r *renderer) Objects() []fyne.CanvasObject {
	out := []fyne.CanvasObject{r.ground, r.v.picture, r.ring, r.hover, r.v.Mark}
	for _, s := range r.squares {
		out = append(out, s)
	}
	for _, t := range r.ticks {
		out = append(out, t)
	}
	return append(out, r.tip.box)
}

func (r *renderer) Destroy() {}
