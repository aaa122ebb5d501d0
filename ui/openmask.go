package ui

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"opacity/app"
	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/safefile"
	"opacity/app/study"
	"opacity/app/text"
	"opacity/app/volume"
	"opacity/ui/controls"
)

const jobMask = "mask"

func (w *Window) askOpenMask() {
	if w.complete() && !w.segmenting && w.opts.ReadMask != nil {
		w.choose.openFile(w.t("ui.mask.choose"), w.lastFolder(), ofThisCase(w, w.openMask))
	}
}

// openMask reads a label map, shows what its numbers are taken for, and puts it
// in place of the mask as one step.
func (w *Window) openMask(path string) {
	if w.segmenting {
		w.bands.failAbout("mask", app.Misuse("ui.mask.busy", filepath.Base(path)))
		return
	}
	w.readLabels(path, labelReader{job: jobMask, wanted: w.complete, resample: "ui.mask.resample", take: func(f labelFile) {
		w.askMapping(f.lm, &f.guess, w.asMask(f, &f.guess))
	}})
}

// mapped is what a label map is to become.
type mapped struct {
	title, what string   // of the dialog
	use         string   // translation key of its button
	leftOut     string   // translation key of what is said of numbers that are left out
	stay        *staying // asks of labels that the file says nothing of
	run         func()
}

// asMask puts a label map in place of the mask.
func (w *Window) asMask(f labelFile, m *mask.Mapping) mapped {
	to := mapped{title: w.t("ui.mask.title"), what: w.t("ui.mask.text", filepath.Base(f.path)), use: "ui.mask.use", leftOut: "ui.mask.left_out", stay: w.newStaying(m)}
	if named(m) {
		to.title = w.t("ui.mask.title_named")
	}
	if !w.session.Mask().Empty() {
		to.what = w.t("ui.mask.text_replaces", filepath.Base(f.path))
	}
	to.run = func() { w.useMask(f, *m, to.stay.kept()) }
	return to
}

// askMapping shows which label each number of a file becomes.
func (w *Window) askMapping(lm *mask.LabelMap, m *mask.Mapping, to mapped) {
	names := []string{w.t("ui.mask.leave_out"), w.t("ui.mask.both_lungs")}
	for _, l := range m.Labels {
		names = append(names, l.Name)
	}
	rows := container.New(layout.NewCustomPaddedVBoxLayout(4))
	doubts := w.newDoubts(m, to.leftOut)
	rows.Add(doubts.object)
	for i := range m.Assignments {
		a := &m.Assignments[i]
		pick := w.make.Selector(names, func(n int) {
			a.BothLungs, a.Label = n == 1, 0
			if n > 1 {
				a.Label = m.Labels[n-2].Value
			}
			to.stay.refresh()
			doubts.refresh()
		})
		shown := 0
		if a.BothLungs {
			shown = 1
		}
		for n, l := range m.Labels {
			if l.Value == a.Label && !a.BothLungs {
				shown = n + 2
			}
		}
		pick.Display(shown)
		w.name(fmt.Sprintf("mapping.%d", a.File), pick)
		side := "ui.mask.at_left"
		if a.CentreMM[0] < lm.ToPatient(volume.Vec{float64(lm.Size[0]-1) / 2, float64(lm.Size[1]-1) / 2, float64(lm.Size[2]-1) / 2})[0] {
			side = "ui.mask.at_right"
		}
		said := w.t("ui.mask.value", a.File, thousands(a.Voxels), w.t(side))
		if a.Name != "" {
			said = w.t("ui.mask.named", a.Name, thousands(a.Voxels), w.t(side))
		}
		what := controls.NewLine(said, theme.ColorNameForeground)
		rows.Add(container.NewGridWithColumns(2, what, pick))
	}
	for _, row := range to.stay.rows {
		rows.Add(row.object)
	}
	body := container.NewBorder(widget.NewLabel(to.what), nil, nil, nil, container.NewVScroll(rows))
	w.ask("mapping", to.title, body, fyne.NewSize(600, min(560, float32(190+40*(len(m.Assignments)+len(to.stay.rows))+30*(len(m.Doubts)+1)))),
		answer{id: "use", label: to.use, ready: func() bool { return !m.Unassigned() }, run: to.run},
		answer{id: "cancel", label: "ui.cancel"}).ofCase()
}

// useMask makes a mask of a label map, in which some labels stay as they are now,
// and puts it in place of the mask.
func (w *Window) useMask(f labelFile, m mask.Mapping, stay []mask.Label) {
	v, attempt, now := w.session.Volume(), w.opening, w.session.Mask().Snapshot()
	unfold := w.unfolder(f.path)
	w.status.start(jobMask, w.t("ui.mask.unfolding", filepath.Base(f.path)), func() { w.jobs.Cancel(jobMask) })
	type made struct {
		mask   *mask.Mask
		doubts []volume.Warning
		sha    string
	}
	job.Run(w.jobs, jobMask, func(ctx context.Context, _ func(job.Progress)) (made, error) {
		mk, err := unfold(ctx, v, f.lm, m)
		if err == nil {
			keepLabels(mk, now, stay)
		}
		sum, _ := safefile.Sum(ctx, f.path) // "" where it cannot be read any more
		doubts := app.MaskDoubts(mask.GuessMapping(f.lm), m)
		if f.moved {
			doubts = append(doubts, volume.Warning{Kind: volume.WarnMask, Message: text.M("mask.doubt.resampled")})
		}
		return made{mk, doubts, sum}, err
	}, nil, func(r made, err error) {
		w.status.end(jobMask)
		if err != nil {
			w.bands.failAbout("mask", err)
			return
		}
		if attempt != w.opening {
			return
		}
		w.whenKept(func() {
			if attempt == w.opening {
				w.takeFile(filepath.Base(f.path), r.sha, r.mask, stay, r.doubts)
			}
		})
	})
}

// unfolder makes a mask of a label map that was read from a file.
func (w *Window) unfolder(path string) func(context.Context, *volume.Volume, *mask.LabelMap, mask.Mapping) (*mask.Mask, error) {
	if w.opts.Unfold != nil {
		return w.opts.Unfold
	}
	return func(_ context.Context, _ *volume.Volume, lm *mask.LabelMap, m mask.Mapping) (*mask.Mask, error) {
		made, err := mask.FromLabelMap(lm, m, nil)
		if errors.Is(err, mask.ErrSplit) {
			err = app.Refuse(err, "ui.mask.undivided", filepath.Base(path))
		}
		return made, err
	}
}

// takeFile puts a mask read from a file, and labels that stay, in place of the mask, as one step.
func (w *Window) takeFile(name, sha string, m *mask.Mask, stay []mask.Label, doubts []volume.Warning) {
	if s := w.study(); s != nil {
		if err := s.KeepFile(name, sha, doubts); err != nil {
			w.bands.failAbout("study", err)
		}
	}
	_, before := w.session.History()
	if err := w.session.SetMask(text.M("ui.step.mask", name), m, stay, doubts...); err != nil {
		w.bands.failAbout("mask", err)
		return
	}
	w.holdUnlessStep(before, (*study.Study).HoldRun)
	w.bands.settled("mask")
	w.status.say(w.t("ui.mask.done", name))
}
