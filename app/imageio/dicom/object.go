package dicom

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"

	"opacity/app"
	"opacity/app/safefile"
)

// Tag is group<<16 | element.
type Tag uint32

// The kinds of object beside images that hold masks of them.
const (
	UIDSegmentation      = uidSegmentation
	UIDLabelSegmentation = "1.2.840.10008.5.1.4.1.1.66.7" // one number a voxel
	UIDStructures        = "1.2.840.10008.5.1.4.1.1.481.3"
)

// Object is an open DICOM file whose elements are read when they are asked for,
// so that it takes no more memory than what was asked for. Not safe for
// concurrent use.
type Object struct {
	Item   // the top level
	path   string
	syntax syntax
	f      *os.File
}

// Item is one data set: the top level of a file, or an item of a sequence.
type Item struct {
	src      *source
	enc      encoding
	off, end int64
}

// OpenObject opens a DICOM file, whatever it holds. Errors are *app.Error. The
// caller closes it.
func OpenObject(path string) (*Object, error) {
	f, size, err := safefile.Open(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	src := &source{r: f, size: size}
	sx, off, err := readMeta(src)
	if err == nil && sx.deflated {
		b, failed := inflate(f, off, size)
		if err = failed; err == nil {
			src, off = &source{r: b, size: b.Size()}, 0
		}
	}
	if err != nil {
		f.Close()
		return nil, app.Refuse(err, "dicom.damaged", path)
	}
	return &Object{Item: Item{src, sx.enc, off, src.size}, path: path, syntax: sx, f: f}, nil
}

// Close closes the file.
func (o *Object) Close() error { return o.f.Close() }

// Explain makes the user's sentence of an error that an item or its pixels gave.
func (o *Object) Explain(err error) error {
	var told *app.Error
	switch {
	case err == nil, errors.As(err, &told), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, errTruncated):
		return app.Refuse(err, "dicom.truncated", o.path)
	}
	return app.Refuse(err, "dicom.damaged", o.path)
}

// find looks for an element; elements stand by rising tag (PS3.5 section 7.1).
func (it Item) find(t Tag) (el element, ok bool, err error) {
	if it.src == nil {
		return element{}, false, nil
	}
	err = it.src.walk(it.off, it.end, it.enc, func(e element) (bool, error) {
		if e.tag == tag(t) {
			el, ok = e, true
		}
		return e.tag < tag(t), nil
	})
	if ok {
		err = nil
	}
	return el, ok, err
}

// value reads the bytes of an element, at most most of them; nil where it is not there.
func (it Item) value(t Tag, most int64) ([]byte, error) {
	el, ok, err := it.find(t)
	if err != nil || !ok || el.undefined {
		return nil, err
	}
	n := el.end - el.off
	switch {
	case n > most:
		return nil, fmt.Errorf("element %v is %d bytes long", tag(t), n)
	case n < 0 || el.end > it.src.size:
		return nil, errTruncated
	case n <= maxValueBytes:
		b, err := it.src.at(el.off, int(n))
		return append([]byte(nil), b...), err
	}
	b := make([]byte, n) // no more than the file has
	if m, err := it.src.r.ReadAt(b, el.off); m < len(b) {
		return nil, errors.Join(errTruncated, err)
	}
	return b, nil
}

// Text returns a value as it stands, without padding, "" where there is none.
func (it Item) Text(t Tag) (string, error) {
	b, err := it.value(t, maxWanted)
	return strings.Trim(string(b), " \x00\t\r\n"), err
}

// Words is Text decoded by the character set of the file's top level, without
// control characters.
func (o *Object) Words(it Item, t Tag) (string, error) {
	sets, err := o.value(Tag(tagCharacterSet), maxWanted)
	if err != nil {
		return "", err
	}
	b, err := it.value(t, maxWanted)
	d := dataset{values: map[tag][]byte{tagCharacterSet: sets, tag(t): b}}
	return clean(d.decoder()(tag(t))), err
}

// Number returns a binary number of 16 or 32 bits or an integer string; ok is
// false where there is none.
func (it Item) Number(t Tag) (n int, ok bool, err error) {
	el, there, err := it.find(t)
	if err != nil || !there {
		return 0, false, err
	}
	b, err := it.value(t, maxWanted)
	if err != nil || len(b) == 0 {
		return 0, false, err
	}
	binary := map[string]bool{"US": true, "UL": true, "SS": true}[string(el.vr[:])]
	if s := strings.Trim(string(b), " \x00"); !binary && s != "" {
		if n, err := strconv.Atoi(s); err == nil {
			return n, true, nil
		}
	}
	if len(b) != 2 && len(b) != 4 {
		return 0, false, nil
	}
	return dataset{enc: it.enc, values: map[tag][]byte{tag(t): b}}.short(tag(t), 0), true, nil
}

// Floats returns decimal strings; nil where there are none. A part that is no
// finite number is an error.
func (it Item) Floats(t Tag) ([]float64, error) {
	b, err := it.value(t, it.end-it.off)
	s := strings.Trim(string(b), " \x00")
	if err != nil || s == "" {
		return nil, err
	}
	v := make([]float64, 0, strings.Count(s, `\`)+1)
	for part := range strings.SplitSeq(s, `\`) {
		f, err := strconv.ParseFloat(strings.Trim(part, " \x00"), 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, fmt.Errorf("element %v holds %q, which is no number", tag(t), part)
		}
		v = append(v, f)
	}
	return v, nil
}

// Each visits the items of a sequence; none where there is no such sequence.
func (it Item) Each(t Tag, visit func(Item) error) error {
	seq, ok, err := it.find(t)
	if err != nil || !ok {
		return err
	}
	if seq.end > it.end {
		return errTruncated
	}
	return it.src.items(seq, it.enc, func(off, end int64, enc encoding) error {
		return visit(Item{it.src, enc, off, end})
	})
}

// First is the first item of a sequence; one without elements where there is none.
func (it Item) First(t Tag) (Item, error) {
	var first Item
	stop := errors.New("found")
	err := it.Each(t, func(i Item) error {
		first = i
		return stop
	})
	if errors.Is(err, stop) {
		err = nil
	}
	return first, err
}
