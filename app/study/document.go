package study

import (
	"bytes"
	"encoding/json"
	"reflect"
)

// document is study.json as a tree, so that what a newer version wrote into it
// and this one does not know outlives being saved by this one.
type document map[string]any

// toDocument turns a value into the tree of its JSON.
func toDocument(v any) (document, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return parseDocument(b)
}

// parseDocument reads one JSON object and nothing after it.
func parseDocument(b []byte) (document, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var doc document
	if err := d.Decode(&doc); err != nil {
		return nil, err
	}
	if doc == nil || d.More() {
		return nil, errDamaged
	}
	return doc, nil
}

// info reads what this version knows of the document.
func (d document) info() (Info, error) {
	var i Info
	b, err := json.Marshal(d)
	if err == nil {
		err = json.Unmarshal(b, &i)
	}
	return i, err
}

// merge puts a change into the tree: objects field by field, all else as a
// whole. What is not in the change stays, null included.
func (d document) merge(change document) {
	for key, v := range change {
		d[key] = merged(d[key], v)
	}
}

func merged(old, change any) any {
	switch c := change.(type) {
	case map[string]any:
		o, ok := old.(map[string]any)
		if !ok {
			return c
		}
		document(o).merge(c)
		return o
	case []any:
		o, ok := old.([]any)
		if !ok {
			return c
		}
		for n := range min(len(o), len(c)) {
			if agrees(o[n], c[n]) { // so that an item keeps what only a newer version knows
				c[n] = o[n]
			}
		}
	}
	return change
}

// agrees reports whether an item says all that another says, and maybe more.
func agrees(old, item any) bool {
	switch i := item.(type) {
	case map[string]any:
		o, ok := old.(map[string]any)
		for key, v := range i {
			if was, there := o[key]; !there || !agrees(was, v) {
				return false
			}
		}
		return ok
	case []any:
		o, ok := old.([]any)
		if !ok || len(o) != len(i) {
			return false
		}
		for n, v := range i {
			if !agrees(o[n], v) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(old, item)
}

// changes is what has to be merged into old to say all that now says.
func changes(old, now document) document {
	c := document{}
	for key, v := range now {
		o, there := old[key]
		if there && agrees(o, v) {
			continue
		}
		a, ok := o.(map[string]any)
		b, both := v.(map[string]any)
		if ok && both {
			c[key] = map[string]any(changes(a, b))
		} else {
			c[key] = v
		}
	}
	return c
}
