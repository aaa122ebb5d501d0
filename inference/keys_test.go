package inference

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// keysInSource lists the table keys that the source files of this package and
// its subpackages name.
func keysInSource(t *testing.T) []string {
	t.Helper()
	key := regexp.MustCompile(`"(inference\.[a-z0-9_]+)"`)
	var keys []string
	for _, pattern := range []string{"*.go", "onnx/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") || f == "validate.go" {
				continue // validate.go names fields of the metadata's "inference"
			}
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range key.FindAllStringSubmatch(string(b), -1) {
				keys = append(keys, m[1])
			}
		}
	}
	if len(keys) < 30 {
		t.Fatalf("only %d keys found", len(keys))
	}
	return keys
}
