package ui

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"opacity/app"
	"opacity/app/imageio"
	"opacity/app/imageio/dicom"
	"opacity/app/imageio/dicomseg"
	"opacity/app/mask"
	"opacity/app/volume"
	"opacity/ui/controls"
)

// shapes is where the synthetic scan lies with the segmentation and the contours on it.
const shapes = "../app/imageio/dicomseg/testdata/axial"

// opensShapes is a window with that scan open, which reads masks as the program does.
func opensShapes(t *testing.T) *bench {
	t.Helper()
	var all []dicom.Candidate
	files, _ := filepath.Glob(filepath.Join(shapes, "ct*.dcm")) // the pattern is sound
	for _, f := range files {
		all = append(all, dicom.Candidate{Path: f, Wanted: true})
	}
	found, err := dicom.Scan(context.Background(), all, nil)
	if err != nil || len(found.Series) != 1 {
		t.Fatalf("%d series, %v", len(found.Series), err)
	}
	b := newBench(t, func(o *Options) {
		o.ReadMask = func(ctx context.Context, path string, g volume.Geometry) (*mask.LabelMap, error) {
			return imageio.ReadMaskOn(ctx, path, g)
		}
		o.ReadOtherMask = imageio.ReadMask
	})
	b.opener.found = app.Scan{Series: []app.Series{found.Series[0]}}
	b.Open(shapes)
	b.until("the scan is open", b.complete)
	return b
}

// Contours are a reference: their names say what they are, nothing has to be chosen.
func TestCompareWithContours(t *testing.T) {
	b := opensShapes(t)
	b.openReference(filepath.Join(shapes, "rtstruct.dcm"))
	b.until("it asks", func() bool { return len(b.modals) == 1 })
	for id, want := range map[string]string{"mapping.1": "left lung", "mapping.2": "right lung", "mapping.3": "infection"} {
		if got := b.named[id].(*controls.Selector).Selected; got != want {
			t.Errorf("%s is taken for the %s, not the %s", id, got, want)
		}
	}
	b.answer("mapping", "use")
	b.measuredAll()
	if got := b.comparing.mask.Count(mask.Findings, mask.Infection); got != 24 {
		t.Errorf("%d voxels of infection, not 24", got)
	}
}

// A segmentation that is dropped on the scan becomes its mask; the lung under the
// infection is still lung.
func TestDropSegmentation(t *testing.T) {
	b := opensShapes(t)
	path := filepath.Join(shapes, "seg.dcm")
	if !dicomseg.Is(path) {
		t.Fatal("it is no segmentation")
	}
	b.opener.found = app.Scan{Masks: []app.MaskFile{{Path: path, Kind: "dicom.skipped.seg"}}}
	b.opener.err = app.Refuse(nil, "imageio.none", path, "")
	b.Open(path)
	b.until("it asks", func() bool { return len(b.modals) == 1 })
	b.answer("mapping", "use")
	b.until("it is the mask", func() bool { return b.session.Mask().Count(mask.Findings, mask.Infection) == 24 })
	if left := b.session.Mask().Count(mask.Anatomy, mask.LeftLung); left < 60 {
		t.Errorf("%d voxels of left lung: the infection is a hole in it", left)
	}
}

// What is left out and what is joined is said as it is chosen, of a file with names by
// their names, and of a reference that it is compared.
func TestMappingSaysWhatIsChosen(t *testing.T) {
	b := opensShapes(t)
	said := func(want ...string) {
		t.Helper()
		got := words(b.modals[0].popup)
		for _, w := range want {
			if no, without := strings.CutPrefix(w, "not "); got[no] == without {
				t.Errorf("%q: it says %v", w, got)
			}
		}
	}
	left, other := "Left out: %s. Say what they are to compare them too.", "Left out: %s. Say what they are to open them too."
	b.openReference(filepath.Join(shapes, "rtstruct.dcm"))
	b.until("it asks", func() bool { return len(b.modals) == 1 })
	said("The mask is compared with rtstruct.dcm. What do its names stand for?")
	names := map[string]string{}
	lm, err := b.opts.ReadMask(t.Context(), filepath.Join(shapes, "rtstruct.dcm"), b.session.Volume().Geometry)
	if err != nil {
		t.Fatal(err)
	}
	for n, v := range lm.Values {
		names[fmt.Sprintf("mapping.%d", v)] = lm.Names[n].Name
	}
	choose := func(id, what string) { b.named[id].(*controls.Selector).SetSelected(what) }
	choose("mapping.3", "leave out")
	said(fmt.Sprintf(left, names["mapping.3"]), "not "+fmt.Sprintf(other, names["mapping.3"]))
	choose("mapping.3", "left lung")
	said("not "+fmt.Sprintf(left, names["mapping.3"]), "Joined: "+names["mapping.1"]+", "+names["mapping.3"]+" are together taken for left lung.")
	choose("mapping.1", "leave out")
	said("not Joined: "+names["mapping.1"]+", "+names["mapping.3"]+" are together taken for left lung.", fmt.Sprintf(left, names["mapping.1"]))
	b.answer("mapping", "cancel")

	b.openMask(filepath.Join(shapes, "rtstruct.dcm"))
	b.until("it asks", func() bool { return len(b.modals) == 1 })
	choose("mapping.3", "leave out")
	said("What the names of the mask mean", fmt.Sprintf(other, names["mapping.3"]))
	b.answer("mapping", "cancel")
}
