package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"opacity/app"
	"opacity/app/text"
)

func newModels(c *cli) *cobra.Command {
	force, device := false, "auto"
	list := func(*cobra.Command, []string) error { return c.listModels() }
	t := c.table
	cmd := &cobra.Command{Use: "models", Short: t.T("cmd.models.short"), Args: arguments(0, 0), RunE: list}
	add := &cobra.Command{
		Use: "add FILE", Short: t.T("cmd.models.add"), Args: arguments(1, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			m, err := wire().engine.Add(args[0], force)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.out, "%s  %s\n", m.ID, m.Path)
			return err
		},
	}
	add.Flags().BoolVar(&force, "force", false, t.T("cmd.force"))
	check := &cobra.Command{
		Use: "check ID", Short: t.T("cmd.models.check"), Args: arguments(1, 1),
		RunE: func(_ *cobra.Command, args []string) error { return c.checkModel(args[0], device) },
	}
	check.Flags().StringVar(&device, "device", "auto", t.T("cmd.segment.device"))
	cmd.AddCommand(
		&cobra.Command{Use: "list", Short: t.T("cmd.models.list"), Args: arguments(0, 0), RunE: list},
		&cobra.Command{
			Use: "show ID", Short: t.T("cmd.models.show"), Args: arguments(1, 1),
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
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", m.ID, m.Version, m.Title, state)
	}
	if len(models) == 0 {
		fmt.Fprintln(w, text.M("cmd.models.none"))
	}
	return w.Flush()
}

// model finds one by its ID.
func model(id string) (app.ModelInfo, error) {
	var ids []string
	for _, m := range wire().engine.Models() {
		if m.ID == id {
			return m, nil
		}
		ids = append(ids, m.ID)
	}
	return app.ModelInfo{}, app.Misuse("cmd.models.unknown", id, strings.Join(ids, ", "))
}

// checkModel runs the model's test vector.
func (c *cli) checkModel(id, device string) error {
	r, err := wire().engine.Check(id, device)
	if err != nil {
		return err
	}
	said := text.M("cmd.models.opened", r.Model.ID, r.Device.Used, r.Device.Name)
	if r.Tested {
		said = text.M("cmd.models.passed", r.Model.ID, r.Device.Used, r.Device.Name, r.Difference, r.Tolerance)
	}
	_, err = fmt.Fprintln(c.out, said)
	return err
}

func (c *cli) showModel(id string) error {
	m, err := model(id)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	line := func(key, value string) {
		if value != "" {
			fmt.Fprintf(w, "%s\t%s\n", c.table.T(key), value)
		}
	}
	line("cmd.models.id", m.ID+" "+m.Version)
	line("cmd.models.title", m.Title)
	line("cmd.models.file", m.Path)
	line("cmd.models.sha256", m.SHA256)
	line("cmd.models.source", m.Source)
	line("cmd.models.licence", m.Licence)
	line("cmd.models.use", m.IntendedUse)
	line("cmd.models.citation", m.Citation)
	line("cmd.models.unit", m.Unit)
	for _, l := range m.Labels {
		line("cmd.models.label", strings.TrimSpace(fmt.Sprintf("%d %s %s", l.Value, l.Name, l.Code)))
	}
	if m.Problem != nil {
		line("cmd.models.problem", sentence(m.Problem))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if m.Card != "" {
		_, err = io.WriteString(c.out, "\n"+strings.TrimSpace(m.Card)+"\n")
	}
	return err
}
