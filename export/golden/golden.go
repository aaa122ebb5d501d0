// Package golden compares the pictures that tests draw with those that they keep
// beside them.
package golden

import (
	"bytes"
	"flag"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the pictures that the tests compare with")

// PNG compares a picture, a whole file, with testdata/NAME.png, which -update writes
// anew. Text is antialiased a little differently from one processor to another, so
// the mean counts and not a single pixel.
func PNG(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name+".png")
	if *update {
		if err := os.MkdirAll("testdata", 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	one, two := Decode(t, got), Decode(t, kept)
	if one.Bounds() != two.Bounds() {
		t.Fatalf("%v, want %v", one.Bounds(), two.Bounds())
	}
	if d := Difference(one, two); d > 0.002 {
		t.Errorf("%.4f of the ink differs from %s; if it is meant to, run with -update", d, path)
	}
}

// Decode reads a PNG.
func Decode(t *testing.T, file []byte) image.Image {
	t.Helper()
	m, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Difference is the mean difference of two pictures, 0 for equal, 1 for black against
// white, where both have pixels.
func Difference(one, two image.Image) float64 {
	sum, box := 0.0, one.Bounds().Intersect(two.Bounds())
	for y := range box.Dy() {
		for x := range box.Dx() {
			r1, g1, b1, _ := one.At(x, y).RGBA()
			r2, g2, b2, _ := two.At(x, y).RGBA()
			for _, d := range []float64{float64(r1) - float64(r2), float64(g1) - float64(g2), float64(b1) - float64(b2)} {
				sum += math.Abs(d)
			}
		}
	}
	return sum / float64(3*0xFFFF*box.Dx()*box.Dy())
}
