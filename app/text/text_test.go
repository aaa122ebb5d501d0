package text_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"opacity/app/text"
)

func TestFormat(t *testing.T) {
	table := text.Table{"one": "%s holds %d slices.", "n": "%s: %d are, %d in all", "n.one": "%s: %d is, %d in all", "word": "nothing", "percent": "3 %", "number": "%.1f mm, %d slices, %v"}
	tests := []struct {
		name string
		in   text.Message
		want string
	}{
		{"arguments", text.M("one", "a.nii", 3), "a.nii holds 3 slices."},
		{"a message in a message", text.M("one", text.M("word"), 3), "nothing holds 3 slices."},
		{"no arguments, no verbs", text.M("percent"), "3 %"},
		{"unknown key", text.M("gone", 7), "gone7"},
		{"nothing", text.Message{}, ""},
		{"numbers below zero", text.M("number", -12.34, -5, float32(-1e-9)), "−12.3 mm, -5 slices, −1e−09"},
		{"what rounds to zero", text.M("number", -0.04, 0, 0.0), "0.0 mm, 0 slices, 0"},
		{"one", text.M("n", "a.nii", 1, 3), "a.nii: 1 is, 3 in all"},
		{"several", text.M("n", "a.nii", 2, 1), "a.nii: 2 are, 1 in all"},
		{"none", text.M("n", "a.nii", 0, 1), "a.nii: 0 are, 1 in all"},
		{"one of a long count", text.M("n", "a.nii", int64(1), 3), "a.nii: 1 is, 3 in all"},
		{"words keep their hyphens", text.M("one", "a-b.nii", 3), "a-b.nii holds 3 slices."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := table.Format(tt.in); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestMessageInJSON(t *testing.T) {
	b, err := json.Marshal(text.M("app.interrupted"))
	if err != nil || string(b) != `"Stopped."` {
		t.Errorf("got %s, %v", b, err)
	}
}

// verb matches one verb of package fmt, or a percent sign that stands for itself.
var verb = regexp.MustCompile(`%[-+# 0]*(\[\d+\])?(\d+|\*)?(\.(\d+|\*)?)?([a-zA-Z%])`)

func verbs(format string) int {
	n := 0
	for _, m := range verb.FindAllStringSubmatch(format, -1) {
		if m[5] != "%" {
			n++
		}
	}
	return n
}

// use is a place in the program that names a key.
type use struct {
	key  string
	args int // -1 where the source does not show how many
	at   token.Position
}

// TestKeysOfTheProgram walks the source: each key that is named exists and gets
// as many arguments as its English sentence has verbs.
func TestKeysOfTheProgram(t *testing.T) {
	table, found := text.English(), 0
	for _, u := range usesIn(t, "../..") {
		found++
		format, ok := table[u.key]
		if !ok {
			t.Errorf("%s: no sentence for key %q", u.at, u.key)
		} else if n := verbs(format); u.args >= 0 && n != u.args {
			t.Errorf("%s: %q takes %d arguments, gets %d", u.at, u.key, n, u.args)
		}
	}
	if found < 50 {
		t.Errorf("only %d keys found in the source: the walk is broken", found)
	}
}

func usesIn(t *testing.T, root string) []use {
	t.Helper()
	var uses []use
	files := token.NewFileSet()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "training" || d.Name() == "testdata"):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		f, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if u, ok := keyOf(call); ok {
					u.at = files.Position(call.Pos())
					uses = append(uses, u)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return uses
}

// keyAt says which argument of a function is a key.
var keyAt = map[string]int{"M": 0, "T": 0, "Misuse": 0, "Refuse": 1, "Fail": 1}

func keyOf(call *ast.CallExpr) (use, bool) {
	name := ""
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		name = f.Sel.Name
	case *ast.Ident:
		name = f.Name
	}
	at, ok := keyAt[name]
	if !ok || len(call.Args) <= at {
		return use{}, false
	}
	lit, ok := call.Args[at].(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return use{}, false
	}
	key, err := strconv.Unquote(lit.Value)
	if err != nil || !regexp.MustCompile(`^[a-z0-9]+(\.[a-z0-9_]+)+$`).MatchString(key) {
		return use{}, false
	}
	args := len(call.Args) - at - 1
	if call.Ellipsis.IsValid() {
		args = -1
	}
	return use{key: key, args: args}, true
}

// TestSingulars: what is said of one has a plural that takes the same arguments.
func TestSingulars(t *testing.T) {
	table := text.English()
	for _, key := range table.Keys() {
		plural, singular := strings.CutSuffix(key, ".one")
		if many, counts := table[plural]; singular && counts && verbs(many) != verbs(table[key]) {
			t.Errorf("%s does not go with %s", key, plural)
		}
	}
}

func TestSentencesEnd(t *testing.T) {
	// What can be printed by itself as an error is a sentence.
	for _, key := range text.English().Keys() {
		if strings.HasPrefix(key, "safefile.") && !strings.HasSuffix(text.English()[key], ".") {
			t.Errorf("%s is no sentence", key)
		}
	}
}
