package assets

import _ "embed"

// Licences is what the About window says about the terms of the program and of
// what it is made of, in Markdown.
//
//go:embed licences.md
var Licences string
