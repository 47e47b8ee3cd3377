package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"
)

// A stream is one request on its way.
type stream struct {
	id     uint32
	due    time.Duration // when it was to be sent, since the start
	sent   int           // bytes of the message that are framed
	window int
	status int // of gRPC
	got    int // bytes of the answer
}

// A connection speaks just enough HTTP/2 for unary gRPC calls that all send the same message. It is
// used by one goroutine and never blocks.
type connection struct {
	fd           int
	message      []byte // with gRPC's five bytes in front
	first, later []byte // header blocks
	done         func(s *stream)

	out     []byte
	in      []byte
	waiting []time.Duration // due times of requests without a stream
	sending []*stream       // whose message is not all framed, oldest first
	open    map[uint32]*stream

	next          uint32
	mostStreams   int
	window        int // that the server has left for us
	initialWindow int
	received      int // since we last widened the server's window
}

func dial(address string, message, first, later []byte, done func(*stream)) (*connection, error) {
	remote, err := net.ResolveTCPAddr("tcp4", address)
	if err != nil {
		return nil, err
	}
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	target := &syscall.SockaddrInet4{Port: remote.Port}
	copy(target.Addr[:], remote.IP.To4())
	if err := syscall.Connect(fd, target); err != nil {
		return nil, err
	}
	if err := syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1); err != nil {
		return nil, err
	}
	if err := syscall.SetNonblock(fd, true); err != nil {
		return nil, err
	}
	c := &connection{
		fd: fd, message: message, first: first, later: later, done: done,
		open: map[uint32]*stream{}, next: 1, mostStreams: 1 << 30,
		window: firstWindow, initialWindow: firstWindow}
	c.out = append(c.out, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"...)
	var settings []byte
	for _, setting := range [][2]uint32{{settingTableSize, 0}, {settingPush, 0}, {settingInitialWindow, mostWindow}} {
		settings = binary.BigEndian.AppendUint16(settings, uint16(setting[0]))
		settings = binary.BigEndian.AppendUint32(settings, setting[1])
	}
	c.frame(frameSettings, 0, 0, settings)
	c.widen(mostWindow - firstWindow)
	return c, nil
}

func (c *connection) frame(kind, flags byte, id uint32, payload []byte) {
	size := len(payload)
	c.out = append(c.out, byte(size>>16), byte(size>>8), byte(size), kind, flags)
	c.out = binary.BigEndian.AppendUint32(c.out, id)
	c.out = append(c.out, payload...)
}

func (c *connection) widen(by int) {
	c.frame(frameWindowUpdate, 0, 0, binary.BigEndian.AppendUint32(nil, uint32(by)))
}

// pump frames as much as the windows and our own bound allow.
func (c *connection) pump() {
	for len(c.out) < outputAhead {
		if len(c.waiting) > 0 && len(c.open) < c.mostStreams && len(c.sending) < 16 {
			c.begin(c.waiting[0])
			c.waiting = c.waiting[1:]
		} else if !c.sendMore() {
			return
		}
	}
}

func (c *connection) begin(due time.Duration) {
	s := &stream{id: c.next, due: due, window: c.initialWindow, status: -1}
	headers := c.later
	if c.next == 1 {
		headers = c.first
	}
	c.next += 2
	c.open[s.id] = s
	c.frame(frameHeaders, flagEndHeaders, s.id, headers)
	c.sending = append(c.sending, s)
	c.sendMore()
}

// sendMore frames one piece of the oldest message that may go on; it returns false if none may.
func (c *connection) sendMore() bool {
	for i, s := range c.sending {
		size := min(len(c.message)-s.sent, mostFrame, c.window, s.window)
		if size <= 0 {
			continue
		}
		piece := c.message[s.sent : s.sent+size]
		s.sent += size
		s.window -= size
		c.window -= size
		if s.sent < len(c.message) {
			c.frame(frameData, 0, s.id, piece)
		} else {
			c.frame(frameData, flagEndStream, s.id, piece)
			c.sending = append(c.sending[:i], c.sending[i+1:]...)
		}
		return true
	}
	return false
}

