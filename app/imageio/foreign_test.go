package imageio

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"opacity/app"
	"opacity/app/text"
)

func TestOtherFormatsAreNamed(t *testing.T) {
	tar := strings.Repeat("\x00", 257) + "ustar"
	tests := []struct{ name, content, want string }{
		{"ct.nrrd", "NRRD0004\ntype: short\n", "is a NRRD file"},
		{"ct.nhdr", "NRRD0005\n", "is a NRRD file"},
		{"renamed.dcm", "NRRD0004\n", "is a NRRD file"},
		{"ct.mha", "ObjectType = Image\nNDims = 3\n", "is a MetaImage file"},
		{"ct.mhd", "NDims = 3\n", "is a MetaImage file"},
		{"study.zip", "PK\x03\x04rest", "is a zip archive"},
		{"study.tar", tar, "is a tar archive"},
		{"study.tgz", "\x1f\x8b\x08", "is a tar archive"},
		{"ct.raw.gz", "\x1f\x8b\x08", "is a gzip file"},
		{"brain.mgz", "\x1f\x8b\x08", "is a FreeSurfer volume"},
		{"slice.png", "\x89PNG\r\n\x1a\n", "is a PNG picture"},
		{"slice", "\xff\xd8\xff\xe0", "is a JPEG picture"},
		{"letter.pdf", "%PDF-1.7", "is a PDF document"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), tt.name)
			write(t, path, tt.content)
			for _, named := range []string{path, filepath.Dir(path)} {
				_, err := Opener{}.Scan(context.Background(), []string{named}, nil)
				kind, m := app.Explain(err)
				if kind != app.Refused || !strings.HasSuffix(m.String(), ".") || !strings.Contains(m.String(), "NIfTI") {
					t.Errorf("%v: %s", kind, m)
				}
				want := tt.want
				if named != path {
					want = "(1 " // counted, in a folder
				}
				if !strings.Contains(m.String(), want) || !strings.Contains(m.String(), filepath.Base(named)) {
					t.Errorf("says %q, want %q", m, want)
				}
			}
		})
	}
	for _, f := range foreign {
		for _, key := range []string{"imageio.format." + f.key, "imageio.skipped." + f.key} {
			if _, ok := text.English()[key]; !ok {
				t.Errorf("no words for %s", key)
			}
		}
	}
}
