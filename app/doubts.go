package app

import (
	"opacity/app/mask"
	"opacity/app/volume"
)

// MaskDoubts turns what was guessed about a mask file into warnings that stay
// with the mask it was opened as. used is the mapping it was opened by: a guess
// that the user changed is an answer, and no doubt any more.
func MaskDoubts(guess, used mask.Mapping) []volume.Warning {
	kept, changed := map[int]bool{}, false
	for n, a := range guess.Assignments {
		u := used.Assignments[n]
		kept[a.File] = u.Label == a.Label && u.BothLungs == a.BothLungs
		changed = changed || !kept[a.File]
	}
	var doubts []volume.Warning
	for _, d := range guess.Doubts {
		stands := len(d.Args) > 0 && d.Key != "mask.doubt.names_left_out" || !changed
		for _, arg := range d.Args {
			if number, ok := arg.(int); ok {
				stands = stands && kept[number]
			}
		}
		if !stands {
			continue
		}
		kind := volume.WarnMask
		if d.Key == "mask.doubt.sides_swapped" || d.Key == "mask.doubt.names_across" {
			kind = volume.WarnSides
		}
		doubts = append(doubts, volume.Warning{Kind: kind, Message: d})
	}
	return doubts
}
