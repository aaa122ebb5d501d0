package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// surface is a filled ground in a colour of the theme, under some content.
type surface struct {
	widget.BaseWidget
	fill    fyne.ThemeColorName
	content fyne.CanvasObject
	radius  float32
	onSize  func(fyne.Size)
}

func newSurface(fill fyne.ThemeColorName, content fyne.CanvasObject) *surface {
	s := &surface{fill: fill, content: content}
	s.ExtendBaseWidget(s)
	return s
}

// Resize also tells who asked how large the surface is now.
func (s *surface) Resize(size fyne.Size) {
	s.BaseWidget.Resize(size)
	if s.onSize != nil {
		s.onSize(size)
	}
}

// CreateRenderer implements fyne.Widget.
func (s *surface) CreateRenderer() fyne.WidgetRenderer {
	ground := canvas.NewRectangle(paint(s.fill))
	ground.CornerRadius = s.radius
	return &surfaceRenderer{s, ground}
}

type surfaceRenderer struct {
	s      *surface
	ground *canvas.Rectangle
}

func (r *surfaceRenderer) Layout(size fyne.Size) {
	r.ground.Resize(size)
	r.s.content.Resize(size)
}
func (r *surfaceRenderer) MinSize() fyne.Size { return r.s.content.MinSize() }
func (r *surfaceRenderer) Refresh() {
	r.ground.FillColor = paint(r.s.fill)
	r.ground.Refresh()
	r.s.content.Refresh()
}

func (r *surfaceRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.s.content}
}
func (r *surfaceRenderer) Destroy() {}
