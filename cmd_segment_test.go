package main

import (
	"bytes"
	"testing"

	"opacity/app"
	"opacity/app/pipeline"
)

// A batch ends as its failures do: as a refusal where all of them are one.
func TestHowABatchEnds(t *testing.T) {
	refusal := pipeline.Failure{Name: "a", Err: app.Refuse(nil, "imageio.missing", "a")}
	failure := pipeline.Failure{Name: "b", Err: app.Fail(nil, "app.folder_not_made", "b")}
	there := pipeline.Failure{Name: "c", Err: app.Misuse("app.results_exist", "c")}
	for _, c := range []struct {
		name   string
		failed []pipeline.Failure
		done   int
		want   app.Kind
		told   int // sentences beside the last
	}{
		{"all done", nil, 2, 0, 0},
		{"one, refused", []pipeline.Failure{refusal}, 0, app.Refused, 0},
		{"one, its results there", []pipeline.Failure{there}, 0, app.Usage, 0},
		{"all refused", []pipeline.Failure{refusal, refusal}, 0, app.Refused, 2},
		{"one of two refused", []pipeline.Failure{refusal}, 1, app.Refused, 1},
		{"one refused, one failed", []pipeline.Failure{refusal, failure}, 1, app.Failed, 2},
		{"one refused, the other's results there", []pipeline.Failure{refusal, there}, 0, app.Failed, 2},
	} {
		var errs bytes.Buffer
		err := (&cli{errs: &errs}).failures(c.failed, c.done)
		kind := app.Kind(0)
		if err != nil {
			kind, _ = app.Explain(err)
		}
		if told := bytes.Count(errs.Bytes(), []byte("\n")); kind != c.want || told != c.told {
			t.Errorf("%s: kind %d and %d sentences, want %d and %d", c.name, kind, told, c.want, c.told)
		}
	}
}
