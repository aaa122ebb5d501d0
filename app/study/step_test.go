package study

import (
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
)

// anyMessage is a message such as steps are named by, or stranger.
func anyMessage(r *rand.Rand, depth int) text.Message {
	m := text.M(anyString(r))
	for range r.IntN(4) {
		var a any
		switch r.IntN(10) {
		case 0:
			a = anyString(r)
		case 1:
			a = r.IntN(2) == 0
		case 2:
			a = int(r.Uint64())
		case 3:
			a = int64(r.Uint64())
		case 4:
			a = r.Uint64()
		case 5:
			a = r.NormFloat64()
		case 6:
			a = float32(r.NormFloat64())
		case 7, 8:
			if depth == 0 {
				break
			}
			if list := []text.Message{anyMessage(r, depth-1), anyMessage(r, depth-1)}; r.IntN(2) == 0 {
				a = list
			} else {
				a = list[0]
			}
		}
		m.Args = append(m.Args, a)
	}
	return m
}

func anyString(r *rand.Rand) string {
	return []string{"", "brush", "Pinsel µ", "a\x00b\xff", "step %d of %s"}[r.IntN(5)]
}

func anyLabels(r *rand.Rand) []mask.Label {
	var labels []mask.Label
	for value := range uint8(r.IntN(5)) {
		labels = append(labels, mask.Label{
			Value: 200 + value, Layer: mask.Layer(r.IntN(mask.Layers)), Name: anyString(r), Side: mask.Left, Code: anyString(r),
			Colour: mask.RGB{uint8(r.Uint32()), 2, 3}, Visible: r.IntN(2) == 0, Locked: r.IntN(2) == 0,
		})
	}
	return labels
}

// anyStep is any value of the type, its runs in any order and overlapping.
func anyStep(r *rand.Rand) mask.Step {
	s := mask.Step{
		Name: anyMessage(r, 3), Time: time.Unix(r.Int64()>>20, r.Int64N(1e9)), Tool: anyString(r), Label: uint8(r.Uint32()),
		Box:  volume.Box{Min: [3]int{r.IntN(10), -r.IntN(10), 3}, Max: [3]int{r.IntN(1 << 40), 5, 6}},
		Hand: r.IntN(2) == 0,
	}
	for range r.IntN(4) {
		if s.Change == nil {
			s.Change = map[uint8]int{}
		}
		s.Change[uint8(r.Uint32())] = int(r.Int64()) >> r.IntN(60)
	}
	if r.IntN(2) == 0 {
		s.Labels = &mask.LabelsChange{Before: anyLabels(r), After: anyLabels(r)}
	}
	if r.IntN(2) == 0 {
		s.Who = anyString(r)
		s.Settings = map[string]any{"radius_mm": r.NormFloat64(), anyString(r): anyString(r)}
	}
	for range r.IntN(4) {
		d := mask.SliceDelta{Layer: mask.Layer(r.IntN(mask.Layers)), K: r.IntN(math.MaxInt32)}
		for range r.IntN(6) {
			run := mask.Run{Offset: r.Int32() >> r.IntN(30), Old: uint8(r.IntN(3)), New: uint8(r.IntN(3))}
			run.Length = r.Int32N(math.MaxInt32-run.Offset) >> r.IntN(30)
			d.Runs = append(d.Runs, run)
		}
		s.Delta.Slices = append(s.Delta.Slices, d)
	}
	return s
}

func TestStepRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for n := range 2000 {
		want := anyStep(r)
		b := encodeStep(want)
		got, err := decodeStep(b)
		if err != nil || !sameStep(got, want) || !reflect.DeepEqual(got.Delta, want.Delta) {
			t.Fatalf("step %d: %v\ngot  %+v\nwant %+v", n, err, got, want)
		}
		head, err := decodeHead(b)
		if err != nil || !sameStep(head, want) || !head.Delta.Empty() {
			t.Fatalf("step %d: what is told of it reads as %+v, %v", n, head, err)
		}
		if d, err := decodeDelta(b); err != nil || !reflect.DeepEqual(d, want.Delta) {
			t.Fatalf("step %d: its delta reads as %+v, %v", n, d, err)
		}
		if r.IntN(20) == 0 { // never taken for a whole one
			for cut := range len(b) {
				if _, err := decodeStep(b[:cut]); !errors.Is(err, errDamaged) {
					t.Fatalf("step %d cut at %d of %d: %v", n, cut, len(b), err)
				}
			}
		}
	}
}

// sameStep compares all but deltas; a time is the same instant anywhere.
func sameStep(a, b mask.Step) bool {
	if !a.Time.Equal(b.Time) {
		return false
	}
	a.Time, b.Time, a.Delta, b.Delta = time.Time{}, time.Time{}, mask.Delta{}, mask.Delta{}
	if len(a.Change)+len(b.Change) == 0 {
		a.Change, b.Change = nil, nil
	}
	return reflect.DeepEqual(a, b)
}