// flush writes what the socket takes.
func (c *connection) flush() error {
	for len(c.out) > 0 {
		n, err := syscall.Write(c.fd, c.out)
		if err == syscall.EAGAIN {
			return nil
		}
		if err != nil {
			return err
		}
		c.out = c.out[:copy(c.out, c.out[n:])]
	}
	return nil
}

// receive reads what is there and completes what it answers.
func (c *connection) receive(buffer []byte) error {
	n, err := syscall.Read(c.fd, buffer)
	if err == syscall.EAGAIN {
		return nil
	}
	if err != nil {
		return err
	}
	if n == 0 {
		return io.ErrUnexpectedEOF
	}
	c.in = append(c.in, buffer[:n]...)
	at := 0
	for len(c.in)-at >= 9 {
		head := c.in[at : at+9]
		size := int(head[0])<<16 | int(head[1])<<8 | int(head[2])
		if len(c.in)-at < 9+size {
			break
		}
		id := binary.BigEndian.Uint32(head[5:]) & mostWindow
		if err := c.handle(head[3], head[4], id, c.in[at+9:at+9+size]); err != nil {
			return err
		}
		at += 9 + size
	}
	c.in = c.in[:copy(c.in, c.in[at:])]
	return nil
}

func (c *connection) handle(kind, flags byte, id uint32, payload []byte) error {
	switch kind {
	case frameData, frameHeaders:
		if flags&flagPadded != 0 || kind == frameHeaders && flags&flagEndHeaders == 0 {
			return fmt.Errorf("frame of type %d with flags %#x is not read here", kind, flags)
		}
		return c.answer(kind, flags, id, payload)
	case frameReset:
		if s := c.open[id]; s != nil {
			s.status = statusReset
			c.end(s)
		}
	case frameSettings:
		if flags&flagAck == 0 {
			c.settings(payload)
			c.frame(frameSettings, flagAck, 0, nil)
		}
	case framePing:
		if flags&flagAck == 0 {
			c.frame(framePing, flagAck, 0, payload)
		}
	case frameWindowUpdate:
		by := int(binary.BigEndian.Uint32(payload) & mostWindow)
		if id == 0 {
			c.window += by
		} else if s := c.open[id]; s != nil {
			s.window += by
		}
	case frameGoAway, frameContinuation:
		return fmt.Errorf("the server sent a frame of type %d: %q", kind, payload)
	}
	return nil
}

func (c *connection) settings(payload []byte) {
	for ; len(payload) >= 6; payload = payload[6:] {
		value := int(binary.BigEndian.Uint32(payload[2:]))
		switch binary.BigEndian.Uint16(payload) {
		case settingMostStreams:
			c.mostStreams = value
		case settingInitialWindow:
			for _, s := range c.open {
				s.window += value - c.initialWindow
			}
			c.initialWindow = value
		}
	}
}

func (c *connection) answer(kind, flags byte, id uint32, payload []byte) error {
	if kind == frameData {
		if c.received += len(payload); c.received > mostWindow/2 {
			c.widen(c.received)
			c.received = 0
		}
	}
	s := c.open[id]
	if s == nil {
		return nil
	}
	if kind == frameData {
		s.got += len(payload)
	} else {
		if flags&flagPriority != 0 {
			payload = payload[5:]
		}
		http, grpc, err := responseStatus(payload)
		if err != nil {
			return err
		}
		if http >= 0 && http != 200 {
			s.status = statusHTTP
		} else if grpc >= 0 {
			s.status = grpc
		}
	}
	if flags&flagEndStream != 0 {
		c.end(s)
	}
	return nil
}

// end forgets a stream; what is left of its message need not be sent.
func (c *connection) end(s *stream) {
	delete(c.open, s.id)
	if s.sent < len(c.message) {
		for i, each := range c.sending {
			if each == s {
				c.sending = append(c.sending[:i], c.sending[i+1:]...)
				break
			}
		}
		if s.status != statusReset {
			c.frame(frameReset, 0, s.id, []byte{0, 0, 0, codeCancel})
		}
	}
	c.done(s)
}
