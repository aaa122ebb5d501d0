package main

import (
	"fmt"
	"strings"

	"opacity/app/text"
)

func (c *cli) printDoctor(d doctorJSON) error {
	_, err := fmt.Fprint(c.out, d.text())
	return err
}

// text puts a diagnosis in lines to read.
func (d doctorJSON) text() string {
	var b strings.Builder
	say := func(key string, args ...any) { fmt.Fprintln(&b, text.M(key, args...)) }
	say("cmd.doctor.program", d.Opacity, d.System, d.Runtime.Processor, d.Runtime.Cores)
	r := d.Runtime
	if r.Problem.IsZero() {
		say("cmd.doctor.runtime", r.Version, r.Path, strings.Join(r.Providers, ", "))
	} else {
		say("cmd.doctor.no_runtime", r.Problem)
		for _, path := range r.Looked {
			say("cmd.doctor.looked", path)
		}
	}
	switch {
	case !r.Problem.IsZero():
	case r.CUDABuild && r.CUDA.IsZero():
		say("cmd.doctor.cuda")
	case r.CUDA.IsZero():
		say("cmd.doctor.no_cuda_build")
	default:
		say("cmd.doctor.no_cuda", r.CUDA)
	}
	if r.Driver != "" {
		say("cmd.doctor.driver", r.Driver)
	}
	for _, l := range r.Libraries {
		switch {
		case l.Path != "":
			say("cmd.doctor.found", l.Name, l.Path)
		case l.Needed:
			say("cmd.doctor.missing", l.Name)
		default:
			say("cmd.doctor.optional", l.Name)
		}
	}
	for _, g := range r.GPUs {
		say("cmd.doctor.gpu", g.Name, g.TotalMB, g.FreeMB)
	}
	if len(r.GPUs) == 0 {
		say("cmd.doctor.no_gpu")
	}
	if d.Display == "" {
		say("cmd.doctor.no_display")
	} else {
		say("cmd.doctor.display", d.Display)
	}
	for _, m := range d.Models {
		sayModel(say, m)
	}
	return b.String()
}

func sayModel(say func(string, ...any), m modelJSON) {
	if m.Problem != "" {
		say("cmd.doctor.model_problem", named(m.ID, m.Path), m.Problem)
	}
	for _, t := range m.Tests {
		switch {
		case t.Problem != "":
			say("cmd.doctor.model_problem", named(m.ID, m.Path), t.Problem)
		case t.Passed:
			say("cmd.doctor.model", m.ID, named(m.Version, m.Path), t.Device.Used, t.Difference, t.Tolerance)
		default:
			say("cmd.models.opened", named(m.ID, m.Path), t.Device.Used, t.Device.Name)
		}
	}
}
