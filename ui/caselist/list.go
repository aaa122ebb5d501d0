// Package caselist shows a long list of cases, two lines each, of which one can
// be chosen, opened and marked as the present one. Only rows that are seen exist.
package caselist

import (
	"image/color"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Row is what is shown of a case.
type Row struct {
	Name    string // unique; also what is shown first
	State   string // in words, with an icon: never colour alone
	Icon    fyne.Resource
	Value   string // at the right of the name
	Details string // under the name, after the state
	Present bool   // it is the one that is open
}

// Options are what a list needs from the window around it. All may be left out.
type Options struct {
	Open func(name string)                                                // by Enter or a double click
	Key  func(e *fyne.KeyEvent)                                           // keys that are none of the list's
	Rune func(r rune)                                                     // and what they type
	Cut  func(s string, width, size float32, style fyne.TextStyle) string // fits a text into a width
	Dim  fyne.ThemeColorName                                              // of the second line
	Now  func() time.Time                                                 // nil for time.Now
}

// doubleClick is how soon a second click on a row opens it.
const doubleClick = 500 * time.Millisecond

// List shows rows. It belongs to Fyne's goroutine.
type List struct {
	widget.BaseWidget
	opts   Options
	rows   []Row
	chosen string
	pool   []*row // those on screen, from first on
	first  int
	scroll *container.Scroll
	sheet  *fyne.Container

	focused bool
	clicked string // the row clicked last
	at      time.Time
}

// New returns an empty list.
func New(o Options) *List {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Cut == nil {
		o.Cut = func(s string, _, _ float32, _ fyne.TextStyle) string { return s }
	}
	if o.Dim == "" {
		o.Dim = theme.ColorNamePlaceHolder
	}
	l := &List{opts: o}
	l.sheet = container.New(&sheetLayout{l})
	l.scroll = container.NewVScroll(l.sheet)
	l.scroll.OnScrolled = func(fyne.Position) { l.arrange() }
	l.ExtendBaseWidget(l)
	return l
}

// Rows returns what is shown. Read only.
func (l *List) Rows() []Row { return l.rows }

// Set shows other rows. The chosen one stays, where it still is there.
func (l *List) Set(rows []Row) {
	if slices.Equal(rows, l.rows) {
		return
	}
	grown := len(rows) != len(l.rows)
	l.rows = slices.Clone(rows)
	if l.index(l.chosen) < 0 {
		l.chosen = ""
	}
	if grown {
		l.sheet.Resize(l.sheet.MinSize().Max(l.scroll.Size()))
		l.scroll.Refresh()
	}
	l.arrange()
}

// Chosen returns the name of the chosen row; "" for none.
func (l *List) Chosen() string { return l.chosen }

// Choose chooses a row and brings it into view.
func (l *List) Choose(name string) {
	n := l.index(name)
	if n < 0 {
		return
	}
	l.chosen = name
	top, room := float32(n)*rowHeight, l.scroll.Size().Height
	to := min(max(l.scroll.Offset.Y, top+rowHeight-room), top)
	if to != l.scroll.Offset.Y && room > 0 {
		l.scroll.ScrollToOffset(fyne.NewPos(0, max(to, 0)))
	}
	l.arrange()
}

func (l *List) index(name string) int {
	return slices.IndexFunc(l.rows, func(r Row) bool { return r.Name == name })
}

// Place is the object of a row that is on screen, nil for one that is not.
func (l *List) Place(name string) fyne.CanvasObject {
	for _, r := range l.pool {
		if r.Visible() && r.data.Name == name {
			return r
		}
	}
	return nil
}

// arrange puts the rows that are seen where they belong.
func (l *List) arrange() {
	room := l.scroll.Size().Height
	l.first = max(0, int(l.scroll.Offset.Y/rowHeight))
	n := 0
	if room > 0 {
		n = max(0, min(int(room/rowHeight)+2, len(l.rows)-l.first))
	}
	for len(l.pool) < n {
		r := newRow(l)
		l.pool = append(l.pool, r)
		l.sheet.Objects = append(l.sheet.Objects, r)
	}
	for i, r := range l.pool {
		if i >= n {
			if r.Visible() {
				r.Hide()
			}
			continue
		}
		if !r.Visible() {
			r.Show()
		}
		r.Move(fyne.NewPos(0, float32(l.first+i)*rowHeight))
		r.Resize(fyne.NewSize(l.scroll.Size().Width, rowHeight))
		r.show(l.rows[l.first+i])
	}
}

func (l *List) pressed(name string) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(l); c != nil {
		c.Focus(l)
	}
	now := l.opts.Now()
	again := l.clicked == name && now.Sub(l.at) < doubleClick
	l.clicked, l.at = name, now
	l.Choose(name)
	if again {
		l.clicked = ""
		l.open()
	}
}

