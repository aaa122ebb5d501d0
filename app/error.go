// Package app is the study in plain Go: the session that a window or a command
// works on, the events it emits, the ports through which readers, models and
// writers are reached, and the kinds of error a user can meet.
package app

import (
	"context"
	"errors"

	"opacity/app/mask"
	"opacity/app/text"
)

// Kind says what an error means for the caller. Its value is the exit status of
// the command line.
type Kind int

// The kinds of error.
const (
	Failed      Kind = 1   // the work failed
	Usage       Kind = 2   // asked wrongly
	Refused     Kind = 3   // the input is unreadable, damaged or unsafe to interpret
	Interrupted Kind = 130 // stopped by the user
)

// Error is an error with a sentence for the user: which file, what is wrong,
// what to do. Err holds the cause for the log and may be nil.
type Error struct {
	Kind    Kind
	Message text.Message
	Err     error
}

// Refuse makes an error about an input that cannot be used.
func Refuse(cause error, key string, args ...any) *Error {
	return &Error{Refused, text.M(key, args...), cause}
}

// Fail makes an error about work that could not be done.
func Fail(cause error, key string, args ...any) *Error {
	return &Error{Failed, text.M(key, args...), cause}
}

// Misuse makes an error about a wrong call.
func Misuse(key string, args ...any) *Error { return &Error{Usage, text.M(key, args...), nil} }

// Error gives the user's sentence in English.
func (e *Error) Error() string { return e.Message.String() }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Explain turns any error into the kind and the sentence to show.
func Explain(err error) (Kind, text.Message) {
	var e *Error
	var labels *mask.LabelFileError
	switch {
	case errors.As(err, &e):
		return e.Kind, e.Message
	case errors.As(err, &labels):
		return Refused, labels.Message
	case errors.Is(err, context.Canceled):
		return Interrupted, text.M("app.interrupted")
	}
	return Failed, text.M("app.unexpected", err.Error())
}

// PathError is an error about a file or folder that was looked into.
type PathError struct {
	Path string
	// Case says that the path stands for a case or more: a file that holds a
	// volume, or a folder, and not one slice of a series.
	Case bool
	Err  error // has the sentence
}

// Error gives the sentence of what went wrong.
func (e *PathError) Error() string { return e.Err.Error() }

// Unwrap gives what went wrong.
func (e *PathError) Unwrap() error { return e.Err }
