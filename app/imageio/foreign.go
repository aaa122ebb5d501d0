package imageio

import (
	"bytes"
	"io"
	"path/filepath"
	"strings"

	"opacity/app/safefile"
)

// foreign are formats that people keep images and studies in and that are not
// read, so that a file can be refused by name.
var foreign = []struct {
	key   string // ends keys of the text table: imageio.format.KEY, imageio.skipped.KEY
	magic string
	at    int
	ends  []string // extensions, where there is no magic to tell it
}{
	{key: "nrrd", magic: "NRRD000", ends: []string{".nrrd", ".nhdr"}},
	{key: "metaimage", magic: "ObjectType", ends: []string{".mha", ".mhd"}},
	{key: "minc", ends: []string{".mnc"}},
	{key: "mgh", ends: []string{".mgh", ".mgz"}},
	{key: "zip", magic: "PK\x03\x04", ends: []string{".zip"}},
	{key: "7z", magic: "7z\xbc\xaf\x27\x1c", ends: []string{".7z"}},
	{key: "rar", magic: "Rar!\x1a\x07", ends: []string{".rar"}},
	{key: "tar", magic: "ustar", at: 257, ends: []string{".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz"}},
	{key: "png", magic: "\x89PNG\r\n\x1a\n", ends: []string{".png"}},
	{key: "jpeg", magic: "\xff\xd8\xff", ends: []string{".jpg", ".jpeg"}},
	{key: "tiff", magic: "II*\x00", ends: []string{".tif", ".tiff"}},
	{key: "tiff", magic: "MM\x00*"},
	{key: "bmp", ends: []string{".bmp"}},
	{key: "gif", magic: "GIF8", ends: []string{".gif"}},
	{key: "pdf", magic: "%PDF-", ends: []string{".pdf"}},
	{key: "hdf5", magic: "\x89HDF\r\n\x1a\n", ends: []string{".h5", ".hdf5"}},
	{key: "numpy", magic: "\x93NUMPY", ends: []string{".npy", ".npz"}},
	{key: "onnx", ends: []string{".onnx"}},
	{key: "gzip", magic: "\x1f\x8b", ends: []string{".gz"}},
}

// formatOf names the format of a file that is neither DICOM nor NIfTI, by its
// first bytes and else by its name: a key of foreign, "" where it is not known.
func formatOf(path string) string {
	head := make([]byte, 512)
	if f, _, err := safefile.Open(path); err == nil {
		n, _ := io.ReadFull(f, head) // a short file is told by what it has
		head = head[:n]
		f.Close()
	}
	name := strings.ToLower(filepath.Base(path))
	for _, byName := range []bool{false, true} {
		for _, f := range foreign {
			if !byName && f.magic != "" && len(head) >= f.at && bytes.HasPrefix(head[f.at:], []byte(f.magic)) && !(f.key == "gzip" && endsOther(name)) {
				return f.key
			}
			for _, e := range f.ends {
				if byName && strings.HasSuffix(name, e) {
					return f.key
				}
			}
		}
	}
	return ""
}

// endsOther reports whether the name of a gzip file says what is packed in it.
func endsOther(name string) bool {
	return strings.HasSuffix(name, ".mgz") || strings.HasSuffix(name, ".tgz") || strings.HasSuffix(name, ".tar.gz")
}
