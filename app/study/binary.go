package study

import (
	"encoding/binary"
	"errors"
	"math"
	"time"
)

var (
	// errDamaged says that bytes are not what an encoder wrote.
	errDamaged = errors.New("study: damaged record")
	// errNewer says that they are what only a newer version knows.
	errNewer = errors.New("study: record of a newer version")
)

// encoder appends values to a record: whole numbers as varints (zigzag where
// they may be negative), strings with their length before them.
type encoder []byte

func (e *encoder) byte(v byte)     { *e = append(*e, v) }
func (e *encoder) uint(v int)      { *e = binary.AppendUvarint(*e, uint64(v)) }
func (e *encoder) int(v int64)     { *e = binary.AppendVarint(*e, v) }
func (e *encoder) float(v float64) { *e = binary.LittleEndian.AppendUint64(*e, math.Float64bits(v)) }
func (e *encoder) bytes(v []byte)  { e.uint(len(v)); *e = append(*e, v...) }
func (e *encoder) string(v string) { e.uint(len(v)); *e = append(*e, v...) }
func (e *encoder) uint64(v uint64) { *e = binary.AppendUvarint(*e, v) }

// time keeps the instant, not the place it was told in.
func (e *encoder) time(v time.Time) {
	e.int(v.Unix())
	e.uint(v.Nanosecond())
}

func (e *encoder) bool(v bool) {
	if v {
		e.byte(1)
		return
	}
	e.byte(0)
}

// decoder takes values off a record. After the first that is not there every
// other is zero, and err says so: read all, then look once.
type decoder struct {
	b   []byte
	err error
}

func (d *decoder) fail() { d.b, d.err = nil, errDamaged }

func (d *decoder) byte() byte {
	if len(d.b) == 0 {
		d.fail()
		return 0
	}
	v := d.b[0]
	d.b = d.b[1:]
	return v
}

func (d *decoder) uint64() uint64 {
	v, n := binary.Uvarint(d.b)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.b = d.b[n:]
	return v
}

// uint reads a number that fits an int32, as every index and count of a grid does.
func (d *decoder) uint() int {
	v := d.uint64()
	if v > math.MaxInt32 {
		d.fail()
		return 0
	}
	return int(v)
}

// count reads how many items follow, each of which takes least bytes or more:
// never more than there is room for, so that a damaged record asks for no memory.
func (d *decoder) count(least int) int {
	n := d.uint()
	if n > len(d.b)/least {
		d.fail()
		return 0
	}
	return n
}

func (d *decoder) int() int64 {
	v, n := binary.Varint(d.b)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) float() float64 {
	if len(d.b) < 8 {
		d.fail()
		return 0
	}
	v := math.Float64frombits(binary.LittleEndian.Uint64(d.b))
	d.b = d.b[8:]
	return v
}

// bytes returns the record's own memory.
func (d *decoder) bytes() []byte {
	n := d.count(1)
	v := d.b[:n:n]
	d.b = d.b[n:]
	return v
}

func (d *decoder) string() string { return string(d.bytes()) }
func (d *decoder) bool() bool     { return d.byte() != 0 }
func (d *decoder) time() time.Time {
	s, ns := d.int(), d.uint()
	return time.Unix(s, int64(ns))
}
