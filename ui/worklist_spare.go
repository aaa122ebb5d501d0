package ui

import (
	"errors"
	"slices"
	"strings"

	"opacity/app/pipeline"
)

// errJudged says that somebody has corrected or accepted a case.
var errJudged = errors.New("corrected or accepted")

// judged reports whether somebody has, as far as the list knows.
func (k *keeper) judged(name string) bool {
	e, ok := k.list.Entry(name)
	return ok && e.Judged()
}

// takeLeft takes the cases that were left out from those that failed.
func (k *keeper) takeLeft(failed []pipeline.Failure) []pipeline.Failure {
	return slices.DeleteFunc(failed, func(f pipeline.Failure) bool {
		left := errors.Is(f.Err, errJudged)
		if left {
			k.left = append(k.left, f.Name)
		}
		return left
	})
}

// spared says which cases were left out, and in which ticked slices are to be
// looked at again; "" where there are none.
func (k *keeper) spared() string {
	w, said := k.c.w, ""
	if len(k.left) > 0 {
		said += " " + w.t("ui.cases.left_out", len(k.left), someOf(k.left))
	}
	if len(k.again) > 0 {
		said += " " + w.t("ui.cases.ticks_overrun", someOf(k.again))
	}
	return said
}

// someOf lists names in one line.
func someOf(names []string) string {
	const most = 4
	if len(names) > most {
		names = append(slices.Clone(names[:most]), "…")
	}
	return strings.Join(names, ", ")
}
