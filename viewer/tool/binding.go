package tool

import (
	"slices"
	"strconv"
	"strings"

	"opacity/viewer"
)

// Action names something a key or a menu item does.
type Action string

// The actions. Those of slices, panes, window, labels and view act on the
// viewer; the rest are the window's to carry out.
const (
	SliceUp      Action = "slice.up"
	SliceDown    Action = "slice.down"
	SliceUp10    Action = "slice.up10"
	SliceDown10  Action = "slice.down10"
	SliceFirst   Action = "slice.first"
	SliceLast    Action = "slice.last"
	PaneNext     Action = "pane.next"
	PanePrevious Action = "pane.previous"
	PaneMaximise Action = "pane.maximise"

	Preset1     Action = "window.preset1"
	Preset2     Action = "window.preset2"
	Preset3     Action = "window.preset3"
	Preset4     Action = "window.preset4"
	Preset5     Action = "window.preset5"
	WindowReset Action = "window.reset"

	LabelsToggle   Action = "labels.toggle"
	LabelsFainter  Action = "labels.fainter"
	LabelsStronger Action = "labels.stronger"
	LabelsStyle    Action = "labels.style"
	LabelsActive1  Action = "labels.active1"
	LabelsActive2  Action = "labels.active2"
	LabelsActive3  Action = "labels.active3"
	LabelsActive4  Action = "labels.active4"
	LabelsActive5  Action = "labels.active5"

	ViewCenter      Action = "view.center"
	ViewFit         Action = "view.fit"
	ViewAnnotations Action = "view.annotations"
	ViewCrosshair   Action = "view.crosshair"
	ViewSmooth      Action = "view.smooth"
	ViewIdentity    Action = "view.identity"
	ViewProfile     Action = "view.profile"
	ViewInspector   Action = "view.inspector"
	ViewKeys        Action = "view.keys"
	ViewCancel      Action = "view.cancel"
	ViewMenu        Action = "view.menu"
	ViewReport      Action = "view.report"
	ViewHistory     Action = "view.history"
	ViewPlots       Action = "view.plots"
	LayoutLarge     Action = "layout.large"
	LayoutFour      Action = "layout.four"
	LayoutOne       Action = "layout.one"

	FileOpen       Action = "file.open"
	FileOpenFolder Action = "file.open_folder"
	FileOpenCases  Action = "file.open_cases"
	FileSave       Action = "file.save"
	FileSaveAs     Action = "file.save_as"
	FileClose      Action = "file.close"
	FileQuit       Action = "file.quit"
	FileExport     Action = "file.export"
	FilePicture    Action = "file.picture"
	FileRecent1    Action = "file.recent1"
	FileRecent2    Action = "file.recent2"
	FileRecent3    Action = "file.recent3"
	FileRecent4    Action = "file.recent4"
	FileRecent5    Action = "file.recent5"
	ViewCases      Action = "view.cases"
	CaseNext       Action = "case.next"
	CasePrevious   Action = "case.previous"
	CaseNew        Action = "case.new"
	CaseInWork     Action = "case.in_work"
	CaseCorrected  Action = "case.corrected"
	CaseAccepted   Action = "case.accepted"
	CaseProblem    Action = "case.problem"
	CaseNote       Action = "case.note"
	EditUndo       Action = "edit.undo"
	EditRedo       Action = "edit.redo"
	SegmentRun     Action = "segment.run"
	SegmentSlice   Action = "segment.slice"
	SegmentBox     Action = "segment.box"
	ViewCompare    Action = "view.compare"
	ViewReference  Action = "view.reference"

	ReviewNext      Action = "review.next"
	ReviewPrevious  Action = "review.previous"
	ReviewAccepted  Action = "review.accepted"
	ReviewCorrected Action = "review.corrected"
	ReviewProblem   Action = "review.problem"
	ReviewUntick    Action = "review.untick"

	// What a Kit carries out, besides switching to a tool: see Name.Action.
	ToolSwap    Action = "tool.swap"
	ToolLarger  Action = "tool.larger"
	ToolSmaller Action = "tool.smaller"
	ToolSolid   Action = "tool.solid"
	ToolSquare  Action = "tool.square"
	ToolCommit  Action = "tool.commit"
	ToolBack    Action = "tool.back"
)

// Presets returns the actions of the window presets, in the order of
// viewer.Presets.
func Presets() []Action { return []Action{Preset1, Preset2, Preset3, Preset4, Preset5} }

// ActiveLabels returns the actions that choose the first labels of the list.
func ActiveLabels() []Action {
	return []Action{LabelsActive1, LabelsActive2, LabelsActive3, LabelsActive4, LabelsActive5}
}

