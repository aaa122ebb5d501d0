// Package icons holds the program's own icons.
package icons

import "embed"

// App is the icon of the program, a PNG of 256 by 256 pixels.
//
//go:embed opacity.png
var App []byte

//go:embed tools/*.svg
var tools embed.FS

// Tool returns the icon of a painting tool by the name that package tool gives
// it: an SVG in one colour, filled shapes alone. nil where there is none.
func Tool(name string) []byte {
	b, _ := tools.ReadFile("tools/" + name + ".svg") // not there: nil
	return b
}

//go:embed signs/*.svg
var signs embed.FS

// Sign returns an icon that stands for a state or a command, by its name ("lock",
// "unlock"): an SVG in one colour, filled shapes alone. nil where there is none.
func Sign(name string) []byte {
	b, _ := signs.ReadFile("signs/" + name + ".svg") // not there: nil
	return b
}
