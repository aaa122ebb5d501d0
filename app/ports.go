package app

import (
	"context"
	"slices"
	"time"

	"opacity/app/job"
	"opacity/app/mask"
	"opacity/app/metrics"
	"opacity/app/text"
	"opacity/app/volume"
)

// SeriesInfo is what can be told about a series without reading its voxels.
type SeriesInfo struct {
	Path           string // the file or folder it was found in
	Case           string // file or folder name without extension: names outputs
	Format         string // "DICOM", "NIfTI-1"
	TransferSyntax string // DICOM: UID and name; empty otherwise
	Identity       volume.Identity
	Size           volume.Size
	SpacingMM      [3]float64 // 0 where the file does not say
	Orientation    string     // of the file's own axes, "LPS", "RAS"...
	Unit           volume.Unit
	Files          int
	LabelMap       bool // looks like a mask: few whole values, none negative
	Warnings       []volume.Warning
}

// Series is one thing that can be opened.
type Series interface {
	Info() SeriesInfo
	// Load reads the voxels. Cancelled, it returns ctx.Err() and no volume.
	Load(ctx context.Context, hooks LoadHooks) (*volume.Volume, error)
	// Middle reads one slice from the middle, as a volume one slice thick, for
	// thumbnails.
	Middle(ctx context.Context) (*volume.Volume, error)
	// SHA256 identifies the input: of a file its bytes, of a DICOM series its
	// sorted list of (SOPInstanceUID, file hash).
	SHA256(ctx context.Context) (string, error)
}

// LoadHooks lets a loader tell what it has while it goes on. Any may be nil. They
// are called on the loader's goroutines, never two at a time.
type LoadHooks struct {
	// Begin hands out the volume as soon as its grid is known; its voxels are
	// readable slice by slice, once Slices has announced them.
	Begin    func(v *volume.Volume)
	Slices   func(first, last int) // slices first..last (k, inclusive) are in
	Progress func(p job.Progress)
}

// Scan is what was found under the paths a user named.
type Scan struct {
	// Series are sorted for offering: the thinnest-sliced CT with most coverage first.
	Series  []Series
	Skipped map[string]int // files not used, by reason (text key), counted
	// Masks are files that hold a mask of a series, and are no series themselves.
	Masks []MaskFile
	// Aside are the first MostAside of the files not used.
	Aside []string
	// Failed are files that looked usable and were not, each a *PathError; a scan
	// with at least one series still succeeds.
	Failed []error
}

// MaskFile is a file with a mask in it: a DICOM segmentation or contours.
type MaskFile struct {
	Path string
	Kind string // what it is, as a reason in Skipped
}

// MostAside is how many files that were not used a Scan names.
const MostAside = 4

// Opener finds series. Paths may be files or folders.
type Opener interface {
	Scan(ctx context.Context, paths []string, report func(job.Progress)) (Scan, error)
}

// Device says where a model ran or would run.
type Device struct {
	Requested string       `json:"requested"` // auto, cpu, cuda, cuda:N
	Used      string       `json:"used"`      // cpu or cuda:N
	Name      string       `json:"name"`      // of the processor or GPU
	Reason    text.Message `json:"reason"`    // why not the one hoped for; empty where it is
}

// ModelInfo describes a model to the user.
type ModelInfo struct {
	ID, Version, Title, SHA256 string
	Path                       string // file, or "" for one that is part of the program
	Source, Licence            string
	IntendedUse, Citation      string
	Unit                       string // what it needs: "HU", "uint8", "any"
	Labels                     []mask.Label
	Card                       string // the model card, Markdown
	Problem                    error  // why it cannot be run; nil where it can
}

// BuiltIn and an ID name a model that is part of the program, also where one of the
// user's own has that ID, as one that learned from corrections keeps it. No ID has a colon.
const BuiltIn = "builtin:"

// Key names this model and no other, as SegmentRequest.Model takes it.
func (m ModelInfo) Key() string {
	if m.Path != "" {
		return m.Path
	}
	return BuiltIn + m.ID
}

// DefaultModel is what runs where none is asked for: the program's own before the
// user's, and of those the first that can be run; false where there is none.
func DefaultModel(models []ModelInfo) (ModelInfo, bool) {
	for _, fits := range []func(ModelInfo) bool{
		func(m ModelInfo) bool { return m.Path == "" },
		func(m ModelInfo) bool { return m.Problem == nil },
		func(ModelInfo) bool { return true },
	} {
		if n := slices.IndexFunc(models, fits); n >= 0 {
			return models[n], true
		}
	}
	return ModelInfo{}, false
}

