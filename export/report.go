// Package export writes results: masks, pictures, and reports as JSON, CSV and
// charts. What a report says is fixed by the contract in README.md ("Files").
package export

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"time"

	"opacity/app"
	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/text"
	"opacity/app/volume"
)

// Warning is a doubt as reports and `opacity info --json` write it.
type Warning struct {
	Kind    volume.WarningKind `json:"kind"`
	Message text.Message       `json:"message"`
}

// Warnings puts doubts in the form that is written; never nil.
func Warnings(ws []volume.Warning) []Warning {
	out := make([]Warning, len(ws))
	for n, w := range ws {
		out[n] = Warning{Kind: w.Kind, Message: w.Message}
	}
	return out
}

// report is report.json. Numbers that may not be stated are null.
type report struct {
	Opacity     string       `json:"opacity"`
	IntendedUse text.Message `json:"intended_use"`
	Input       input        `json:"input"`
	Model       *model       `json:"model"`
	Device      *app.Device  `json:"device"`
	TimingsMS   timings      `json:"timings_ms"`
	Labels      []label      `json:"labels"`
	Involvement involvement  `json:"involvement_percent"`
	Made        []made       `json:"made"`
	Warnings    []Warning    `json:"warnings"`
}

type input struct {
	Name        string      `json:"name"`
	SHA256      string      `json:"sha256"`
	SeriesUID   string      `json:"series_uid"`
	Size        volume.Size `json:"size"`
	SpacingMM   [3]*float64 `json:"spacing_mm"`
	Orientation string      `json:"orientation"`
	Unit        volume.Unit `json:"unit"`
	Warnings    []Warning   `json:"warnings"`
	// Why gives the reason for each number of SpacingMM that is null, by
	// "spacing_mm[AXIS]".
	Why map[string]text.Message `json:"why,omitempty"`
}

type model struct {
	ID      string `json:"id"`
	Version string `json:"version"`
	SHA256  string `json:"sha256"`
	Source  string `json:"source"`
	Licence string `json:"licence"`
}

type label struct {
	Value    uint8     `json:"value"`
	Name     string    `json:"name"`
	Side     mask.Side `json:"side"`
	Voxels   int       `json:"voxels"`
	VolumeML *float64  `json:"volume_ml"`
	MeanHU   *float64  `json:"mean_hu"`
	SDHU     *float64  `json:"sd_hu"`
	// Why gives, per field that is null, the reason.
	Why map[string]text.Message `json:"why,omitempty"`
}

// made is how a label came to be: its Changed and ByHand are null where there is
// nothing to compare with, and millilitres where those of the label are.
type made struct {
	Value          uint8      `json:"value"`
	Name           string     `json:"name"`
	Source         app.Source `json:"source"`
	Threshold      *float64   `json:"threshold"`
	ModelThreshold *float64   `json:"model_threshold"`
	Changed        *change    `json:"changed"`
	ByHand         *change    `json:"by_hand"`
}

type change struct {
	AddedVoxels   int      `json:"added_voxels"`
	RemovedVoxels int      `json:"removed_voxels"`
	AddedML       *float64 `json:"added_ml"`
	RemovedML     *float64 `json:"removed_ml"`
}

type involvement struct {
	Left  *float64 `json:"left"`
	Right *float64 `json:"right"`
	Total *float64 `json:"total"`
	// Why gives the reason for each that is null.
	Why map[string]text.Message `json:"why,omitempty"`
}

// timings are milliseconds, in the order in which the time went by; null where
// nobody measured: in the window, loading and saving are no part of a run.
type timings struct {
	Load        *float64 `json:"load"`
	Preprocess  *float64 `json:"preprocess"`
	Infer       *float64 `json:"infer"`
	Postprocess *float64 `json:"postprocess"`
	Save        *float64 `json:"save"`
	Total       *float64 `json:"total"`
}

// IntendedUse is the line that goes with every result.
func IntendedUse() text.Message { return text.M("export.intended_use") }

// WriteJSON writes report.json: one JSON value, indented.
func WriteJSON(w io.Writer, r app.Report) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(build(r))
}

