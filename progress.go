package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/text"
)

// lineEvery is how often progress is told where there is no terminal to draw on.
const lineEvery = 3 * time.Second

// progress tells on stderr how far the work is: a bar on a terminal, a line
// every few seconds elsewhere, nothing with --quiet. Safe for concurrent use.
type progress struct {
	mu       sync.Mutex
	out      io.Writer
	quiet    bool
	terminal bool
	bar      *progressbar.ProgressBar
	stage    string
	total    int
	last     time.Time
}

func (c *cli) progress() *progress {
	p := &progress{out: c.errs, quiet: c.quiet, last: time.Now()}
	if f, ok := c.errs.(*os.File); ok {
		p.terminal = term.IsTerminal(int(f.Fd()))
	}
	return p
}

// report tells of one stage of the work.
func (p *progress) report(j job.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.quiet:
	case p.terminal:
		p.draw(j)
	case time.Since(p.last) >= lineEvery:
		p.last = time.Now()
		fmt.Fprintln(p.out, line(j))
	}
}

func line(j job.Progress) string {
	s := j.Stage.String()
	if j.Total > 0 {
		s += fmt.Sprintf(" %d/%d", j.Done, j.Total)
	}
	if left := j.Left.Round(time.Second); left > 0 {
		s += ", " + text.M("cmd.left", left.String()).String()
	}
	return s
}

func (p *progress) draw(j job.Progress) {
	stage := j.Stage.String()
	if p.bar == nil || stage != p.stage || j.Total != p.total {
		p.clear()
		total := j.Total
		if total == 0 {
			total = -1
		}
		p.stage, p.total = stage, j.Total
		p.bar = progressbar.NewOptions(total,
			progressbar.OptionSetWriter(p.out), progressbar.OptionSetDescription(stage), progressbar.OptionSetWidth(30),
			progressbar.OptionShowCount(), progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionSetSpinnerChangeInterval(0), progressbar.OptionClearOnFinish())
	}
	_ = p.bar.Set(j.Done) // a bar that cannot be drawn is no reason to stop
}

// note tells something once, above the bar.
func (p *progress) note(m text.Message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.quiet {
		return
	}
	p.clear()
	fmt.Fprintln(p.out, m)
}

// started tells which model runs where, and why not on the device hoped for.
func (p *progress) started(m app.ModelInfo, d app.Device) {
	p.note(text.M("cmd.segment.started", m.ID, named(m.Version, m.Path), d.Used, d.Name))
	if !d.Reason.IsZero() {
		p.note(d.Reason)
	}
}

// end takes the bar off the screen.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
}

func (p *progress) clear() {
	if p.bar != nil {
		_ = p.bar.Clear()
		p.bar = nil
	}
}
