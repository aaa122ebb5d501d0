// Package look is how the window looks: its colours, light and dark, and its sizes.
package look

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Colours that Fyne has no name for.
const (
	Panel       fyne.ThemeColorName = "opacityPanel"
	Dim         fyne.ThemeColorName = "opacityDim" // text of second rank
	WarnFill    fyne.ThemeColorName = "opacityWarnFill"
	WarnText    fyne.ThemeColorName = "opacityWarnText"
	ErrorFill   fyne.ThemeColorName = "opacityErrorFill"
	ErrorText   fyne.ThemeColorName = "opacityErrorText"
	Tooltip     fyne.ThemeColorName = "opacityTooltip"
	Transparent fyne.ThemeColorName = "opacityTransparent"
)

type palette map[fyne.ThemeColorName]color.Color

// Text on its ground has a contrast of at least 4.5 to 1, icons and focus rings
// 3 to 1; a test of package ui measures it.
var (
	darkPalette = palette{
		theme.ColorNameBackground:          hex(0x16181C),
		Panel:                              hex(0x1F2228),
		theme.ColorNameMenuBackground:      hex(0x1F2228),
		theme.ColorNameOverlayBackground:   hex(0x1F2228),
		theme.ColorNameHeaderBackground:    hex(0x1F2228),
		theme.ColorNameForeground:          hex(0xD7DAE0),
		Dim:                                hex(0x9AA1AD),
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
		WarnFill:                           hex(0x3B3214),
		WarnText:                           hex(0xF4E2AE),
		ErrorFill:                          hex(0x4A1B20),
		ErrorText:                          hex(0xFFD0D3),
		Tooltip:                            hex(0x3A404B),
		Transparent:                        color.Transparent,
	}
	lightPalette = palette{
		theme.ColorNameBackground:          hex(0xE9EBEF),
		Panel:                              hex(0xFBFBFC),
		theme.ColorNameMenuBackground:      hex(0xFBFBFC),
		theme.ColorNameOverlayBackground:   hex(0xFBFBFC),
		theme.ColorNameHeaderBackground:    hex(0xFBFBFC),
		theme.ColorNameForeground:          hex(0x1B1E24),
		Dim:                                hex(0x565D69),
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
		WarnFill:                           hex(0xFFF1C7),
		WarnText:                           hex(0x4A3A00),
		ErrorFill:                          hex(0xFCDADD),
		ErrorText:                          hex(0x76121A),
		Tooltip:                            hex(0xFFFFFF),
		Transparent:                        color.Transparent,
	}
)

func hex(rgb uint32) color.NRGBA { return hexA(rgb, 0xFF) }

func hexA(rgb uint32, a uint8) color.NRGBA {
	return color.NRGBA{uint8(rgb >> 16), uint8(rgb >> 8), uint8(rgb), a}
}

// Theme is the program's theme: the reading room's dark one, or the light one.
type Theme struct {
	fyne.Theme
	light bool
}

func New(light bool) *Theme { return &Theme{theme.DefaultTheme(), light} }

func (l *Theme) Color(name fyne.ThemeColorName, _ fyne.ThemeVariant) color.Color {
	p, variant := darkPalette, theme.VariantDark
	if l.light {
		p, variant = lightPalette, theme.VariantLight
	}
	if c, ok := p[name]; ok {
		return c
	}
	return l.Theme.Color(name, variant)
}

func (l *Theme) Size(name fyne.ThemeSizeName) float32 {
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

// Paint returns a colour of the theme in force.
func Paint(name fyne.ThemeColorName) color.Color {
	s := fyne.CurrentApp().Settings()
	return s.Theme().Color(name, s.ThemeVariant())
}
