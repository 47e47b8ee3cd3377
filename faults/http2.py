"""HTTP/2 by hand: frames that a client library would refuse to send, and a small gRPC client."""

import socket
import struct
import time

PREFACE = b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
(DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE,
 CONTINUATION) = range(10)
END_STREAM, ACK, END_HEADERS, PADDED = 0x1, 0x1, 0x4, 0x8
LARGEST_WINDOW = 2 ** 31 - 1
FRAME_BYTES = 16384

ERRORS = ('NO_ERROR', 'PROTOCOL_ERROR', 'INTERNAL_ERROR', 'FLOW_CONTROL_ERROR', 'SETTINGS_TIMEOUT',
          'STREAM_CLOSED', 'FRAME_SIZE_ERROR', 'REFUSED_STREAM', 'CANCEL', 'COMPRESSION_ERROR',
          'CONNECT_ERROR', 'ENHANCE_YOUR_CALM')

# RFC 7541, appendix A; only the values that a server of gRPC sends.
STATIC = (
    ':authority :method :method :path :path :scheme :scheme :status=200 :status=204 :status=206'
    ' :status=304 :status=400 :status=404 :status=500 accept-charset accept-encoding'
    ' accept-language accept-ranges accept access-control-allow-origin age allow authorization'
    ' cache-control content-disposition content-encoding content-language content-length'
    ' content-location content-range content-type cookie date etag expect expires from host if-match'
    ' if-modified-since if-none-match if-range if-unmodified-since last-modified link location'
    ' max-forwards proxy-authenticate proxy-authorization range referer refresh retry-after server'
    ' set-cookie strict-transport-security transfer-encoding user-agent vary via'
    ' www-authenticate').split()


def frame(kind, flags=0, stream=0, payload=b'', length=None):
    """A frame; a length other than the payload's can be claimed."""
    size = len(payload) if length is None else length
    return struct.pack('>I', size)[1:] + struct.pack('>BBI', kind, flags, stream) + payload


def settings(values=()):
    return frame(SETTINGS, payload=b''.join(struct.pack('>HI', *each) for each in values))


def window_update(stream, increment):
    return frame(WINDOW_UPDATE, 0, stream, struct.pack('>I', increment))


def integer(value, bits, first=0):
    """An integer of HPACK with a prefix of so many bits."""
    most = (1 << bits) - 1
    if value < most:
        return bytes([first | value])
    out, value = bytearray([first | most]), value - most
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out) + bytes([value])


def literal(name, value, indexed=False):
    """A header field by its text, without Huffman's code."""
    name, value = (each.encode() if isinstance(each, str) else each for each in (name, value))
    return (bytes([0x40 if indexed else 0]) + integer(len(name), 7) + name
            + integer(len(value), 7) + value)


def request_fields(path, extra=()):
    return [(':method', 'POST'), (':scheme', 'http'), (':path', path), (':authority', 'x'),
            ('content-type', 'application/grpc'), ('te', 'trailers'), *extra]


def block(fields):
    return b''.join(literal(name, value) for name, value in fields)


def headers(stream, path, extra=(), flags=END_HEADERS):
    return frame(HEADERS, flags, stream, block(request_fields(path, extra)))


def grpc_message(message, compressed=0):
    return struct.pack('>BI', compressed, len(message)) + message


class HeaderReader:
    """Reads the header blocks of one connection. Texts in Huffman's code come as None: of what we
    look at, nothing is long enough for it."""

    def __init__(self):
        self.added = []

    def read(self, payload):
        fields, at = {}, 0
        while at < len(payload):
            byte = payload[at]
            if byte & 0x80:
                index, at = self._integer(payload, at, 7)
                name, value = self._entry(index)
            elif byte & 0xE0 == 0x20:
                _, at = self._integer(payload, at, 5)
                continue
            else:
                name, value, at = self._literal(payload, at, 6 if byte & 0x40 else 4)
                if byte & 0x40:
                    self.added.insert(0, (name, value))
            fields[name] = value
        return fields

    def _literal(self, payload, at, bits):
        index, at = self._integer(payload, at, bits)
        if index:
            name = self._entry(index)[0]
        else:
            name, at = self._text(payload, at)
        value, at = self._text(payload, at)
        return name, value, at

    def _entry(self, index):
        if index > len(STATIC):
            return self.added[index - len(STATIC) - 1]
        name, _, value = STATIC[index - 1].partition('=')
        return name, value

    def _text(self, payload, at):
        huffman = payload[at] & 0x80
        size, at = self._integer(payload, at, 7)
        return None if huffman else payload[at:at + size].decode('latin-1'), at + size

    @staticmethod
    def _integer(payload, at, bits):
        most = (1 << bits) - 1
        value, at = payload[at] & most, at + 1
        if value == most:
            shift = 0
            while True:
                byte, at = payload[at], at + 1
                value += (byte & 127) << shift
                shift += 7
                if byte < 128:
                    break
        return value, at


