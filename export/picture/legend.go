package picture

import (
	"image"
	"image/draw"
	"math"

	"opacity/export/plot"
)

// legend is a strip with swatches and names, as dark as the pictures above it and as wide
// as they are; nil for no keys.
func legend(keys []plot.Swatch, widthPx int) image.Image {
	if len(keys) == 0 {
		return nil
	}
	const dotsPerInch, mmPerInch = 96, 25.4 // of a screen, which Image draws for
	f := plot.Pictures(plot.PicturesData{Name: "legend", Keys: keys})
	_, height := f.SizeMM(plot.Page{WidthMM: float64(widthPx) / dotsPerInch * mmPerInch, Dark: true, Letters: plot.OnScreen})
	heightPx := int(math.Ceil(height / mmPerInch * dotsPerInch))
	m, _ := f.Image(widthPx, max(heightPx, 64), 1, true) // the least that is drawn
	strip := image.NewRGBA(image.Rect(0, 0, widthPx, heightPx))
	// The legend is at the lower edge.
	draw.Draw(strip, strip.Rect, m, image.Pt(0, m.Bounds().Dy()-heightPx), draw.Src)
	return strip
}
