package window

import (
	"image"
	"strings"
	"testing"
	"time"
)

// focus is where on the desk that lies which has the keys.
func (p *program) focus(s state) image.Rectangle {
	at := p.area.Min.Add(image.Pt(s.Focus.X, s.Focus.Y))
	return image.Rectangle{Min: at, Max: at.Add(image.Pt(s.Focus.W, s.Focus.H))}
}

// Tab goes round the whole window and comes back to the panes; what has the keys
// is in the window and looks different from when it has not.
func TestTabOrder(t *testing.T) {
	dir, _, _ := thorax(t)
	p := start(t, image.Pt(1280, 800), nil, dir)
	p.until("the study in focus", func(s state) bool { return loaded(s) && s.Panes })
	last := p.until("the panes", func(s state) bool { return s.Panes })
	stops := map[string]bool{}
	for {
		time.Sleep(100 * time.Millisecond) // painted
		at := p.focus(last)
		if at.Empty() || !at.In(p.area) {
			t.Errorf("stop %d is at %v, outside the window %v", len(stops), at, p.area)
		}
		with := p.pixels(at)
		p.key("tab")
		s := p.until("the next stop", func(s state) bool { return s.Keys != last.Keys })
		p.untilDiffers(at, with)
		if s.Panes {
			break
		}
		if stops[s.Keys] {
			t.Fatal("Tab goes round without coming to the panes")
		}
		stops[s.Keys], last = true, s
	}
	if len(stops) < 25 {
		t.Errorf("%d stops besides the panes, the toolbar and the inspector have more", len(stops))
	}
	p.key("shift+tab")
	if s := p.until("the stop before the panes", func(s state) bool { return !s.Panes }); s.Keys != last.Keys {
		t.Errorf("Shift+Tab goes to %v, Tab came from %v", s.Focus, last.Focus)
	}
}

// untilDiffers waits until any pixel of a part of the desk is another.
func (p *program) untilDiffers(r image.Rectangle, before *image.RGBA) {
	p.t.Helper()
	for range 100 {
		for i, b := range p.pixels(r).Pix {
			if b != before.Pix[i] {
				return
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	p.shot("no-focus")
	p.t.Errorf("what lies at %v looks the same with the keys and without", r)
}

// The keys alone open the menu, choose in it, and leave dialogs.
func TestMenuAndDialogsByKey(t *testing.T) {
	dir, _, _ := thorax(t)
	p := start(t, image.Pt(1280, 800), nil, dir)
	p.until("the study in focus", func(s state) bool { return loaded(s) && s.Panes })
	for _, d := range []struct{ key, modal string }{
		{"f1", "keys"}, {"ctrl+e", "export"}, {"ctrl+o", "choose.file"},
	} {
		p.key(d.key)
		p.until("the dialog "+d.modal, func(s state) bool { return s.Modal == d.modal })
		p.key("tab")
		p.key("esc")
		p.until("the dialog to go", func(s state) bool { return s.Modal == "" })
		p.until("the panes in focus again", func(s state) bool { return s.Panes })
	}
	p.menu("alt", "down")
	p.shot("menu")
	p.key("esc")
	p.key("ctrl+r")
	p.until("the run to start", func(s state) bool { return s.Running || s.Steps == 1 })
	p.until("the run to end", func(s state) bool { return !s.Running })
}

// Every menu opens by keys, and what is chosen there is done.
func TestMenusByKey(t *testing.T) {
	dir, _, _ := thorax(t)
	p := start(t, image.Pt(1280, 800), nil, dir)
	p.until("the study in focus", func(s state) bool { return loaded(s) && s.Panes })
	p.menu("f10")
	p.shot("f10")
	p.key("esc")
	p.until("the panes in focus again", func(s state) bool { return s.Panes })
	p.menu("alt+h")
	for range 3 { // Keys, Doctor, About
		p.key("down")
	}
	p.shot("alt-h")
	p.key("enter")
	p.until("the last item of the last menu", func(s state) bool { return s.Modal == "about" })
	p.key("esc")
	p.until("the dialog to go", func(s state) bool { return s.Modal == "" })
	p.key("f2")
	p.until("the other profile", func(s state) bool {
		return s.Profile == 1 && strings.HasPrefix(s.Status, "Reading: left drag")
	})
	p.key("ctrl+w")
	p.until("the study closed", func(s state) bool { return s.Slices[2] == 0 })
	p.key("ctrl+q")
	p.ended("Ctrl+Q")
}
