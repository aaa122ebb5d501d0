package study

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"time"

	"opacity/app"
	"opacity/app/journal"
	"opacity/app/mask"
	"opacity/app/safefile"
	"opacity/app/text"
	"opacity/app/volume"
)

// Recovered is what was wrong with a study that was opened all the same.
type Recovered struct {
	// Stroke is the stroke that was under way when the program ended; it is the
	// last step of the history now. Zero where there was none.
	Stroke text.Message
	// Mask says that the journal was damaged, and that the mask was taken from the
	// checkpoint, which was ahead of what is left: as the last step of the history.
	Mask bool
	// Journal is what was found in the journal, and cut off where the study is
	// open for editing.
	Journal journal.Recovery
	// Salvaged is what was saved of a journal damaged before its end; nil where it
	// was not.
	Salvaged *Salvaged
	// Info says that study.json was damaged and made anew from the journal.
	Info bool
	// Short is how many bytes the journal lacks of those it had when study.json
	// was last written; 0 where none.
	Short int64
	// Lost says that there is no journal: what there is is the mask of the checkpoint,
	// without its history.
	Lost bool
}

// Messages says it to the user; empty where all was well.
func (r Recovered) Messages() []text.Message {
	var list []text.Message
	if r.Info {
		list = append(list, text.M("study.recovered_info"))
	}
	if r.Salvaged != nil {
		list = append(list, r.Salvaged.message())
	}
	if r.Journal.Mended > 0 {
		list = append(list, text.M("study.recovered_mended", r.Journal.Mended))
	}
	switch {
	case r.Journal.Kept != "":
		list = append(list, text.M("study.recovered_beyond", r.Journal.Beyond, r.Journal.Why, filepath.Base(r.Journal.Kept)))
	case r.Journal.Beyond > 0:
		list = append(list, text.M("study.recovered_unread", r.Journal.Beyond, r.Journal.Why))
	case !r.Journal.Why.IsZero():
		list = append(list, text.M("study.recovered_cut", r.Journal.Why))
	}
	if r.Lost {
		return append(list, text.M("study.recovered_lost"))
	}
	if r.Short > 0 {
		list = append(list, text.M("study.recovered_short", r.Short))
	}
	if r.Mask {
		list = append(list, text.M("study.recovered_mask"))
	}
	if !r.Stroke.IsZero() {
		list = append(list, text.M("study.recovered_stroke", r.Stroke))
	}
	return list
}

// Open opens a study for editing, with its mask and history as they were left,
// undo and redo included. Where somebody else has it, or the folder cannot be
// written to, it is open for reading only and ReadOnly says why. A folder that is
// no study, is damaged, copied in part or of a newer version is refused, and
// nothing is written to it. Errors are *app.Error or a context's.
func Open(ctx context.Context, folder string) (*Study, Recovered, error) {
	return open(ctx, journal.Disk{}, folder, true)
}

// OpenReadOnly opens a study to look at, also while somebody edits it, and also
// one that was copied in part as far as it goes: without its journal the mask of
// its checkpoint. Nothing is written to it; steps
// made in its history stay in memory.
func OpenReadOnly(ctx context.Context, folder string) (*Study, Recovered, error) {
	return open(ctx, journal.Disk{}, folder, false)
}

