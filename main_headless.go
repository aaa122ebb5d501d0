//go:build headless

package main

import (
	"context"

	"opacity/app"
)

// hasWindow says whether this build opens a window.
const hasWindow = false

// runWindow says that this build leaves the window out.
func runWindow(context.Context, *program, []string, bool) error { return app.Misuse("cmd.no_window") }
