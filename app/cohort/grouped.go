package cohort

import (
	"slices"
	"strings"

	"opacity/app/text"
)

// grouped are the notes of all cases, in their order: what is the same but for the files
// is said once, of how many files it is.
func grouped(cases []Case, results []result) []text.Message {
	type group struct {
		note  string
		files [3][]string // references, predictions and maps of lobes that it is said of
	}
	var order []string
	groups := map[string]*group{}
	for n, res := range results {
		if res.err != nil {
			continue
		}
		for _, note := range res.Notes {
			like := note
			var files [3]string
			for role, path := range []string{cases[n].Reference, cases[n].Prediction, cases[n].Lobes} {
				if path != "" && strings.Contains(like, path) {
					like, files[role] = strings.ReplaceAll(like, path, standIns[role]), path
				}
			}
			g := groups[like]
			if g == nil {
				g = &group{note: note}
				groups[like], order = g, append(order, like)
			}
			for role, path := range files {
				if path != "" && !slices.Contains(g.files[role], path) {
					g.files[role] = append(g.files[role], path)
				}
			}
		}
	}
	var out []text.Message
	for _, like := range order {
		g := groups[like]
		said := g.note
		if slices.ContainsFunc(g.files[:], func(files []string) bool { return len(files) > 1 }) {
			said = like
			for role, files := range g.files {
				if len(files) == 0 {
					continue
				}
				called := files[0]
				if len(files) > 1 {
					called = text.M(manyFiles[role], len(files), files[0]).String()
				}
				said = strings.ReplaceAll(said, standIns[role], called)
			}
		}
		out = append(out, message(said))
	}
	return out
}

// standIns stand for a path in a note that is grouped.
var (
	standIns  = [3]string{"\x00r", "\x00p", "\x00l"}
	manyFiles = [3]string{"evaluate.many_references", "evaluate.many_predictions", "evaluate.many_lobes"}
)