// An argument that is not of a type that a message is kept in comes back as what
// prints the same.
func TestArgumentsPrintTheSame(t *testing.T) {
	table := text.Table{"k": "%v"}
	for _, a := range []any{
		volume.HU, uint8(7), int16(-7), errors.New("no"),
		volume.Size{1, 2, 3},
		[]int{1, 2},
		struct{ A int }{3},
		time.Minute, nil,
		volume.Slice{Axis: 1, Index: 2},
		'x', 1.5, float32(0.1), -0.25,
	} {
		var e encoder
		e.message(text.M("k", a))
		d := decoder{b: e}
		got, want := table.Format(d.message()), table.Format(text.M("k", a))
		if d.err != nil || got != want {
			t.Errorf("%T: got %q, want %q (%v)", a, got, want, d.err)
		}
	}
	deep := text.M("end")
	for range 100 {
		deep = text.M("k", deep)
	}
	var e encoder
	e.message(deep)
	if d := (decoder{b: e}); d.message().Key != "k" || d.err != nil {
		t.Error("a message a hundred deep cannot be read back")
	}
}

// A later version may say more of a step, and of a label, than this one knows.
func TestMoreThanIsKnown(t *testing.T) {
	want := mask.Step{Name: text.M("a"), Time: time.Unix(5, 0), Labels: &mask.LabelsChange{After: mask.DefaultLabels()}}
	b := encodeStep(want)
	d := decoder{b: b}
	head := append(encoder(nil), d.bytes()...)
	head.string("more")
	var e encoder
	e.bytes(head)
	e = append(e, d.b...)
	if got, err := decodeStep(e); err != nil || !sameStep(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestStrokeIsSmall(t *testing.T) {
	var s mask.SliceDelta
	for row := range int32(100) { // a disc's rows, 512 voxels apart
		s.Runs = append(s.Runs, mask.Run{Offset: 512*row + row%7, Length: 20 + row%30, New: 3})
	}
	if n := len(encodeStep(mask.Step{Delta: mask.Delta{Slices: []mask.SliceDelta{s}}})); n > 3*100+60 {
		t.Errorf("100 rows take %d bytes", n)
	}
}

func FuzzStep(f *testing.F) {
	r := rand.New(rand.NewPCG(3, 3))
	for range 20 {
		f.Add(encodeStep(anyStep(r)))
	}
	size := volume.Size{9, 8, 7}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := decodeStep(b)
		if err != nil {
			if !errors.Is(err, errDamaged) {
				t.Fatal(err)
			}
			return
		}
		again, err := decodeStep(encodeStep(s))
		if err != nil || !reflect.DeepEqual(again.Delta, s.Delta) {
			t.Fatalf("%+v is written as %+v, %v", s, again, err)
		}
		if m := mask.New(size, nil); fits(s.Delta, size) {
			m.Overwrite(s.Delta)
		}
	})
}

// Records of any content, in any order, lead to a state that holds together.
func FuzzState(f *testing.F) {
	size := volume.Size{9, 8, 7}
	r := rand.New(rand.NewPCG(5, 3))
	var journal encoder
	add := func(kind uint8, payload []byte) { journal.byte(kind); journal.bytes(payload) }
	m := mask.New(size, mask.DefaultLabels())
	add(kindBegin, encodeBegin(m))
	add(kindInfo, []byte(`{"reviewer": "a", "models": [{"id": "m"}], "thresholds": [{"label": "infection", "value": 0.5}]}`))
	for n := range 6 {
		d := mask.Diff(m, scribble(r, m))
		m.Apply(d)
		tool := []string{"model", "threshold", "brush"}[n%3]
		add(kindStep, encodeStep(mask.Step{Name: anyMessage(r, 2), Tool: tool, Delta: d, Box: d.Box(size[0]), Change: d.Change()}))
	}
	add(kindMoved, encodeMoved(2, time.Now(), "reader"))
	add(kindStaged, encodeStep(mask.Step{}))
	f.Add([]byte(journal))
	f.Fuzz(func(t *testing.T, b []byte) {
		s := state{size: size, doc: document{}}
		d := decoder{b: b}
		for offset := int64(1); len(d.b) > 0; offset++ {
			if err := s.read(d.byte(), offset, d.bytes()); err != nil {
				break
			}
			if s.applied > len(s.steps) || len(s.steps) != len(s.origins) || len(s.refs()) != s.applied+1 {
				t.Fatalf("%d of %d steps, %d origins", s.applied, len(s.steps), len(s.origins))
			}
			for _, k := range s.steps {
				if !k.Step.Box.Empty() && k.Step.Box.Max[2] > size[2] {
					t.Fatalf("a step outside of the grid: %+v", k.Step.Box)
				}
			}
		}
		if err := mask.New(size, nil).SetLabels(s.labels); err != nil {
			t.Fatal(err)
		}
	})
}
