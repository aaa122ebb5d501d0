//go:build !nomodel

package assets

import (
	"embed"
	"io/fs"
)

//go:embed models
var models embed.FS

// Models holds the models that are part of the program: per model NAME.onnx
// with its metadata inside, NAME.md (the model card), NAME.json (the metadata
// once more) and, where a variant of the metadata is offered, NAME.VARIANT.json.
func Models() fs.FS {
	sub, err := fs.Sub(models, "models")
	if err != nil {
		return models // cannot be: the name is a valid one
	}
	return sub
}
