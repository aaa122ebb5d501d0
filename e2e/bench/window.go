package main

import (
	"context"
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"opacity/e2e/desk"
)

// measureWindow starts the real window on a virtual desktop: how long until it
// is painted, and what it holds at most once the thorax is open and segmented.
func measureWindow(ctx context.Context, bin, dir string) ([]row, error) {
	d, err := desk.Start(1600, 1000)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	program, err := filepath.Abs(filepath.Join(bin, "opacity"))
	if err != nil {
		return nil, err
	}
	env := d.Env("XDG_CONFIG_HOME="+filepath.Join(dir, "config"), "XDG_STATE_HOME="+filepath.Join(dir, "state"), "XDG_DATA_HOME="+filepath.Join(dir, "data"))

	s, err := medianSeconds(5, func() ([]time.Duration, error) {
		start := time.Now()
		cmd := exec.Command(program)
		cmd.Env = env
		if err := cmd.Start(); err != nil {
			return nil, err
		}
		defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
		err := painted(ctx, d)
		return []time.Duration{time.Since(start)}, err
	})
	if err != nil {
		return nil, err
	}
	rows := []row{{What: "start to window painted", Value: s[0], Unit: "s", Aim: "< 2 s", Runs: 5, Note: "software OpenGL"}}

	cmd := exec.Command(program, filepath.Join(dir, "dicom"))
	cmd.Env = env
	if err := cmd.Start(); err != nil {
		return rows, err
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	if err := painted(ctx, d); err != nil {
		return rows, err
	}
	idle(ctx, cmd.Process.Pid)
	if err := d.Key("ctrl+r"); err != nil {
		return rows, err
	}
	time.Sleep(2 * time.Second)
	idle(ctx, cmd.Process.Pid)
	mb, err := highWater(cmd.Process.Pid)
	if err != nil {
		return rows, err
	}
	return append(rows, row{What: "peak memory, window, open and segmented", Value: mb / 1000, Unit: "GB", Aim: "< 1.2 GB"}), nil
}

// painted waits until the window is there and shows more than one colour.
func painted(ctx context.Context, d *desk.Desk) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	r, err := d.WaitWindow(ctx, "Opacity")
	if err != nil {
		return err
	}
	for ctx.Err() == nil {
		shot, err := d.Screenshot(r)
		if err != nil {
			return err
		}
		if colours(shot) > 8 {
			return nil
		}
		time.Sleep(5 * time.Millisecond)
	}
	return fmt.Errorf("the window stayed empty: %w", ctx.Err())
}

func colours(img *image.RGBA) int {
	seen := map[[3]uint8]bool{}
	for i := 0; i < len(img.Pix); i += 4 * 7 {
		seen[[3]uint8(img.Pix[i:i+3])] = true
	}
	return len(seen)
}

// idle waits until a process has used next to no processor time for two seconds.
func idle(ctx context.Context, pid int) {
	last, quiet := -1, 0
	for quiet < 4 && ctx.Err() == nil {
		time.Sleep(500 * time.Millisecond)
		now := ticks(pid)
		if last >= 0 && now-last <= 5 {
			quiet++
		} else {
			quiet = 0
		}
		last = now
	}
}

// ticks is the processor time a process has used, in hundredths of a second.
func ticks(pid int) int {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	f := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return user + system
}

// highWater is the largest resident size a process ever had, in megabytes.
func highWater(pid int) (float64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		if kb, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, err := strconv.ParseFloat(strings.Fields(kb)[0], 64)
			return n * 1024 / 1e6, err
		}
	}
	return 0, fmt.Errorf("no peak memory for process %d", pid)
}
