package main

import (
	"errors"
	"fmt"
	"strconv"
)

// Header blocks (RFC 7541). We tell the server that its table has no room, so what it sends refers
// to nothing but the static table, and a response can be read without keeping a table.

// Static table entries that are used here.
const (
	staticAuthority   = 1
	staticPost        = 3
	staticPath        = 4
	staticHTTP        = 6
	staticStatus200   = 8
	staticStatusLast  = 14
	staticContentType = 31
)

const (
	newestEntry    = 62 // of the table that a connection's headers make
	mostHeaders    = 32 // so that the oldest entry's number is one byte
	mostTableBytes = 4096
	entryBytes     = 32 // that an entry counts beside its texts
)

// A header is one that the caller adds to each request, its name in lower case.
type header struct{ name, value string }

// requestHeaders returns the block of a connection's first request, and the block of all later
// ones, which refers to what the first left in the server's table.
func requestHeaders(authority, path string, added []header) (first, later []byte) {
	first = []byte{0x80 | staticPost, 0x80 | staticHTTP}
	first = appendString(append(first, 0x40|staticPath), path)
	first = appendString(append(first, 0x40|staticAuthority), authority)
	first = appendString(append(first, 0x40|staticContentType), "application/grpc")
	first = appendString(appendString(append(first, 0x40), "te"), "trailers")
	for _, each := range added {
		first = appendString(appendString(append(first, 0x40), each.name), each.value)
	}
	later = []byte{0x80 | staticPost, 0x80 | staticHTTP}
	for entry := newestEntry + 3 + len(added); entry >= newestEntry; entry-- {
		later = append(later, 0x80|byte(entry))
	}
	return first, later
}

// checkHeaders refuses what the server's table could not keep.
func checkHeaders(authority, path string, added []header) error {
	bytes := 4*entryBytes + len(":path:authoritycontent-typeapplication/grpctetrailers") + len(authority) + len(path)
	for _, each := range added {
		bytes += entryBytes + len(each.name) + len(each.value)
	}
	if len(added) > mostHeaders || bytes > mostTableBytes {
		return fmt.Errorf("expected at most %d headers of %d bytes in all, found %d of %d",
			mostHeaders, mostTableBytes, len(added), bytes)
	}
	return nil
}

// appendString appends a string literal: its length in an integer of 7 bits and more, its bytes.
func appendString(block []byte, text string) []byte {
	length := len(text)
	if length < 127 {
		return append(append(block, byte(length)), text...)
	}
	block = append(block, 127)
	for length -= 127; length >= 128; length >>= 7 {
		block = append(block, byte(length)|128)
	}
	return append(append(block, byte(length)), text...)
}

var errHeaders = errors.New("malformed header block")

// A block reads a header block front to back.
type block struct {
	rest []byte
}

func (b *block) integer(prefixBits uint) (int, error) {
	if len(b.rest) == 0 {
		return 0, errHeaders
	}
	most := 1<<prefixBits - 1
	value := int(b.rest[0]) & most
	b.rest = b.rest[1:]
	if value < most {
		return value, nil
	}
	for shift := uint(0); shift < 28 && len(b.rest) > 0; shift += 7 {
		next := b.rest[0]
		b.rest = b.rest[1:]
		value += int(next&127) << shift
		if next < 128 {
			return value, nil
		}
	}
	return 0, errHeaders
}

// text returns a string literal; one in Huffman code, which no server of ours uses for short texts,
// is returned as it is and marked.
func (b *block) text() (text []byte, coded bool, err error) {
	if len(b.rest) == 0 {
		return nil, false, errHeaders
	}
	coded = b.rest[0]&0x80 != 0
	size, err := b.integer(7)
	if err != nil || size > len(b.rest) {
		return nil, false, errHeaders
	}
	text, b.rest = b.rest[:size], b.rest[size:]
	return text, coded, nil
}

// responseStatus returns the HTTP status and the gRPC status of a block; -1 where it has none.
func responseStatus(encoded []byte) (http, grpc int, err error) {
	http, grpc = -1, -1
	b := &block{encoded}
	for len(b.rest) > 0 {
		kind := b.rest[0]
		switch {
		case kind&0x80 != 0:
			index, err := b.integer(7)
			if err != nil {
				return 0, 0, err
			}
			if index == staticStatus200 {
				http = 200
			} else if index > staticStatus200 && index <= staticStatusLast {
				http = 500
			}
		case kind&0xe0 == 0x20: // the table's size
			if _, err := b.integer(5); err != nil {
				return 0, 0, err
			}
		default:
			if err := b.literal(kind, &http, &grpc); err != nil {
				return 0, 0, err
			}
		}
	}
	return http, grpc, nil
}

func (b *block) literal(kind byte, http, grpc *int) error {
	prefix := uint(4)
	if kind&0x40 != 0 {
		prefix = 6
	}
	index, err := b.integer(prefix)
	if err != nil {
		return err
	}
	var name []byte
	if index == 0 {
		var coded bool
		if name, coded, err = b.text(); err != nil {
			return err
		}
		if coded {
			return errors.New("a header's name is in Huffman code, which is not read here")
		}
	}
	value, coded, err := b.text()
	if err != nil {
		return err
	}
	isHTTP := index >= staticStatus200 && index <= staticStatusLast
	if !isHTTP && string(name) != "grpc-status" {
		return nil
	}
	status, err := strconv.Atoi(string(value))
	if coded || err != nil {
		return errors.New("a status cannot be read")
	}
	if isHTTP {
		*http = status
	} else {
		*grpc = status
	}
	return nil
}
