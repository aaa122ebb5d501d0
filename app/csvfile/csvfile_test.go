package csvfile

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"
)

func TestWhatStandsInACellIsNotRun(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"case-1", "case-1"},
		{"", ""},
		{"-0.25", "-0.25"},
		{"+Inf", "+Inf"},
		{"-1e-5", "-1e-5"},
		{"=1+1", "'=1+1"},
		{"-2+3", "'-2+3"},
		{"@SUM(A1)", "'@SUM(A1)"},
		{"\tx", "'\tx"},
		{"'quoted", "''quoted"},
		{"a, b\n=c", "a, b\n=c"},
	} {
		var b strings.Builder
		if err := Write(&b, [][]string{{c.in, "x"}}); err != nil {
			t.Fatal(err)
		}
		row, err := csv.NewReader(strings.NewReader(b.String())).Read()
		if err != nil || !slices.Equal(row, []string{c.want, "x"}) {
			t.Errorf("%q is written as %q, %v", c.in, row, err)
		}
		if got := Plain(row[0]); got != c.in {
			t.Errorf("%q is read back as %q", c.in, got)
		}
	}
}
