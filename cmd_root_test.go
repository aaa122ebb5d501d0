package main

import (
	"bytes"
	"context"
	"testing"
)

// What is wrong with a flag is said in the program's own words.
func TestWrongFlags(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"info", "--frobnicate", "x"}, "There is no flag --frobnicate (see opacity info --help).\n"},
		{[]string{"info", "-x", "a"}, "There is no flag -x (see opacity info --help).\n"},
		{[]string{"segment", "a", "-o"}, "The flag -o needs a value (see opacity segment --help).\n"},
		{[]string{"segment", "a", "--output"}, "The flag --output needs a value (see opacity segment --help).\n"},
		{[]string{"segment", "a", "--threads", "many"}, "The flag --threads cannot be \"many\": it takes a whole number (see opacity segment --help).\n"},
		{[]string{"phantom", "--seed=-1"}, "The flag --seed cannot be \"-1\": it takes a whole number of 0 or more (see opacity phantom --help).\n"},
		{[]string{"info", "a", "--json=maybe"}, "The flag --json cannot be \"maybe\": it takes true or false (see opacity info --help).\n"},
		{[]string{"info", "--=a"}, "There is no flag --=a (see opacity info --help).\n"},
	} {
		var out, errs bytes.Buffer
		if status := run(context.Background(), c.args, &out, &errs); status != 2 || errs.String() != c.want || out.Len() > 0 {
			t.Errorf("%q: status %d\n%swant 2\n%s", c.args, status, errs.String(), c.want)
		}
	}
}
