// Opacity shows chest CT, proposes masks of the lungs and of COVID-19 infection
// in them, lets a clinician correct those, and writes masks and reports.
// Research use only, not a medical device.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"opacity/app"
)

// version is set when the program is linked.
var version = ""

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	status := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// run carries out one command line and returns the exit status.
func run(ctx context.Context, args []string, out, errs io.Writer) int {
	said := &output{w: out}
	root := newRoot(&cli{out: said, errs: errs})
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		err = said.err
	}
	if err == nil {
		return 0
	}
	kind, sentence := app.Explain(err)
	if ctx.Err() != nil {
		kind, sentence = app.Explain(ctx.Err())
	}
	fmt.Fprintln(errs, sentence)
	return int(kind)
}
