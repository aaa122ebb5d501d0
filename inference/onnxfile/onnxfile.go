// Package onnxfile reads what an ONNX file says of itself, its metadata and what
// its network takes and gives, without a runtime and without opening the network.
// An ONNX file is a protocol buffer; numbers of fields and types are those of
// onnx.proto3 (github.com/onnx/onnx, IR version 10).
package onnxfile

import (
	"encoding/binary"
	"errors"
)

// ErrNotONNX says that a file is no ONNX model.
var ErrNotONNX = errors.New("not an ONNX file")

// File is what an ONNX file says of itself.
type File struct {
	Metadata map[string]string
	Inputs   []Port // without those that have a value in the file
	Outputs  []Port
}

// Port is a tensor that goes into or comes out of the network.
type Port struct {
	Name string
	Type int // TensorProto.DataType: 1 float32, 2 uint8, 10 float16; 0 for what is no tensor
	// Shape holds -1 for a size that the file leaves open; nil where it gives no shape.
	Shape []int
}

// Types of elements, TensorProto.DataType.
const (
	Float32 = 1
	Uint8   = 2
	Float16 = 10
)

// Numbers of fields by message.
const (
	modelIRVersion = 1
	modelGraph     = 7
	modelMetadata  = 14

	graphInitializer = 5
	graphInput       = 11
	graphOutput      = 12

	entryKey   = 1
	entryValue = 2

	tensorName = 8

	valueName = 1
	valueType = 2

	typeTensor   = 1
	tensorElem   = 1
	tensorShape  = 2
	shapeDim     = 1
	dimValue     = 1
	largestField = 100 // of any message here, with room for newer versions
)

// Parse reads an ONNX file. The error is ErrNotONNX where it is none, or is cut short.
func Parse(b []byte) (File, error) {
	f := File{Metadata: map[string]string{}}
	graph, version := false, false
	err := each(b, func(field int, number uint64, value []byte) error {
		switch field {
		case modelIRVersion:
			version = true
		case modelGraph:
			graph = len(value) > 0
			return f.graph(value)
		case modelMetadata:
			key, text, err := entry(value)
			f.Metadata[key] = text
			return err
		}
		return nil
	})
	if err != nil || !graph || !version {
		return File{}, ErrNotONNX
	}
	return f, nil
}

// each walks the fields of a message: number is the value of a varint, value the
// bytes of anything longer.
func each(b []byte, do func(field int, number uint64, value []byte) error) error {
	for len(b) > 0 {
		tag, n := binary.Uvarint(b)
		if n <= 0 || tag>>3 == 0 || tag>>3 > largestField {
			return ErrNotONNX
		}
		b = b[n:]
		var number, length uint64
		switch tag & 7 {
		case 0:
			if number, n = binary.Uvarint(b); n <= 0 {
				return ErrNotONNX
			}
			b = b[n:]
		case 1:
			length = 8
		case 5:
			length = 4
		case 2:
			if length, n = binary.Uvarint(b); n <= 0 {
				return ErrNotONNX
			}
			b = b[n:]
		default:
			return ErrNotONNX
		}
		if length > uint64(len(b)) { // promises more than the file holds
			return ErrNotONNX
		}
		if err := do(int(tag>>3), number, b[:length]); err != nil {
			return err
		}
		b = b[length:]
	}
	return nil
}

// entry reads a StringStringEntryProto.
func entry(b []byte) (key, text string, err error) {
	err = each(b, func(field int, _ uint64, value []byte) error {
		switch field {
		case entryKey:
			key = string(value)
		case entryValue:
			text = string(value)
		}
		return nil
	})
	return key, text, err
}

// graph reads inputs and outputs of a GraphProto. Older files list weights among
// the inputs.
func (f *File) graph(b []byte) error {
	weights := map[string]bool{}
	err := each(b, func(field int, _ uint64, value []byte) error {
		switch field {
		case graphInitializer:
			return each(value, func(field int, _ uint64, value []byte) error {
				if field == tensorName {
					weights[string(value)] = true
				}
				return nil
			})
		case graphInput:
			p, err := port(value)
			f.Inputs = append(f.Inputs, p)
			return err
		case graphOutput:
			p, err := port(value)
			f.Outputs = append(f.Outputs, p)
			return err
		}
		return nil
	})
	kept := f.Inputs[:0]
	for _, p := range f.Inputs {
		if !weights[p.Name] {
			kept = append(kept, p)
		}
	}
	f.Inputs = kept
	return err
}

// port reads a ValueInfoProto.
func port(b []byte) (p Port, err error) {
	err = each(b, func(field int, _ uint64, value []byte) error {
		switch field {
		case valueName:
			p.Name = string(value)
		case valueType:
			return each(value, func(field int, _ uint64, value []byte) error {
				if field == typeTensor {
					return p.tensor(value)
				}
				return nil
			})
		}
		return nil
	})
	return p, err
}

// tensor reads a TypeProto.Tensor.
func (p *Port) tensor(b []byte) error {
	return each(b, func(field int, number uint64, value []byte) error {
		switch field {
		case tensorElem:
			p.Type = int(min(number, 1<<16))
		case tensorShape:
			p.Shape = []int{}
			return each(value, func(field int, _ uint64, value []byte) error {
				if field != shapeDim {
					return nil
				}
				size := -1
				err := each(value, func(field int, number uint64, _ []byte) error {
					if field == dimValue && number <= 1<<31-1 {
						size = int(number)
					}
					return nil
				})
				p.Shape = append(p.Shape, size)
				return err
			})
		}
		return nil
	})
}
