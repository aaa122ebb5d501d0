package study

import (
	"context"
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"opacity/app"
	"opacity/app/journal"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
)

// Salvaged is what was saved of a journal that was damaged before its end.
type Salvaged struct {
	Why   text.Message // what is wrong with it
	After int          // records after the damage
	// OneStep says that those cannot be told apart any more: what they led to is
	// one step.
	OneStep bool
	Kept    string // the damaged file, beside the journal
}

func (s Salvaged) message() text.Message {
	key := "study.salvaged"
	if s.OneStep {
		key = "study.salvaged_step"
	}
	return text.M(key, s.Why, filepath.Base(s.Kept))
}

// lostBegin stands for the first record where that is damaged: no record has it
// for its offset.
const lostBegin = 1

// salvage writes the journal of the study, which is damaged where it was on disk
// for sure, anew: what came before the damage as it is; what came after it as it
// is too, where that is found to go together; else what it led to as one step,
// from the checkpoint where that is later.
func (s *Study) salvage(ctx context.Context, fsys journal.FS, doc document, least int64) (Salvaged, error) {
	w := &wreck{ctx: ctx, study: s, state: state{size: s.grid.Size, doc: document{}}}
	j, found, err := journal.OpenReadOnly(fsys, s.path(journalName), func(r journal.Record) error {
		return w.state.read(r.Kind, r.Offset, r.Payload)
	})
	if err != nil {
		return Salvaged{}, s.unsound(err)
	}
	defer j.Close() // only read
	w.journal, w.end = j, j.End()
	if err := journal.Beyond(fsys, s.path(journalName), w.end, func(r journal.Record) { w.after = append(w.after, r) }); err != nil {
		return Salvaged{}, err
	}
	w.readCheckpoint()
	out := Salvaged{Why: found.Why, After: len(w.after)}
	records, err := w.begin(doc)
	if err == nil {
		err = w.addInfo(doc, least)
	}
	if err != nil {
		return Salvaged{}, err
	}
	if w.fits() {
		records = append(records, w.after...)
	} else {
		out.OneStep = true
		records = append(records, w.oneStep()...)
	}
	if err := ctx.Err(); err != nil {
		return Salvaged{}, err
	}
	_ = j.Close() // only read
	if err := writeInfo(s.path(infoName), doc, min(least, w.end+journal.Length(records))); err != nil {
		return Salvaged{}, err
	}
	out.Kept, err = journal.Rewrite(fsys, s.path(journalName), w.end, records)
	return out, err
}

// unsound is the sentence for a journal whose records are not what was written.
func (s *Study) unsound(err error) error {
	switch {
	case errors.Is(err, errNewer):
		return app.Refuse(err, "study.newer", s.folder, "")
	case errors.Is(err, errDamaged):
		return app.Refuse(err, "study.damaged", s.folder)
	}
	return err
}

// wreck is a damaged journal while it is salvaged.
type wreck struct {
	ctx     context.Context
	study   *Study
	state   state // where the records before the damage lead to
	journal *journal.Journal
	end     int64            // where the damage begins
	after   []journal.Record // the whole records behind it
	saved   *mask.Mask       // that of the checkpoint, which is later; nil without one
	at      int64            // the place of the journal that it stands for
}

func (w *wreck) readCheckpoint() {
	n, ok := w.study.readCheckpointNote()
	if !ok || n.Offset <= w.end {
		return
	}
	m := mask.New(w.state.size, nil)
	if _, err := readLayers(w.ctx, w.study.path(checkpointName), m); err == nil {
		w.saved, w.at = m, n.Offset
	}
}

// begin makes the first record anew where that is the one that was damaged: of a
// mask with nothing in it, as nearly all begin.
func (w *wreck) begin(doc document) ([]journal.Record, error) {
	if w.state.begin != 0 {
		return nil, nil
	}
	info, err := doc.info()
	labels := maskLabels(info.Labels)
	m := mask.New(w.state.size, nil)
	if err != nil || len(labels) == 0 || m.SetLabels(labels) != nil || w.saved == nil && len(w.after) == 0 {
		return nil, app.Refuse(err, "study.damaged", w.study.folder)
	}
	w.state.begin, w.state.labels = lostBegin, labels
	payload, err := encodeDocument(doc)
	return []journal.Record{{Kind: kindBegin, Payload: encodeBegin(m)}, {Kind: kindInfo, Payload: payload}}, err
}

