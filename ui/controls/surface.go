package controls

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"opacity/ui/look"
)

// Surface is a filled ground in a colour of the theme, under some content.
type Surface struct {
	widget.BaseWidget
	fill    fyne.ThemeColorName
	content fyne.CanvasObject
	radius  float32
	OnSize  func(fyne.Size)
}

// NewSurface puts content on a ground.
func NewSurface(fill fyne.ThemeColorName, content fyne.CanvasObject) *Surface {
	s := &Surface{fill: fill, content: content}
	s.ExtendBaseWidget(s)
	return s
}

// Resize also tells who asked how large the surface is now.
func (s *Surface) Resize(size fyne.Size) {
	s.BaseWidget.Resize(size)
	if s.OnSize != nil {
		s.OnSize(size)
	}
}

// CreateRenderer implements fyne.Widget.
func (s *Surface) CreateRenderer() fyne.WidgetRenderer {
	ground := canvas.NewRectangle(look.Paint(s.fill))
	ground.CornerRadius = s.radius
	return &surfaceRenderer{s, ground}
}

type surfaceRenderer struct {
	s      *Surface
	ground *canvas.Rectangle
}

func (r *surfaceRenderer) Layout(size fyne.Size) {
	r.ground.Resize(size)
	r.s.content.Resize(size)
}
func (r *surfaceRenderer) MinSize() fyne.Size { return r.s.content.MinSize() }
func (r *surfaceRenderer) Refresh() {
	r.ground.FillColor = look.Paint(r.s.fill)
	r.ground.Refresh()
	r.s.content.Refresh()
}

func (r *surfaceRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.s.content}
}
func (r *surfaceRenderer) Destroy() {}
