package study

import (
	"fmt"
	"math"
	"reflect"

	"opacity/app/text"
)

// The types of a message's arguments, as records tell them apart. Named types
// count as what they are made of, so that a sentence's verbs fit again; whatever
// is none of these is kept as the words it prints.
const (
	argNil byte = iota
	argString
	argBool
	argInt
	argInt64
	argUint
	argFloat
	argFloat32
	argMessage
	argMessages
)

// deepest is how far messages may lie in one another: far more than any
// sentence has, far less than a damaged record could claim.
const deepest = 8

func (e *encoder) message(m text.Message) { e.messageAt(m, 0) }

func (e *encoder) messageAt(m text.Message, depth int) {
	e.string(m.Key)
	e.uint(len(m.Args))
	for _, a := range m.Args {
		e.argument(a, depth)
	}
}

func (e *encoder) argument(a any, depth int) {
	switch v := a.(type) {
	case nil:
		e.byte(argNil)
		return
	case text.Message:
		if depth < deepest {
			e.byte(argMessage)
			e.messageAt(v, depth+1)
			return
		}
	case []text.Message:
		if depth < deepest {
			e.byte(argMessages)
			e.uint(len(v))
			for _, m := range v {
				e.messageAt(m, depth+1)
			}
			return
		}
	case int64:
		e.byte(argInt64)
		e.int(v)
		return
	case error, fmt.Stringer:
		e.words(a)
		return
	}
	e.plain(a)
}

// plain writes what a value is made of.
func (e *encoder) plain(a any) {
	switch v := reflect.ValueOf(a); v.Kind() {
	case reflect.String:
		e.byte(argString)
		e.string(v.String())
	case reflect.Bool:
		e.byte(argBool)
		e.bool(v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		e.byte(argInt)
		e.int(v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		e.byte(argUint)
		e.uint64(v.Uint())
	case reflect.Float64:
		e.byte(argFloat)
		e.float(v.Float())
	case reflect.Float32:
		e.byte(argFloat32)
		e.float(v.Float())
	default:
		e.words(a)
	}
}

func (e *encoder) words(a any) {
	e.byte(argString)
	e.string(fmt.Sprint(a))
}

func (d *decoder) message() text.Message { return d.messageAt(0) }

func (d *decoder) messageAt(depth int) text.Message {
	m := text.Message{Key: d.string()}
	if depth > deepest {
		d.fail()
	}
	for range d.count(1) {
		m.Args = append(m.Args, d.argument(depth))
	}
	return m
}

func (d *decoder) argument(depth int) any {
	switch kind := d.byte(); kind {
	case argNil:
		return nil
	case argString:
		return d.string()
	case argBool:
		return d.bool()
	case argInt:
		v := d.int()
		if v < math.MinInt || v > math.MaxInt {
			d.fail()
		}
		return int(v)
	case argInt64:
		return d.int()
	case argUint:
		return d.uint64()
	case argFloat:
		return d.float()
	case argFloat32:
		return float32(d.float())
	case argMessage:
		return d.messageAt(depth + 1)
	case argMessages:
		var list []text.Message
		for range d.count(2) {
			list = append(list, d.messageAt(depth+1))
		}
		return list
	}
	d.fail()
	return nil
}
