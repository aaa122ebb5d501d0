package main

import (
	"context"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"opacity/app"
	"opacity/app/safefile"
	"opacity/app/volume"
	"opacity/export/snapshot"
	"opacity/viewer"
)

type snapshotFlags struct {
	mask, plane, at, sheet, window, out string
	force                               bool
}

func newSnapshot(c *cli) *cobra.Command {
	var f snapshotFlags
	t := c.table
	cmd := &cobra.Command{
		Use: "snapshot INPUT -o FILE.png", Short: t.T("cmd.snapshot.short"), Args: arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := needed(cmd, "-o FILE.png", f.out); err != nil {
				return err
			}
			return c.snapshot(cmd.Context(), args[0], f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.mask, "mask", "", t.T("cmd.snapshot.mask"))
	flags.StringVar(&f.plane, "plane", "axial", t.T("cmd.snapshot.plane"))
	flags.StringVar(&f.at, "at", "", t.T("cmd.snapshot.at"))
	flags.StringVar(&f.sheet, "sheet", "", t.T("cmd.snapshot.sheet"))
	flags.StringVar(&f.window, "window", "", t.T("cmd.snapshot.window"))
	flags.StringVarP(&f.out, "output", "o", "", t.T("cmd.snapshot.output"))
	flags.BoolVar(&f.force, "force", false, t.T("cmd.force"))
	return cmd
}

// look is what the flags ask for, checked before anything is read.
type look struct {
	plane  viewer.Plane
	number int // of the slice as users count; 0 for the middle
	sheet  int // how many slices a contact sheet shows; 0 for a single picture
	window *volume.Window
}

func (f snapshotFlags) look() (look, error) {
	var l look
	ok := false
	if l.plane, ok = viewer.ParsePlane(f.plane); !ok {
		return l, app.Misuse("cmd.snapshot.bad_plane", f.plane)
	}
	if !strings.HasSuffix(strings.ToLower(f.out), ".png") {
		return l, app.Misuse("cmd.snapshot.bad_name", f.out)
	}
	if f.window != "" {
		w, err := viewer.ParseWindow(f.window)
		if err != nil {
			return l, app.Misuse("cmd.snapshot.bad_window", f.window)
		}
		l.window = &w
	}
	if f.at != "" {
		n, err := strconv.Atoi(f.at)
		if err != nil {
			return l, app.Misuse("cmd.snapshot.no_number", f.at)
		}
		l.number = n
	}
	if f.sheet != "" {
		n, err := strconv.Atoi(f.sheet)
		if err != nil || n < 1 || n > snapshot.MostOnSheet {
			return l, app.Misuse("cmd.snapshot.bad_sheet", f.sheet, snapshot.MostOnSheet)
		}
		if f.at != "" {
			return l, app.Misuse("cmd.snapshot.sheet_at")
		}
		l.sheet = n
	}
	return l, safefile.Ready(f.out, f.force)
}

// index finds the slice that the user's number means.
func (l look) index(v *volume.Volume, f snapshotFlags, in string) (int, error) {
	_, _, axis, _ := l.plane.Axes()
	n := v.Size[axis]
	if f.at == "" {
		return n / 2, nil
	}
	if l.number < 1 || l.number > n {
		return 0, app.Misuse("cmd.snapshot.bad_at", in, n, l.plane, l.number)
	}
	return l.plane.SliceIndex(v.Geometry, l.number), nil
}

func (c *cli) snapshot(ctx context.Context, in string, f snapshotFlags) error {
	l, err := f.look()
	if err != nil {
		return err
	}
	bar := c.progress()
	defer bar.end()
	s, err := c.first(ctx, wire(), in, bar)
	if err != nil {
		return err
	}
	v, err := s.Load(ctx, app.LoadHooks{Progress: bar.report})
	if err != nil {
		return err
	}
	index, err := l.index(v, f, in)
	if err != nil {
		return err
	}
	if err := c.draw(ctx, v, f, l, index, bar); err != nil {
		return err
	}
	bar.end()
	return c.print(f.out)
}
