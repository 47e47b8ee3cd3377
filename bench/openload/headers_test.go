package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestReadsStatusOfAnswers(t *testing.T) {
	trailers := appendString(appendString([]byte{0x00}, "grpc-status"), "14")
	refusal := append([]byte{0x20, 0x80 | staticStatus200}, trailers...)
	refusal = appendString(appendString(append(refusal, 0x10), "grpc-message"), "overloaded")
	for name, each := range map[string]struct {
		block      []byte
		http, grpc int
	}{
		"headers":       {[]byte{0x80 | staticStatus200}, 200, -1},
		"trailers":      {trailers, -1, 14},
		"trailers only": {refusal, 200, 14},
		"literal":       {appendString([]byte{staticStatus200}, "503"), 503, -1},
	} {
		http, grpc, err := responseStatus(each.block)
		if err != nil || http != each.http || grpc != each.grpc {
			t.Errorf("%s: expected %d and %d, found %d and %d, %v", name, each.http, each.grpc, http, grpc, err)
		}
	}
}

func TestRefusesWhatItCannotRead(t *testing.T) {
	for name, each := range map[string][]byte{
		"cut off":       {0x00, 11, 'g', 'r'},
		"no value":      appendString([]byte{0x00}, "grpc-status"),
		"coded name":    {0x00, 0x81, 0x1f, 1, '0'},
		"not a number":  appendString(appendString([]byte{0x00}, "grpc-status"), "x"),
		"endless index": {0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
	} {
		if _, _, err := responseStatus(each); err == nil {
			t.Errorf("%s: expected an error", name)
		}
	}
}

func TestMessageGoesOutAsWindowsAllow(t *testing.T) {
	c := &connection{
		message: make([]byte, 40_000), first: []byte{1}, later: []byte{2}, open: map[uint32]*stream{},
		next: 1, mostStreams: 2, window: 50_000, initialWindow: 30_000}
	c.waiting = append(c.waiting, 0, 0, 0)
	c.pump()
	// 30,000 of the first, 20,000 of the second: the streams' windows, then the connection's.
	if c.window != 0 || len(c.open) != 2 || c.open[1].sent != 30_000 || c.open[3].sent != 20_000 {
		t.Fatalf("window %d, streams %v", c.window, c.open)
	}
	widen := []byte{0, 0, 0x75, 0x30} // 30,000
	for _, id := range []uint32{0, 1, 3} {
		if err := c.handle(frameWindowUpdate, 0, id, widen); err != nil {
			t.Fatal(err)
		}
	}
	c.pump()
	if c.open[1].sent != 40_000 || c.open[3].sent != 40_000 || len(c.waiting) != 1 {
		t.Fatalf("sent %d and %d, %d wait", c.open[1].sent, c.open[3].sent, len(c.waiting))
	}
}

func TestAnAnswerBeforeTheEndStopsTheMessage(t *testing.T) {
	var ended []*stream
	c := &connection{
		message: make([]byte, 40_000), open: map[uint32]*stream{}, next: 1, mostStreams: 1,
		window: 30_000, initialWindow: 30_000, done: func(s *stream) { ended = append(ended, s) }}
	c.waiting = append(c.waiting, 0)
	c.pump()
	refusal := appendString(appendString([]byte{0x88, 0x00}, "grpc-status"), "14")
	if err := c.handle(frameHeaders, flagEndHeaders|flagEndStream, 1, refusal); err != nil {
		t.Fatal(err)
	}
	if len(ended) != 1 || ended[0].status != 14 || len(c.sending) != 0 || len(c.open) != 0 {
		t.Fatalf("ended %v, sending %d", ended, len(c.sending))
	}
}

func TestAddedHeadersAreInTheTable(t *testing.T) {
	value := strings.Repeat("v", 400)
	first, later := requestHeaders("localhost:1", "/a/b", []header{{"authorization", value}, {"x-id", "7"}})
	b := &block{first[len(first)-2-7-400-3-14 : len(first)]}
	for _, expected := range []string{"authorization", value} {
		if b.rest[0] == 0x40 {
			b.rest = b.rest[1:]
		}
		text, coded, err := b.text()
		if string(text) != expected || coded || err != nil {
			t.Fatalf("expected %.20s, found %.20s, %v", expected, text, err)
		}
	}
	// :path, :authority, content-type, te and ours, oldest first.
	expected := []byte{0x80 | staticPost, 0x80 | staticHTTP, 0x80 | 67, 0x80 | 66, 0x80 | 65, 0x80 | 64, 0x80 | 63, 0x80 | 62}
	if !bytes.Equal(later, expected) {
		t.Errorf("expected %v, found %v", expected, later)
	}
	if checkHeaders("localhost:1", "/a/b", []header{{"x", strings.Repeat("v", 4096)}}) == nil {
		t.Error("expected an error")
	}
}
