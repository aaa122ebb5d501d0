package cohort

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"opacity/app/metrics"
)

func TestFoldsOfAList(t *testing.T) {
	for _, c := range []struct{ name, list, want, refused, notes string }{
		{"every case", "case,fold\na,1\nb,2\nc,2\n", "1 2 2", "", ""},
		{"the same twice", "case,fold\na,1\na,1\nb,2\nc,2\n", "1 2 2", "", ""},
		{"two folds", "case,fold\na,1\nb,2\na,2\n", "", "a in the folds 1 and 2", ""},
		{"none of the cases", "case,fold\ncase_a,1\ncase_b,2\n", "", "names none of the cases", ""},
		{"another case", "case,fold\na,1\nb,2\nc,2\nd,1\n", "1 2 2", "", "no case: d"},
		{"one without", "case,fold\na,1\nb,2\n", "1 2 -", "", "no fold for 1 case"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "folds.csv")
			if err := os.WriteFile(path, []byte(c.list), 0o600); err != nil {
				t.Fatal(err)
			}
			cases := []Case{{Name: "a"}, {Name: "b"}, {Name: "c"}}
			notes, err := Folds(path, cases)
			if c.refused != "" {
				if err == nil || !strings.Contains(err.Error(), c.refused) {
					t.Fatalf("%v, want %q", err, c.refused)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var got, said []string
			for _, k := range cases {
				if k.Fold == "" {
					k.Fold = "-"
				}
				got = append(got, k.Fold)
			}
			for _, n := range notes {
				said = append(said, n.String())
			}
			if all := strings.Join(said, " "); strings.Join(got, " ") != c.want || !strings.Contains(all, c.notes) || (c.notes == "") != (all == "") {
				t.Errorf("%v, %q", got, all)
			}
		})
	}
}

// A table of folds is of the cases that have one.
func TestFoldTableCountsItsCases(t *testing.T) {
	var rows []Row
	for n, fold := range []string{"1", "2", "", ""} {
		rows = append(rows, Row{Case: string(rune('a' + n)), Label: "infection", Fold: fold, Values: map[string]metrics.Value{"dice": {X: 0.5}, "jaccard": {X: 0.3}}})
	}
	if got := FoldTables(rows)[0].N; got != 2 {
		t.Errorf("n = %d, want 2", got)
	}
	if got := JaccardTables(rows)[0].N; got != 2 {
		t.Errorf("Jaccard: n = %d, want 2", got)
	}
}
