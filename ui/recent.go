package ui

import (
	"os"
	"path/filepath"
)

// lastFolder is where the study opened last lies.
func (w *Window) lastFolder() string {
	if len(w.prefs.Recent) > 0 {
		return filepath.Dir(w.prefs.Recent[0])
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return home
}

func (w *Window) openRecent(n int) {
	if n < len(w.prefs.Recent) && len(w.modals) == 0 {
		w.open([]string{w.prefs.Recent[n]})
	}
}

func (w *Window) clearRecent() {
	w.prefs.Recent = nil
	w.recentChanged()
}

func (w *Window) toggleRecent() {
	w.prefs.NoRecent = !w.prefs.NoRecent
	if w.prefs.NoRecent {
		w.prefs.Recent = nil
	}
	w.recentChanged()
}

func (w *Window) recentChanged() {
	w.savePreferences()
	w.refreshActions()
	if !w.hasStudy() && !w.choosing() {
		w.show(w.emptyView())
	}
}
