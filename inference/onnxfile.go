package inference

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

// errNotONNX says that a file is no ONNX model.
var errNotONNX = errors.New("not an ONNX file")

// Field numbers of onnx.proto3: ModelProto and StringStringEntryProto.
const (
	modelIRVersion = 1
	modelGraph     = 7
	modelMetadata  = 14
	entryKey       = 1
	entryValue     = 2
)

// maxMetadata bounds one metadata entry.
const maxMetadata = 16 << 20

// onnxMetadata reads the metadata_props of an ONNX file, a protocol buffer,
// without loading the network or needing a runtime: the graph is skipped.
func onnxMetadata(r io.Reader) (map[string]string, error) {
	b := bufio.NewReaderSize(r, 1<<16)
	props := map[string]string{}
	graph, version := false, false
	for {
		field, n, err := nextField(b)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		switch {
		case field == modelMetadata && n <= maxMetadata:
			entry := make([]byte, n)
			if _, err := io.ReadFull(b, entry); err != nil {
				return nil, errNotONNX
			}
			key, value, err := metadataEntry(entry)
			if err != nil {
				return nil, err
			}
			props[key] = value
		default:
			graph, version = graph || field == modelGraph && n > 0, version || field == modelIRVersion
			if m, err := io.CopyN(io.Discard, b, n); err != nil || m != n {
				return nil, errNotONNX // promises more than the file holds
			}
		}
	}
	if !graph || !version {
		return nil, errNotONNX
	}
	return props, nil
}

// nextField reads a field's tag. For bytes n is their length; the value of a
// number is read, and n is 0, or left as n bytes to skip.
func nextField(b *bufio.Reader) (field int, n int64, err error) {
	tag, err := binary.ReadUvarint(b)
	if err != nil {
		if err == io.EOF {
			return 0, 0, io.EOF
		}
		return 0, 0, errNotONNX
	}
	field = int(tag >> 3)
	switch tag & 7 {
	case 0:
		if _, err := binary.ReadUvarint(b); err != nil {
			return 0, 0, errNotONNX
		}
	case 1:
		n = 8
	case 5:
		n = 4
	case 2:
		u, err := binary.ReadUvarint(b)
		if err != nil || u > 1<<40 {
			return 0, 0, errNotONNX
		}
		n = int64(u)
	default:
		return 0, 0, errNotONNX
	}
	if field == 0 || field > 100 {
		return 0, 0, errNotONNX
	}
	return field, n, nil
}

func metadataEntry(entry []byte) (key, value string, err error) {
	for len(entry) > 0 {
		tag, a := binary.Uvarint(entry)
		if a <= 0 || tag&7 != 2 {
			return "", "", errNotONNX
		}
		n, c := binary.Uvarint(entry[a:])
		if c <= 0 || n > uint64(len(entry)-a-c) {
			return "", "", errNotONNX
		}
		text := string(entry[a+c : a+c+int(n)])
		switch tag >> 3 {
		case entryKey:
			key = text
		case entryValue:
			value = text
		}
		entry = entry[a+c+int(n):]
	}
	return key, value, nil
}
