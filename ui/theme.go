package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Colours that Fyne has no name for.
const (
	colorPanel       fyne.ThemeColorName = "opacityPanel"
	colorDim         fyne.ThemeColorName = "opacityDim" // text of second rank
	colorWarnFill    fyne.ThemeColorName = "opacityWarnFill"
	colorWarnText    fyne.ThemeColorName = "opacityWarnText"
	colorErrorFill   fyne.ThemeColorName = "opacityErrorFill"
	colorErrorText   fyne.ThemeColorName = "opacityErrorText"
	colorTooltip     fyne.ThemeColorName = "opacityTooltip"
	colorTransparent fyne.ThemeColorName = "opacityTransparent"
)

type palette map[fyne.ThemeColorName]color.Color

// Text on its ground has a contrast of at least 4.5 to 1, icons and focus rings
// 3 to 1; theme_test.go measures it.
var (
	darkPalette = palette{
		theme.ColorNameBackground:          hex(0x16181C),
		colorPanel:                         hex(0x1F2228),
		theme.ColorNameMenuBackground:      hex(0x1F2228),
		theme.ColorNameOverlayBackground:   hex(0x1F2228),
		theme.ColorNameHeaderBackground:    hex(0x1F2228),
		theme.ColorNameForeground:          hex(0xD7DAE0),
		colorDim:                           hex(0x9AA1AD),
		theme.ColorNamePlaceHolder:         hex(0x9AA1AD),
		theme.ColorNameDisabled:            hex(0x6C7480),
		theme.ColorNamePrimary:             hex(0x4C9BE8),
		theme.ColorNameHyperlink:           hex(0x6DB1F2),
		theme.ColorNameForegroundOnPrimary: hex(0x0B0D10),
		theme.ColorNameFocus:               hexA(0x4C9BE8, 0x80),
		theme.ColorNameSelection:           hexA(0x4C9BE8, 0x50),
		theme.ColorNameButton:              hex(0x2C313A),
		theme.ColorNameDisabledButton:      hex(0x262A31),
		theme.ColorNameInputBackground:     hex(0x16181C),
		theme.ColorNameInputBorder:         hex(0x737B88),
		theme.ColorNameHover:               hexA(0xFFFFFF, 0x14),
		theme.ColorNamePressed:             hexA(0xFFFFFF, 0x24),
		theme.ColorNameSeparator:           hex(0x343A44),
		theme.ColorNameScrollBar:           hexA(0xD7DAE0, 0x80),
		theme.ColorNameShadow:              hexA(0x000000, 0x99),
		theme.ColorNameError:               hex(0xF2545B),
		theme.ColorNameForegroundOnError:   hex(0x0B0D10),
		theme.ColorNameWarning:             hex(0xE6B450),
		theme.ColorNameForegroundOnWarning: hex(0x0B0D10),
		theme.ColorNameSuccess:             hex(0x3FB68B),
		theme.ColorNameForegroundOnSuccess: hex(0x0B0D10),
		colorWarnFill:                      hex(0x3B3214),
		colorWarnText:                      hex(0xF4E2AE),
		colorErrorFill:                     hex(0x4A1B20),
		colorErrorText:                     hex(0xFFD0D3),
		colorTooltip:                       hex(0x3A404B),
		colorTransparent:                   color.Transparent,
	}
	lightPalette = palette{
		theme.ColorNameBackground:          hex(0xE9EBEF),
		colorPanel:                         hex(0xFBFBFC),
		theme.ColorNameMenuBackground:      hex(0xFBFBFC),
		theme.ColorNameOverlayBackground:   hex(0xFBFBFC),
		theme.ColorNameHeaderBackground:    hex(0xFBFBFC),
		theme.ColorNameForeground:          hex(0x1B1E24),
		colorDim:                           hex(0x565D69),
		theme.ColorNamePlaceHolder:         hex(0x565D69),
		theme.ColorNameDisabled:            hex(0x8B929E),
		theme.ColorNamePrimary:             hex(0x1B66B5),
		theme.ColorNameHyperlink:           hex(0x1B5FA8),
		theme.ColorNameForegroundOnPrimary: hex(0xFFFFFF),
		theme.ColorNameFocus:               hexA(0x1B66B5, 0x66),
		theme.ColorNameSelection:           hexA(0x1B66B5, 0x38),
		theme.ColorNameButton:              hex(0xDFE3E9),
		theme.ColorNameDisabledButton:      hex(0xECEEF2),
		theme.ColorNameInputBackground:     hex(0xFFFFFF),
		theme.ColorNameInputBorder:         hex(0x7D8592),
		theme.ColorNameHover:               hexA(0x000000, 0x12),
		theme.ColorNamePressed:             hexA(0x000000, 0x22),
		theme.ColorNameSeparator:           hex(0xCDD2DA),
		theme.ColorNameScrollBar:           hexA(0x1B1E24, 0x80),
		theme.ColorNameShadow:              hexA(0x000000, 0x40),
		theme.ColorNameError:               hex(0xB3202A),
		theme.ColorNameForegroundOnError:   hex(0xFFFFFF),
		theme.ColorNameWarning:             hex(0x9A6700),
		theme.ColorNameForegroundOnWarning: hex(0xFFFFFF),
		theme.ColorNameSuccess:             hex(0x1D7F5C),
		theme.ColorNameForegroundOnSuccess: hex(0xFFFFFF),
		colorWarnFill:                      hex(0xFFF1C7),
		colorWarnText:                      hex(0x4A3A00),
		colorErrorFill:                     hex(0xFCDADD),
		colorErrorText:                     hex(0x76121A),
		colorTooltip:                       hex(0xFFFFFF),
		colorTransparent:                   color.Transparent,
	}
)

func hex(rgb uint32) color.NRGBA { return hexA(rgb, 0xFF) }

func hexA(rgb uint32, a uint8) color.NRGBA {
	return color.NRGBA{uint8(rgb >> 16), uint8(rgb >> 8), uint8(rgb), a}
}

// look is the program's theme: the reading room's dark one, or the light one.
type look struct {
	fyne.Theme
	light bool
}

func newLook(light bool) *look { return &look{theme.DefaultTheme(), light} }

func (l *look) Color(name fyne.ThemeColorName, _ fyne.ThemeVariant) color.Color {
	p, variant := darkPalette, theme.VariantDark
	if l.light {
		p, variant = lightPalette, theme.VariantLight
	}
	if c, ok := p[name]; ok {
		return c
	}
	return l.Theme.Color(name, variant)
}

func (l *look) Size(name fyne.ThemeSizeName) float32 {
	switch name {
	case theme.SizeNameText:
		return 13
	case theme.SizeNameCaptionText:
		return 12
	case theme.SizeNameHeadingText:
		return 20
	case theme.SizeNameSubHeadingText:
		return 15
	case theme.SizeNameInnerPadding:
		return 6
	case theme.SizeNamePadding:
		return 4
	case theme.SizeNameInlineIcon:
		return 18
	case theme.SizeNameScrollBar:
		return 10
	}
	return l.Theme.Size(name)
}

// paint returns a colour of the theme in force.
func paint(name fyne.ThemeColorName) color.Color {
	s := fyne.CurrentApp().Settings()
	return s.Theme().Color(name, s.ThemeVariant())
}
