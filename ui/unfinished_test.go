package ui

import (
	"testing"

	"opacity/app/mask"
	"opacity/viewer/tool"
)

// newRunBench is a window with case a of a list, on which a model has run whose boundary
// can be moved.
func newRunBench(t *testing.T) *bench {
	t.Helper()
	b, _ := newListBench(t, func(o *Options) { o.Segmenter = &sure{finds: 8} })
	b.goToCase("a")
	b.segment()
	b.until("the model has run", func() bool { return !b.segmenting && b.study() != nil })
	b.kept(1)
	b.until("the thresholds can be moved", func() bool { return b.thresholdRefused(mask.Infection) == "" })
	return b
}

// An outline is filled with its case whatever covers the mask just then.
func TestAnOpenOutlineIsFilledUnderWhatIsOnlyShown(t *testing.T) {
	for what, cover := range map[string]func(b *bench){
		"nothing":      func(*bench) {},
		"an operation": func(b *bench) { b.operate(b.operation("margin")); b.worked() },
		"a threshold":  func(b *bench) { b.slide(mask.Infection, 60, false) },
		"a model": func(b *bench) {
			b.opts.Segmenter.(*sure).gate = make(chan struct{})
			b.keys.Do(tool.SegmentRun)
			b.settle()
		},
	} {
		t.Run(what, func(t *testing.T) {
			b := newRunBench(t)
			dir := b.study().Folder()
			b.polygon()
			cover(b)
			b.closeStudy()
			b.settle()
			if what == "a model" {
				b.answer("running", "stop")
			}
			b.until("it is closed", func() bool { return b.session.Volume() == nil })
			s := b.onDisk(dir)
			defer s.Close()
			steps, applied := s.History().Steps()
			if last := steps[applied-1].Tool; last != "polygon" || (applied == 3) != (what == "a threshold") {
				t.Errorf("%d steps, the last is of %s", applied, last)
			}
		})
	}
}
