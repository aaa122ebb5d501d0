package tool

import (
	"bufio"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"opacity/app/mask"
)

// entry is a line of a recorded log of painting: an event, or an action.
type entry struct {
	Action Action `json:"action,omitempty"`
	*Event
}

// TestReplayPainting plays recorded painting and compares the steps and the mask
// that it leads to.
func TestReplayPainting(t *testing.T) {
	logs, err := filepath.Glob("testdata/painting/*.jsonl")
	if err != nil || len(logs) == 0 {
		t.Fatalf("no recorded logs: %v", err)
	}
	for _, log := range logs {
		t.Run(filepath.Base(log), func(t *testing.T) {
			b := newBench(t, NoTool)
			d := NewDispatcher(b.Viewer)
			b.k.Connect(d)
			d.Handle(EditUndo, func() { _, _ = b.Session().Undo() })
			d.Handle(EditRedo, func() { _, _ = b.Session().Redo() })
			d.Handle(ViewCancel, func() { b.k.Escape() })
			f, err := os.Open(log)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			for lines := bufio.NewScanner(f); lines.Scan(); {
				var e entry
				if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
					t.Fatal(err)
				}
				if e.Event != nil {
					b.m.Handle(*e.Event)
				} else if !d.Do(e.Action) {
					t.Fatalf("nothing does %s", e.Action)
				}
			}
			got, err := json.MarshalIndent(b.outcome(), "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			path := strings.TrimSuffix(log, ".jsonl") + ".want.json"
			if *update {
				if err := os.WriteFile(path, append(got, '\n'), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != strings.TrimSpace(string(want)) {
				t.Errorf("the log leads to\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// outcome is the steps, how many are applied, the tool that is on, and a sum
// over the labels of every voxel.
func (b *bench) outcome() map[string]any {
	steps, applied := b.Session().History()
	var said []string
	for _, s := range steps {
		said = append(said, fmt.Sprintf("%s: %v in %v to %v", s.Name, s.Change, s.Box.Min, s.Box.Max))
	}
	sum := fnv.New64a()
	m := b.Session().Mask()
	flat := make([]uint8, m.Size()[0]*m.Size()[1])
	for l := range mask.Layer(mask.Layers) {
		for k := range m.Size()[2] {
			clear(flat)
			copy(flat, m.Slice(l, k))
			sum.Write(flat)
		}
	}
	return map[string]any{"steps": said[1:], "applied": applied - 1, "tool": b.k.Current(), "radiusMM": b.k.Settings().RadiusMM, "labels": fmt.Sprintf("%016x", sum.Sum64())}
}
