// Package cli holds the tests that run the real program, built without a
// window, as a user or a script would: by its arguments, its exit status, what
// it prints, and the files it leaves.
package cli
