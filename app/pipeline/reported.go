package pipeline

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// Input is what a report says of the image that it is of.
type Input struct {
	Name   string `json:"name"` // of the case
	SHA256 string `json:"sha256"`
}

// Reported reads of what image the report in a folder is; false where there is none.
func Reported(folder string) (Input, bool) {
	b, err := os.ReadFile(filepath.Join(folder, "report.json"))
	if err != nil {
		return Input{}, false
	}
	var there struct {
		Input Input `json:"input"`
	}
	if json.Unmarshal(b, &there) != nil || there.Input.Name == "" {
		return Input{}, false
	}
	return there.Input, true
}
