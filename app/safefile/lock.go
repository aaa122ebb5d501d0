package safefile

import "errors"

// ErrHeld says that somebody else has locked a file.
var ErrHeld = errors.New("locked by another run")
