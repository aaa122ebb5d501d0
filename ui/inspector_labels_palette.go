package ui

import (
	"fmt"
	"image/color"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"opacity/app/mask"
	"opacity/ui/controls"
	"opacity/ui/look"
)

// paletteColours are offered for labels: those of the default labels, then Okabe
// and Ito's series, which colour-blind eyes tell apart, and of Tol's muted one
// what that does not have.
var paletteColours = []struct {
	name   string
	colour mask.RGB
}{
	{"light_blue", mask.RGB{0x4C, 0x9B, 0xE8}},
	{"green", mask.RGB{0x3F, 0xB6, 0x8B}},
	{"red", mask.RGB{0xF2, 0x54, 0x5B}},
	{"orange", mask.RGB{0xE6, 0x9F, 0x00}},
	{"sky", mask.RGB{0x56, 0xB4, 0xE9}},
	{"bluish_green", mask.RGB{0x00, 0x9E, 0x73}},
	{"yellow", mask.RGB{0xF0, 0xE4, 0x42}},
	{"blue", mask.RGB{0x00, 0x72, 0xB2}},
	{"vermillion", mask.RGB{0xD5, 0x5E, 0x00}},
	{"purple", mask.RGB{0xCC, 0x79, 0xA7}},
	{"olive", mask.RGB{0x99, 0x99, 0x33}},
	{"teal", mask.RGB{0x44, 0xAA, 0x99}},
	{"wine", mask.RGB{0xAA, 0x44, 0x66}},
	{"white", mask.RGB{0xFF, 0xFF, 0xFF}},
}

// palettePicker gives a label another colour, in the list below it.
type palettePicker struct {
	w      *Window
	object fyne.CanvasObject
	title  *controls.Line
	own    *controls.Entry
	tiles  []*controls.Tile
	value  uint8 // of the label; 0 while nobody asks
	take   func(value uint8, c mask.RGB)
}

func newPalettePicker(w *Window, take func(uint8, mask.RGB)) *palettePicker {
	p := &palettePicker{w: w, take: take, title: controls.NewLine("", look.Dim)}
	grid := container.NewGridWrap(fyne.NewSize(34, 26))
	for _, c := range paletteColours {
		square := canvas.NewRectangle(color.NRGBA{c.colour[0], c.colour[1], c.colour[2], 0xFF})
		square.CornerRadius = 3
		t := w.make.Tile(square, w.t("ui.colour."+c.name), func() { p.choose(c.colour) })
		t.Pad = 5
		t.Keys = p.typedKey
		w.name("colour."+c.name, t)
		p.tiles = append(p.tiles, t)
		grid.Add(t)
	}
	p.own = w.make.Entry("", func(s string) {
		if c, ok := parseColour(s); ok {
			p.choose(c)
			return
		}
		w.status.note(w.t("ui.colour.wrong", s))
	})
	p.own.OnEscape = p.close
	shut := w.make.Button(w.t("ui.close"), nil, "", p.close)
	w.name("colour.own", p.own)
	w.name("colour.close", shut)
	row := container.NewBorder(nil, nil, controls.NewLine(w.t("ui.colour.own"), look.Dim), shut, p.own)
	p.object = container.New(layout.NewCustomPaddedVBoxLayout(4), p.title, grid, row)
	p.object.Hide()
	return p
}

// open asks for the colour of a label.
func (p *palettePicker) open(l mask.Label) {
	p.value = l.Value
	p.title.Set(p.w.t("ui.colour.title", l.Name))
	p.own.Text = fmt.Sprintf("#%02X%02X%02X", l.Colour[0], l.Colour[1], l.Colour[2])
	controls.Visible(p.object, true)
	p.show(l.Colour)
	p.own.Refresh()
	at := max(0, slices.IndexFunc(paletteColours, func(c struct {
		name   string
		colour mask.RGB
	},
	) bool {
		return c.colour == l.Colour
	}))
	p.w.soon("palette", func() { p.w.win.Canvas().Focus(p.tiles[at]) })
}

// show marks the colour that the label has.
func (p *palettePicker) show(c mask.RGB) {
	for i, t := range p.tiles {
		if on := paletteColours[i].colour == c; t.Chosen != on {
			t.Chosen = on
			t.Refresh()
		}
	}
}

func (p *palettePicker) choose(c mask.RGB) {
	value := p.value
	p.close()
	p.take(value, c)
}

func (p *palettePicker) close() {
	if p.value != 0 {
		p.value = 0
		controls.Visible(p.object, false)
		p.w.focusPanes()
	}
}

// typedKey closes the palette at Escape, before anything else is left.
func (p *palettePicker) typedKey(e *fyne.KeyEvent) bool {
	if e.Name == fyne.KeyEscape {
		p.close()
		return true
	}
	return false
}

// follow closes the palette of a label that is gone.
func (p *palettePicker) follow(labels []mask.Label) {
	if !slices.ContainsFunc(labels, func(l mask.Label) bool { return l.Value == p.value }) {
		p.close()
	}
}

// parseColour reads "#E69F00", with or without the sign.
func parseColour(s string) (mask.RGB, bool) {
	s = strings.TrimPrefix(strings.TrimSpace(s), "#")
	x, err := strconv.ParseUint(s, 16, 32)
	if err != nil || len(s) != 6 {
		return mask.RGB{}, false
	}
	return mask.RGB{uint8(x >> 16), uint8(x >> 8), uint8(x)}, true
}
