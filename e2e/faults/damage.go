package main

import (
	"fmt"
	"maps"
	"path/filepath"
	"sort"

	"opacity/app/study"
)

// damage flips and cuts each byte of a journal.
func (r *run) damage(folder string) error {
	rec, err := r.record(filepath.Join(folder, "recorded"+study.Extension), 12, 0)
	if err != nil {
		return err
	}
	lost, opened := r.lost, 0
	for n := range rec.journal {
		if n%r.every > 0 {
			continue
		}
		flipped := append([]byte(nil), rec.journal...)
		flipped[n] ^= 1 << (n % 8)
		for what, data := range map[string][]byte{"flipped": flipped, "cut": rec.journal[:n]} {
			files := maps.Clone(rec.first)
			files[journalName] = data
			// Flipped, all of it is there. Cut, the states whose records lie before the byte
			// are. In what was written when the study was made there are none: it is refused.
			from, refuse := len(rec.states)-1, int64(0)
			if what == "cut" {
				from = sort.Search(len(rec.ends), func(i int) bool { return rec.ends[i] > int64(n) }) - 1
				refuse = max(0, rec.ends[0]-int64(n))
			}
			if err := r.open(folder, fmt.Sprintf("byte %d %s", n, what), files, rec, max(0, from), refuse); err != nil {
				return err
			}
			opened++
		}
	}
	r.say("%d journals with a byte flipped or cut there, %d lost", opened, r.lost-lost)
	return r.ctx.Err()
}
