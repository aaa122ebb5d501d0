package main

import (
	"github.com/spf13/cobra"

	"opacity/app"
)

// newEvaluate keeps the name of a command that is still to come, whatever its
// flags.
func newEvaluate(c *cli) *cobra.Command {
	return &cobra.Command{
		Use: "evaluate", Short: c.table.T("cmd.evaluate.short"), Hidden: true, DisableFlagParsing: true,
		RunE: func(*cobra.Command, []string) error { return app.Misuse("cmd.evaluate.later") },
	}
}
