package ui

import "fyne.io/fyne/v2"

// onFyne is the job.Dispatcher of the real window, and the only place where work
// re-enters Fyne's goroutine.
func onFyne(f func()) { fyne.Do(f) }
