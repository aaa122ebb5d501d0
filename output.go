package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"opacity/app"
	"opacity/app/safefile"
)

// output is where results are printed. It keeps the first error, so that a
// command that could not say its result does not end as if it had.
type output struct {
	w   io.Writer
	err error
}

// Write implements io.Writer; its error has a sentence for the user.
func (o *output) Write(b []byte) (int, error) {
	n, err := o.w.Write(b)
	if err == nil {
		return n, nil
	}
	err = app.Fail(err, "cmd.not_printed", err.Error())
	if o.err == nil {
		o.err = err
	}
	return n, err
}

// print prints results, a line.
func (c *cli) print(a ...any) error {
	_, err := fmt.Fprintln(c.out, a...)
	return err
}

// printJSON prints a value as one JSON value, indented.
func (c *cli) printJSON(value any) error {
	e := json.NewEncoder(c.out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(value)
}

// ascii writes numbers below zero as programs read them: sentences have the true
// minus sign, tables on stdout the one of the keyboard.
func ascii(s string) string { return strings.ReplaceAll(s, "\u2212", "-") }

// vacant refuses, before any work, what would be replaced without force.
func vacant(force bool, paths ...string) error {
	if force {
		return nil
	}
	return safefile.Vacant(paths...)
}

// stoppable does work that cannot be stopped; stopped meanwhile, it lets the
// work be and returns ctx.Err().
func stoppable[T any](ctx context.Context, work func() T) (T, error) {
	done := make(chan T, 1)
	go func() { done <- work() }()
	select {
	case v := <-done:
		return v, nil
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
