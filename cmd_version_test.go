package main

import (
	"bytes"
	"context"
	"runtime/debug"
	"testing"
)

// A program that was linked without a version says what it was built from, as far as the
// toolchain wrote it down.
func TestVersionOfABuild(t *testing.T) {
	vcs := func(revision, modified string) []debug.BuildSetting {
		return []debug.BuildSetting{{Key: "vcs", Value: "git"}, {Key: "vcs.revision", Value: revision}, {Key: "vcs.modified", Value: modified}}
	}
	for _, c := range []struct {
		linked, module string
		settings       []debug.BuildSetting
		want           string
	}{
		{"v1.2.0", "(devel)", vcs("f68af223f3bc87222a28", "false"), "v1.2.0"},
		{"", "v1.1.0", nil, "v1.1.0"},
		{"", "(devel)", vcs("f68af223f3bc87222a28594c64cc6d8c9412cffe", "false"), "f68af223f3bc"},
		{"", "(devel)", vcs("f68af223f3bc87222a28594c64cc6d8c9412cffe", "true"), "f68af223f3bc-dirty"},
		{"", "", vcs("abc", "false"), "abc"},
		{"", "(devel)", nil, "(devel)"},
	} {
		info := debug.BuildInfo{Main: debug.Module{Version: c.module}, Settings: c.settings}
		if got := versionOf(c.linked, &info); got != c.want {
			t.Errorf("%q, %q: %q, want %q", c.linked, c.module, got, c.want)
		}
	}
}

func TestVersionFlag(t *testing.T) {
	var out, errs bytes.Buffer
	if status := run(context.Background(), []string{"--version"}, &out, &errs); status != 0 || out.String() != "opacity "+programVersion()+"\n" {
		t.Errorf("%d %q %q", status, out.String(), errs.String())
	}
}
