package cohort

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"opacity/app"
	"opacity/app/safefile"
)

// Input names the files of a case by what is in them.
type Input struct {
	Case  string `json:"case"`
	Model string `json:"model,omitempty"`
	Files []File `json:"files"`
	// Paths are where the files of each role were, by role: as seen from the folder of
	// the results where that can be told, with slashes.
	Paths map[string]string `json:"paths,omitempty"`
}

// File is a file that was read.
type File struct {
	Role   string `json:"role"` // reference, prediction, probabilities, roi, image, lobes
	Name   string `json:"name"` // without its folder
	SHA256 string `json:"sha256"`
}

// fingerprint names what a case's numbers rest on: the bytes of its files, the options
// and the program. Cases with the same one have the same numbers.
func (o Options) fingerprint(ctx context.Context, c Case) (Input, string, error) {
	in := Input{Case: c.Name, Model: c.Model, Paths: map[string]string{}}
	for _, f := range []struct{ role, path string }{
		{"reference", c.Reference}, {"prediction", c.Prediction}, {"probabilities", c.Probability}, {"roi", c.ROI}, {"image", c.Image}, {"lobes", c.Lobes},
	} {
		if f.path == "" {
			continue
		}
		in.Paths[f.role] = o.seen(f.path)
		paths := []string{f.path}
		if info, err := os.Stat(f.path); err == nil && info.IsDir() {
			paths = probabilityFiles(f.path)
		}
		for _, p := range paths {
			sum, err := safefile.Sum(ctx, p)
			if err != nil {
				if ctx.Err() != nil {
					return in, "", ctx.Err()
				}
				if os.IsNotExist(err) {
					return in, "", app.Refuse(err, "evaluate.missing", p)
				}
				return in, "", app.Refuse(err, "evaluate.unreadable", p, safefile.Reason(err))
			}
			in.Files = append(in.Files, File{f.role, filepath.Base(p), sum})
		}
	}
	b, err := json.Marshal(struct {
		Version, Definitions string
		Labels               []Label
		Metrics, InThirds    []string
		InSlices             []string `json:",omitempty"`
		Resample             bool
		ToleranceMM          map[string]float64
		Files                []File
	}{o.Version, definitions, o.Labels, o.Metrics, o.InThirds, o.InSlices, o.Resample, o.ToleranceMM, in.Files})
	if err != nil {
		return in, "", err
	}
	sum := sha256.Sum256(b)
	return in, hex.EncodeToString(sum[:]), nil
}

// seen is a path as it is seen from the folder of the results.
func (o Options) seen(path string) string {
	full, err := filepath.Abs(path)
	if err != nil {
		return filepath.ToSlash(path)
	}
	if out, err := filepath.Abs(filepath.Dir(o.Store)); err == nil && o.Store != "" {
		if rel, err := filepath.Rel(out, full); err == nil {
			full = rel
		}
	}
	return filepath.ToSlash(full)
}

// definitions changes where a number kept by an earlier build would be another now.
const definitions = "7"

// kept is a finished case on disk.
type kept struct {
	Key string
	outcome
}

func (o Options) path(c Case) string {
	name := c.Name
	if c.Model != "" {
		name = c.Model + "@" + c.Name
	}
	return filepath.Join(o.Store, FileName(name)+".json")
}

// FileName is a name for the files of a case, whatever is in its own: no folder, on no
// system.
func FileName(name string) string {
	name = strings.ReplaceAll(url.PathEscape(name), ":", "%3A") // a file name on Windows too
	if len(name) > 200 {
		sum := sha256.Sum256([]byte(name))
		name = name[:150] + hex.EncodeToString(sum[:8])
	}
	return name
}

// fetch returns what an earlier run found of the same files with the same options.
// A file that no run kept is somebody's own, and refused.
func (o Options) fetch(c Case, key string) (found outcome, ok bool, err error) {
	if o.Store == "" {
		return outcome{}, false, nil
	}
	b, err := os.ReadFile(o.path(c))
	if errors.Is(err, fs.ErrNotExist) {
		return outcome{}, false, nil
	}
	if err != nil {
		return outcome{}, false, safefile.Explain(o.path(c), err)
	}
	var k kept
	if json.Unmarshal(b, &k) != nil || k.Key == "" {
		return outcome{}, false, app.Refuse(nil, "evaluate.store_taken", o.path(c))
	}
	return k.outcome, k.Key == key && len(k.Rows) > 0, nil
}

// keep puts a finished case where a later run finds it.
func (o Options) keep(c Case, key string, found outcome) error {
	if o.Store == "" {
		return nil
	}
	b, err := json.Marshal(kept{key, found})
	if err != nil {
		return err
	}
	return safefile.Write(o.path(c), true, func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	})
}
