// Package ui is the window: menus, toolbar, panes, inspector, dialogs. It
// forwards what the user does to the session and the viewer, and repaints what
// their signals say has changed. It holds no study of its own, and everything it
// cannot do itself (reading, segmenting, writing) is handed to New.
//
// All of it runs on one goroutine, Fyne's. Slow work goes through job.Run and
// comes back through the Dispatcher.
package ui
