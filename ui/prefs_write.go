package ui

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"opacity/app/safefile"
)

// prefsPatience is how long closing waits for the preferences: no preference is
// worth a window that does not close.
const prefsPatience = 2 * time.Second

// prefsWriter writes a file beside the window, in turn: the disk may not answer.
type prefsWriter struct {
	write   func(file string, data []byte)
	mu      sync.Mutex
	next    []byte        // to be written; nil for nothing
	written chan struct{} // closed once nothing is left to write; nil where that is so
}

// put writes data, in place of what still waits to be written.
func (p *prefsWriter) put(file string, data []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next = data
	if p.written == nil {
		p.written = make(chan struct{})
		go p.run(file)
	}
}

func (p *prefsWriter) run(file string) {
	for {
		p.mu.Lock()
		data := p.next
		p.next = nil
		if data == nil {
			close(p.written)
			p.written = nil
			p.mu.Unlock()
			return
		}
		p.mu.Unlock()
		p.write(file, data)
	}
}

// writePreferences writes a file; failing costs nothing but the memory of them.
func writePreferences(file string, data []byte) {
	if os.MkdirAll(filepath.Dir(file), 0o700) != nil {
		return
	}
	_ = safefile.Write(file, true, func(out io.Writer) error {
		_, err := out.Write(data)
		return err
	})
}

// wait waits until all is written, not for ever.
func (p *prefsWriter) wait() {
	p.mu.Lock()
	written := p.written
	p.mu.Unlock()
	if written == nil {
		return
	}
	select {
	case <-written:
	case <-time.After(prefsPatience):
	}
}

// save writes the preferences as they are now, beside the window.
func (p *preferences) save() {
	if p.file == "" {
		return
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	if e.Encode(p) == nil {
		p.out.put(p.file, b.Bytes())
	}
}
