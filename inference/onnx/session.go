//go:build cgo

package onnx

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	ort "github.com/yalue/onnxruntime_go"
	"gorgonia.org/tensor"

	"opacity/app"
	"opacity/app/text"
	"opacity/inference"
	"opacity/inference/onnxfile"
)

var _ inference.Runtime = (*Runtime)(nil)

// Open prepares a network; see inference.Runtime.
func (r *Runtime) Open(spec inference.NetworkSpec) (inference.Opened, error) {
	kind, index, err := parseDevice(spec.Device)
	if err != nil {
		return inference.Opened{}, err
	}
	library, err := r.initialise()
	if err != nil {
		return inference.Opened{}, err
	}
	output, err := ports(spec)
	if err != nil {
		return inference.Opened{}, err
	}
	opened := inference.Opened{Output: output, Device: app.Device{Requested: spec.Device}}
	var why text.Message
	if kind != "cpu" {
		var n *network
		if n, why = openCUDA(spec, library, index, output); why.IsZero() {
			opened.Network = n
			opened.Device.Used = "cuda:" + strconv.Itoa(index)
			if list, _, _ := gpus(); index < len(list) {
				opened.Device.Name = list[index].Name
			}
			return opened, nil
		}
		if kind == "cuda" {
			return inference.Opened{}, app.Fail(nil, "inference.cuda_refused", spec.Device, why)
		}
	}
	n, err := newNetwork(spec, -1)
	if err != nil {
		return inference.Opened{}, app.Refuse(err, "inference.damaged", spec.Name, ort.GetVersion(), brief(err))
	}
	opened.Network = n
	opened.Device.Used, opened.Device.Name = "cpu", processor()
	if !why.IsZero() {
		opened.Device.Reason = text.M("inference.on_cpu", why)
	}
	return opened, nil
}

// openCUDA opens the network on a GPU and runs it once on zeros, so that
// anything that would fail later fails here, while there is still a choice.
func openCUDA(spec inference.NetworkSpec, library string, index int, output inference.Port) (*network, text.Message) {
	if why := look(library).whyNot(index); !why.IsZero() {
		return nil, why
	}
	n, err := newNetwork(spec, index)
	if err != nil {
		return nil, explainCUDA(err)
	}
	n.cuda = true
	in, out := zeros(spec.Input.Shape, spec.Input.Type), filled(output, spec.Input.Shape)
	err = n.Run(context.Background(), in, out)
	n.Forget()
	if err != nil {
		n.Close()
		return nil, explainCUDA(err)
	}
	return n, text.Message{}
}

// filled is a tensor for an output whose open sizes are those of the input; the
// warm-up only needs them to fit.
func filled(output inference.Port, input tensor.Shape) *tensor.Dense {
	shape := slices.Clone(output.Shape)
	for n := range shape {
		if shape[n] < 0 && n < len(input) {
			shape[n] = input[n]
		}
	}
	return zeros(shape, output.Type)
}

func zeros(shape tensor.Shape, t tensor.Dtype) *tensor.Dense {
	return tensor.New(tensor.WithShape(shape...), tensor.Of(t))
}

// ports checks that the model takes what it will be fed, and returns the output
// as it is declared.
func ports(spec inference.NetworkSpec) (inference.Port, error) {
	file, err := onnxfile.Parse(spec.Model)
	if err != nil {
		return inference.Port{}, app.Refuse(err, "inference.not_onnx", spec.Name)
	}
	in, err := port(spec.Name, "input", spec.Input.Name, file.Inputs)
	if err != nil {
		return in, err
	}
	if len(file.Inputs) > 1 {
		return in, app.Refuse(nil, "inference.more_inputs", spec.Name, names(file.Inputs))
	}
	if in.Type != spec.Input.Type {
		return in, app.Refuse(nil, "inference.input_type", spec.Name, in.Name, in.Type, spec.Input.Type)
	}
	fits := len(in.Shape) == len(spec.Input.Shape)
	for n := range in.Shape {
		fits = fits && (in.Shape[n] < 0 || in.Shape[n] == spec.Input.Shape[n])
	}
	if !fits {
		return in, app.Refuse(nil, "inference.input_shape", spec.Name, in.Name, fmt.Sprint([]int(in.Shape)), fmt.Sprint([]int(spec.Input.Shape)))
	}
	return port(spec.Name, "output", spec.Output, file.Outputs)
}

// port finds a tensor by name.
func port(model, kind, name string, list []onnxfile.Port) (inference.Port, error) {
	for _, p := range list {
		if p.Name != name {
			continue
		}
		out := inference.Port{Name: name, Type: tensor.Float32, Shape: p.Shape}
		if out.Shape == nil { // the file leaves all of it open; a model here is fed pictures
			out.Shape = tensor.Shape{-1, -1, -1, -1}
		}
		switch p.Type {
		case onnxfile.Float32:
		case onnxfile.Float16:
			out.Type = tensor.Uint16
		case onnxfile.Uint8:
			out.Type = tensor.Uint8
		default:
			return out, app.Refuse(nil, "inference.port_type", model, name, ort.TensorElementDataType(p.Type).String())
		}
		return out, nil
	}
	return inference.Port{}, app.Refuse(nil, "inference.no_port", model, kind, name, names(list))
}

