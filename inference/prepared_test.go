package inference

import (
	"context"
	"testing"

	"opacity/app"
	"opacity/app/volume"
)

// What is shown is what the steps make of each slice, without what is put around it.
func TestPreparedPictures(t *testing.T) {
	size := volume.Size{3, 2, 2}
	m := plainManifest()
	m.Input.Size = SizeRule{Mode: "multiple_of", Value: []int{4, 4}}
	m.Preprocess = []PreStep{{Op: "clip", Min: 1, Max: 101}}
	e := New(Options{Embedded: fakeModel(t, m)})
	var got [][]float32
	err := e.Prepared(context.Background(), "plain", "", rampVolume(size, 1), func(n int, picture []float32) {
		if n != len(got) {
			t.Errorf("slice %d comes as number %d", n, len(got))
		}
		got = append(got, append([]float32(nil), picture...))
	})
	if err != nil {
		t.Fatal(err)
	}
	want := [][]float32{{1, 1, 2, 10, 11, 12}, {100, 101, 101, 101, 101, 101}}
	for k := range want {
		for n, x := range want[k] {
			if len(got) != 2 || len(got[k]) != 6 || got[k][n] != x {
				t.Fatalf("%v, want %v", got, want)
			}
		}
	}
}

func TestPreparedRefusals(t *testing.T) {
	m := plainManifest()
	m.Input.Unit = "HU"
	e := New(Options{Embedded: fakeModel(t, m)})
	v := rampVolume(volume.Size{3, 2, 2}, 1)
	v.Unit = volume.Arbitrary
	show := func(int, []float32) { t.Error("something is shown") }
	if err := e.Prepared(context.Background(), "plain", "", v, show); err == nil {
		t.Error("a volume without HU is taken")
	} else if kind, _ := app.Explain(err); kind != app.Refused {
		t.Errorf("%v is no refusal", err)
	}
	if e.Prepared(context.Background(), "none", "", v, show) == nil {
		t.Error("there is no such model")
	}
}
