package main

import (
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
