// Package testdata finds what tests read. The real CT that some need is no part of
// the repository: it is looked for in OPACITY_TEST_DATA, by default in ../shared/data
// beside the checkout.
package testdata

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// Path returns the path of a file or folder of the test data. Where it is
// missing the test is skipped, or fails if OPACITY_REQUIRE_DATA is 1.
func Path(t testing.TB, elem ...string) string {
	t.Helper()
	p := filepath.Join(append([]string{root()}, elem...)...)
	if _, err := os.Stat(p); err != nil {
		if os.Getenv("OPACITY_REQUIRE_DATA") == "1" {
			t.Fatalf("test data needed and not there: %v", err)
		}
		t.Skipf("no test data: %v (set OPACITY_TEST_DATA)", err)
	}
	return p
}

// JSON reads a file of the folder testdata beside the test.
func JSON(t testing.TB, name string, into any) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func root() string {
	if d := os.Getenv("OPACITY_TEST_DATA"); d != "" {
		return d
	}
	dir, err := os.Getwd() // a test runs in the folder of its package
	if err != nil {
		return ""
	}
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Stat(filepath.Join(d, "go.mod")); err == nil {
			return filepath.Join(d, "..", "shared", "data")
		}
		if d == filepath.Dir(d) {
			return ""
		}
	}
}
