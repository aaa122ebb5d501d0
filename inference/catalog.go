package inference

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"opacity/app"
	"opacity/app/safefile"
	"opacity/inference/onnxfile"
)

// source is a model file and what lies beside it, on disk or in the program.
type source struct {
	fsys fs.FS
	name string // NAME.onnx within fsys
	path string // on disk; "" in the program
	// variant is a file within fsys whose metadata stands in for the model's own;
	// "" for that.
	variant string
}

// stem is the model file's name without extension.
func (s source) stem() string { return strings.TrimSuffix(s.name, filepath.Ext(s.name)) }

// variants lists the model with each of the metadata files NAME.VARIANT.json that
// lie beside it.
func (s source) variants() (list []source) {
	entries, err := fs.ReadDir(s.fsys, ".")
	if err != nil {
		return nil // what is wrong with the folder is said when the model is read
	}
	for _, d := range entries {
		middle, beside := strings.CutPrefix(d.Name(), s.stem()+".")
		if beside && strings.HasSuffix(middle, ".json") && !d.IsDir() {
			v := s
			v.variant = d.Name()
			list = append(list, v)
		}
	}
	return list
}

// file is how errors name the model.
func (s source) file() string {
	if s.path != "" {
		return s.path
	}
	return s.name
}

// diskSource is a model file somewhere on disk.
func diskSource(path string) source {
	return source{fsys: os.DirFS(filepath.Dir(path)), name: filepath.Base(path), path: path}
}

// loaded is a model read from its source: what it is, and the file's bytes.
type loaded struct {
	source   source
	manifest *Manifest
	info     app.ModelInfo
	bytes    []byte
}

// sources lists the models there are: the user's own before the program's.
func (e *Engine) sources() []source {
	var list []source
	add := func(fsys fs.FS, dir string) {
		if fsys == nil {
			return
		}
		entries, err := fs.ReadDir(fsys, ".")
		if err != nil {
			return
		}
		for _, d := range entries {
			if strings.EqualFold(filepath.Ext(d.Name()), ".onnx") && !d.IsDir() {
				s := source{fsys: fsys, name: d.Name()}
				if dir != "" {
					s.path = filepath.Join(dir, d.Name())
				}
				list = append(list, s)
			}
		}
	}
	if e.options.UserDir != "" {
		add(os.DirFS(e.options.UserDir), e.options.UserDir)
	}
	add(e.options.Embedded, "")
	return list
}

// metadata returns the text of a model's metadata and the file it is in: the
// sidecar asked for, else the ONNX file's own, else the file beside it.
func (e *Engine) metadata(s source, onnx []byte, sidecar string) (file string, text []byte, err error) {
	if sidecar != "" {
		return e.sidecar(s, sidecar)
	}
	if s.variant != "" {
		return e.sidecar(s, s.variant)
	}
	f, err := onnxfile.Parse(onnx)
	if err != nil {
		return "", nil, app.Refuse(err, "inference.not_onnx", s.file())
	}
	if own, ok := f.Metadata[SchemaName]; ok {
		return s.file(), []byte(own), nil
	}
	beside := s.stem() + ".json"
	text, err = fs.ReadFile(s.fsys, beside)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil, app.Refuse(err, "inference.no_metadata", s.file(), beside)
	}
	if err != nil {
		return "", nil, app.Refuse(err, "inference.unreadable", beside, safefile.Reason(err))
	}
	return beside, text, nil
}

// sidecar reads a metadata file from disk, or one of the variants that lie
// beside the model: "slices8" stands for NAME.slices8.json.
func (e *Engine) sidecar(s source, sidecar string) (string, []byte, error) {
	text, err := os.ReadFile(sidecar)
	if err == nil {
		return sidecar, text, nil
	}
	variant := s.stem() + "." + sidecar + ".json"
	for _, name := range []string{variant, sidecar} {
		if fs.ValidPath(name) {
			if text, inner := fs.ReadFile(s.fsys, name); inner == nil {
				return name, text, nil
			}
		}
	}
	return "", nil, app.Refuse(err, "inference.unreadable", sidecar, safefile.Reason(err))
}

// load reads a model and checks its metadata. Where only the metadata is wrong
// the info is filled as far as it goes.
func (e *Engine) load(s source, sidecar string) (*loaded, error) {
	l := &loaded{source: s, info: app.ModelInfo{
		ID: s.stem(), Path: s.path,
	}}
	onnx, err := fs.ReadFile(s.fsys, s.name)
	if err != nil {
		return l, app.Refuse(err, "inference.unreadable", s.file(), safefile.Reason(err))
	}
	sum := sha256.Sum256(onnx)
	l.bytes, l.info.SHA256 = onnx, hex.EncodeToString(sum[:])
	file, text, err := e.metadata(s, onnx, sidecar)
	if err != nil {
		return l, err
	}
	m, err := Parse(file, text)
	if err != nil {
		return l, err
	}
	l.manifest = m
	card, _ := fs.ReadFile(s.fsys, s.stem()+".md") // it need not be there
	l.info = app.ModelInfo{
		ID: m.ID, Version: m.Version, Title: m.Title, SHA256: l.info.SHA256, Path: s.path,
		Source: m.Source, Licence: m.Licence, IntendedUse: m.IntendedUse, Citation: m.Citation,
		Unit: m.Input.Unit, Labels: m.labelsMade(), Card: string(card),
	}
	return l, m.Supported(file)
}

