package mask

import (
	"math"
	"slices"
)

// freeColour is the first of ExtraColours that no label has. Once all are taken it
// is the one of others that differs most from every colour in use.
func (m *Mask) freeColour() RGB {
	has := func(c RGB) bool { return slices.ContainsFunc(m.labels, func(l Label) bool { return l.Colour == c }) }
	for _, c := range ExtraColours {
		if !has(c) {
			return c
		}
	}
	best, most := RGB{}, -1.0
	for _, c := range otherColours() {
		least := math.Inf(1)
		for _, l := range m.labels {
			least = math.Min(least, c.differs(l.Colour))
		}
		if least > most {
			best, most = c, least
		}
	}
	return best
}

// otherColours are 24 hues, each pale and strong, light and less so, but for those
// so dark that they are lost in a CT.
func otherColours() []RGB {
	var all []RGB
	for _, value := range []float64{1, 0.8, 0.6} {
		for _, saturation := range []float64{0.95, 0.65, 0.4} {
			for hue := 0.0; hue < 360; hue += 15 {
				c := fromHSV(hue, saturation, value)
				if luma := 0.2126*float64(c[0]) + 0.7152*float64(c[1]) + 0.0722*float64(c[2]); luma > 60 { // ITU-R BT.709
					all = append(all, c)
				}
			}
		}
	}
	return all
}

// fromHSV makes a colour of a hue in degrees, and of a saturation and a value in
// 0..1 (A. R. Smith, Color gamut transform pairs, 1978).
func fromHSV(hue, saturation, value float64) RGB {
	channel := func(n float64) uint8 {
		k := math.Mod(n+hue/60, 6)
		return uint8(math.Round(255 * value * (1 - saturation*math.Max(0, math.Min(1, math.Min(k, 4-k))))))
	}
	return RGB{channel(5), channel(3), channel(1)}
}

// differs says how unlike two colours look, 0 to about 765: the distance weighted
// by the mean of red (T. Riemersma, Colour metric, compuphase.com).
func (c RGB) differs(o RGB) float64 {
	red := (float64(c[0]) + float64(o[0])) / 2
	r, g, b := float64(c[0])-float64(o[0]), float64(c[1])-float64(o[1]), float64(c[2])-float64(o[2])
	return math.Sqrt((2+red/256)*r*r + 4*g*g + (2+(255-red)/256)*b*b)
}
