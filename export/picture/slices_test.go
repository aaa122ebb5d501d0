package picture_test

import (
	"bytes"
	"context"
	"image/gif"
	"slices"
	"strings"
	"testing"

	"opacity/app/mask"
	"opacity/export/picture"
	"opacity/viewer"
)

// shownSlices are the numbers of the slices that a montage has, 1 at the feet.
func shownSlices(t *testing.T, c picture.Case, w picture.What, count int) (numbers []string, caption string) {
	t.Helper()
	f, err := c.Montage(context.Background(), w, count)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range f.Points()[1:] {
		numbers = append(numbers, row[2])
	}
	return numbers, f.Caption()
}

// A montage spends no picture on slices without lung or label where there are enough with.
func TestMontageOfSlicesWithLabels(t *testing.T) {
	c := study(t)
	c.Reference, c.Prediction = mask.New(c.Volume.Size, c.Reference.Labels()), mask.New(c.Volume.Size, c.Reference.Labels())
	lung := make([]uint8, c.Volume.Size[0]*c.Volume.Size[1])
	lung[5*c.Volume.Size[0]+60] = mask.LeftLung
	for k := 10; k < 16; k++ { // slices 11 to 16
		c.Reference.SetSlice(mask.Anatomy, k, slices.Clone(lung))
	}
	c.Prediction.SetSlice(mask.Anatomy, 20, slices.Clone(lung)) // and slice 21
	for _, x := range []struct {
		what  picture.What
		plane viewer.Plane
		count int
		want  string
		says  string
	}{
		{picture.Errors, viewer.Axial, 7, "21 16 15 14 13 12 11", "those that have a lung"},
		{picture.Reference, viewer.Axial, 3, "16 14 12", "those that have a lung"},
		{picture.Errors, viewer.Axial, 8, "38 33 28 23 18 13 8 3", "the stack"},
		{picture.CT, viewer.Axial, 2, "30 10", "the stack"},
		{picture.Errors, viewer.Sagittal, 1, "61", "those that have a lung"},
	} {
		c.Plane = x.plane
		got, caption := shownSlices(t, c, x.what, x.count)
		if x.plane == viewer.Sagittal { // numbered from either side
			if len(got) != 1 || got[0] != "61" && got[0] != "68" {
				t.Errorf("sagittal: %v", got)
			}
		} else if strings.Join(got, " ") != x.want {
			t.Errorf("%d of %v: %v, want %s", x.count, x.what, got, x.want)
		}
		if !strings.Contains(caption, x.says) {
			t.Errorf("%q is not in %q", x.says, caption)
		}
	}
}

// Every frame of an animation has the names of its panes over them and the labels' colours
// under them.
func TestGIFHasALegend(t *testing.T) {
	c := study(t)
	frames := func(c picture.Case, show ...picture.What) *gif.GIF {
		var b bytes.Buffer
		if err := c.WriteGIF(context.Background(), &b, picture.GIF{Show: show, Frames: 2, Px: 160}, nil); err != nil {
			t.Fatal(err)
		}
		g, err := gif.DecodeAll(&b)
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	with, without := frames(c, picture.CT, picture.Reference), frames(c, picture.CT)
	if with.Config.Height <= without.Config.Height {
		t.Fatalf("%d rows with a legend, %d without", with.Config.Height, without.Config.Height)
	}
	for n, m := range with.Image {
		coloured := 0
		for y := without.Config.Height; y < with.Config.Height; y++ {
			for x := range with.Config.Width {
				if r, g, b, _ := m.At(x, y).RGBA(); max(r, g, b)-min(r, g, b) > 0x3000 {
					coloured++
				}
			}
		}
		if coloured < 100 {
			t.Errorf("frame %d has %d coloured pixels in its legend", n, coloured)
		}
	}
}
