package main

import (
	"bytes"
	"strings"
	"testing"

	"opacity/app"
	"opacity/app/metrics"
	"opacity/app/pipeline"
	"opacity/app/text"
	"opacity/app/volume"
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

// What is doubtful about the input is printed with the figures, each doubt once, those
// about the sides first.
func TestOutcomeTellsTheInputsDoubts(t *testing.T) {
	gap := volume.Warning{Kind: volume.WarnGap, Message: text.M("dicom.warn.skipped_files", 1, "1-07.dcm")}
	sides := volume.Warning{Kind: volume.WarnSides, Message: text.M("nifti.warn.transforms_sides")}
	nothing := volume.Warning{Kind: volume.WarnModel, Message: text.M("inference.found_nothing", "lung")}
	var out bytes.Buffer
	c := &cli{out: &output{w: &out}, table: text.English()}
	if err := c.printOutcome(pipeline.Outcome{Case: pipeline.Case{Name: "a"}, Files: []string{"mask.nii.gz"}, Report: app.Report{
		Info:         app.SeriesInfo{Warnings: []volume.Warning{gap, sides}},
		Measurements: metrics.Measurements{Why: gap.Message},
		Warnings:     []volume.Warning{nothing},
	}}); err != nil {
		t.Fatal(err)
	}
	want := "a\n  " + gap.Message.String() + "\n  " + sides.Message.String() + "\n  " + nothing.Message.String() + "\n  mask.nii.gz\n"
	if out.String() != want {
		t.Errorf("printed\n%s, want\n%s", out.String(), want)
	}
}

// What is counted is told in the singular too.
func TestOneMapOfProbabilitiesIsTold(t *testing.T) {
	for n, want := range map[int]string{1: "There is 1 --probabilities for 2 predictions", 3: "There are 3 --probabilities for 2 predictions"} {
		if said := text.M("cmd.evaluate.bad_probabilities", n, 2).String(); !strings.HasPrefix(said, want) {
			t.Errorf("said %q", said)
		}
	}
}
