// Package text turns keys and arguments into the sentences a user reads. The
// English table is part of the program; another language is another table with
// the same keys. Nothing below the window or the command line formats text
// itself: it hands on a Message.
package text

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

//go:embed en/*.json
var english embed.FS

// Message is a sentence yet to be put in the user's language: a key of the
// table and the values for its verbs. An argument may itself be a Message, or a
// list of them, which is told with commas between.
type Message struct {
	Key  string
	Args []any
}

// M builds a Message.
func M(key string, args ...any) Message { return Message{Key: key, Args: args} }

// IsZero reports whether there is nothing to say.
func (m Message) IsZero() bool { return m.Key == "" }

// String gives the English sentence, so that a Message can be logged or printed
// as it is.
func (m Message) String() string { return English().Format(m) }

// MarshalText writes the English sentence, for JSON reports.
func (m Message) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// Table maps keys to fmt format strings in one language. Where a sentence counts
// something, KEY is its plural and KEY.one what is said of 1; the count is the
// first whole number among the arguments.
type Table map[string]string

// Read on first use: until main has begun, Ctrl-C ends the program without a word.
var englishTable = sync.OnceValue(load)

// English returns the table that the program is written in.
func English() Table { return englishTable() }

// Format puts a message in the table's language. A key that is missing is shown
// as it is, with its arguments, so that nothing said is lost.
func (t Table) Format(m Message) string {
	args := make([]any, len(m.Args))
	for i, a := range m.Args {
		switch inner := a.(type) {
		case Message:
			a = t.Format(inner)
		case []Message:
			parts := make([]string, len(inner))
			for n, m := range inner {
				parts[n] = t.Format(m)
			}
			a = strings.Join(parts, ", ")
		default:
			a = signed(a)
		}
		args[i] = a
	}
	format, ok := t[m.Key]
	if one, counts := t[m.Key+".one"]; counts && countsOne(m.Args) {
		format = one
	}
	if !ok {
		return fmt.Sprint(append([]any{m.Key}, args...)...)
	}
	if len(args) == 0 {
		return format
	}
	return fmt.Sprintf(format, args...)
}

// countsOne reports whether the first whole number is 1.
func countsOne(args []any) bool {
	for _, a := range args {
		switch n := a.(type) {
		case int:
			return n == 1
		case int64:
			return n == 1
		}
	}
	return false
}

// T is short for Format(M(key, args...)).
func (t Table) T(key string, args ...any) string { return t.Format(M(key, args...)) }

// Keys returns every key, sorted.
func (t Table) Keys() []string { return slices.Sorted(maps.Keys(t)) }

func load() Table {
	t := Table{}
	files, err := english.ReadDir("en")
	if err != nil {
		panic(err) // embedded: cannot be missing from a build
	}
	for _, f := range files {
		b, err := english.ReadFile("en/" + f.Name())
		if err != nil {
			panic(err)
		}
		part := map[string]string{}
		if err := json.Unmarshal(b, &part); err != nil {
			panic(fmt.Sprintf("text: %s: %v", f.Name(), err)) // a broken build, found by any test
		}
		for k, v := range part {
			if _, twice := t[k]; twice {
				panic(fmt.Sprintf("text: %s: key %q is there twice", f.Name(), k))
			}
			t[k] = v
		}
	}
	return t
}
