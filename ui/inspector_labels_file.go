package ui

import (
	"context"
	"io"
	"os"
	"path/filepath"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/safefile"
)

// askImportLabels adds the labels of a label description of ITK-SNAP.
func (w *Window) askImportLabels() {
	if !w.canEdit() || len(w.modals) > 0 {
		return
	}
	w.choose.openFile(w.t("ui.label.import.title"), w.lastFolder(), w.importLabels)
}

func (w *Window) importLabels(path string) {
	attempt := w.opening
	job.Run(w.jobs, "labels", func(context.Context, func(job.Progress)) ([]mask.Label, error) {
		f, err := os.Open(path)
		if err != nil {
			return nil, app.Refuse(err, "ui.label.unreadable", filepath.Base(path))
		}
		defer f.Close()
		return mask.ParseSNAPLabels(f)
	}, nil, func(labels []mask.Label, err error) {
		if err != nil || attempt != w.opening {
			if err != nil {
				w.bands.failAbout("labels", err)
			}
			return
		}
		w.bands.settled("labels")
		added, err := w.session.ImportLabels(filepath.Base(path), labels)
		w.inspector.labels.done(err)
		if err == nil {
			w.status.say(w.t("ui.label.imported", added, filepath.Base(path)))
		}
	})
}

// askExportLabels writes the list of labels as ITK-SNAP reads it.
func (w *Window) askExportLabels() {
	if w.session.Mask() == nil || len(w.modals) > 0 {
		return
	}
	w.askExportLabelsTo(filepath.Join(w.resultFolder(), "labels.txt"))
}

func (w *Window) askExportLabelsTo(proposed string) {
	labels := w.session.Mask().Labels()
	w.choose.saveFile(w.t("ui.label.export.title"), proposed, func(path string) {
		w.unlessThere([]string{path}, func(overwrite bool) {
			err := safefile.Write(path, overwrite, func(out io.Writer) error { return mask.WriteSNAPLabels(out, labels) })
			if err != nil {
				w.bands.failAbout("save", err)
				return
			}
			w.rememberResults(path)
			w.status.saved(path)
		}, func() { w.askExportLabelsTo(path) })
	})
}
