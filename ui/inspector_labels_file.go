package ui

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

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
	w.choose.openFile(w.t("ui.label.import.title"), w.lastFolder(), ofThisCase(w, w.importLabels))
}

func (w *Window) importLabels(path string) {
	attempt := w.opening
	job.Run(w.jobs, "labels", func(context.Context, func(job.Progress)) ([]mask.Label, error) {
		f, err := os.Open(path)
		if err != nil {
			return nil, app.Refuse(err, "ui.label.unreadable", filepath.Base(path))
		}
		defer f.Close()
		labels, err := mask.ParseSNAPLabels(f)
		var wrong *mask.LabelFileError
		if errors.As(err, &wrong) {
			err = app.Refuse(err, "ui.label.wrong_file", filepath.Base(path), wrong.Message)
		}
		return labels, err
	}, nil, func(labels []mask.Label, err error) {
		if err != nil || attempt != w.opening {
			if err != nil {
				w.bands.failAbout("labels", err)
			}
			return
		}
		w.bands.settled("labels")
		done, err := w.session.ImportLabels(filepath.Base(path), labels)
		w.inspector.labels.done(err)
		if err == nil {
			w.status.say(w.imported(done, filepath.Base(path)))
		}
	})
}

// imported says what came of the labels of a file: numbers that a mask which goes
// with the file has otherwise, and colours.
func (w *Window) imported(done app.ImportedLabels, file string) string {
	said := w.t("ui.label.imported", done.Added, file)
	var numbers []string
	for _, r := range done.Renumbered {
		numbers = append(numbers, w.t("ui.label.renumbered", r.Name, r.File, r.Here))
	}
	if numbers != nil {
		said += " " + w.t("ui.label.new_numbers", strings.Join(numbers, ", "))
	}
	if done.Recoloured != nil {
		said += " " + w.t("ui.label.new_colours", strings.Join(done.Recoloured, ", "))
	}
	return said
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
		w.unlessThere([]string{path}, func(overwrite bool) { w.writeLabels(path, labels, overwrite) }, func() { w.askExportLabelsTo(path) })
	})
}

func (w *Window) writeLabels(path string, labels []mask.Label, overwrite bool) {
	w.writeFile("labels.export", path, nil, func(context.Context) error {
		return safefile.Write(path, overwrite, func(out io.Writer) error { return mask.WriteSNAPLabels(out, labels) })
	})
}
