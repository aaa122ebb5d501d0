//go:build !headless

package main

import (
	"context"
	"log"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"
	"github.com/adrg/xdg"

	"opacity/app"
	"opacity/app/imageio"
	"opacity/app/job"
	"opacity/app/phantom"
	"opacity/app/volume"
	"opacity/assets"
	"opacity/assets/icons"
	"opacity/export"
	"opacity/export/snapshot"
	"opacity/inference/onnx"
	"opacity/ui"
)

// hasWindow says whether this build opens a window.
const hasWindow = true

// widgetsVariable names a file that the window keeps the place of its widgets
// in, for tests that drive it from outside.
const widgetsVariable = "OPACITY_PRINT_WIDGETS"

// windDown is how long the toolkit may take to return once the window is closed.
const windDown = 3 * time.Second

// collectAt is by how many percent the heap may grow before it is collected. What
// is held is mostly a few large arrays without pointers, which cost next to nothing
// to collect: less than the usual 100 saves some 300 MB on a volume of
// 512x512x300 that is segmented. GOGC overrules it.
const collectAt = 30

// runWindow opens the window on paths, or on the sample with the model run on
// it, and returns when it is closed. The toolkit (Fyne 2.8.1, runGL of its glfw
// driver) can wait for ever for an event of its own, when that comes between the
// draining and the closing of its queue: then the program ends without it.
func runWindow(ctx context.Context, p *program, paths []string, sample bool) error {
	if err := ui.CheckDisplay(); err != nil {
		return err
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	ui.SetLocale()
	ui.SetSession()
	log.SetOutput(ui.QuietLog(os.Stderr))
	a := fyneapp.NewWithID("org.opacity.Opacity")
	a.SetIcon(fyne.NewStaticResource("opacity.png", icons.App))
	defer p.engine.Close()
	w := ui.New(a, ui.Options{
		Opener: p.opener, Segmenter: p.engine, Writer: p.writer,
		ReadMask: imageio.ReadMaskOn, ReadOtherMask: imageio.ReadMask, Unfold: unfold, Chart: export.AreaChart, SavePicture: savePicture, DrawFigure: drawFigure,
		Plots:   plots(),
		Phantom: thorax, ProbeDevice: func(_ context.Context, requested string) app.Device { return (&onnx.Runtime{}).Probe(requested) },
		Doctor:  doctorText,
		Version: programVersion(), Licences: assets.Licences, ConfigDir: filepath.Join(xdg.ConfigHome, "opacity"),
		StudiesDir:  filepath.Join(xdg.DataHome, "opacity", "studies"),
		WidgetsFile: os.Getenv(widgetsVariable),
		Closed:      func() { time.AfterFunc(windDown, func() { os.Exit(0) }) },
	})
	stop := context.AfterFunc(ctx, w.Stop)
	defer stop()
	if sample {
		w.OpenSample(true)
	} else {
		w.Open(paths...)
	}
	w.ShowAndRun()
	return nil
}

// thorax is the sample.
func thorax(ctx context.Context, report func(job.Progress)) (app.SeriesInfo, *volume.Volume, error) {
	v, _, err := paint(ctx, phantom.Options{Report: report})
	if err != nil {
		return app.SeriesInfo{}, nil, err
	}
	return phantom.Info(v), v, nil
}

// savePicture writes a pane as the window shows it, whole.
func savePicture(ctx context.Context, path string, p ui.Picture, overwrite bool) error {
	return snapshot.Write(ctx, path, snapshot.Options{
		Volume: p.Volume, Mask: p.Mask, Plane: p.Plane, Index: p.Index, Window: p.Window,
		Overlay: p.Overlay, Pixels: !p.Smooth, Annotations: p.Annotations, Identity: p.Identity, Research: p.Model,
	}, overwrite)
}

// doctorText is what `opacity doctor` prints.
func doctorText(ctx context.Context) string {
	d, err := diagnose(ctx)
	if err != nil {
		return sentence(err)
	}
	return d.text()
}
