package window

import (
	"image"
	"strings"
	"testing"
)

// Amounts are written by keys: what is no number is answered and applies nothing,
// a decimal comma is read, Enter applies from a choice too, and the pictures stay
// where they are.
func TestAmountsWritten(t *testing.T) {
	p, axial, painted := painted(t, image.Pt(1360, 860))
	p.key("shift+m")
	p.until("the amount in focus", func(s state) bool { return strings.HasPrefix(s.Keys, "*controls.Entry") })
	p.until("the preview", func(s state) bool { return infection(s) > painted })
	if now := p.place("picture.axial"); now != axial {
		t.Errorf("the picture is at %v, was at %v", now, axial)
	}
	_ = p.desk.Type("abc")
	p.until("no preview", func(s state) bool { return infection(s) == painted })
	p.key("enter")
	p.shot("1-answered")
	p.key("ctrl+a")
	_ = p.desk.Type("6,5")
	p.until("the preview of 6.5 mm", func(s state) bool { return s.Steps == 1 && infection(s) > 2*painted })
	p.key("tab")
	p.until("the choice in focus", func(s state) bool { return strings.HasPrefix(s.Keys, "*controls.Selector") })
	p.shot("2-comma")
	p.key("enter")
	s := p.until("one step", func(s state) bool { return s.Steps == 2 && strings.Contains(s.Status, "6.5 mm") })
	if now := p.place("picture.axial"); now != axial || infection(s) <= painted {
		t.Errorf("%d voxels; the picture is at %v, was at %v", infection(s), now, axial)
	}
}
