package tool

// Operation is the action that asks for the amounts of an operation, by the name
// that the window gives it.
func Operation(name string) Action { return Action("op." + name) }

// The actions that copy what the active label has on the slice shown to the one
// above or below, and go there.
const (
	CopyUp   Action = "copy.up"
	CopyDown Action = "copy.down"
)

// operationBindings are the keys of the operations. Shift with a letter of the name:
// bare letters are the tools'.
func operationBindings() []Binding {
	var all []Binding
	for _, o := range [][2]string{
		{"holes", "H"},
		{"region", "G"},
		{"between", "B"},
		{"copy", "C"},
		{"keep", "K"},
		{"small", "R"},
		{"island", "I"},
		{"split", "P"},
		{"margin", "M"},
		{"smooth", "S"},
		{"joint", "J"},
		{"boolean", "A"},
		{"relabel", "L"},
		{"swap", "E"},
	} {
		all = append(all, bind(Operation(o[0]), "operations", shift(o[1])))
	}
	return append(all, bind(CopyUp, "operations", ctrl("Up")), bind(CopyDown, "operations", ctrl("Down")))
}
