package traininglog

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"opacity/app"
)

func write(t *testing.T, folder, name, text string) string {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRead(t *testing.T) {
	two := t.TempDir()
	for _, f := range []string{"0", "1"} {
		write(t, two, "fold-"+f+".json", `{"protocol": {"fold": `+f+`}, "curves": {"rate": [[1, 0.1]], "loss": [[20, 0.5], [10, 1.5]], "dice": [[10, 0.2]]}}`)
	}
	for _, c := range []struct {
		name, path string
		want       []Curve
	}{
		{"records of folds", two, []Curve{
			{"dice", "1", "step", []Point{{10, 0.2}}},
			{"loss", "1", "step", []Point{{10, 1.5}, {20, 0.5}}},
			{"dice", "2", "step", []Point{{10, 0.2}}},
			{"loss", "2", "step", []Point{{10, 1.5}, {20, 0.5}}},
		}},
		{"values that are none", write(t, t.TempDir(), "a.json", `{"curves": {"loss": [[1, 0.5], [2, NaN], [NaN, 1], [3, null], [4], [5, -Infinity], [6, 0.25]], "dice": [[1, NaN]]}}`), []Curve{
			{"loss", "", "step", []Point{{1, 0.5}, {6, 0.25}}},
		}},
		{"Keras", write(t, t.TempDir(), "a.csv", "epoch,loss,lr,val_loss\n0,1,0.001,nan\n1,0.5,0.001,0.75\n"), []Curve{
			{"loss", "", "epoch", []Point{{0, 1}, {1, 0.5}}}, {"val_loss", "", "epoch", []Point{{1, 0.75}}},
		}},
		{"tabs, with folds", write(t, t.TempDir(), "a.tsv", "fold\tepoch\tloss\nA\t1\t3\nB\t1\t4\n"), []Curve{
			{"loss", "A", "epoch", []Point{{1, 3}}}, {"loss", "B", "epoch", []Point{{1, 4}}},
		}},
	} {
		if got, err := Read(c.path); err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, %v; want %+v", c.name, got, err, c.want)
		}
	}
}

func TestRefused(t *testing.T) {
	folder := t.TempDir()
	for _, path := range []string{
		filepath.Join(folder, "none"), t.TempDir(), write(t, folder, "a.json", "{"), write(t, folder, "b.json", "{}"),
		write(t, folder, "c.csv", "a,b\n1,2\n"), write(t, folder, "d.csv", "epoch,loss\n"), write(t, folder, "e.csv", "epoch,loss\n1\n"),
	} {
		got, err := Read(path)
		if kind, _ := app.Explain(err); err == nil || kind != app.Refused {
			t.Errorf("%s: %v, %v; want a refusal", path, got, err)
		}
	}
}
