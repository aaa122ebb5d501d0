package ui

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"opacity/app/safefile"
)

// name gives a widget a name that tests from outside find it by.
func (w *Window) name(id string, o fyne.CanvasObject) { w.named[id] = o }

func (w *Window) unname(id string) { delete(w.named, id) }

// widgetsEvery is how often the file of widgets is brought up to date.
const widgetsEvery = 150 * time.Millisecond

// rect is where a widget is, in pixels of the window.
type rect struct {
	X int `json:"x"`
	Y int `json:"y"`
	W int `json:"w"`
	H int `json:"h"`
}

// windowState is what cannot be seen in a picture, for the same tests.
type windowState struct {
	Title    string         `json:"title"`
	Case     string         `json:"case"`
	Loading  bool           `json:"loading"`
	Running  bool           `json:"segmenting"`
	Dirty    bool           `json:"dirty"`
	Busy     []string       `json:"busy"`
	Status   string         `json:"status"`
	Device   string         `json:"device"`
	Modal    string         `json:"modal"`
	Errors   []string       `json:"errors"`
	Warnings []string       `json:"warnings"`
	Cursor   [3]int         `json:"cursor"`
	Window   [2]float64     `json:"window"`
	Slices   [3]int         `json:"slices"`
	Steps    int            `json:"steps"`
	Voxels   map[string]int `json:"voxels"`
	Scale    float32        `json:"scale"`
	Focus    rect           `json:"focus"` // of what has the keys; empty for nothing
	Panes    bool           `json:"panes"` // the panes have them
	Keys     string         `json:"keys"`  // tells what has them from all else
	Profile  int            `json:"profile"`
	Pointer  [2]int         `json:"pointer"` // where the panes saw it last
	Kept     string         `json:"kept"`    // how the work is kept, in a word
	Durable  int            `json:"durable"` // steps that are surely on disk
	Undone   int            `json:"undone"`  // steps that can be done again
	Points   int            `json:"points"`  // of the outline that is being drawn
	Study    string         `json:"study"`   // folder that keeps the work
	Cases    []string       `json:"cases"`   // rows of the work list: name, state, what is said of the model, details
	Present  string         `json:"present"` // the case of the list that is open
	Plot     string         `json:"plot"`    // the figure that is drawn
}

// watchWidgets keeps the file of widgets up to date: per name its rectangle, and
// under "_state" what the window is at.
func (w *Window) watchWidgets() {
	last := ""
	var look func()
	look = func() {
		if text, err := json.MarshalIndent(w.widgets(), "", " "); err == nil && string(text) != last {
			last = string(text)
			_ = safefile.Write(w.opts.WidgetsFile, true, func(out io.Writer) error {
				_, err := out.Write(text)
				return err
			})
		}
		w.after(widgetsEvery, look)
	}
	look()
}

func (w *Window) widgets() map[string]any {
	found := map[string]any{"_state": w.state()}
	d, c := w.app.Driver(), w.win.Canvas()
	for id, o := range w.named {
		at := d.AbsolutePositionForObject(o)
		if at.IsZero() || !o.Visible() { // (0, 0) stands for "not on screen"; the menu is there
			continue
		}
		found[id] = w.pixels(c, at, o.Size())
	}
	for id, r := range w.panes.rects() {
		found[id] = w.pixels(c, r.at, r.size)
	}
	return found
}

func (w *Window) pixels(c fyne.Canvas, at fyne.Position, size fyne.Size) rect {
	s := c.Scale()
	return rect{int(at.X * s), int(at.Y * s), int(size.Width * s), int(size.Height * s)}
}

func (w *Window) state() windowState {
	s := windowState{
		Title: w.win.Title(), Case: w.session.Info().Case, Loading: w.session.Loading(), Running: w.segmenting,
		Dirty: w.unsaved(), Status: w.status.text.Text, Device: w.status.right.Text, Cursor: w.viewer.Cursor(),
		Window: [2]float64{w.viewer.Window().Center, w.viewer.Window().Width}, Scale: w.win.Canvas().Scale(), Voxels: map[string]int{},
	}
	s.Errors, s.Warnings = w.bands.texts()
	for _, t := range w.status.tasks {
		s.Busy = append(s.Busy, t.key)
	}
	if o, ok := w.win.Canvas().Focused().(fyne.CanvasObject); ok {
		s.Focus = w.pixels(w.win.Canvas(), w.app.Driver().AbsolutePositionForObject(o), o.Size())
		s.Panes, s.Keys = w.panesFocused(), fmt.Sprintf("%T %p", o, o)
	}
	at := w.pixels(w.win.Canvas(), w.app.Driver().AbsolutePositionForObject(w.panes.grid).Add(w.panes.grid.Pointer()), fyne.Size{})
	s.Pointer = [2]int{at.X, at.Y}
	if len(w.modals) > 0 {
		s.Modal = w.modals[len(w.modals)-1].id
	}
	s.Profile = int(w.viewer.Profile())
	if v := w.session.Volume(); v != nil {
		s.Slices = v.Size
		for _, l := range w.session.Shown().Labels() {
			s.Voxels[l.Name] = w.session.Shown().Count(l.Layer, l.Value)
		}
	}
	steps, applied := w.session.History()
	s.Steps, s.Undone = applied, len(steps)-applied
	if o := w.kit.Marks().Outline; o != nil {
		s.Points = len(o.Points)
	}
	s.Kept, _ = w.kept()
	if k := w.study(); k != nil {
		s.Durable, s.Study = k.Durable(), k.Folder()
	}
	s.Present, s.Plot = w.cases.present, w.plots.drawn
	for _, r := range w.cases.table.Rows() {
		s.Cases = append(s.Cases, strings.Join([]string{r.Name, r.State, r.Value, r.Details}, "|"))
	}
	return s
}
