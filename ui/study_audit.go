package ui

import (
	"context"
	"path/filepath"
	"strings"

	"opacity/app"
	"opacity/app/safefile"
	"opacity/app/study"
)

// audited is the study whose audit trail can be exported; nil where there is none.
func (w *Window) audited() *study.Study {
	if !w.complete() {
		return nil
	}
	if w.keeping.study != nil {
		return w.keeping.study
	}
	return w.keeping.looking
}

// askAudit asks where the audit trail goes: as JSON where the name ends in .json,
// else as CSV.
func (w *Window) askAudit() {
	if w.audited() != nil {
		w.askAuditPlace(filepath.Join(w.resultFolder(), studyTitle(w.audited().Folder())+"_audit.csv"))
	}
}

func (w *Window) askAuditPlace(suggested string) {
	again := ofThisCase(w, w.askAuditPlace)
	w.choose.saveFile(w.t("ui.audit.title"), suggested, ofThisCase(w, func(path string) {
		if filepath.Ext(path) == "" {
			path += ".csv"
		}
		w.unlessThere([]string{path}, ofThisCase(w, func(overwrite bool) { w.writeAudit(path, overwrite) }), func() { again(path) })
	}))
}

func (w *Window) writeAudit(path string, overwrite bool) {
	s := w.audited()
	if s == nil {
		return
	}
	trail := s.Trail(w.opts.Version)
	write := trail.WriteCSV
	if strings.EqualFold(filepath.Ext(path), ".json") {
		write = trail.WriteJSON
	}
	w.writeFile("audit", path, nil, func(context.Context) error { return safefile.Write(path, overwrite, write) })
}

// errStale says that more was done to a case while it was being copied.
func errStale(path string) error { return app.Fail(nil, "ui.study.copy_stale", filepath.Base(path)) }