// Recent returns the actions that open the first files of the recent list.
func Recent() []Action {
	return []Action{FileRecent1, FileRecent2, FileRecent3, FileRecent4, FileRecent5}
}

// CaseStates returns the actions that say how far the work on a case is.
func CaseStates() []Action {
	return []Action{CaseNew, CaseInWork, CaseCorrected, CaseAccepted, CaseProblem}
}

// Chord is a key with the modifiers held. Key is the name on the key cap as
// Fyne spells it ("S", "1", "Up", "Prior", "F2"), or the character typed where
// its place differs between keyboards ("?").
type Chord struct {
	Mods Mods
	Key  string
}

// keyNames are the names users know, where they differ from Fyne's.
var keyNames = map[string]string{
	"Return": "Enter", "KP_Enter": "Enter (keypad)", "BackSpace": "Backspace",
	"Prior": "Page Up", "Next": "Page Down", "Up": "↑", "Down": "↓", "Left": "←", "Right": "→", "Escape": "Esc",
}

// String writes a chord as menus do: "Ctrl+Shift+Z".
func (c Chord) String() string {
	var parts []string
	for _, m := range []struct {
		mod  Mods
		name string
	}{{Ctrl, "Ctrl"}, {Alt, "Alt"}, {Shift, "Shift"}} {
		if c.Mods&m.mod != 0 {
			parts = append(parts, m.name)
		}
	}
	key := c.Key
	if name, ok := keyNames[key]; ok {
		key = name
	}
	return strings.Join(append(parts, key), "+")
}

// Binding is one line of the keys sheet, and what the key lookup goes by.
type Binding struct {
	Action   Action
	Category string // translation key
	Text     string // translation key of what it does
	// Keys per profile, viewer.Annotate and viewer.Reading; the first is shown in menus.
	Keys [2][]Chord
}

// Bindings returns every key of the program, in the order of the keys sheet.
func Bindings() []Binding {
	return slices.Concat(
		[]Binding{
			bind(SliceUp, "slices", key("Up"), key("Prior")),
			bind(SliceDown, "slices", key("Down"), key("Next")),
			bind(SliceUp10, "slices", shift("Up"), shift("Prior")),
			bind(SliceDown10, "slices", shift("Down"), shift("Next")),
			bind(SliceFirst, "slices", key("Home")),
			bind(SliceLast, "slices", key("End")),
			bind(PaneNext, "slices", key("F6")),
			bind(PanePrevious, "slices", shift("F6")),
			bind(PaneMaximise, "slices", key("M")),
		},
		numbered(Presets(), "window", key),
		[]Binding{
			bind(WindowReset, "window", key("0")),

			bind(LabelsToggle, "labels", key("S")),
			bind(LabelsFainter, "labels", key("A")),
			bind(LabelsStronger, "labels", key("D")),
			bind(LabelsStyle, "labels", key("O")),
		},
		numbered(ActiveLabels(), "labels", shift),
		[]Binding{
			bind(ViewCenter, "view", key("C")),
			bind(ViewFit, "view", key("F")),
			bind(ViewAnnotations, "view", key("X")),
			bind(ViewCrosshair, "view", shift("X")),
			bind(ViewSmooth, "view", key("I")),
			bind(ViewIdentity, "view", key("H")),
			bind(ViewCompare, "view", key("Y")),
			bind(ViewReference, "view", shift("Y")),
			bind(ViewInspector, "view", key("F4")),
			bind(ViewReport, "view", key("F5")),
			bind(ViewHistory, "view", ctrl("H")),
			bind(ViewPlots, "view", ctrl("G")),
			bind(LayoutLarge, "view", ctrlAlt("1")),
			bind(LayoutFour, "view", ctrlAlt("2")),
			bind(LayoutOne, "view", ctrlAlt("3")),
			bind(ViewProfile, "view", key("F2")),
			bind(ViewKeys, "view", key("F1"), key("?")),
			bind(ViewMenu, "view", key("F10")),
			bind(ViewCancel, "view", key("Escape")),

			bind(FileOpen, "file", ctrl("O")),
			bind(FileOpenFolder, "file", ctrlShift("O")),
			bind(FileOpenCases, "file", ctrl("L")),
			bind(FileSave, "file", ctrl("S")),
			bind(FileSaveAs, "file", ctrlShift("S")),
			bind(FileExport, "file", ctrl("E")),
			bind(FilePicture, "file", ctrlShift("E")),
			bind(FileClose, "file", ctrl("W")),
			bind(FileQuit, "file", ctrl("Q")),
		},
		numbered(Recent(), "file", ctrl),
		[]Binding{
			bind(ViewCases, "cases", key("F3")),
			bind(CaseNext, "cases", ctrl("Next")),
			bind(CasePrevious, "cases", ctrl("Prior")),
			bind(CaseNote, "cases", ctrl("N")),
		},
		numbered(CaseStates(), "cases", alt),
		[]Binding{
			bind(EditUndo, "edit", ctrl("Z")),
			bind(EditRedo, "edit", ctrl("Y"), ctrlShift("Z")),
			bind(SegmentRun, "edit", ctrl("R")),
			bind(SegmentSlice, "edit", ctrlShift("R")),
			bind(SegmentBox, "edit", ctrl("B")),

			bind(ReviewNext, "review", key("N")),
			bind(ReviewPrevious, "review", key("P")),
			bind(ReviewAccepted, "review", key("F7")),
			bind(ReviewCorrected, "review", key("F8")),
			bind(ReviewProblem, "review", key("F9")),
			bind(ReviewUntick, "review", shift("F7")),
		},
		operationBindings(),
	)
}

