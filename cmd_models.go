package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"opacity/app/text"
)

func newModels(c *cli) *cobra.Command {
	force, device := false, "auto"
	list := func(*cobra.Command, []string) error { return c.listModels() }
	t := c.table
	cmd := &cobra.Command{Use: "models", Short: t.T("cmd.models.short"), Args: arguments(0, 0), RunE: list}
	add := &cobra.Command{
		Use: "add FILE", Short: t.T("cmd.models.add"), Args: arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			m, err := wire().engine.Add(cmd.Context(), args[0], force)
			if err != nil {
				return err
			}
			return c.print(m.ID + "  " + m.Path)
		},
	}
	add.Flags().BoolVar(&force, "force", false, t.T("cmd.force"))
	check := &cobra.Command{
		Use: "check ID|FILE", Short: t.T("cmd.models.check"), Args: arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error { return c.checkModel(cmd.Context(), args[0], device) },
	}
	check.Flags().StringVar(&device, "device", "auto", t.T("cmd.segment.device"))
	cmd.AddCommand(
		&cobra.Command{Use: "list", Short: t.T("cmd.models.list"), Args: arguments(0, 0), RunE: list},
		&cobra.Command{
			Use: "show ID|FILE", Short: t.T("cmd.models.show"), Args: arguments(1, 1),
			RunE: func(_ *cobra.Command, args []string) error { return c.showModel(args[0]) },
		}, add, check)
	return cmd
}

func (c *cli) listModels() error {
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	models := wire().engine.Models()
	for _, m := range models {
		state := m.Licence
		if m.Problem != nil {
			state = sentence(m.Problem)
		}
		where := m.Path
		if where == "" {
			where = c.table.T("cmd.models.built_in")
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", m.ID, m.Version, m.Title, where, state)
	}
	if len(models) == 0 {
		fmt.Fprintln(w, text.M("cmd.models.none"))
	}
	return w.Flush()
}

// checkModel runs the model's test vector, and those of its variants.
func (c *cli) checkModel(ctx context.Context, id, device string) error {
	engine := wire().engine
	defer engine.Close()
	passed, err := engine.CheckAll(ctx, id, device)
	for _, r := range passed {
		said := text.M("cmd.models.opened", named(r.Model.ID, r.Model.Path), r.Device.Used, r.Device.Name)
		if r.Tested {
			said = text.M("cmd.models.passed", named(r.Model.ID, r.Model.Path), r.Device.Used, r.Device.Name, r.Difference, r.Tolerance)
		}
		if err := c.print(said); err != nil {
			return err
		}
	}
	return err
}
