package picture

import (
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"io"
	"slices"

	"opacity/app"
	"opacity/export/plot"
	"opacity/export/snapshot"
	"opacity/viewer/render"
)

// GIF is an animation through the stack.
type GIF struct {
	Show   []What // side by side; nil for CT, reference and prediction
	Frames int    // at most; 0 for every slice
	FPS    int    // pictures a second; 0 for 20
	Px     int    // of the longer side of one slice; 0 for 320
}

// mostFrames bounds what an animation holds in memory.
const mostFrames = 600

// WriteGIF writes an animation from superior, anterior or the patient's right on.
// report is called with the part that is done; nil for nobody.
func (c Case) WriteGIF(ctx context.Context, w io.Writer, g GIF, report func(float64)) error {
	reel, err := c.reel(g)
	if err != nil {
		return err
	}
	if g.FPS <= 0 {
		g.FPS = 20
	}
	count := c.frames(g)
	film := film{delay: max(2, 100/g.FPS)} // faster is shown slower by most viewers
	looks := min(count, sampled)
	work := float64(count + looks)
	for i := range count + looks {
		if err := ctx.Err(); err != nil {
			return err
		}
		at := i - looks
		if at < 0 { // colours first, from some frames
			at = (2*i + 1) * count / (2 * looks)
		}
		frame, err := reel.frame(c.spread(at, count))
		if err != nil {
			return err
		}
		if i < looks {
			film.look(frame)
		} else {
			film.add(frame)
		}
		if report != nil {
			report(float64(i+1) / work)
		}
	}
	return film.write(w)
}

// Frame draws the frame of one slice, in all its colours.
func (c Case) Frame(g GIF, index int) (*image.RGBA, error) {
	r, err := c.reel(g)
	if err != nil {
		return nil, err
	}
	return r.frame(index)
}

// reel is what the frames of an animation show side by side, and their titles.
type reel struct {
	options []snapshot.Options
	titles  []string
	keys    []plot.Swatch
	legend  image.Image // under them, once their width is known; nil for none
}

func (c Case) reel(g GIF) (r reel, err error) {
	g.Show = g.shown()
	if c.Px = g.Px; c.Px <= 0 {
		c.Px = 320
	}
	for n, what := range g.Show {
		o, err := c.options(what)
		if err != nil {
			return r, err
		}
		o.Annotations, o.Identity = n == 0, n == 0 && c.Identity
		r.keys = append(r.keys, c.keys(what, o.Mask, r.keys)...)
		r.options, r.titles = append(r.options, o), append(r.titles, c.title(what))
	}
	if len(r.options) == 0 {
		return r, app.Misuse("picture.nothing")
	}
	return r, nil
}

// frame draws one slice as each of the options has it, under their titles and over the legend.
func (r *reel) frame(index int) (*image.RGBA, error) {
	const gap = 4
	var frame *image.RGBA
	for n, o := range r.options {
		o.Index = index
		m, err := snapshot.Draw(o)
		if err != nil {
			return nil, err
		}
		size := m.Rect.Size()
		head := render.Heading([]string{r.titles[n]}, size.X, max(float64(size.X)/420, 0.75))
		if frame == nil {
			width, height := len(r.options)*(size.X+gap)-gap, head.Rect.Dy()+size.Y
			if r.legend == nil {
				r.legend = legend(r.keys, width)
			}
			if r.legend != nil {
				height += r.legend.Bounds().Dy()
			}
			frame = image.NewRGBA(image.Rect(0, 0, width, height))
			draw.Draw(frame, frame.Rect, image.Black, image.Point{}, draw.Src)
		}
		at := image.Pt(n*(size.X+gap), 0)
		draw.Draw(frame, head.Rect.Add(at), head, image.Point{}, draw.Src)
		draw.Draw(frame, m.Rect.Add(at.Add(image.Pt(0, head.Rect.Dy()))), m, image.Point{}, draw.Src)
	}
	if r.legend != nil {
		under := image.Pt(0, frame.Rect.Dy()-r.legend.Bounds().Dy())
		draw.Draw(frame, r.legend.Bounds().Add(under), r.legend, image.Point{}, draw.Src)
	}
	return frame, nil
}

// film collects frames. All have the same colours, so that nothing flickers:
// greys for the picture, and those colours that are seen most.
type film struct {
	gif     gif.GIF
	delay   int            // hundredths of a second
	seen    map[uint16]int // coarse colours of the frames looked at
	palette color.Palette
	nearest [1 << 15]int16 // of a coarse colour, 0 for not looked for yet, else its place and 1
}

const (
	greys   = 128
	sampled = 24 // frames that the colours are taken from
)

// look counts the colours of a frame.
func (f *film) look(m *image.RGBA) {
	if f.seen == nil {
		f.seen = map[uint16]int{}
	}
	for o := 0; o < len(m.Pix); o += 4 {
		if r, g, b := m.Pix[o], m.Pix[o+1], m.Pix[o+2]; !grey(r, g, b) {
			f.seen[coarse(r, g, b)]++
		}
	}
}

// coarse is a colour in five bits a channel.
func coarse(r, g, b uint8) uint16 { return uint16(r>>3)<<10 | uint16(g>>3)<<5 | uint16(b>>3) }

// grey reports whether nobody would call a colour one.
func grey(r, g, b uint8) bool { return max(r, g, b)-min(r, g, b) < 10 }

func (f *film) colours() color.Palette {
	var p color.Palette
	for n := range greys {
		v := uint8((n*255 + greys/2) / (greys - 1))
		p = append(p, color.RGBA{v, v, v, 0xff})
	}
	var colours []uint16
	for c := range f.seen {
		colours = append(colours, c)
	}
	slices.SortFunc(colours, func(a, b uint16) int {
		if f.seen[a] != f.seen[b] {
			return f.seen[b] - f.seen[a]
		}
		return int(a) - int(b)
	})
	// Every second place goes to a colour far from those there are: rare ones count too.
	for n, c := range colours {
		if len(p) == 256 {
			break
		}
		if n < 64 || far(p[greys:], rgb(c)) {
			p = append(p, rgb(c))
		}
	}
	return p
}

func rgb(c uint16) color.RGBA {
	five := func(v uint16) uint8 { v &= 31; return uint8(v<<3 | v>>2) }
	return color.RGBA{five(c >> 10), five(c >> 5), five(c), 0xff}
}

func far(p color.Palette, c color.RGBA) bool {
	for _, q := range p {
		o := q.(color.RGBA)
		if d := abs(int(o.R)-int(c.R)) + abs(int(o.G)-int(c.G)) + abs(int(o.B)-int(c.B)); d < 32 {
			return false
		}
	}
	return true
}

func abs(x int) int { return max(x, -x) }

// add makes a frame of a picture, in the colours found.
func (f *film) add(m *image.RGBA) {
	if f.palette == nil {
		f.palette = f.colours()
	}
	out := image.NewPaletted(m.Rect, f.palette)
	for n := range out.Pix {
		r, g, b := m.Pix[4*n], m.Pix[4*n+1], m.Pix[4*n+2]
		if grey(r, g, b) {
			out.Pix[n] = uint8((int(g)*(greys-1) + 127) / 255)
			continue
		}
		c := coarse(r, g, b)
		if f.nearest[c] == 0 {
			f.nearest[c] = int16(f.palette.Index(rgb(c))) + 1
		}
		out.Pix[n] = uint8(f.nearest[c] - 1)
	}
	f.gif.Image, f.gif.Delay = append(f.gif.Image, out), append(f.gif.Delay, f.delay)
}

func (f *film) write(w io.Writer) error { return gif.EncodeAll(w, &f.gif) }