// ToolBindings returns the keys of the painting tools, in the order of the keys
// sheet; Kit.Connect carries them out. Escape, which leaves a tool, is
// ViewCancel, for the window to share out.
func ToolBindings() []Binding {
	return []Binding{
		bind(Brush.Action(), "tools", key("B")),
		bind(Eraser.Action(), "tools", key("E")),
		bind(Smart.Action(), "tools", key("G")),
		bind(Lasso.Action(), "tools", key("L")),
		bind(Polygon.Action(), "tools", key("V")),
		bind(Scissors.Action(), "tools", key("K")),
		bind(Picker.Action(), "tools", key("R")),
		bind(Fill.Action(), "tools", key("T")),
		bind(Island.Action(), "tools", key("U")),
		bind(ToolSwap, "tools", key("Space")),
		bind(ToolSmaller, "tools", key("["), key("-")),
		bind(ToolLarger, "tools", key("]"), key("+"), key("=")), // the + of a keyboard without keypad needs Shift
		bind(ToolSolid, "tools", key("Z")),
		bind(ToolSquare, "tools", key("Q")),
		bind(ToolCommit, "tools", key("Return"), key("KP_Enter")),
		bind(ToolBack, "tools", key("BackSpace")),
	}
}

// ToolGestures returns what the mouse does while a painting tool is on, for the
// keys sheet.
func ToolGestures() []Gesture {
	return []Gesture{
		{"keys.gesture.tool_left", "keys.mouse.paint"},
		{"keys.gesture.tool_right", "keys.mouse.erase"},
		{"keys.gesture.tool_ctrl", "keys.mouse.invert"},
		{"keys.gesture.tool_shift_wheel", "keys.mouse.size"},
		{"keys.gesture.tool_double_click", "keys.mouse.commit"},
	}
}

// numbered gives actions the keys 1, 2 and so on.
func numbered(actions []Action, category string, chord func(key string) Chord) []Binding {
	var all []Binding
	for i, a := range actions {
		all = append(all, bind(a, category, chord(strconv.Itoa(i+1))))
	}
	return all
}

// bind gives an action the same keys in both profiles.
func bind(a Action, category string, keys ...Chord) Binding {
	return Binding{Action: a, Category: "keys.category." + category, Text: "keys." + string(a), Keys: [2][]Chord{keys, keys}}
}

func key(k string) Chord       { return Chord{0, k} }
func shift(k string) Chord     { return Chord{Shift, k} }
func ctrl(k string) Chord      { return Chord{Ctrl, k} }
func ctrlShift(k string) Chord { return Chord{Ctrl | Shift, k} }
func alt(k string) Chord       { return Chord{Alt, k} }
func ctrlAlt(k string) Chord   { return Chord{Ctrl | Alt, k} }

// Gesture is a line of the keys sheet about the mouse. Both fields are
// translation keys.
type Gesture struct{ Gesture, Text string }

// Gestures returns what the mouse does in a profile, for the keys sheet.
func Gestures(p viewer.Profile) []Gesture {
	left := []Gesture{{"keys.gesture.left_drag", "keys.mouse.cursor"}}
	if p == viewer.Reading {
		left = []Gesture{{"keys.gesture.left_drag", "keys.mouse.window"}, {"keys.gesture.left_click", "keys.mouse.cursor"}}
	}
	return append(left,
		Gesture{"keys.gesture.w_left_drag", "keys.mouse.window"},
		Gesture{"keys.gesture.wheel", "keys.mouse.slice"},
		Gesture{"keys.gesture.ctrl_wheel", "keys.mouse.zoom_at"},
		Gesture{"keys.gesture.right_drag", "keys.mouse.zoom"},
		Gesture{"keys.gesture.middle_drag", "keys.mouse.pan"},
		Gesture{"keys.gesture.shift_left_drag", "keys.mouse.pan"},
		Gesture{"keys.gesture.double_click", "keys.mouse.maximise"},
	)
}
