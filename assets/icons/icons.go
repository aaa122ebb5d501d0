// Package icons holds the program's own icon.
package icons

import _ "embed"

// App is the icon of the program, a PNG of 256 by 256 pixels.
//
//go:embed opacity.png
var App []byte
