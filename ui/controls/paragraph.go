package controls

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Prose is text that wraps, in line with what stands above and below it: Fyne's
// own keeps a margin.
type Prose struct {
	widget.BaseWidget
	Rich *widget.RichText
}

// Paragraph is prose in a colour of the theme.
func Paragraph(s string, c fyne.ThemeColorName) *Prose {
	p := &Prose{Rich: widget.NewRichText(&widget.TextSegment{Text: s, Style: widget.RichTextStyle{ColorName: c, SizeName: theme.SizeNameCaptionText}})}
	p.Rich.Wrapping = fyne.TextWrapWord
	p.ExtendBaseWidget(p)
	return p
}

// Set writes s; with nothing to say there is no paragraph.
func (p *Prose) Set(s string) {
	seg := p.Rich.Segments[0].(*widget.TextSegment)
	if seg.Text != s {
		seg.Text = s
		p.Rich.Refresh()
		p.Refresh()
	}
	Visible(p, s != "")
}

// CreateRenderer implements fyne.Widget.
func (p *Prose) CreateRenderer() fyne.WidgetRenderer { return &proseRenderer{p.Rich} }

type proseRenderer struct{ rich *widget.RichText }

func (r *proseRenderer) Layout(size fyne.Size) {
	margin := theme.Size(theme.SizeNameInnerPadding)
	r.rich.Move(fyne.NewPos(-margin, 0))
	r.rich.Resize(size.AddWidthHeight(2*margin, 0))
}

func (r *proseRenderer) MinSize() fyne.Size {
	m := r.rich.MinSize()
	return fyne.NewSize(max(m.Width-2*theme.Size(theme.SizeNameInnerPadding), 0), m.Height)
}
func (r *proseRenderer) Refresh()                     { r.rich.Refresh() }
func (r *proseRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.rich} }
func (r *proseRenderer) Destroy()                     {}
