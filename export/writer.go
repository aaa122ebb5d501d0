package export

import (
	"context"
	"io"
	"os"
	"path/filepath"

	"opacity/app"
	"opacity/app/imageio/nifti"
	"opacity/app/mask"
	"opacity/app/safefile"
	"opacity/app/text"
	"opacity/app/volume"
	"opacity/export/plot"
)

// Writer puts results on disk; it is the app.Writer of the program. The zero
// value is ready to use.
type Writer struct{}

var _ app.Writer = Writer{}

// WriteMask writes the flattened label map as NIfTI on the input's own grid.
func (Writer) WriteMask(ctx context.Context, path string, v *volume.Volume, m *mask.Mask, overwrite bool) error {
	return nifti.WriteMask(ctx, path, v, m, overwrite)
}

// WriteVolume writes the voxels as NIfTI on the input's own grid.
func (Writer) WriteVolume(ctx context.Context, path string, v *volume.Volume, overwrite bool) error {
	return nifti.WriteVolume(ctx, path, v, overwrite)
}

// WriteProbability writes one label's probabilities as NIfTI, scl_slope 1/255.
func (Writer) WriteProbability(ctx context.Context, path string, v *volume.Volume, slices [][]uint8, overwrite bool) error {
	return nifti.WriteProbability(ctx, path, v, slices, overwrite)
}

// chartPage is the chart in a report: 900 pixels of 1/96 inch wide, the PNG at
// twice that density.
var chartPage = plot.Page{WidthMM: 900 / 96. * 25.4, DPI: 192, Letters: 1.4}

// WriteReport writes report.json, report.csv, area.png and area.svg into dir and
// returns their paths. Without overwrite nothing is written if one is there.
// Where one cannot be written, those written before it are removed.
func (Writer) WriteReport(ctx context.Context, dir string, r app.Report, overwrite bool) ([]string, error) {
	chart := areaFigure(r.Measurements, caption(r))
	writers := []func(io.Writer) error{
		func(w io.Writer) error { return WriteJSON(w, r) },
		func(w io.Writer) error { return WriteCSV(w, r) },
		func(w io.Writer) error { return chart.WritePNG(w, chartPage) },
		func(w io.Writer) error { return chart.WriteSVG(w, chartPage) },
	}
	paths := app.ReportNames()
	for n, name := range paths {
		paths[n] = filepath.Join(dir, name)
	}
	if !overwrite {
		if err := safefile.Vacant(paths...); err != nil {
			return nil, err
		}
	}
	for n, write := range writers {
		err := ctx.Err()
		if err == nil {
			err = safefile.Write(paths[n], overwrite, write)
		}
		if err != nil {
			for _, p := range paths[:n] {
				_ = os.Remove(p) // what stopped the writing is what is told
			}
			return nil, err
		}
	}
	return paths, nil
}

// caption names the case, the model, and what the figure is not for.
func caption(r app.Report) text.Message {
	who := text.M("export.no_model")
	if r.Model != nil {
		who = text.M("export.model", r.Model.ID, r.Model.Version)
	}
	return text.M("export.area.caption", r.Info.Case, who, IntendedUse())
}
