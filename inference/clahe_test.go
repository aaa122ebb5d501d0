package inference

import (
	"math"
	"testing"
)

func TestCLAHEAgainstOpenCV(t *testing.T) {
	for _, c := range opencv(t).CLAHE {
		rows, cols := c.Size[0], c.Size[1]
		pix := make([]uint8, rows*cols)
		for n, x := range picture(rows, cols) {
			pix[n] = uint8((int(x) + 1024) * 255 / 2024)
		}
		newCLAHE(c.Limit, c.Tiles[0], c.Tiles[1], rows, cols).apply(pix)
		got := make([]float32, len(pix))
		for n, v := range pix {
			got[n] = float32(v)
		}
		n, worst := c.Want.differ(got, cols, 0)
		if n > 0 || sum(got) != c.Want.Sum {
			t.Errorf("%v limit %g tiles %v: %d values differ, by up to %g; sum %g, want %g",
				c.Size, c.Limit, c.Tiles, n, worst, sum(got), c.Want.Sum)
		}
	}
}

func TestRoundToByteHalfToEven(t *testing.T) {
	for x := float32(-3); x < 260; x += 0.25 {
		want := uint8(math.Min(255, math.Max(0, math.RoundToEven(float64(x)))))
		if got := roundToByte(x); got != want {
			t.Errorf("round %g = %d, want %d", x, got, want)
		}
	}
	if roundToByte(float32(math.NaN())) != 0 {
		t.Error("not a number is not 0")
	}
}
