package cohort

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// files makes files that nobody reads.
func files(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, n := range names {
		path := filepath.Join(dir, filepath.FromSlash(n))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(n), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestFind(t *testing.T) {
	dir := files(t,
		"ref/a.nii.gz", "ref/b.NII", "ref/c.nii", "ref/d.nii.gz", "ref/d/mask.nii.gz", "ref/notes.txt", "ref/.hidden.nii",
		"pred/a/mask.nii.gz", "pred/a/prob_infection.nii.gz", "pred/b.nii.gz", "pred/d.nii", "pred/e.nii.gz", "pred/f/other.nii",
		"pred/c_seg.nii.gz")
	at := func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
	cases, failed, notes, err := Find(Sources{Reference: at("ref"), Predictions: []string{at("pred")}})
	if err != nil {
		t.Fatal(err)
	}
	want := []Case{
		{Name: "a", Reference: at("ref/a.nii.gz"), Prediction: at("pred/a/mask.nii.gz")},
		{Name: "b", Reference: at("ref/b.NII"), Prediction: at("pred/b.nii.gz")},
	}
	if !slices.Equal(cases, want) {
		t.Errorf("found %+v", cases)
	}
	if len(failed) != 2 || failed[0].Case != "c" || failed[1].Case != "d" || !strings.Contains(failed[0].Err.Error(), "--pairs") ||
		!strings.Contains(failed[1].Err.Error(), "d.nii.gz") {
		t.Errorf("failed %v", failed)
	}
	if len(notes) != 2 { // c_seg is not guessed to be c, and e has no reference
		t.Errorf("noted %v", notes)
	}

	cases, failed, _, err = Find(Sources{Reference: at("ref"), Predictions: []string{at("pred")}, Probabilities: []string{at("pred")}})
	if err != nil || len(cases) == 0 || cases[0].Probability != at("pred/a") {
		t.Errorf("with probabilities: %+v, %v, %v", cases, failed, err)
	}
}

func TestFind_NothingMatches(t *testing.T) {
	dir := files(t, "ref/a.nii", "ref/b.nii", "pred/a_seg.nii", "pred/b_seg.nii")
	_, _, _, err := Find(Sources{Reference: filepath.Join(dir, "ref"), Predictions: []string{filepath.Join(dir, "pred")}})
	if err == nil {
		t.Fatal("a failure a case, and no word on all of them")
	}
	for _, want := range []string{"a_seg", "--pairs"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q lacks %q", err, want)
		}
	}
}

func TestFind_Models(t *testing.T) {
	dir := files(t, "ref/a.nii", "one/seg/a.nii", "two/seg/a.nii", "three/a.nii")
	at := func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
	cases, _, _, err := Find(Sources{Reference: at("ref"), Predictions: []string{at("one/seg"), at("two/seg"), at("three")}})
	if err != nil || len(cases) != 3 || cases[0].Model == cases[1].Model || cases[2].Model != "three" {
		t.Errorf("%+v, %v", cases, err)
	}
}

func TestList(t *testing.T) {
	dir := files(t)
	path := filepath.Join(dir, "pairs.csv")
	for _, c := range []struct {
		name, text string
		cases      []Case
		failed     int
		refused    string
	}{
		{"columns in any order", "\ufeffprediction,case,reference,fold\np.nii,a,sub/r.nii,1\n", []Case{
			{Name: "a", Fold: "1", Reference: filepath.Join(dir, "sub", "r.nii"), Prediction: filepath.Join(dir, "p.nii")},
		}, 0, ""},
		{"as spreadsheets write it in Europe", "case;reference;prediction\r\na;r.nii;\"p,1.nii\"\r\n", []Case{
			{Name: "a", Reference: filepath.Join(dir, "r.nii"), Prediction: filepath.Join(dir, "p,1.nii")},
		}, 0, ""},
		{"one lacks something", "case,reference,prediction\na,r.nii,\nb,r.nii,p.nii\n", []Case{
			{Name: "b", Reference: filepath.Join(dir, "r.nii"), Prediction: filepath.Join(dir, "p.nii")},
		}, 1, ""},
		{"twice", "case,reference,prediction\nb,r.nii,p.nii\nb,r.nii,q.nii\n", []Case{
			{Name: "b", Reference: filepath.Join(dir, "r.nii"), Prediction: filepath.Join(dir, "p.nii")},
		}, 1, ""},
		{"no such columns", "a,b\n1,2\n", nil, 0, "reference"},
		{"nothing listed", "case,reference,prediction\n", nil, 0, "pairs.csv"},
		{"nothing", "", nil, 0, "pairs.csv"},
		{"quotes that do not end", "case,reference,prediction\n\"a,b,c\n", nil, 0, "pairs.csv"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := os.WriteFile(path, []byte(c.text), 0o666); err != nil {
				t.Fatal(err)
			}
			cases, failed, err := List(path)
			if c.refused != "" {
				if err == nil || !strings.Contains(err.Error(), c.refused) {
					t.Errorf("error %v", err)
				}
				return
			}
			if err != nil || !slices.Equal(cases, c.cases) || len(failed) != c.failed {
				t.Errorf("%+v, failed %v, %v", cases, failed, err)
			}
		})
	}
}

func TestParseLabel(t *testing.T) {
	for _, c := range []struct {
		in   string
		want Label
		ok   bool
	}{
		{"lungs=1,2,3", Label{Name: "lungs", Values: []int{1, 2, 3}}, true},
		{" ground glass = 4 ", Label{Name: "ground glass", Values: []int{4}}, true},
		{"infection=1:3", Label{Name: "infection", Values: []int{1}, Predicted: []int{3}}, true},
		{"all = 1,2 : 4, 5", Label{Name: "all", Values: []int{1, 2}, Predicted: []int{4, 5}}, true},
		{"a=1:", Label{}, false},
		{"a=:1", Label{}, false},
		{"a=1:2:3", Label{}, false},
		{"lungs", Label{}, false},
		{"=1", Label{}, false},
		{"a=", Label{}, false},
		{"a=0", Label{}, false},
		{"a=1,x", Label{}, false},
	} {
		got, ok := ParseLabel(c.in)
		if ok != c.ok || ok && (got.Name != c.want.Name || !slices.Equal(got.Values, c.want.Values) || ok && !slices.Equal(got.Predicted, c.want.Predicted)) {
			t.Errorf("%q: %+v, %v", c.in, got, ok)
		}
	}
}
