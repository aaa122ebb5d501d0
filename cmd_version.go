package main

import (
	"runtime/debug"

	"github.com/spf13/cobra"

	"opacity/export"
)

func newVersion(c *cli) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: c.table.T("cmd.version.short"), Args: arguments(0, 0),
		RunE: func(*cobra.Command, []string) error {
			return c.print("opacity " + programVersion() + "\n" + c.table.Format(export.IntendedUse()))
		},
	}
}

// programVersion is the version linked in, else what the toolchain recorded.
func programVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	return versionOf(version, info)
}

// versionOf names a build without a version by what it was built from.
func versionOf(linked string, info *debug.BuildInfo) string {
	const none = "(devel)"
	switch module := info.Main.Version; {
	case linked != "":
		return linked
	case module != "" && module != none:
		return module
	}
	revision, dirty := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value[:min(len(s.Value), 12)]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "-dirty"
		}
	}
	if revision == "" {
		return none
	}
	return revision + dirty
}
