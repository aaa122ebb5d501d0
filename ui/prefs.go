package ui

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"time"

	"opacity/viewer"
)

// maxRecent is how many studies are remembered.
const maxRecent = 10

// preferences are what the window remembers from one start to the next. Studies
// are remembered by path alone: nothing of their content, no patient's name.
type preferences struct {
	file string
	out  *prefsWriter

	Light       bool                `json:"light"`
	Profile     viewer.Profile      `json:"profile"`
	Arrangement viewer.Arrangement  `json:"arrangement"`
	Style       viewer.OverlayStyle `json:"style"`
	Opacity     float64             `json:"opacity"`
	Smooth      bool                `json:"smooth"`
	Annotations bool                `json:"annotations"`
	Crosshair   bool                `json:"crosshair"`
	InvertLevel bool                `json:"invert_level"`
	Splits      []float64           `json:"splits,omitempty"`
	Inspector   bool                `json:"inspector"`
	Folded      []string            `json:"folded,omitempty"` // sections of the inspector
	Width       float32             `json:"width"`
	Height      float32             `json:"height"`
	Model       string              `json:"model,omitempty"`
	Device      string              `json:"device"`
	Results     string              `json:"results,omitempty"` // folder that holds what was saved last
	Recent      []string            `json:"recent,omitempty"`
	NoRecent    bool                `json:"no_recent"`
	WalkTicked  bool                `json:"walk_ticked"`       // N and P stop at slices that are ticked too
	Blinded     bool                `json:"blinded"`           // the reader sees nothing of models and other readers
	Studies     string              `json:"studies,omitempty"` // folder; "" for the usual one
	Reader      string              `json:"reader,omitempty"`  // name; "" for the system's user
	Working     string              `json:"working,omitempty"` // folder of the study that is open
	Places      []string            `json:"places,omitempty"`  // folders that studies were in, the latest first
	Amounts     map[string]float64  `json:"amounts,omitempty"` // of operations
	Tools       *toolPreferences    `json:"tools,omitempty"`
	Export      *exportChoices      `json:"export,omitempty"`
	PlotExport  *exportChoices      `json:"plot_export,omitempty"`
	Exported    string              `json:"exported,omitempty"` // folder that was exported into last
}

// loadPreferences reads what was remembered; what cannot be read is forgotten,
// since no preference is worth a window that does not open.
func loadPreferences(dir string) *preferences {
	p := &preferences{
		out:     &prefsWriter{write: writePreferences},
		Opacity: viewer.DefaultOverlay().Opacity, Style: viewer.DefaultOverlay().Style, Smooth: true, Annotations: true, Crosshair: true,
		Inspector: true, Width: 1360, Height: 860, Device: "auto", Folded: []string{"compare", "reference", "review", "history"},
	}
	if dir == "" {
		return p
	}
	p.file = filepath.Join(dir, "preferences.json")
	if data, err := os.ReadFile(p.file); err == nil {
		_ = json.Unmarshal(data, p)
	}
	p.Width, p.Height = max(p.Width, 800), max(p.Height, 560)
	if p.Profile != viewer.Reading {
		p.Profile = viewer.Annotate
	}
	p.Arrangement = min(max(p.Arrangement, viewer.LargeAxial), viewer.OnePane)
	p.Style = min(max(p.Style, viewer.Filled), viewer.FilledAndOutlined)
	return p
}

// addRecent puts a path at the top of the list.
func (p *preferences) addRecent(path string) {
	if p.NoRecent || path == "" {
		return
	}
	if full, err := filepath.Abs(path); err == nil {
		path = full
	}
	p.dropRecent(path)
	p.Recent = slices.Insert(p.Recent, 0, path)
	p.Recent = p.Recent[:min(len(p.Recent), maxRecent)]
}

func (p *preferences) dropRecent(path string) {
	p.Recent = slices.DeleteFunc(p.Recent, func(q string) bool { return q == path })
}

// applyPreferences brings the viewer to what was remembered.
func (w *Window) applyPreferences() {
	p, v := w.prefs, w.viewer
	v.SetProfile(p.Profile)
	v.SetArrangement(p.Arrangement)
	o := v.Overlay()
	o.Style, o.Opacity = p.Style, p.Opacity
	v.SetOverlay(o)
	v.SetSmooth(p.Smooth)
	v.SetAnnotations(p.Annotations)
	v.SetCrosshair(p.Crosshair)
	v.SetInvertLevel(p.InvertLevel)
}

// remember stores what the viewer is at now, a while after the last change.
func (w *Window) remember() {
	p, v := w.prefs, w.viewer
	p.Profile, p.Arrangement = v.Profile(), v.Arrangement()
	p.Style, p.Opacity = v.Overlay().Style, v.Overlay().Opacity
	p.Smooth, p.Annotations, p.Crosshair, p.InvertLevel = v.Smooth(), v.Annotations(), v.Crosshair(), v.InvertLevel()
	w.savePreferences()
}

// savePreferences writes the preferences a second after the last change.
func (w *Window) savePreferences() {
	if w.pending["prefs"] {
		return
	}
	w.pending["prefs"] = true
	w.after(time.Second, func() {
		delete(w.pending, "prefs")
		w.prefs.save()
	})
}