// SegmentRequest asks for a mask of a volume, or of a part of it.
type SegmentRequest struct {
	Model         string // ID, key, or path of an .onnx file; "" for the default
	Sidecar       string // path of a metadata JSON to use instead of the file's own; "" for none
	Device        string // auto, cpu, cuda, cuda:N
	Threads       int    // 0: as many as there are cores, which is also the most used
	Probabilities bool   // keep them in the result
	// Box bounds the run to the slices of the model that meet it; the zero Box is
	// the whole volume. Outside of them the labels of Around hold, where it is not
	// nil, so that what is found is judged together with what lies around it.
	Box    volume.Box
	Around *mask.Mask
}

// SegmentHooks lets a model run tell what it has. Any may be nil. They are
// called on the segmenter's goroutine.
type SegmentHooks struct {
	Started  func(m ModelInfo, d Device)
	Progress func(p job.Progress)
	// Slice hands out the labels of a finished slice before postprocessing, one
	// array a layer as mask.SetPlane takes it; the arrays are the receiver's to keep.
	// Models that look at coronal or sagittal slices hand out those.
	Slice func(at volume.Slice, labels [mask.Layers][]uint8)
}

// SegmentResult is what a model proposes.
type SegmentResult struct {
	Mask   *mask.Mask
	Model  ModelInfo
	Device Device
	// Probabilities holds, per label name, one slice a k of nx*ny values, 0..255
	// for 0..1, nil where the model did not look or all are 0; nil unless asked for.
	Probabilities map[string][][]uint8
	// Thresholds are the model's own, 0..1, by the names that Probabilities have when
	// they are asked for; one half holds for a name of these that is not there.
	Thresholds map[string]float64
	// Parts are those that the model was run on, where it was never run on the whole.
	Parts    []Part
	Warnings []volume.Warning
	Timings  Timings
}

// Timings says where the time of a run went; 0 is what nobody measured. Stages
// overlap: slices are prepared and collected while the network works, so the parts
// may add up to more than Total, which is what the clock showed.
type Timings struct {
	Load, Preprocess, Infer, Postprocess, Save, Total time.Duration
}

// Finds reports whether a model looks for a label; one that does not say what it
// finds is taken to.
func (m ModelInfo) Finds(l mask.Label) bool {
	return len(m.Labels) == 0 || slices.ContainsFunc(m.Labels, func(known mask.Label) bool {
		return known.Layer == l.Layer && known.Value == l.Value
	})
}

// Segmenter runs models.
type Segmenter interface {
	Models() []ModelInfo
	// Segment proposes a mask of v. Cancelled, it returns within half a second
	// with ctx.Err() and no result.
	Segment(ctx context.Context, v *volume.Volume, req SegmentRequest, hooks SegmentHooks) (*SegmentResult, error)
}

// Report is everything that is written about one case.
type Report struct {
	Version      string
	Info         SeriesInfo
	SHA256       string
	Unit         volume.Unit
	Model        *ModelInfo // nil where no model has run
	Device       *Device
	Timings      Timings
	Measurements metrics.Measurements
	Made         []Made // a label each; nil where there is no mask
	Warnings     []volume.Warning
}

// Writer puts results on disk: beside their target, flushed, then renamed.
// Existing files are replaced only with overwrite, else the error is a Usage
// one that names the file.
type Writer interface {
	// WriteMask writes the flattened label map on the input's own grid.
	WriteMask(ctx context.Context, path string, v *volume.Volume, m *mask.Mask, overwrite bool) error
	// WriteVolume writes the voxels in the format that the extension names.
	WriteVolume(ctx context.Context, path string, v *volume.Volume, overwrite bool) error
	// WriteProbability writes one label's probabilities, 0..255 for 0..1, on the input's own grid.
	WriteProbability(ctx context.Context, path string, v *volume.Volume, slices [][]uint8, overwrite bool) error
	// WriteReport writes report.json, report.csv and the area chart into dir and
	// returns their paths.
	WriteReport(ctx context.Context, dir string, r Report, overwrite bool) ([]string, error)
}
