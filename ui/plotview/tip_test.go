package plotview

import (
	"testing"

	"fyne.io/fyne/v2"
)

// Words beside a point lie where they cover the fewest others, and never over it.
func TestWordsLieBesideThePoints(t *testing.T) {
	at, size, room := fyne.NewPos(100, 100), fyne.NewSize(80, 20), fyne.NewSize(300, 300)
	for _, x := range []struct {
		name   string
		at     fyne.Position
		others []fyne.Position
		want   fyne.Position
	}{
		{"alone", at, nil, fyne.NewPos(112, 112)},
		{"a neighbour below", at, []fyne.Position{{X: 130, Y: 120}}, fyne.NewPos(112, 68)},
		{"neighbours at the right", at, []fyne.Position{{X: 130, Y: 120}, {X: 130, Y: 80}}, fyne.NewPos(8, 112)},
		{"in the corner", fyne.NewPos(295, 295), nil, fyne.NewPos(218, 263)},
	} {
		if got := place(x.at, size, room, 12, append(x.others, x.at)); got != x.want {
			t.Errorf("%s: at %v, want %v", x.name, got, x.want)
		}
	}
}
