package ui

import (
	"errors"
	"io"
	"log"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
)

func TestQuietLogKeepsOnlyTheHarmlessBack(t *testing.T) {
	var said strings.Builder
	before := log.Writer()
	log.SetOutput(QuietLog(&said))
	t.Cleanup(func() { log.SetOutput(before) })
	old := log.Flags()
	log.SetFlags(0)
	t.Cleanup(func() { log.SetFlags(old) })

	fyne.LogError("failed to watch theme settings", errors.New("no bus"))
	fyne.LogError("Preferences load error:", io.EOF)
	if said.Len() > 0 {
		t.Errorf("it says %q", said.String())
	}
	fyne.LogError("Failed to decode image", errors.New("broken"))
	for _, want := range []string{"Failed to decode image", "Cause: broken", "log_test.go"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("%q is missing from %q", want, said.String())
		}
	}
}
