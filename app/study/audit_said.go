package study

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"opacity/app/mask"
	"opacity/app/text"
)

// changedKey says in a change of study.json when it was made.
const changedKey = "changed_at"

// addSaid adds the rows of a change of study.json, before it is merged: what was
// said of slices and of the case, and by whom.
func (s *state) addSaid(change document) {
	at, who := moment(change[changedKey]), word(change["reviewer"], s.doc["reviewer"])
	if s.doc["id"] == nil {
		row := newRow("created", who, moment(change["created"]))
		at, row.Program = row.Time, word(change["program"])
		s.rows = append(s.rows, row)
	} else if was := word(s.doc["reviewer"]); who != was {
		row := newRow("reader", who, at)
		row.Step = text.M("audit.reader", was).String()
		s.rows = append(s.rows, row)
	}
	s.addCase(change, at, who)
	s.addSlices(change, at, who)
	if to := word(change["moved_to"]); to != "" && to != word(s.doc["moved_to"]) {
		row := newRow("moved", who, at)
		row.Step = text.M("audit.moved", to).String()
		s.rows = append(s.rows, row)
	}
}

func (s *state) addCase(change document, at time.Time, who string) {
	state, note := word(change["state"], s.doc["state"]), word(change["note"], s.doc["note"])
	wasState, wasNote := cmp.Or(word(s.doc["state"]), "new"), word(s.doc["note"])
	begun := wasState == "new" && state == "in work" // goes by itself with the first step
	if state == "" || (state == wasState || begun) && note == wasNote {
		return
	}
	if at.IsZero() {
		at = moment(change["said_at"])
	}
	row := newRow("case", cmp.Or(word(change["said_by"]), who), at)
	row.State, row.Note = state, note
	seen, slices := s.seen(change), s.size[2]
	row.Seen, row.Slices = &seen, &slices
	s.rows = append(s.rows, row)
}

// seen is how many slices have been on screen, with a change.
func (s *state) seen(change document) (n int) {
	was, _ := s.doc["slices"].(map[string]any)
	is, _ := change["slices"].(map[string]any)
	for k := range s.size[2] {
		for _, marks := range []map[string]any{was, is} {
			mark, _ := marks[strconv.Itoa(k)].(map[string]any)
			if seen, _ := mark["seen"].(bool); seen {
				n++
				break
			}
		}
	}
	return n
}

func (s *state) addSlices(change document, at time.Time, who string) {
	said, _ := change["slices"].(map[string]any)
	before, _ := s.doc["slices"].(map[string]any)
	type marked struct {
		k   int
		row Row
	}
	var rows []marked
	for key, value := range said {
		k, err := strconv.Atoi(key)
		now, ok := value.(map[string]any)
		was, _ := before[key].(map[string]any)
		state, note := word(now["state"], was["state"]), word(now["note"], was["note"])
		if err != nil || !ok || state == word(was["state"]) && note == word(was["note"]) {
			continue
		}
		when := at
		if when.IsZero() {
			when = moment(now["time"])
		}
		row := newRow("review", cmp.Or(word(now["by"], was["by"]), who), when)
		row.FirstSlice, row.LastSlice, row.State, row.Note = k+1, k+1, state, note
		rows = append(rows, marked{k, row})
	}
	slices.SortFunc(rows, func(a, b marked) int { return cmp.Compare(a.k, b.k) })
	for _, m := range rows {
		s.rows = append(s.rows, m.row)
	}
}

// word is the first of some values of a document that is a string.
func word(values ...any) string {
	for _, v := range values {
		if s, ok := v.(string); ok {
			return s
		}
	}
	return ""
}

// moment is a time of a document; zero where it says none.
func moment(v any) time.Time {
	t, err := time.Parse(time.RFC3339Nano, word(v))
	if err != nil || t.Year() < 1970 {
		return time.Time{}
	}
	return t
}

// visit is that somebody opened the study to work on it, or closed it.
type visit struct {
	event, who, program string
	at                  time.Time
}

func (s *state) addVisit(v visit) {
	row := newRow(v.event, v.who, v.at)
	row.Program = v.program
	s.rows = append(s.rows, row)
}

func encodeVisit(v visit) []byte {
	var e encoder
	e.string(v.event)
	e.string(v.who)
	e.string(v.program)
	e.time(v.at)
	return e
}

func (d *decoder) visit() visit {
	v := visit{event: d.string(), who: d.string(), program: d.string()}
	v.at = d.time()
	return v
}

// SignIn makes what is done to the study from now on the work of a reader, and
// keeps that it was opened, with that version of Opacity; Close keeps that it was
// closed. What was said of the case stays another's.
func (s *Study) SignIn(who, program string) error {
	same := s.Info().Reviewer == who
	err := s.Update(func(i *Info) {
		if i.Reviewer != who && i.SaidBy == "" {
			i.SaidBy = i.Reviewer
		}
		i.Reviewer = who
	})
	if err != nil {
		return err
	}
	if s.lock != nil && !s.Closed() {
		s.tended.Go(func() { s.lock.sign(func() string { return s.Info().Reviewer }) })
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.program = program
	made := s.made
	if s.made = false; made && same { // it was created just now
		return nil
	}
	return s.visited("opened")
}

// sign names who made a step, where its maker did not.
func (s *Study) sign(step *mask.Step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if step.Who == "" {
		step.Who = s.info.Reviewer
	}
}

// signOut keeps that the study was closed, where it was signed in to.
func (s *Study) signOut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.program != "" {
		_ = s.visited("closed") // what cannot be kept is told where the journal is closed
	}
}

// visited keeps an event; mu is held.
func (s *Study) visited(event string) error {
	v := visit{event, s.info.Reviewer, s.program, time.Now()}
	if _, err := s.append(kindVisit, encodeVisit(v)); err != nil {
		return err
	}
	s.addVisit(v)
	return nil
}

// BegunBy is who made the study, "" where it does not say.
func (s *Study) BegunBy() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.rows) > 0 {
		return s.rows[0].Who
	}
	return ""
}
