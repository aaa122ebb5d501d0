package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"opacity/app"
	"opacity/app/cohort"
	"opacity/app/csvfile"
	"opacity/app/mask"
	"opacity/app/text"
	"opacity/app/volume"
	"opacity/export/picture"
	"opacity/export/plot"
)

// shown is a case whose image and masks were read.
type shown struct {
	volume  *volume.Volume
	picture picture.Case
	slice   int // with the most of the finding in the reference
}

// missing says why no case can have a picture.
func (e *easel) missing(k kind) text.Message {
	switch {
	case k.name == "preprocessing" && e.model == "":
		return text.M("drawn.no_model")
	case !slices.ContainsFunc(e.cases, func(c cohort.Case) bool { return c.Image != "" }):
		return text.M("drawn.no_image")
	}
	return text.Message{}
}

// eachCase draws pictures of every case that has an image. A case that cannot be shown is
// named with a sentence and does not stop the others.
func (e *easel) eachCase(kinds []kind) error {
	for _, c := range e.cases {
		compared := slices.ContainsFunc(e.r.Cases, func(row cohort.Row) bool { return row.Case == c.Name && row.Model == c.Model })
		if c.Image == "" || !compared {
			continue
		}
		s, err := e.read(c)
		for _, k := range kinds {
			e.kind = k.name
			drawing := err
			if drawing == nil {
				drawing = k.each(e, s, e.place(c.Model, c.Name))
			}
			if e.ctx.Err() != nil {
				return e.ctx.Err()
			}
			if drawing == nil {
				continue
			}
			why, sentence := app.Explain(drawing)
			if why != app.Refused && why != app.Usage {
				return drawing
			}
			e.index = append(e.index, []string{"", k.name, e.who(c.Name) + ": " + e.table.Format(sentence)})
			e.bar.note(text.M("drawn.not", k.name, sentence))
			if err != nil {
				break // one word for all pictures of the case
			}
		}
	}
	return nil
}

// lettersOnPage is how large letters in a triptych are on two columns of print.
const lettersOnPage = 2.2

// read reads the image and the masks of a case.
func (e *easel) read(c cohort.Case) (*shown, error) {
	v, err := loadVoxels(e.ctx, c.Image)
	if err != nil {
		return nil, err
	}
	reference, prediction, err := e.compared.Masks(e.ctx, c, v.Geometry)
	if err != nil {
		return nil, err
	}
	s := &shown{volume: v, picture: picture.Case{
		Volume: v, Reference: reference, Prediction: prediction, ReferenceIs: e.table.T("drawn.reference_is"), About: e.about(1),
	}}
	if c.Model != "" {
		s.picture.About.Notes = append([]string{e.table.T("drawn.prediction_of", c.Model)}, s.picture.About.Notes...)
	}
	s.picture.Letters = lettersOnPage // of one size on paper, however narrow the figure
	if e.width > 0 {
		s.picture.Letters *= plot.TwoColumns / e.width
	}
	s.slice = e.worth(c, v)
	return s, nil
}

// worth is the index of the slice that has the most of the last label, the finding, in the
// reference, else in the prediction.
func (e *easel) worth(c cohort.Case, v *volume.Volume) int {
	at, most := v.Size[2]/2, int64(0)
	labels := e.labels()
	for _, row := range e.rows(c.Model, labels[len(labels)-1]) {
		if row.Case != c.Name {
			continue
		}
		for _, of := range []func(cohort.Slice) int64{
			func(s cohort.Slice) int64 { return s.Reference }, func(s cohort.Slice) int64 { return s.Prediction },
		} {
			for _, s := range row.Slices {
				if of(s) > most {
					at, most = s.Number-1, of(s)
				}
			}
			if most > 0 {
				return at
			}
		}
	}
	return at
}

// errors is the case with the findings alone, where there are any.
func (s *shown) errors() picture.Case {
	p := s.picture
	for _, l := range p.Reference.Labels() {
		if l.Layer == mask.Findings && p.Reference.Count(l.Layer, l.Value)+p.Prediction.Count(l.Layer, l.Value) > 0 {
			p.Labels = append(p.Labels, l.Value)
		}
	}
	return p
}

func (e *easel) triptych(s *shown, of []string) error {
	f, err := s.picture.Triptych(s.slice)
	if err != nil {
		return err
	}
	return e.figure(f, of...)
}

func (e *easel) errorMap(s *shown, of []string) error {
	p := s.errors()
	p.Letters *= 2. / 3 // two pictures where the triptych has three
	f, err := p.ErrorMap(s.slice)
	if err != nil {
		return err
	}
	return e.figure(f, of...)
}

func (e *easel) montage(s *shown, of []string) error {
	f, err := s.errors().Montage(e.ctx, picture.Errors, e.slices)
	if err != nil {
		return err
	}
	return e.figure(f, of...)
}

// film keeps an animation at a few megabytes.
var film = picture.GIF{Frames: 60, FPS: 10, Px: 256}

const gifEnd = ".gif"

func (e *easel) gif(s *shown, of []string) error {
	name := e.name(of) + gifEnd
	picture, how := s.picture, film
	if e.asMIScnn {
		picture, how = asMIScnn(picture)
		picture.About.Notes = append([]string{e.table.T("preset.miscnn.gif")}, picture.About.Notes...)
	}
	said := picture.GIFCaption(how)
	e.index = append(e.index, []string{name, e.kind, said})
	if err := e.put(name, func(w io.Writer) error { return picture.WriteGIF(e.ctx, w, how, nil) }); err != nil {
		return err
	}
	bare := strings.TrimSuffix(name, gifEnd)
	if err := e.put(bare+".csv", func(w io.Writer) error { return csvfile.Write(w, picture.GIFPoints(how)) }); err != nil {
		return err
	}
	return e.put(bare+".txt", func(w io.Writer) error {
		_, err := fmt.Fprintln(w, said)
		return err
	})
}
