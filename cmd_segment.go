package main

import (
	"context"
	"fmt"
	"regexp"

	"github.com/spf13/cobra"

	"opacity/app"
	"opacity/app/pipeline"
	"opacity/app/text"
)

// segmentFlags is what the user asked of `opacity segment`.
type segmentFlags struct {
	request     app.SegmentRequest
	out, format string
	force       bool
}

func newSegment(c *cli) *cobra.Command {
	var f segmentFlags
	t := c.table
	cmd := &cobra.Command{
		Use: "segment INPUT... -o DIR", Short: t.T("cmd.segment.short"), Long: t.T("cmd.segment.long"), Args: arguments(1, -1),
		RunE: func(cmd *cobra.Command, inputs []string) error {
			if err := f.check(cmd); err != nil {
				return err
			}
			return c.segment(cmd.Context(), inputs, f)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.out, "output", "o", "", t.T("cmd.segment.output"))
	flags.StringVar(&f.request.Model, "model", "", t.T("cmd.segment.model"))
	flags.StringVar(&f.request.Sidecar, "sidecar", "", t.T("cmd.segment.sidecar"))
	flags.StringVar(&f.request.Device, "device", "auto", t.T("cmd.segment.device"))
	flags.IntVar(&f.request.Threads, "threads", 0, t.T("cmd.segment.threads"))
	flags.StringVar(&f.format, "format", "nii.gz", t.T("cmd.segment.format"))
	flags.BoolVar(&f.request.Probabilities, "probabilities", false, t.T("cmd.segment.probabilities"))
	flags.BoolVar(&f.force, "force", false, t.T("cmd.force"))
	return cmd
}

var devices = regexp.MustCompile(`^(auto|cpu|cuda|cuda:\d{1,3})$`)

func (f segmentFlags) check(cmd *cobra.Command) error {
	switch {
	case f.format != "nii.gz":
		return app.Misuse("cmd.segment.bad_format", f.format)
	case !devices.MatchString(f.request.Device):
		return app.Misuse("cmd.segment.bad_device", f.request.Device)
	case f.request.Threads < 0:
		return app.Misuse("cmd.segment.bad_threads", f.request.Threads)
	}
	return needed(cmd, "-o DIR", f.out)
}

func (c *cli) segment(ctx context.Context, inputs []string, f segmentFlags) error {
	p := wire()
	bar := c.progress()
	defer bar.end()
	series, failed := pipeline.Find(ctx, p.opener, inputs, bar.report, bar.note)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	done, more, err := pipeline.Batch(ctx, pipeline.Name(series), pipeline.Tools{Segmenter: p.engine, Writer: p.writer},
		pipeline.Options{Request: f.request, Folder: f.out, Overwrite: f.force, Version: programVersion()},
		pipeline.Hooks{
			Begin: func(cs pipeline.Case, n, of int) {
				if of > 1 {
					bar.note(text.M("cmd.segment.case", n, of, cs.Name))
				}
			},
			Started:  bar.started,
			Progress: bar.report,
			Done: func(o pipeline.Outcome) {
				bar.end()
				_ = c.printOutcome(o) // c.out keeps the error; the other cases go on
			},
		})
	bar.end()
	if err != nil {
		return err
	}
	return c.failures(append(failed, more...), len(done))
}

// failures turns what went wrong into the command's own end: a single case
// fails as itself, of several each is named. Where nothing but inputs was refused
// the whole is a refusal.
func (c *cli) failures(failed []pipeline.Failure, done int) error {
	switch {
	case len(failed) == 0:
		return nil
	case len(failed) == 1 && done == 0:
		return failed[0].Err
	}
	end := app.Refuse(nil, "cmd.segment.failed", len(failed), len(failed)+done)
	for _, f := range failed {
		kind, sentence := app.Explain(f.Err)
		fmt.Fprintln(c.errs, sentence)
		if kind != app.Refused {
			end.Kind = app.Failed
		}
	}
	return end
}
