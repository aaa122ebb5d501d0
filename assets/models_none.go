//go:build nomodel

package assets

import (
	"embed"
	"io/fs"
)

// Models holds the models that are part of the program: none, this build leaves
// the weights out.
func Models() fs.FS { return embed.FS{} }