func open(ctx context.Context, fsys journal.FS, folder string, edit bool) (_ *Study, r Recovered, err error) {
	s := &Study{folder: folder, wake: make(chan struct{}, 1), quit: make(chan struct{})}
	doc, least, rebuilt, err := readAnyInfo(fsys, folder)
	if err != nil {
		return nil, r, err
	}
	known, err := doc.info()
	if err != nil {
		return nil, r, app.Refuse(err, "study.json_damaged", s.path(infoName))
	}
	s.id, s.grid = known.ID, known.Grid.Geometry()
	if !usable(s.grid) {
		return nil, r, app.Refuse(nil, "study.json_damaged", s.path(infoName))
	}
	if r.Short, err = s.checkLength(fsys, least); errors.Is(err, fs.ErrNotExist) && !edit && s.hasCheckpoint() {
		fsys, r.Lost, err = journal.Lost{FS: fsys}, true, nil
	}
	if err != nil {
		return nil, r, err
	}
	if r.Short > 0 && edit {
		return nil, r, app.Refuse(nil, "study.half_copied", folder)
	}
	if edit {
		err = s.takeLock()
	} else {
		s.why = app.Fail(nil, "study.looking", folder)
	}
	if err != nil {
		return nil, r, err
	}
	defer func() {
		if err != nil {
			s.letGo()
		}
	}()
	if r.Journal, err = s.replay(ctx, fsys, doc, least); errors.Is(err, journal.ErrDamaged) {
		saved, e := s.salvage(ctx, fsys, doc, least)
		if e != nil {
			return nil, r, e
		}
		r.Salvaged = &saved
		r.Journal, err = s.replay(ctx, fsys, doc, 0)
	}
	if err != nil {
		return nil, r, err
	}
	doc.merge(s.doc) // the journal is newer, or says the same
	s.doc = doc
	if err := s.reread(nil); err != nil || len(s.info.Sources) == 0 {
		return nil, r, app.Refuse(err, "study.damaged", folder)
	}
	if err := s.resume(ctx); err != nil {
		return nil, r, err
	}
	if r.Info = rebuilt != nil; r.Info && s.lock != nil {
		if err := s.rewriteInfo(ctx); err != nil {
			return nil, r, err
		}
	}
	r.Mask = s.recoverMask(ctx)
	r.Stroke = s.recoverStroke()
	if s.lock != nil {
		s.tended.Go(s.tend)
	}
	return s, r, nil
}

// checkLength refuses a study without a journal, and says how many bytes it lacks.
func (s *Study) checkLength(fsys journal.FS, least int64) (short int64, err error) {
	path := s.path(journalName)
	f, err := fsys.OpenRead(path)
	if errors.Is(err, fs.ErrNotExist) {
		if !s.hasCheckpoint() {
			return 0, app.Refuse(err, "study.no_journal", s.folder)
		}
		return 0, app.Refuse(err, "study.half_copied", s.folder)
	}
	if err != nil {
		return 0, app.Fail(err, "study.unread", path, safefile.Reason(err))
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil {
		return 0, app.Fail(err, "study.unread", path, safefile.Reason(err))
	}
	return max(0, least-size), nil
}

// takeLock opens the study for reading only where it cannot be had.
func (s *Study) takeLock() error {
	l, holder, err := takeLock(s.path(lockName))
	switch {
	case err == nil:
		s.lock = l
	case errors.Is(err, errHeld) && holder == Owner{}:
		s.why = app.Fail(err, "study.locked_unknown", s.folder)
	case errors.Is(err, errHeld):
		s.holder = holder
		s.why = app.Fail(err, "study.locked", s.folder, holder.Who(), holder.Since.Local().Format(time.DateTime))
	default:
		s.why = app.Fail(err, "study.no_lock", s.folder, safefile.Reason(err))
	}
	return nil
}

// letGo closes what an Open that failed had opened.
func (s *Study) letGo() {
	if s.journal != nil {
		_ = s.journal.Close() // nothing was handed to it
	}
	if s.lock != nil {
		s.lock.release(s.path(lockName))
	}
}

// replay reads the journal, which was on disk for sure for some bytes at least, and
// finds the checkpoint that fits it. Damage in that part is a journal.ErrDamaged
// where the study is open for editing.
func (s *Study) replay(ctx context.Context, fsys journal.FS, doc document, sure int64) (found journal.Recovery, err error) {
	s.state, s.sum, s.cache = state{size: s.grid.Size, doc: document{}}, 0, nil
	note, ok := s.readCheckpointNote()
	if ok {
		sure = max(sure, note.Offset)
	}
	visit := func(r journal.Record) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if ok && r.Offset == note.Offset {
			s.foundCheckpoint(note)
		}
		s.sum = summed(s.sum, r.Kind, r.Payload)
		return s.read(r.Kind, r.Offset, r.Payload)
	}
	if s.why == nil {
		s.journal, found, err = journal.OpenSure(fsys, s.path(journalName), max(sure, leastJournal), visit)
	} else {
		s.journal, found, err = journal.OpenReadOnly(fsys, s.path(journalName), visit)
	}
	if err != nil {
		return found, s.unsound(err)
	}
	if s.begin == 0 { // to be looked at without it
		info, _ := doc.info() // was read before
		labels := maskLabels(info.Labels)
		if s.why == nil || len(labels) == 0 || !ok || note.Offset <= s.journal.End() {
			return found, app.Refuse(nil, "study.damaged", s.folder)
		}
		s.begin, s.labels = lostBegin, labels
	}
	if ok && s.journal.End() == note.Offset {
		s.foundCheckpoint(note)
	}
	s.ahead = ok && (!found.Why.IsZero() || s.begin == lostBegin) && note.Offset > s.journal.End()
	return found, nil
}