func build(r app.Report) report {
	m := r.Measurements
	out := report{
		Opacity:     r.Version,
		IntendedUse: IntendedUse(),
		Input:       inputOf(r),
		Device:      r.Device,
		TimingsMS:   timingsOf(r.Timings),
		Labels:      make([]label, len(m.Labels)),
		Involvement: involvementIn(m),
		Made:        make([]made, len(r.Made)),
		Warnings:    Warnings(r.Warnings),
	}
	if r.Model != nil {
		out.Model = &model{r.Model.ID, r.Model.Version, r.Model.SHA256, r.Model.Source, r.Model.Licence}
	}
	for n, s := range m.Labels {
		out.Labels[n] = label{
			Value: s.Label.Value, Name: s.Label.Name, Side: s.Side, Voxels: s.Voxels,
			VolumeML: rounded(s.VolumeML, 3), MeanHU: rounded(s.MeanHU, 2), SDHU: rounded(s.SDHU, 2),
			Why: whyNot(s, m),
		}
	}
	for n, l := range r.Made {
		out.Made[n] = madeOf(l, m)
	}
	return out
}

func madeOf(l app.Made, m metrics.Measurements) made {
	return made{
		Value: l.Label.Value, Name: l.Label.Name, Source: l.Source,
		Threshold: rounded(l.Threshold, 4), ModelThreshold: rounded(l.ModelThreshold, 4),
		Changed: changeOf(l.Changed, m), ByHand: changeOf(l.ByHand, m),
	}
}

func changeOf(c *app.Change, m metrics.Measurements) *change {
	if c == nil {
		return nil
	}
	out := change{AddedVoxels: c.Added, RemovedVoxels: c.Removed}
	if m.VoxelML != nil {
		added, removed := float64(c.Added)**m.VoxelML, float64(c.Removed)**m.VoxelML
		out.AddedML, out.RemovedML = rounded(&added, 3), rounded(&removed, 3)
	}
	return &out
}

func inputOf(r app.Report) input {
	in := input{
		Name:        cmp.Or(r.Info.Case, filepath.Base(r.Info.Path)),
		SHA256:      r.SHA256,
		SeriesUID:   r.Info.Identity.SeriesUID,
		Size:        r.Info.Size,
		Orientation: r.Info.Orientation,
		Unit:        r.Unit,
		Warnings:    Warnings(r.Info.Warnings),
		Why:         map[string]text.Message{},
	}
	withheld := -1
	if !r.Measurements.Why.IsZero() {
		withheld = volume.StackAxis(r.Info.Orientation)
	}
	for c, mm := range r.Info.SpacingMM {
		if mm > 0 && c != withheld {
			in.SpacingMM[c] = rounded(&mm, 7)
			continue
		}
		reason := text.M("export.no_spacing")
		if c == withheld {
			reason = r.Measurements.Why
		}
		in.Why[fmt.Sprintf("spacing_mm[%d]", c)] = reason
	}
	return in
}

// involvementIn gives the shares, and a reason for each that there is not.
func involvementIn(m metrics.Measurements) involvement {
	out := involvement{
		rounded(m.InvolvementLeft, 3), rounded(m.InvolvementRight, 3), rounded(m.InvolvementTotal, 3),
		map[string]text.Message{},
	}
	for name, share := range map[string]*float64{"left": out.Left, "right": out.Right, "total": out.Total} {
		if share == nil {
			out.Why[name] = whyNoShare(m)
		}
	}
	return out
}

// whyNoShare says why there is no share of a lung.
func whyNoShare(m metrics.Measurements) text.Message {
	if !m.WhyInvolvement.IsZero() {
		return m.WhyInvolvement
	}
	return text.M("export.no_lung")
}

// whyNot gives the reason for each number that is withheld.
func whyNot(s metrics.LabelStats, m metrics.Measurements) map[string]text.Message {
	why := map[string]text.Message{}
	if !s.Why.IsZero() {
		for _, name := range []string{"volume_ml", "mean_hu", "sd_hu"} {
			why[name] = s.Why
		}
		return why
	}
	if s.VolumeML == nil {
		why["volume_ml"] = m.Why
	}
	if s.MeanHU == nil {
		reason := m.WhyHU
		if reason.IsZero() {
			reason = text.M("metrics.no_voxels")
		}
		why["mean_hu"], why["sd_hu"] = reason, reason
	}
	return why
}

func timingsOf(t app.Timings) timings {
	ms := func(d time.Duration) *float64 {
		if d == 0 {
			return nil
		}
		x := float64(d) / float64(time.Millisecond)
		return rounded(&x, 1)
	}
	return timings{ms(t.Load), ms(t.Preprocess), ms(t.Infer), ms(t.Postprocess), ms(t.Save), ms(t.Total)}
}

// rounded cuts digits that carry nothing; a number JSON cannot hold is nil.
func rounded(x *float64, digits int) *float64 {
	if x == nil || math.IsNaN(*x) || math.IsInf(*x, 0) {
		return nil
	}
	p := math.Pow10(digits)
	y := math.Round(*x*p) / p
	return &y
}
