package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// showModel prints what a model is, by ID or file, and its card.
func (c *cli) showModel(id string) error {
	m, err := wire().engine.Info(id)
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
	if m.Path == "" {
		m.Path = c.table.T("cmd.models.built_in")
	}
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
		return c.print("\n" + strings.TrimSpace(m.Card))
	}
	return nil
}

// named adds to a model's ID or version the file that it is in, which tells one of the
// user's own from the program's of the same ID.
func named(what, path string) string {
	if path == "" {
		return what
	}
	return what + " (" + path + ")"
}
