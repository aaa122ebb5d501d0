package ui

import (
	"bytes"
	"io"
	"os"
)

// harmless are what the toolkit logs as errors though nothing that the window
// does is the worse for it: on a machine without a session bus, and where the
// toolkit's watcher reads the toolkit's own preferences (the folder its dialog
// was in last) while the toolkit writes them anew.
var harmless = [][]byte{
	[]byte("Fyne error:  failed to watch theme settings"),
	[]byte("Fyne error:  Unable to connect to session D-Bus"),
	[]byte("Fyne error:  Preferences load error"),
}

// QuietLog returns a writer for package log that keeps known harmless reports of
// the toolkit back, with the lines of cause and place that follow them. All else
// goes to w. It counts on one line a write, which package log promises.
func QuietLog(w io.Writer) io.Writer { return &quietLog{w: w} }

type quietLog struct {
	w        io.Writer
	swallows bool // the lines that belong to what was kept back
}

func (q *quietLog) Write(line []byte) (int, error) {
	for _, h := range harmless {
		if bytes.Contains(line, h) {
			q.swallows = true
			return len(line), nil
		}
	}
	if q.swallows && (bytes.Contains(line, []byte("  Cause:")) || bytes.Contains(line, []byte("  At:"))) {
		return len(line), nil
	}
	q.swallows = false
	return q.w.Write(line)
}

// SetSession tells the toolkit which display there is where the system does not:
// looking for the other kind, it complains.
func SetSession() {
	if os.Getenv("XDG_SESSION_TYPE") == "" && os.Getenv("WAYLAND_DISPLAY") == "" && os.Getenv("DISPLAY") != "" {
		_ = os.Setenv("XDG_SESSION_TYPE", "x11") // of this process alone
	}
}
