package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"opacity/export"
)

func newVersion(c *cli) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: c.table.T("cmd.version.short"), Args: arguments(0, 0),
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(c.out, "opacity %s\n%s\n", programVersion(), export.IntendedUse())
			return err
		},
	}
}