// Models lists the models there are, the user's own first. One that cannot be
// run says why in Problem.
func (e *Engine) Models() []app.ModelInfo {
	var list []app.ModelInfo
	for _, s := range e.sources() {
		l, err := e.load(s, "")
		l.info.Problem = err
		list = append(list, l.info)
	}
	return list
}

// Info describes a model, by ID or by the path of an .onnx file. One that cannot be
// run says why in Problem; a file that does not even say what it is, is an error.
func (e *Engine) Info(model string) (app.ModelInfo, error) {
	s, err := e.find(model)
	if err != nil {
		return app.ModelInfo{}, err
	}
	l, err := e.load(s, "")
	if err != nil && l.manifest == nil {
		return l.info, err
	}
	l.info.Problem = err
	return l.info, nil
}

// find returns the source of a model, or of a variant of one, by ID, by path, or by
// app.BuiltIn and the ID of one of the program's; "" is the default. Of two that share an
// ID it is the user's.
func (e *Engine) find(model string) (source, error) {
	list := e.sources()
	if model == "" {
		return e.standard(list)
	}
	id, builtIn := strings.CutPrefix(model, app.BuiltIn)
	if builtIn {
		list = slices.DeleteFunc(list, func(s source) bool { return s.path != "" })
	} else if strings.EqualFold(filepath.Ext(model), ".onnx") {
		if _, err := os.Stat(model); err != nil {
			return source{}, app.Refuse(err, "inference.unreadable", model, safefile.Reason(err))
		}
		return diskSource(model), nil
	}
	var ids []string
	for _, s := range list {
		l, _ := e.load(s, "") // what is wrong with it is said when it is run
		if l.info.ID == id {
			return s, nil
		}
		ids = append(ids, l.info.ID)
	}
	for _, s := range list {
		for _, v := range s.variants() {
			if l, _ := e.load(v, ""); l.manifest != nil && l.info.ID == id {
				return v, nil
			}
		}
	}
	if len(ids) == 0 {
		return source{}, app.Misuse("inference.no_models")
	}
	slices.Sort(ids)
	return source{}, app.Misuse("inference.unknown_model", model, strings.Join(slices.Compact(ids), ", "))
}

// standard is what app.DefaultModel is of these sources. The user's models are read only
// where the program has none.
func (e *Engine) standard(list []source) (source, error) {
	for _, s := range list {
		if s.path == "" {
			return s, nil
		}
	}
	for _, s := range list {
		if _, err := e.load(s, ""); err == nil {
			return s, nil
		}
	}
	if len(list) == 0 {
		return source{}, app.Misuse("inference.no_models")
	}
	return list[0], nil
}

// Add copies a model file with its metadata, and its card and the variants of its
// metadata where there are such, to the user's models, once it has been read, opened on the CPU and, where it
// has a test vector, run. Cancelled, it returns ctx.Err() and keeps nothing.
func (e *Engine) Add(ctx context.Context, path string, overwrite bool) (app.ModelInfo, error) {
	l, err := e.load(diskSource(path), "")
	if err != nil {
		return l.info, err
	}
	if _, err := e.check(ctx, l, "cpu"); err != nil {
		return l.info, err
	}
	if ctx.Err() != nil {
		return l.info, ctx.Err()
	}
	if e.options.UserDir == "" {
		return l.info, app.Fail(nil, "inference.no_user_dir")
	}
	if err := os.MkdirAll(e.options.UserDir, 0o755); err != nil {
		return l.info, app.Fail(err, "inference.not_written", e.options.UserDir, safefile.Reason(err))
	}
	target := filepath.Join(e.options.UserDir, l.manifest.ID+".onnx")
	if err := save(target, overwrite, l.bytes); err != nil {
		return l.info, err
	}
	from := strings.TrimSuffix(path, filepath.Ext(path))
	exts := []string{".json", ".md"}
	for _, v := range l.source.variants() {
		exts = append(exts, strings.TrimPrefix(v.variant, l.source.stem()))
	}
	for _, ext := range exts {
		b, err := os.ReadFile(from + ext)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return l.info, app.Refuse(err, "inference.unreadable", from+ext, safefile.Reason(err))
		}
		if err := save(strings.TrimSuffix(target, ".onnx")+ext, true, b); err != nil {
			return l.info, err
		}
	}
	l.info.Path = target
	return l.info, nil
}

// save writes a whole file.
func save(path string, overwrite bool, b []byte) error {
	return safefile.Write(path, overwrite, func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	})
}