func names(list []onnxfile.Port) string {
	var n []string
	for _, p := range list {
		n = append(n, p.Name)
	}
	return strings.Join(n, ", ")
}

// network is one session.
type network struct {
	session *ort.DynamicAdvancedSession
	cuda    bool
	// values wraps the memory of the tensors seen so far: a few that are used over
	// and over.
	values map[*tensor.Dense]ort.Value
}

// newNetwork opens a session on GPU cuda, or on the CPU where that is -1.
func newNetwork(spec inference.NetworkSpec, cuda int) (*network, error) {
	o, err := ort.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	defer o.Destroy()
	threads := runtime.NumCPU() // more only wait for one another
	if spec.Threads > 0 {
		threads = min(threads, spec.Threads)
	}
	for _, set := range []func() error{
		func() error { return o.SetIntraOpNumThreads(threads) },
		func() error { return o.SetInterOpNumThreads(1) },
		// Threads that wait by spinning take the processor from the window.
		func() error { return o.AddSessionConfigEntry("session.intra_op.allow_spinning", "0") },
		func() error { return o.SetLogSeverityLevel(ort.LoggingLevelFatal) },
	} {
		if err := set(); err != nil {
			return nil, err
		}
	}
	if cuda >= 0 {
		if err := addCUDA(o, cuda); err != nil {
			return nil, err
		}
	}
	s, err := ort.NewDynamicAdvancedSessionWithONNXData(spec.Model, []string{spec.Input.Name}, []string{spec.Output}, o)
	if err != nil {
		return nil, err
	}
	return &network{session: s, values: map[*tensor.Dense]ort.Value{}}, nil
}

// addCUDA puts the work on a GPU. Shapes never change, so the choice of
// algorithms by rule is made once; the search by trial would cost seconds. The
// arena grows by what is asked, since the GPU drives the screen as well.
func addCUDA(o *ort.SessionOptions, index int) error {
	c, err := ort.NewCUDAProviderOptions()
	if err != nil {
		return err
	}
	defer c.Destroy()
	err = c.Update(map[string]string{
		"device_id":              strconv.Itoa(index),
		"cudnn_conv_algo_search": "HEURISTIC",
		"arena_extend_strategy":  "kSameAsRequested",
	})
	if err != nil {
		return err
	}
	return o.AppendExecutionProviderCUDA(c)
}

// Run computes out from in; see inference.Network.
func (n *network) Run(ctx context.Context, in, out *tensor.Dense) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	inValue, err := n.value(in)
	if err != nil {
		return err
	}
	outValue, err := n.value(out)
	if err != nil {
		return err
	}
	options, err := ort.NewRunOptions()
	if err != nil {
		return err
	}
	told := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		_ = options.Terminate() // where it fails the run ends by itself
		close(told)
	})
	err = n.session.RunWithOptions([]ort.Value{inValue}, []ort.Value{outValue}, options)
	if !stop() {
		<-told // the options are in use until then
	}
	_ = options.Destroy()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if n.cuda && err != nil && explainCUDA(err).Key == cudaMemory {
		return fmt.Errorf("%w: %s", inference.ErrDeviceMemory, brief(err))
	}
	return err
}

// value wraps a tensor's memory for ONNX Runtime.
func (n *network) value(t *tensor.Dense) (ort.Value, error) {
	if v, ok := n.values[t]; ok {
		return v, nil
	}
	shape := make(ort.Shape, t.Dims())
	for d, size := range t.Shape() {
		shape[d] = int64(size)
	}
	var v ort.Value
	var err error
	switch data := t.Data().(type) {
	case []float32:
		v, err = ort.NewTensor(shape, data)
	case []uint8:
		v, err = ort.NewTensor(shape, data)
	case []uint16: // the bits of float16
		bytes := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(data))), 2*len(data))
		v, err = ort.NewCustomDataTensor(shape, bytes, ort.TensorElementDataTypeFloat16)
	default:
		return nil, fmt.Errorf("a tensor of %v cannot be run", t.Dtype())
	}
	if err != nil {
		return nil, err
	}
	n.values[t] = v
	return v, nil
}

// Forget lets go of the tensors seen so far.
func (n *network) Forget() {
	for t, v := range n.values {
		_ = v.Destroy() // only fails on what is gone already
		delete(n.values, t)
	}
}

// Close frees the session.
func (n *network) Close() {
	n.Forget()
	_ = n.session.Destroy() // only fails on what is gone already
}