// leastJournal is less than the header and the first record take, which are on
// disk before there is a study.
const leastJournal = 32

// resume makes mask and history.
func (s *Study) resume(ctx context.Context) error {
	s.readCheckpoint(ctx)
	if err := s.walk(ctx, s.cache, s.refs()); err != nil {
		return err
	}
	s.mask = s.cache.mask.Snapshot()
	if err := s.mask.SetLabels(s.labels); err != nil {
		return app.Refuse(err, "study.damaged", s.folder)
	}
	var err error
	if s.history, err = mask.Resume(s.mask, append([]mask.Kept(nil), s.steps...), s.applied, s); err != nil {
		return err
	}
	s.history.Sign = s.sign
	return nil
}

// recoverStroke makes a step of a stroke that no step followed, and returns its
// name: zero where there is none, or where it changed nothing.
func (s *Study) recoverStroke() text.Message {
	if s.staged == 0 {
		return text.Message{}
	}
	r, err := s.journal.ReadAt(s.staged)
	s.staged = 0
	if err != nil {
		return text.Message{}
	}
	step, err := decodeStep(r.Payload)
	if err != nil || r.Kind != kindStaged || !fits(step.Delta, s.size) {
		return text.Message{}
	}
	whole := s.mask.Snapshot()
	whole.Overwrite(step.Delta)
	step.Delta, step.Labels = mask.Diff(s.mask, whole), nil
	if step.Delta.Empty() {
		return text.Message{}
	}
	name := step.Name
	step.Name = text.M("study.step.recovered", name)
	s.history.Commit(step)
	return name
}

// recoverMask makes a step of what the checkpoint has and a damaged journal has
// lost; it reports whether there was anything.
func (s *Study) recoverMask(ctx context.Context) bool {
	if !s.ahead {
		return false
	}
	m := mask.New(s.size, nil)
	if _, err := readLayers(ctx, s.path(checkpointName), m); err != nil {
		return false
	}
	s.staged = 0 // the checkpoint is later
	_, made := s.history.Commit(mask.Step{Name: text.M("study.step.recovered_mask"), Tool: "recovery", Hand: true, Delta: mask.Diff(s.mask, m)})
	return made
}

// Fits refuses a grid that is not the one the mask was drawn on.
func (s *Study) Fits(g volume.Geometry) error {
	if s.grid.Size != g.Size {
		return app.Refuse(nil, "study.other_size", s.folder, s.grid.Size.String(), g.Size.String())
	}
	if !s.grid.LiesOn(g) {
		return app.Refuse(nil, "study.other_grid", s.folder)
	}
	return nil
}
