package mask

// Archive keeps the steps of a history where they outlive the memory budget,
// and the program. It holds a list of steps of which some are applied, as a
// History does. A Ref names a kept step; what it means is the archive's own.
type Archive interface {
	// Keep takes a step in: the steps that are not applied are forgotten, the new
	// one comes after those that are, and is applied. It must be quick.
	Keep(s Step) (ref int64, err error)
	// Moved says that of all steps kept, the first applied ones are applied now.
	Moved(applied int) error
	// Delta reads the delta of a kept step. It may be called on any goroutine.
	Delta(ref int64) (Delta, error)
}

// Kept is a step that an archive holds already.
type Kept struct {
	Step Step // its Delta may be left out
	Ref  int64
}