class Closed(Exception):
    """The server has closed the connection; says with what error, if it did."""


class Connection:
    """One connection whose frames are written and read one by one."""

    def __init__(self, address, timeout=5.0, preface=PREFACE, own_settings=((1, 0),), receive=None):
        self.socket = socket.socket(socket.AF_INET)
        if receive:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        self.socket.settimeout(timeout)
        self.socket.connect(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = bytearray()
        self.reader = HeaderReader()
        if preface:
            self.socket.sendall(preface + settings(own_settings))

    def send(self, *frames):
        self.socket.sendall(b''.join(frames))

    def next_frame(self):
        """Returns type, flags, stream and payload of the next frame; answers SETTINGS and PING."""
        head = self._take(9)
        size = int.from_bytes(head[:3], 'big')
        kind, flags, stream = struct.unpack('>BBI', head[3:])
        payload = self._take(size)
        if kind == SETTINGS and not flags & ACK:
            self.send(frame(SETTINGS, ACK))
        elif kind == PING and not flags & ACK:
            self.send(frame(PING, ACK, 0, payload))
        return kind, flags, stream, payload

    def _take(self, size):
        while len(self.buffer) < size:
            try:
                piece = self.socket.recv(1 << 16)
            except ConnectionError as e:
                raise Closed('reset') from e
            if not piece:
                raise Closed('closed')
            self.buffer += piece
        taken = bytes(self.buffer[:size])
        del self.buffer[:size]
        return taken

    def close(self):
        self.socket.close()


class GrpcClient:
    """Unary calls, one at a time, on one connection."""

    def __init__(self, address, timeout=5.0):
        self.connection = Connection(
            address, timeout, own_settings=((1, 0), (4, LARGEST_WINDOW)))
        self.connection.send(window_update(0, LARGEST_WINDOW - 65535))
        self.stream = 1
        self.stream_room = self.room = 65535
        self.initial = 65535
        self.taken = 0

    def unary(self, path, message, timeout=5.0, extra=(), compressed=0):
        """Returns the status, as a number, and the answer's bytes; Closed or TimeoutError."""
        stream, self.stream = self.stream, self.stream + 2
        self.stream_room = self.initial
        deadline = time.monotonic() + timeout
        self.connection.socket.settimeout(timeout)
        self.connection.send(headers(stream, path, extra))
        answer = _Answer(stream)
        self._send_body(grpc_message(message, compressed), answer, deadline)
        while answer.status is None:
            self._read(answer, deadline)
        return answer.status, answer.body[5:]

    def _send_body(self, body, answer, deadline):
        at = 0
        while at < len(body) and answer.status is None:
            room = min(self.stream_room, self.room, FRAME_BYTES, len(body) - at)
            if room <= 0:
                self._read(answer, deadline)
                continue
            last = END_STREAM if at + room == len(body) else 0
            self.connection.send(frame(DATA, last, answer.stream, body[at:at + room]))
            self.stream_room -= room
            self.room -= room
            at += room

    def _read(self, answer, deadline):
        self.connection.socket.settimeout(max(0.001, deadline - time.monotonic()))
        kind, flags, stream, payload = self.connection.next_frame()
        if kind == WINDOW_UPDATE:
            self._grow(stream, answer.stream, struct.unpack('>I', payload)[0])
        elif kind == SETTINGS and not flags & ACK:
            self._take_settings(payload)
        elif kind == GOAWAY:
            raise Closed('GOAWAY ' + error_name(payload[4:8]))
        elif kind in (HEADERS, CONTINUATION):
            fields = self.connection.reader.read(payload)
            if stream == answer.stream and 'grpc-status' in fields:
                answer.status = int(fields['grpc-status'])
        elif stream == answer.stream and kind == RST_STREAM:
            raise Closed('RST_STREAM ' + error_name(payload))
        elif kind == DATA:
            self._give_back(len(payload))
            if stream == answer.stream:
                answer.body += payload

    def _grow(self, stream, current, increment):
        if stream == 0:
            self.room += increment
        elif stream == current:
            self.stream_room += increment

    def _take_settings(self, payload):
        for at in range(0, len(payload), 6):
            key, value = struct.unpack('>HI', payload[at:at + 6])
            if key == 4:
                self.stream_room += value - self.initial
                self.initial = value

    def _give_back(self, size):
        self.taken += size
        if self.taken > 1 << 24:
            self.connection.send(window_update(0, self.taken))
            self.taken = 0

    def close(self):
        self.connection.close()


class _Answer:
    def __init__(self, stream):
        self.stream, self.status, self.body = stream, None, bytearray()


def error_name(payload):
    code = int.from_bytes(payload, 'big')
    return ERRORS[code] if code < len(ERRORS) else str(code)
