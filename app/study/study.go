// Package study keeps the work on one case in a folder, NAME.opacity, so that it
// outlives the program, a kill and a loss of power:
//
//	study.json         what the case is and what was thought of it (Info)
//	journal            every step, undo and redo, in order; the truth of all else
//	checkpoint.nii.gz  the layers of the mask at one place of the journal; a cache
//	model/             what models proposed
//	audit.csv          who did what when; derived
//	lock               who has it open for editing
//
// A Study is the mask.Archive of its history: steps are handed to the journal,
// which writes and flushes them on its own goroutine, and those that do not fit
// into memory are read back from it. Files but the journal are written beside
// their place and renamed, so that the folder opens at any instant.
package study

import (
	"context"
	"hash/crc32"
	"path/filepath"
	"sort"
	"sync"
	"time"

	"opacity/app"
	"opacity/app/journal"
	"opacity/app/mask"
	"opacity/app/volume"
)

// Extension ends the name of a study's folder.
const Extension = ".opacity"

// The files of a study.
const (
	infoName       = "study.json"
	journalName    = "journal"
	checkpointName = "checkpoint.nii.gz"
	modelName      = "model"
	auditName      = "audit.csv"
	lockName       = "lock"
)

// Study is an open study. Mask and History belong to the goroutine that edits;
// the other methods may be called from any.
type Study struct {
	folder  string
	id      string
	grid    volume.Geometry
	lock    *lock // nil where it is open for reading only
	why     error // that it is
	holder  Owner // who keeps it from being edited
	journal *journal.Journal
	mask    *mask.Mask
	history *mask.History

	mu      sync.Mutex
	state           // what the journal leads to
	sum     uint32  // of all its records: see summed
	stale   bool    // study.json says less than state
	closed  bool    // by Close
	made    bool    // by Create, and nobody has signed in since
	program string  // version that SignIn named; "" where nobody signed in
	ahead   bool    // while it is opened: the checkpoint is of more than the journal holds
	cache   *cached // the last checkpoint; used under saving alone

	saving     sync.Mutex // held while files but the journal are written
	wake, quit chan struct{}
	tended     sync.WaitGroup
}

// Folder is where the study is.
func (s *Study) Folder() string { return s.folder }

// Mask is the mask as the study was left, or as it was created.
func (s *Study) Mask() *mask.Mask { return s.mask }

// History is the history of Mask, with this study as its archive.
func (s *Study) History() *mask.History { return s.history }

// ReadOnly says why the study cannot be edited, in a sentence for the user; nil
// where it can.
func (s *Study) ReadOnly() error { return s.why }

// Holder is who has it open for editing, where that is why it cannot be here.
func (s *Study) Holder() (o Owner, held bool) { return s.holder, s.holder != Owner{} }

// Info is what the study says of itself. Its maps and lists are the caller's.
func (s *Study) Info() Info {
	s.mu.Lock()
	defer s.mu.Unlock()
	info, err := s.doc.info()
	if err != nil {
		return s.info // not to be met: it was read before
	}
	info.Labels = labelsOf(s.labels)
	return info
}

// Update changes what the study says of itself; it is on disk as soon as a step
// would be. Sources, grid and labels stay as they are, and entries of Slices can
// be changed, not taken away.
func (s *Study) Update(change func(*Info)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, err := s.doc.info()
	if err != nil {
		return err
	}
	fixed, err := s.doc.info() // shares nothing with what change is given
	if err != nil {
		return err
	}
	change(&now)
	now.ID, now.Sources, now.Grid, now.Labels = fixed.ID, fixed.Sources, fixed.Grid, fixed.Labels
	return s.put(now)
}

// put brings the document to what info says; mu is held.
func (s *Study) put(info Info) error {
	doc, err := toDocument(info)
	if err != nil {
		return err
	}
	c := changes(s.doc, doc)
	if len(c) == 0 {
		return nil
	}
	c[changedKey] = time.Now().UTC().Format(time.RFC3339Nano)
	payload, err := encodeDocument(c)
	if err != nil {
		return err
	}
	if _, err := s.append(kindInfo, payload); err != nil {
		return err
	}
	s.stale = true
	return s.change(c)
}

