package cohort

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"opacity/app"
	"opacity/app/safefile"
)

func isFolder(path string) (bool, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, app.Refuse(err, "evaluate.missing", path)
	case err != nil:
		return false, app.Refuse(err, "evaluate.unreadable", path, safefile.Reason(err))
	}
	return info.IsDir(), nil
}

// masksIn lists the label maps of a folder by case name.
func masksIn(folder string) (map[string][]string, error) {
	return listed(folder, trimMask, func(inside string) []string {
		for _, name := range []string{app.MaskName, "mask.nii"} {
			if _, err := os.Stat(filepath.Join(inside, name)); err == nil {
				return []string{filepath.Join(inside, name)}
			}
		}
		if objects := safefile.Glob(inside, "*.dcm"); len(objects) == 1 {
			return objects
		}
		return nil
	})
}

// imagesIn lists the images of a folder by case name.
func imagesIn(folder string) (map[string][]string, error) {
	return listed(folder, app.TrimNIfTI, func(string) []string { return nil })
}

// probabilitiesIn lists the maps of a folder by case name; a folder with prob_LABEL
// files stands for all of them.
func probabilitiesIn(folder string) (map[string][]string, error) {
	return listed(folder, app.TrimNIfTI, func(inside string) []string {
		if len(probabilityFiles(inside)) > 0 {
			return []string{inside}
		}
		return nil
	})
}

// probabilityFiles are the prob_LABEL files of a folder.
func probabilityFiles(folder string) []string {
	return safefile.Glob(folder, app.ProbabilityPrefix+"*.nii*")
}

// trimMask cuts the extension of a mask off a path: of NIfTI, or of a DICOM object.
func trimMask(path string) (rest string, ok bool) {
	if e := filepath.Ext(path); strings.EqualFold(e, ".dcm") && len(path) > len(e) {
		return path[:len(path)-len(e)], true
	}
	return app.TrimNIfTI(path)
}

func listed(folder string, trim func(string) (string, bool), within func(inside string) []string) (map[string][]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, app.Refuse(err, "evaluate.unreadable", folder, safefile.Reason(err))
	}
	out := map[string][]string{}
	for _, e := range entries {
		path := filepath.Join(folder, e.Name())
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if info, err := os.Stat(path); err == nil && info.IsDir() { // links followed
			if found := within(path); found != nil {
				out[e.Name()] = append(out[e.Name()], found...)
			}
		} else if name, ok := trim(e.Name()); ok {
			out[name] = append(out[name], path)
		}
	}
	return out, nil
}

// caseName names a case after a file; a mask in a folder of this program's own after
// the folder.
func caseName(path string) string {
	name, _ := trimMask(filepath.Base(path))
	if abs, err := filepath.Abs(path); err == nil && name == "mask" {
		return filepath.Base(filepath.Dir(abs))
	}
	return name
}
