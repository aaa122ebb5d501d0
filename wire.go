package main

import (
	"opacity/app"
	"opacity/app/imageio"
	"opacity/assets"
	"opacity/export"
	"opacity/inference"
	"opacity/inference/onnx"
)

// program is what the commands and the window are made of.
type program struct {
	opener app.Opener
	engine *inference.Engine
	writer app.Writer
}

// wire puts the parts together. It is cheap: nothing is loaded before it is used.
func wire() *program {
	return &program{
		opener: imageio.Opener{},
		engine: inference.New(inference.Options{
			Runtime:  &onnx.Runtime{},
			Embedded: assets.Models(),
			UserDir:  inference.UserModels(),
		}),
		writer: export.Writer{},
	}
}