// append adds a record to the journal; mu is held.
func (s *Study) append(kind uint8, payload []byte) (offset int64, err error) {
	if s.why != nil {
		return 0, s.why
	}
	offset, err = s.journal.Append(kind, payload)
	if err != nil {
		return 0, err
	}
	s.sum = summed(s.sum, kind, payload)
	select {
	case s.wake <- struct{}{}:
	default:
	}
	return offset, nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// summed adds a record to the checksum of those before it, by which a checkpoint
// knows the journal it was made from.
func summed(sum uint32, kind uint8, payload []byte) uint32 {
	return crc32.Update(crc32.Update(sum, castagnoli, []byte{kind}), castagnoli, payload)
}

// Keep implements mask.Archive. It does not wait for the disk.
func (s *Study) Keep(step mask.Step) (ref int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if step.Who == "" {
		step.Who = s.info.Reviewer
	}
	ref, err = s.append(kindStep, encodeStep(step))
	if err == nil {
		s.step(ref, step)
	}
	return ref, err
}

// Moved implements mask.Archive.
func (s *Study) Moved(applied int) error {
	at := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if applied < 0 || applied > len(s.steps) {
		return mask.ErrNoStep
	}
	who := s.info.Reviewer
	_, err := s.append(kindMoved, encodeMoved(applied, at, who))
	if err == nil {
		s.move(applied, at, who)
	}
	return err
}

// Delta implements mask.Archive.
func (s *Study) Delta(ref int64) (mask.Delta, error) {
	if ref == lostBegin {
		return mask.Delta{}, nil
	}
	r, err := s.journal.ReadAt(ref)
	if err != nil {
		return mask.Delta{}, err
	}
	delta, err := decodeDelta(r.Payload)
	if err == nil && (r.Kind != kindStep && r.Kind != kindBegin || !fits(delta, s.size)) {
		err = errDamaged
	}
	if err != nil {
		return mask.Delta{}, app.Refuse(err, "study.damaged", s.folder)
	}
	return delta, nil
}

// Stage keeps a stroke that is under way: step is what it would be if it ended
// now, its Delta all that it changed so far, in place of what was staged before.
// The whole of it is written each time: a few times a second are enough. Where the program ends before the step is kept, Open makes a step of it.
func (s *Study) Stage(step mask.Step) error {
	if step.Time.IsZero() {
		step.Time = time.Now()
	}
	payload := encodeStep(step)
	s.mu.Lock()
	defer s.mu.Unlock()
	ref, err := s.append(kindStaged, payload)
	if err == nil {
		s.staged = ref
	}
	return err
}

// Unstage says that the stroke under way was given up.
func (s *Study) Unstage() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.staged == 0 {
		return nil
	}
	_, err := s.append(kindUnstaged, nil)
	if err == nil {
		s.staged = 0
	}
	return err
}

// SetLabels keeps the list of labels where it was changed outside of any step:
// what is seen and what is locked.
func (s *Study) SetLabels(labels []mask.Label) error {
	var e encoder
	e.labels(labels)
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.append(kindLabels, e)
	if err == nil {
		s.labels, s.stale = append([]mask.Label(nil), labels...), true
	}
	return err
}

// Durable is how many steps of the history, from its first, are surely on disk.
func (s *Study) Durable() int {
	acked := s.journal.Acknowledged()
	s.mu.Lock()
	defer s.mu.Unlock()
	return sort.Search(len(s.steps), func(n int) bool { return s.steps[n].Ref >= acked })
}

// Sync returns when all that was handed over before is on disk, or with the
// reason why it is not. Nothing is lost by that: it is tried again by itself.
func (s *Study) Sync(ctx context.Context) error {
	if s.why != nil {
		return nil
	}
	return s.journal.Sync(ctx)
}

// Failed says why the last changes are not on disk, in a sentence for the user;
// nil while all is well.
func (s *Study) Failed() error { return s.journal.Failed() }

// Notify makes f be called with that error when writing begins to fail, and with
// nil when it works again and all is on disk. f is called on another goroutine,
// and must not wait for the study.
func (s *Study) Notify(f func(error)) { s.journal.Notify(f) }

func (s *Study) path(name string) string { return filepath.Join(s.folder, name) }
