package desk

import (
	"errors"
	"image"
	"testing"
)

// An empty desk is one colour, and a point outside it is cut off, not an error.
func TestDesk_StartsEmpty(t *testing.T) {
	d, err := Start(320, 200)
	if errors.Is(err, ErrMissing) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	shot, err := d.Screenshot(image.Rect(300, 180, 400, 300))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := shot.Bounds().Size(), image.Pt(20, 20); got != want {
		t.Errorf("screenshot over the edge is %v, want %v", got, want)
	}
	for _, chord := range []string{"ctrl+r", "esc", "ctrl+shift+z", "?", "["} {
		if err := d.Key(chord); err != nil {
			t.Errorf("Key(%q): %v", chord, err)
		}
	}
	if err := d.Key("hyper+x"); err == nil {
		t.Error("an unknown key was struck without an error")
	}
}