// addInfo puts what study.json says among the records behind the damage, at the
// place of the journal that it was written at, if it was written later: some of
// that may be what is lost.
func (w *wreck) addInfo(doc document, at int64) error {
	if at <= w.end {
		return nil
	}
	payload, err := encodeDocument(doc)
	if err != nil {
		return err
	}
	info, err := doc.info()
	if err != nil {
		return err
	}
	said := []journal.Record{{Offset: at, Kind: kindInfo, Payload: payload}}
	if labels := maskLabels(info.Labels); len(labels) > 0 {
		var e encoder
		e.labels(labels)
		said = append(said, journal.Record{Offset: at, Kind: kindLabels, Payload: e})
	}
	n := slices.IndexFunc(w.after, func(r journal.Record) bool { return r.Offset >= at })
	if n < 0 {
		n = len(w.after)
	}
	w.after = slices.Insert(w.after, n, said...)
	return nil
}

// fits reports whether nothing that matters was lost: each change after the damage
// fits the mask as it was then, and the checkpoint is what they led to.
func (w *wreck) fits() bool {
	after, refs, err := w.read(false)
	if err != nil || len(w.after) == 0 {
		return false
	}
	c := cached{mask: mask.New(after.size, nil)}
	if w.saved != nil {
		if err := w.walk(&c, refs, false); err != nil || !c.mask.Equal(w.saved) {
			return false
		}
	}
	return w.walk(&c, after.refs(), false) == nil
}

// oneStep makes a step of all that the records after the damage led to, and keeps
// those that say something of the case.
func (w *wreck) oneStep() []journal.Record {
	after, refs, _ := w.read(true)
	from, to := cached{mask: mask.New(after.size, nil)}, cached{mask: w.saved, refs: refs}
	_ = w.walk(&from, w.state.refs(), true)
	if w.saved == nil {
		to = cached{mask: from.mask.Snapshot(), refs: w.state.refs()}
	}
	_ = w.walk(&to, after.refs(), true) // as far as it goes
	var records []journal.Record
	if delta := mask.Diff(from.mask, to.mask); !delta.Empty() {
		records = append(records, journal.Record{Kind: kindStep, Payload: encodeStep(recoveredMask(delta, w.state.size))})
	}
	var e encoder
	e.labels(after.labels)
	records = append(records, journal.Record{Kind: kindLabels, Payload: e})
	for _, r := range w.after {
		if r.Kind == kindInfo || r.Kind >= optional {
			records = append(records, r)
		}
	}
	return records
}

// read goes on from the damage, and returns also the changes that lead to the
// mask of the checkpoint. Lax passes over what does not go together.
func (w *wreck) read(lax bool) (after state, refs []int64, err error) {
	after = w.state
	after.steps, after.origins, after.rows = slices.Clone(after.steps), slices.Clone(after.origins), slices.Clone(after.rows)
	after.held = maps.Clone(after.held)
	for _, r := range w.after {
		if refs == nil && r.Offset >= w.at {
			refs = after.refs()
		}
		if err := after.read(r.Kind, r.Offset, r.Payload); err != nil && !lax {
			return after, nil, err
		}
	}
	if refs == nil {
		refs = after.refs()
	}
	return after, refs, nil
}

// walk brings a mask from the changes it holds to others: see Study.walk. Lax
// carries out also those that were made on another mask.
func (w *wreck) walk(c *cached, refs []int64, lax bool) error {
	return walk(c, refs, func(ref int64) (mask.Delta, error) {
		if err := w.ctx.Err(); err != nil {
			return mask.Delta{}, err
		}
		return w.delta(ref)
	}, lax)
}

func (w *wreck) delta(ref int64) (mask.Delta, error) {
	var payload []byte
	switch {
	case ref == lostBegin:
		return mask.Delta{}, nil
	case ref < w.end:
		r, err := w.journal.ReadAt(ref)
		if err != nil {
			return mask.Delta{}, err
		}
		payload = r.Payload
	default:
		for _, r := range w.after {
			if r.Offset == ref && (r.Kind == kindStep || r.Kind == kindBegin) {
				payload = r.Payload
			}
		}
	}
	delta, err := decodeDelta(payload)
	if err == nil && !fits(delta, w.state.size) {
		err = errDamaged
	}
	return delta, err
}

// recoveredMask is the step that brings a mask to what could be saved of it.
func recoveredMask(delta mask.Delta, size volume.Size) mask.Step {
	return mask.Step{
		Name: text.M("study.step.recovered_mask"), Time: time.Now(), Tool: "recovery", Hand: true,
		Box: delta.Box(size[0]), Change: delta.Change(), Delta: delta,
	}
}
