package sliceview

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"opacity/viewer"
)

var update = flag.Bool("update", false, "write the golden pictures anew")

// stripOf is n slices, ever more doubtful, with all marks in turn.
func stripOf(n int) Strip {
	s := make(Strip, n)
	for k := range s {
		s[k] = StripSlice{float64(k) / float64(max(n-1, 1)), SliceMark(k % 5)}
	}
	return s
}

func TestStrip_Golden(t *testing.T) {
	for _, c := range []struct {
		name  string
		n     int
		scale int
	}{{"few", 12, 1}, {"few_fine", 12, 2}, {"many", 300, 1}, {"one", 1, 1}} {
		got := drawStrip(stripOf(c.n), 240*c.scale, sliderPx*c.scale, float64(c.scale))
		path := filepath.Join("testdata", "strip_"+c.name+".png")
		if *update {
			var b bytes.Buffer
			if err := png.Encode(&b, got); err != nil {
				t.Fatal(err)
			}
			if err := os.MkdirAll("testdata", 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		want, err := png.Decode(f)
		_ = f.Close()
		if err != nil {
			t.Fatal(err)
		}
		if !same(got, want) {
			t.Errorf("%s differs from its golden picture; go test -update writes it anew", c.name)
		}
	}
}

func same(a, b image.Image) bool {
	if a.Bounds() != b.Bounds() {
		return false
	}
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			if color.RGBAModel.Convert(a.At(x, y)) != color.RGBAModel.Convert(b.At(x, y)) {
				return false
			}
		}
	}
	return true
}

// More doubt is higher and brighter, so that it is told without colours; no two
// marks look alike in grey.
func TestStrip_IsReadWithoutColours(t *testing.T) {
	grey := func(m *image.RGBA, x int) (column string, lit int) {
		for y := range m.Rect.Dy() {
			l := color.GrayModel.Convert(m.At(x, y)).(color.Gray).Y
			if l > 0 {
				lit += int(l)
				column += "#"
			} else {
				column += "."
			}
		}
		return column, lit
	}
	last := -1
	for d := range 11 {
		m := drawStrip(Strip{{Doubt: float64(d) / 10}}, 240, sliderPx, 1)
		_, lit := grey(m, 120)
		if lit <= last {
			t.Errorf("doubt %d of 10 shows %d, less gave %d", d, lit, last)
		}
		last = lit
	}
	seen := map[string]SliceMark{}
	for mark := Unseen; mark <= Problem; mark++ {
		column, _ := grey(drawStrip(Strip{{Mark: mark}}, 240, sliderPx, 1), 120)
		if other, there := seen[column]; there {
			t.Errorf("marks %d and %d look alike: %s", other, mark, column)
		}
		seen[column] = mark
	}
}

// A click on a bar shows its slice, and the thumb goes where the bar is.
func TestStrip_BarsLieWhereTheThumbGoes(t *testing.T) {
	var over []int
	b := newBench(t, Options{OnStrip: func(k int) { over = append(over, k) }})
	v := b.open()
	n := v.Size[2]
	strip := make(Strip, n)
	strip[n/4].Doubt = 1
	b.grid.SetStrip(strip)
	r, _ := b.grid.SliderRect(viewer.Axial)
	m := b.grid.panes[viewer.Axial].drawStripe(int(r.Size.Width), int(r.Size.Height))
	var from, to int
	for x := range m.Bounds().Dx() {
		if _, _, _, a := m.At(x, 1).RGBA(); a > 0 {
			if from == 0 {
				from = x
			}
			to = x
		}
	}
	middle := r.Pos.AddXY(float32(from+to+1)/2, 4)
	b.grid.MouseIn(mouse(middle, 0, 0))
	b.grid.MouseOut()
	if len(over) != 2 || over[0] != n/4 || over[1] != -1 {
		t.Errorf("over the bar of slice %d the strip tells of %v", n/4, over)
	}
	b.grid.panes[viewer.Axial].slideTo(middle.X)
	if k := b.v.SliceOf(viewer.Axial); k != n/4 {
		t.Errorf("a click on the bar of slice %d shows %d", n/4, k)
	}
	thumb := b.grid.panes[viewer.Axial].decor.thumb
	if x := thumb.Position().X + thumb.Size().Width/2; x < middle.X-2 || x > middle.X+2 {
		t.Errorf("the thumb is at %g, the bar at %g", x, middle.X)
	}
	b.grid.SetStrip(nil)
	if p := b.grid.panes[viewer.Axial]; p.strip.Visible() || !p.decor.track.Visible() {
		t.Error("without a strip the slider is not as it was")
	}
	b.grid.SetStrip(make(Strip, n+1))
	if b.grid.panes[viewer.Axial].strip.Visible() {
		t.Error("a strip of another volume is shown")
	}
}
