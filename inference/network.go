package inference

import (
	"context"
	"errors"
	"math"

	"gorgonia.org/tensor"

	"opacity/app"
)

// ErrDeviceMemory says that a GPU's memory did not last for a run.
var ErrDeviceMemory = errors.New("the GPU's memory does not suffice")

// Network is a model ready to run on one device.
type Network interface {
	// Run computes out from in, both of the shapes it was opened with. Cancelled,
	// it returns ctx.Err() within half a second. It keeps neither tensor, but may
	// remember where their memory lies: use the same few again and again. On a GPU
	// without the memory for it the error wraps ErrDeviceMemory.
	Run(ctx context.Context, in, out *tensor.Dense) error
	// Forget lets go of the tensors it was run on; others may follow.
	Forget()
	Close()
}

// Runtime opens networks; package inference/onnx has one.
type Runtime interface {
	// Open prepares a network. Where the device asked for is "auto", a GPU that
	// cannot be used is no error: Device.Reason says why the CPU does the work.
	Open(spec NetworkSpec) (Opened, error)
}

// NetworkSpec is what a caller wants opened, and what it will feed it.
type NetworkSpec struct {
	Name    string // of the model, for errors
	Model   []byte // an ONNX file
	Input   Port
	Output  string // name
	Device  string // auto, cpu, cuda, cuda:N
	Threads int    // 0: as many as there are cores, which is also the most used
}

// Port is a named tensor with its shape.
type Port struct {
	Name  string
	Shape tensor.Shape
	Type  tensor.Dtype
}

// Opened is an open network. Output is as the model declares it: sizes it leaves
// open are -1.
type Opened struct {
	Network Network
	Device  app.Device
	Output  Port
}

// Element types as tensors hold them; float16 travels as its bits.
var dtypes = map[string]tensor.Dtype{"float32": tensor.Float32, "float16": tensor.Uint16, "uint8": tensor.Uint8}

// newTensor returns a tensor with memory of its own, as a slice of the type's
// elements.
func newTensor(shape tensor.Shape, t tensor.Dtype) (dense *tensor.Dense, backing any) {
	n := shape.TotalSize()
	switch t {
	case tensor.Uint16:
		backing = make([]uint16, n)
	case tensor.Uint8:
		backing = make([]uint8, n)
	default:
		backing = make([]float32, n)
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(backing)), backing
}

// inputShape is the shape of n pictures of c channels in the model's layout.
func inputShape(layout string, n, c, rows, cols int) tensor.Shape {
	if layout == "NHWC" {
		return tensor.Shape{n, rows, cols, c}
	}
	return tensor.Shape{n, c, rows, cols}
}

// plane says where a channel of a picture lies in a tensor: pixel p at
// offset + p*step.
type plane struct{ offset, step int }

func planeOf(layout string, n, c, channels, pixels int) plane {
	if layout == "NHWC" {
		return plane{n*channels*pixels + c, channels}
	}
	return plane{(n*channels + c) * pixels, 1}
}

// put writes a picture into a channel of a tensor's memory, as the type it has.
func put(backing any, at plane, pix []float32) {
	o := at.offset
	switch to := backing.(type) {
	case []float32:
		if at.step == 1 {
			copy(to[o:], pix)
			return
		}
		for _, x := range pix {
			to[o] = x
			o += at.step
		}
	case []uint16:
		for _, x := range pix {
			to[o] = toFloat16(x)
			o += at.step
		}
	case []uint8:
		for _, x := range pix {
			to[o] = roundToByte(x)
			o += at.step
		}
	}
}

// get reads a channel of a tensor's memory. Bytes are 0..255 for 0..1.
func get(dst []float32, backing any, at plane) {
	o := at.offset
	switch from := backing.(type) {
	case []float32:
		if at.step == 1 {
			copy(dst, from[o:o+len(dst)])
			return
		}
		for n := range dst {
			dst[n] = from[o]
			o += at.step
		}
	case []uint16:
		for n := range dst {
			dst[n] = fromFloat16(from[o])
			o += at.step
		}
	case []uint8:
		for n := range dst {
			dst[n] = float32(from[o]) / 255
			o += at.step
		}
	}
}

// toFloat16 returns the bits of the IEEE 754 half nearest to x, half to even.
func toFloat16(x float32) uint16 {
	b := math.Float32bits(x)
	sign := uint16(b >> 16 & 0x8000)
	exp, frac := int(b>>23&0xFF), b&0x7FFFFF
	switch {
	case exp == 0xFF && frac != 0:
		return sign | 0x7E00
	case exp > 142: // 2^16 and up, infinity too
		return sign | 0x7C00
	case exp < 102: // below half the smallest
		return sign
	}
	shift := uint(13)
	half := uint32(exp-112) << 10
	if exp < 113 { // subnormal
		frac |= 1 << 23
		shift, half = uint(126-exp), 0
	}
	half += frac >> shift
	if rest, tie := frac&(1<<shift-1), uint32(1)<<(shift-1); rest > tie || rest == tie && half&1 == 1 {
		half++ // carries into the exponent, to infinity at the top
	}
	return sign | uint16(half)
}

// fromFloat16 returns the value of the bits of an IEEE 754 half.
func fromFloat16(h uint16) float32 {
	sign, exp, frac := uint32(h&0x8000)<<16, int(h>>10&0x1F), uint32(h&0x3FF)
	switch {
	case exp == 0x1F:
		return math.Float32frombits(sign | 0x7F800000 | frac<<13)
	case exp == 0:
		v := float32(frac) / (1 << 24)
		return math.Float32frombits(sign | math.Float32bits(v))
	}
	return math.Float32frombits(sign | uint32(exp+112)<<23 | frac<<13)
}
