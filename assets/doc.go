// Package assets holds the files that are part of the program.
package assets
