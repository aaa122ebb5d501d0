package picture

import (
	"strconv"
	"strings"

	"opacity/app/mask"
	"opacity/app/text"
	"opacity/viewer"
)

// said is what a caption says of some pictures beside one another: what each shows,
// which labels are drawn and in which colours, and what the reference is.
func (c Case) said(whats ...What) string {
	t := text.English()
	var panes, said []string
	drawn, errors, reference := false, false, false
	for _, w := range whats {
		panes = append(panes, c.title(w))
		errors = errors || w == Errors
		drawn = drawn || w == Reference || w == Prediction
		reference = reference || w == Reference || w == Errors
	}
	if len(panes) > 1 {
		said = append(said, t.T("picture.said.panes", strings.Join(panes, ", ")))
	}
	visible := c.Overlay == (viewer.Overlay{}) || c.Overlay.Visible
	if names := c.drawn(whats); drawn && visible && len(names) > 0 {
		said = append(said, t.T("picture.said.labels", strings.Join(names, ", ")))
	} else if drawn {
		said = append(said, t.T("picture.said.no_labels"))
	}
	if errors && !visible {
		said = append(said, t.T("picture.said.no_errors"))
	} else if errors {
		judged := c.judged()
		said = append(said, t.T("picture.shows.error_map", strings.Join(judged, ", "), errorColour(viewer.Hit), errorColour(viewer.Removed), c.title(Prediction), errorColour(viewer.Added)))
		if len(judged) > 1 {
			said = append(said, t.T("picture.said.other_label", errorColour(viewer.Relabeled)))
		}
	}
	if reference && c.Reference != nil && c.ReferenceIs != "" {
		said = append(said, t.T("picture.said.reference", c.ReferenceIs))
	}
	return strings.Join(said, " ")
}

// errorColour names the colour of a kind of error.
func errorColour(kind uint8) string {
	for _, l := range viewer.DifferenceLabels() {
		if l.Value == kind {
			return ColourName(l.Colour)
		}
	}
	return ""
}

// drawn are the labels that some pictures draw anywhere in the stack, with their colours.
func (c Case) drawn(whats []What) (names []string) {
	had := map[string]bool{}
	for _, w := range whats {
		m := map[What]*mask.Mask{Reference: c.narrowed(c.Reference), Prediction: c.narrowed(c.Prediction)}[w]
		if m == nil {
			continue
		}
		for _, l := range m.Labels() {
			name := text.English().T("picture.said.label", l.Name, ColourName(l.Colour))
			if l.Visible && has(m, l.Value) && !had[name] {
				had[name] = true
				names = append(names, name)
			}
		}
	}
	return names
}

// judged names the labels that an error map is of.
func (c Case) judged() (names []string) {
	had := map[uint8]bool{}
	for _, m := range []*mask.Mask{c.Prediction, c.Reference} {
		if m == nil {
			continue
		}
		for _, l := range m.Labels() {
			if c.shows(l.Value) && !had[l.Value] && has(m, l.Value) {
				had[l.Value] = true
				names = append(names, l.Name)
			}
		}
	}
	if names == nil {
		return []string{text.English().T("picture.said.nothing")}
	}
	return names
}

// ColourName is what a reader would call a colour, by its hue; pale and dark ones are
// told from full ones.
func ColourName(c mask.RGB) string {
	r, g, b := int(c[0]), int(c[1]), int(c[2])
	most, least := max(r, g, b), min(r, g, b)
	key := "grey"
	if span := most - least; span*5 >= most && span > 12 {
		hue := 0
		switch most {
		case r:
			hue = 60 * (g - b) / span
		case g:
			hue = 120 + 60*(b-r)/span
		default:
			hue = 240 + 60*(r-g)/span
		}
		hue = (hue + 360) % 360
		for _, h := range []struct {
			below int
			key   string
		}{{18, "red"}, {46, "orange"}, {68, "yellow"}, {150, "green"}, {168, "green"}, {195, "turquoise"}, {255, "blue"}, {290, "violet"}, {340, "pink"}, {361, "red"}} {
			if hue < h.below {
				key = h.key
				break
			}
		}
	} else if most > 230 {
		key = "white"
	} else if most < 40 {
		key = "black"
	}
	return text.English().T("picture.colour." + key)
}

// frames is how many an animation has.
func (c Case) frames(g GIF) int {
	count := c.slices()
	if g.Frames > 0 {
		count = min(count, g.Frames)
	}
	return min(count, mostFrames)
}

// GIFCaption states what an animation shows, and GIFPoints is its table: what each
// frame shows, a head and a row for every picture of every frame.
func (c Case) GIFCaption(g GIF) string {
	t := text.English()
	said := []string{
		t.T("picture.shows.animation", c.frames(g), t.T("viewer."+c.Plane.String()), viewer.WindowCaption(t, c.window())),
		c.said(g.shown()...),
	}
	return c.About.Caption(said...)
}

// GIFPoints is the table of an animation, see GIFCaption.
func (c Case) GIFPoints(g GIF) [][]string {
	count := c.frames(g)
	points := [][]string{append([]string{"frame"}, pointHead...)}
	for i := range count {
		for _, w := range g.shown() {
			points = append(points, append([]string{strconv.Itoa(i + 1)}, c.point(w, c.spread(i, count))...))
		}
	}
	return points
}

// shown is what stands side by side.
func (g GIF) shown() []What {
	if g.Show == nil {
		return []What{CT, Reference, Prediction}
	}
	return g.Show
}

// sheetPoints is the table of a montage.
func (c Case) sheetPoints(w What, count int) [][]string {
	points := [][]string{pointHead}
	indices, _ := c.sheet(w, count)
	for _, i := range indices {
		points = append(points, c.point(w, i))
	}
	return points
}
