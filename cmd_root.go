package main

import (
	"errors"
	"io"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

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
		Version:       programVersion(),
	}
	root.SetVersionTemplate("opacity {{.Version}}\n")
	root.Flags().BoolVar(&sample, "sample", false, c.table.T("cmd.root.sample"))
	root.Flags().Lookup("sample").Hidden = !hasWindow
	root.PersistentFlags().BoolVarP(&c.quiet, "quiet", "q", false, c.table.T("cmd.quiet"))
	root.SetFlagErrorFunc(flagError)
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

// flagError says what is wrong with a flag.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var valueless *pflag.ValueRequiredError
	var wrong *pflag.InvalidValueError
	var syntax *pflag.InvalidSyntaxError
	at := cmd.CommandPath()
	switch {
	case errors.As(err, &unknown):
		return app.Misuse("cmd.flag_unknown", dashed(unknown.GetSpecifiedName(), unknown.GetSpecifiedShortnames()), at)
	case errors.As(err, &valueless):
		return app.Misuse("cmd.flag_no_value", dashed(valueless.GetSpecifiedName(), valueless.GetSpecifiedShortnames()), at)
	case errors.As(err, &wrong):
		kind := text.M("cmd.flag_takes_text")
		switch wrong.GetFlag().Value.Type() {
		case "bool":
			kind = text.M("cmd.flag_takes_bool")
		case "int":
			kind = text.M("cmd.flag_takes_int")
		case "uint64":
			kind = text.M("cmd.flag_takes_count")
		}
		return app.Misuse("cmd.flag_value", "--"+wrong.GetFlag().Name, wrong.GetValue(), kind, at)
	case errors.As(err, &syntax):
		return app.Misuse("cmd.flag_unknown", syntax.GetSpecifiedFlag(), at)
	}
	return app.Misuse("cmd.flag", err.Error(), at)
}

// dashed is a flag as it was written: shorthands is the group it stood in.
func dashed(name, shorthands string) string {
	if shorthands != "" {
		return "-" + name
	}
	return "--" + name
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
