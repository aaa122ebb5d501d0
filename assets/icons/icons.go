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

//go:embed operations/*.svg
var operations embed.FS

// Operation returns the icon of what is done to a label as a whole, by the name that
// the window gives it ("margin"): an SVG in one colour, filled shapes alone. nil
// where there is none.
func Operation(name string) []byte {
	b, _ := operations.ReadFile("operations/" + name + ".svg") // not there: nil
	return b
}
