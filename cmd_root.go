package main

import (
	"io"
	"os"

	"github.com/spf13/cobra"

	"opacity/app"
	"opacity/app/text"
)

// cli is what the commands share: where results and messages go.
type cli struct {
	out, errs io.Writer
	quiet     bool
	table     text.Table
}

// newRoot builds the command line. Without a command it opens the window.
func newRoot(c *cli) *cobra.Command {
	c.table = text.English()
	sample := false
	root := &cobra.Command{
		Use:   "opacity [PATH...]",
		Short: c.table.T("cmd.root.short"),
		Long:  c.table.T("cmd.root.long"),
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, paths []string) error {
			for _, p := range paths {
				if _, err := os.Stat(p); os.IsNotExist(err) {
					return app.Refuse(err, "cmd.no_such_path", p)
				}
			}
			return runWindow(cmd.Context(), wire(), paths, sample)
		},
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.Flags().BoolVar(&sample, "sample", false, c.table.T("cmd.root.sample"))
	root.PersistentFlags().BoolVarP(&c.quiet, "quiet", "q", false, c.table.T("cmd.quiet"))
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return app.Misuse("cmd.flag", err.Error(), cmd.CommandPath())
	})
	root.SetOut(c.out)
	root.SetErr(c.errs)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(
		newInfo(c), newSegment(c), newConvert(c), newSnapshot(c), newModels(c),
		newDoctor(c), newPhantom(c), newSample(c), newVersion(c),
		newEvaluate(c),
	)
	return root
}

// arguments checks how many arguments a command got; most < 0 sets no bound.
func arguments(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < least || most >= 0 && len(args) > most {
			return app.Misuse("cmd.arguments", cmd.UseLine())
		}
		return nil
	}
}

// needed refuses a flag that was left empty.
func needed(cmd *cobra.Command, flag, value string) error {
	if value == "" {
		return app.Misuse("cmd.flag_needed", flag, cmd.UseLine())
	}
	return nil
}