func (l *List) open() {
	if l.chosen != "" && l.opts.Open != nil {
		l.opts.Open(l.chosen)
	}
}

// TypedKey implements fyne.Focusable.
func (l *List) TypedKey(e *fyne.KeyEvent) {
	n, page := l.index(l.chosen), max(1, int(l.scroll.Size().Height/rowHeight)-1)
	switch e.Name {
	case fyne.KeyUp:
		n = max(n-1, 0)
	case fyne.KeyDown:
		n++
	case fyne.KeyPageUp:
		n -= page
	case fyne.KeyPageDown:
		n += page
	case fyne.KeyHome:
		n = 0
	case fyne.KeyEnd:
		n = len(l.rows) - 1
	case fyne.KeyReturn, fyne.KeyEnter:
		l.open()
		return
	default:
		if l.opts.Key != nil {
			l.opts.Key(e)
		}
		return
	}
	if len(l.rows) > 0 {
		l.Choose(l.rows[min(max(n, 0), len(l.rows)-1)].Name)
	}
}

// TypedRune implements fyne.Focusable.
func (l *List) TypedRune(r rune) {
	if l.opts.Rune != nil {
		l.opts.Rune(r)
	}
}

// FocusGained implements fyne.Focusable.
func (l *List) FocusGained() {
	l.focused = true
	if l.chosen == "" {
		for _, r := range l.rows {
			if r.Present {
				l.Choose(r.Name)
			}
		}
	}
	l.Refresh()
}

// FocusLost implements fyne.Focusable.
func (l *List) FocusLost() { l.focused = false; l.Refresh() }

// CreateRenderer implements fyne.Widget.
func (l *List) CreateRenderer() fyne.WidgetRenderer {
	ring := canvas.NewRectangle(color.Transparent)
	ring.StrokeWidth = 2
	return &listRenderer{l, ring}
}

type listRenderer struct {
	l    *List
	ring *canvas.Rectangle
}

func (r *listRenderer) Layout(size fyne.Size) {
	r.l.scroll.Resize(size)
	r.ring.Resize(size)
	r.l.arrange()
}

func (r *listRenderer) MinSize() fyne.Size { return fyne.NewSize(120, 2*rowHeight) }

func (r *listRenderer) Refresh() {
	r.ring.StrokeColor = color.Transparent
	if r.l.focused {
		r.ring.StrokeColor = themed(theme.ColorNamePrimary)
	}
	r.ring.Refresh()
	r.l.arrange()
	for _, row := range r.l.pool {
		row.Refresh()
	}
}

func (r *listRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.l.scroll, r.ring}
}
func (r *listRenderer) Destroy() {}

// sheetLayout makes the sheet as high as all rows; they are put by arrange.
type sheetLayout struct{ l *List }

func (s *sheetLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(100, float32(len(s.l.rows))*rowHeight)
}
func (s *sheetLayout) Layout([]fyne.CanvasObject, fyne.Size) {}

func themed(name fyne.ThemeColorName) color.Color {
	s := fyne.CurrentApp().Settings()
	return s.Theme().Color(name, s.ThemeVariant())
}
