// Package cohort compares predictions with references case by case, and sums the cases
// up: what `evaluate` does, without a command line.
//
// A case that cannot be compared never stops the others; it is listed with a sentence.
// Memory is that of the cases in work, however many there are: of a finished one only
// its numbers are kept.
package cohort

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"

	"opacity/app"
	"opacity/app/text"
)

// Case is one prediction to compare with its reference.
type Case struct {
	Name  string
	Model string // which of several predictions of the case; empty where there is one
	Fold  string // of a cross-validation; empty for none

	Reference, Prediction string // label maps
	Probability           string // a map of probabilities, or a folder of prob_LABEL files; empty for none
	ROI                   string // a mask of what counts; empty for the whole grid
	Image                 string // the CT, to find the body in; empty for none
	Lobes                 string // a map of the five lobes, 1 to 5; empty for none
}

// Failure is a case that could not be compared.
type Failure struct {
	Case, Model string
	Err         error // has the sentence
}

// Sources are files, or folders whose files are matched by case name.
type Sources struct {
	Reference     string
	Predictions   []string // one a model
	Probabilities []string // as many, or none
	ROI           string   // one file for all cases, or a folder; empty for none
	Image         string   // a file, or a folder; empty for none
	Lobes         string   // a file, or a folder; empty for none
}

// Find matches the sources. A case name is a file's name without its extension, or that
// of a folder with mask.nii.gz in it, as this program writes them; endings such as _seg
// are not guessed. A reference with no prediction, or with two, is a failure; a
// prediction that has no reference is noted.
func Find(s Sources) (cases []Case, failed []Failure, notes []text.Message, err error) {
	folder, err := isFolder(s.Reference)
	if err != nil {
		return nil, nil, nil, err
	}
	models := modelNames(s.Predictions)
	for n, p := range s.Predictions {
		other, err := isFolder(p)
		if err != nil {
			return nil, nil, nil, err
		}
		if other != folder {
			return nil, nil, nil, app.Misuse("evaluate.file_and_folder", s.Reference, p)
		}
		probabilities := ""
		if len(s.Probabilities) > 0 {
			probabilities = s.Probabilities[n]
		}
		if !folder {
			cases = append(cases, Case{Name: caseName(s.Reference), Model: models[n], Reference: s.Reference, Prediction: p, Probability: probabilities, ROI: s.ROI, Image: s.Image, Lobes: s.Lobes})
			continue
		}
		c, f, more, err := match(s, p, probabilities, models[n])
		if err != nil {
			return nil, nil, nil, err
		}
		cases, failed, notes = append(cases, c...), append(failed, f...), append(notes, more...)
	}
	if len(cases) == 0 && len(failed) == 0 {
		return nil, nil, nil, app.Refuse(nil, "evaluate.no_masks", s.Reference)
	}
	return cases, failed, notes, nil
}

// modelNames names each prediction after its file or folder, or after its path where
// two share that; one alone needs no name.
func modelNames(paths []string) []string {
	names := make([]string, len(paths))
	if len(paths) < 2 {
		return names
	}
	count := map[string]int{}
	for n, p := range paths {
		if abs, err := filepath.Abs(p); err == nil {
			names[n] = caseName(abs)
		} else {
			names[n] = caseName(p)
		}
		count[names[n]]++
	}
	for n, p := range paths {
		if count[names[n]] > 1 {
			names[n] = filepath.ToSlash(filepath.Clean(p))
		}
	}
	return names
}

// match pairs two folders.
func match(s Sources, prediction, probabilities, model string) (cases []Case, failed []Failure, notes []text.Message, err error) {
	references, err := masksIn(s.Reference)
	if err != nil {
		return nil, nil, nil, err
	}
	predictions, err := masksIn(prediction)
	if err != nil {
		return nil, nil, nil, err
	}
	if err := strangers(s.Reference, references, prediction, predictions); err != nil {
		return nil, nil, nil, err
	}
	maps, err := beside(probabilities, probabilitiesIn)
	if err != nil {
		return nil, nil, nil, err
	}
	regions, err := beside(s.ROI, masksIn)
	if err != nil {
		return nil, nil, nil, err
	}
	images, err := beside(s.Image, imagesIn)
	if err != nil {
		return nil, nil, nil, err
	}
	lobes, err := beside(s.Lobes, masksIn)
	if err != nil {
		return nil, nil, nil, err
	}
	for _, name := range sortedNames(references) {
		c := Case{Name: name, Model: model}
		fail := func(err error) { failed = append(failed, Failure{name, model, err}) }
		var err error
		if c.Reference, err = only(name, references[name], s.Reference); err != nil {
			fail(err)
			continue
		}
		if c.Prediction, err = only(name, predictions[name], prediction); err != nil {
			fail(err)
			continue
		}
		if c.Probability, err = maps.of(name); err != nil {
			fail(err)
			continue
		}
		if c.ROI, err = regions.of(name); err != nil {
			fail(err)
			continue
		}
		if c.Image, err = images.of(name); err != nil {
			fail(err)
			continue
		}
		if c.Lobes, err = lobes.of(name); err != nil {
			fail(err)
			continue
		}
		cases = append(cases, c)
	}
	return cases, failed, unpaired(s.Reference, references, predictions), nil
}

// unpaired notes the predictions that have no reference: many of them in one sentence.
func unpaired(folder string, references, predictions map[string][]string) (notes []text.Message) {
	var paths []string
	for _, name := range sortedNames(predictions) {
		if len(references[name]) == 0 {
			paths = append(paths, predictions[name][0])
			notes = append(notes, text.M("evaluate.no_reference", predictions[name][0], folder))
		}
	}
	if len(paths) > 2 {
		notes = []text.Message{text.M("evaluate.many_unpaired", len(paths), folder, strings.Join(paths, ", "))}
	}
	return notes
}

// strangers refuses two folders that have no case in common: one sentence for all of them.
func strangers(reference string, references map[string][]string, prediction string, predictions map[string][]string) error {
	switch theirs, ours := sortedNames(references), sortedNames(predictions); {
	case len(theirs) == 0:
		return nil // told of all folders together
	case len(ours) == 0:
		return app.Refuse(nil, "evaluate.no_masks", prediction)
	case !slices.ContainsFunc(theirs, func(name string) bool { return len(predictions[name]) > 0 }):
		return app.Refuse(nil, "evaluate.strangers", reference, prediction, theirs[0], ours[0])
	}
	return nil
}

func sortedNames(m map[string][]string) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Compare(a, b) })
	return names
}

// only is the one file of a case in a folder.
func only(name string, paths []string, folder string) (string, error) {
	switch len(paths) {
	case 0:
		return "", app.Refuse(nil, "evaluate.no_match", name, folder)
	case 1:
		return paths[0], nil
	}
	return "", app.Refuse(nil, "evaluate.matches_twice", name, folder, filepath.Base(paths[0]), filepath.Base(paths[1]))
}

// companion is what goes with a case: one file for all, or files by case name.
type companion struct {
	file, folder string
	files        map[string][]string
}

func beside(path string, list func(string) (map[string][]string, error)) (companion, error) {
	if path == "" {
		return companion{}, nil
	}
	folder, err := isFolder(path)
	if err != nil || !folder {
		return companion{file: path}, err
	}
	files, err := list(path)
	return companion{folder: path, files: files}, err
}

func (c companion) of(name string) (string, error) {
	if c.folder == "" {
		return c.file, nil
	}
	return only(name, c.files[name], c.folder)
}
