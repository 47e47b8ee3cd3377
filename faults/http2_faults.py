"""Malformed and abusive HTTP/2 on the gRPC port, frame by frame (RFC 9113, RFC 7541)."""

import re
import shutil
import struct
import subprocess
import time
import xml.etree.ElementTree as xml

from fault import Fault, Skipped
from http2 import (ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, LARGEST_WINDOW,
                   PADDED, PING, PREFACE, PRIORITY, PUSH_PROMISE, RST_STREAM, SETTINGS, WINDOW_UPDATE,
                   Closed, Connection, block, error_name, frame, grpc_message, headers, integer, literal,
                   request_fields, settings, window_update)
import wire

LIMIT = 5.0
PING_PAYLOAD = b'are-here'

PROTOCOL, FLOW, SIZE, COMPRESSION = ('GOAWAY PROTOCOL_ERROR', 'GOAWAY FLOW_CONTROL_ERROR',
                                     'GOAWAY FRAME_SIZE_ERROR', 'GOAWAY COMPRESSION_ERROR')
CALM = 'GOAWAY ENHANCE_YOUR_CALM'
CLOSED = {'closed', 'reset'}  # RFC 9113, 5.4.1: the GOAWAY may be left out
STREAM_ERROR = {'RST_STREAM PROTOCOL_ERROR', PROTOCOL, *CLOSED}
CALL_REFUSED = {'call refused', 'RST_STREAM PROTOCOL_ERROR', 'RST_STREAM REFUSED_STREAM',
                'RST_STREAM CANCEL', 'RST_STREAM NO_ERROR', 'RST_STREAM INTERNAL_ERROR', PROTOCOL, *CLOSED}

CALL = headers(1, wire.PREDICT)
MESSAGE = grpc_message(wire.predict_floats('half_plus_two', 'x', [1.0]))
BODY = frame(DATA, END_STREAM, 1, MESSAGE)


def fields(*more, leave=()):
    kept = [each for each in request_fields(wire.PREDICT) if each[0] not in leave]
    return frame(HEADERS, END_HEADERS, 1, block([*kept, *more])) + BODY


#: Name, what is sent after a good preface and SETTINGS, and what may come of it.
CASES = [
    ('good call', CALL + BODY, {'call answered'}),
    ('frame larger than allowed', frame(DATA, 0, 1, bytes(16385)), {SIZE, *CLOSED}),
    ('length of 16 MB', frame(DATA, 0, 1, b'', length=(1 << 24) - 1), {SIZE, *CLOSED}),
    ('SETTINGS of 5 bytes', frame(SETTINGS, 0, 0, bytes(5)), {SIZE, *CLOSED}),
    ('SETTINGS on a stream', frame(SETTINGS, 0, 1, b''), {PROTOCOL, *CLOSED}),
    ('SETTINGS acknowledged with values', frame(SETTINGS, ACK, 0, bytes(6)), {SIZE, *CLOSED}),
    ('initial window beyond 2^31', settings([(4, 1 << 31)]), {FLOW, PROTOCOL, *CLOSED}),
    ('largest frame of 1 byte', settings([(5, 1)]), {PROTOCOL, *CLOSED}),
    ('ENABLE_PUSH of 2', settings([(2, 2)]), {PROTOCOL, *CLOSED}),
    ('unknown setting', settings([(0xFFFF, 7)]) + CALL + BODY, {'call answered'}),
    ('unknown frame', frame(0xEE, 0xFF, 0, b'what') + CALL + BODY, {'call answered'}),
    ('PING of 7 bytes', frame(PING, 0, 0, bytes(7)), {SIZE, *CLOSED}),
    ('PING on a stream', frame(PING, 0, 1, bytes(8)), {PROTOCOL, *CLOSED}),
    ('window update of 0', window_update(0, 0), {PROTOCOL, FLOW, *CLOSED}),
    ('window beyond 2^31', window_update(0, LARGEST_WINDOW) * 2, {FLOW, *CLOSED}),
    ('stream\'s window beyond 2^31', CALL + window_update(1, LARGEST_WINDOW) * 2,
     {'RST_STREAM FLOW_CONTROL_ERROR', FLOW, *CLOSED}),
    ('window update of 3 bytes', frame(WINDOW_UPDATE, 0, 0, bytes(3)), {SIZE, *CLOSED}),
    ('DATA on an idle stream', frame(DATA, 0, 1, b'x'), {PROTOCOL, 'GOAWAY STREAM_CLOSED', *CLOSED}),
    ('DATA on stream 0', frame(DATA, 0, 0, b'x'), {PROTOCOL, *CLOSED}),
    ('HEADERS on stream 0', frame(HEADERS, END_HEADERS, 0, b''), {PROTOCOL, *CLOSED}),
    ('HEADERS on an even stream', headers(2, wire.PREDICT), {PROTOCOL, *CLOSED}),
    ('streams backwards', headers(5, wire.PREDICT) + headers(3, wire.PREDICT), {PROTOCOL, *CLOSED,
     'GOAWAY STREAM_CLOSED', 'RST_STREAM STREAM_CLOSED'}),
    ('padding longer than the frame', frame(HEADERS, END_HEADERS | PADDED, 1, bytes([200]) + b'x'),
     {PROTOCOL, SIZE, *CLOSED}),
    ('stream that depends on itself', frame(PRIORITY, 0, 1, struct.pack('>IB', 1, 1)),
     {'RST_STREAM PROTOCOL_ERROR', PROTOCOL, 'ignored', *CLOSED}),
    ('PUSH_PROMISE of a client', CALL + frame(PUSH_PROMISE, END_HEADERS, 1, struct.pack('>I', 2)),
     {PROTOCOL, *CLOSED}),
    ('RST_STREAM of an idle stream', frame(RST_STREAM, 0, 1, bytes(4)), {PROTOCOL, *CLOSED}),
    ('CONTINUATION of nothing', frame(CONTINUATION, END_HEADERS, 1, b''), {PROTOCOL, *CLOSED}),
    ('something else within a header block', headers(1, wire.PREDICT, flags=0) + frame(PING, 0, 0, bytes(8)),
     {PROTOCOL, *CLOSED}),
    ('half a header block as whole', frame(HEADERS, END_HEADERS, 1, block(request_fields('/x'))[:-3]),
     {COMPRESSION, *CLOSED}),
    ('index of nothing', frame(HEADERS, END_HEADERS, 1, integer(200, 7, 0x80)), {COMPRESSION, *CLOSED}),
    ('index 0', frame(HEADERS, END_HEADERS, 1, b'\x80'), {COMPRESSION, *CLOSED}),
    ('integer without end', frame(HEADERS, END_HEADERS, 1, b'\xff' * 40), {COMPRESSION, *CLOSED}),
    ('text of 2^31 bytes', frame(HEADERS, END_HEADERS, 1, b'\x00' + integer(1 << 31, 7)),
     {COMPRESSION, CALM, PROTOCOL, *CLOSED}),
    ('table larger than allowed', frame(HEADERS, END_HEADERS, 1, integer(1 << 20, 5, 0x20) +
                                        block(request_fields('/x'))), {COMPRESSION, *CLOSED}),
    ('bad Huffman code', frame(HEADERS, END_HEADERS, 1, b'\x00\x84\xff\xff\xff\xff\x00'),
     {COMPRESSION, *CLOSED}),
    # Malformed, but harmless: what names may not hold, nobody looks for.
    ('name of no bytes', fields(('', 'x')), CALL_REFUSED | {'call answered'}),
    ('name in capitals', fields(('X-Capital', 'x')), CALL_REFUSED | {'call answered'}),
    ('line feed in a value', fields(('x', 'a\r\nb: c')), CALL_REFUSED | {'call answered'}),
    ('no path', fields(leave=(':path',)), CALL_REFUSED),
    ('two paths', fields((':path', '/y')), CALL_REFUSED),
    ('unknown pseudo-header', fields((':nonsense', 'x')), CALL_REFUSED),
    ('connection header', fields(('connection', 'close')), CALL_REFUSED | {'call answered'}),
    ('no content type', fields(leave=('content-type',)), CALL_REFUSED),
    ('unknown path', headers(1, '/no.Such/Method') + BODY, {'call refused'}),
    ('deadline of nonsense', headers(1, wire.PREDICT, [('grpc-timeout', 'soon')]) + BODY, CALL_REFUSED),
    ('unknown compression', headers(1, wire.PREDICT, [('grpc-encoding', 'zip-of-my-own')]) + BODY,
     CALL_REFUSED),
    ('compressed without a codec', CALL + frame(DATA, END_STREAM, 1, grpc_message(b'x' * 9, 1)), CALL_REFUSED),
    ('message of 4 GiB announced', CALL + frame(DATA, END_STREAM, 1, struct.pack('>BI', 0, (1 << 32) - 1) + b'x'),
     CALL_REFUSED),
    ('half a message', CALL + frame(DATA, END_STREAM, 1, MESSAGE[:-2]), CALL_REFUSED),
    ('two messages', CALL + frame(DATA, END_STREAM, 1, MESSAGE * 2), CALL_REFUSED | {'call answered'}),
    ('no message', headers(1, wire.PREDICT, flags=END_HEADERS | END_STREAM), CALL_REFUSED),
    ('garbage as message', CALL + frame(DATA, END_STREAM, 1, grpc_message(b'\xff' * 99)), CALL_REFUSED),
    ('more DATA after the end', CALL + BODY + frame(DATA, 0, 1, b'x'),
     {'call answered', 'RST_STREAM STREAM_CLOSED', 'GOAWAY STREAM_CLOSED', *CLOSED}),
    ('GOAWAY, then a call', frame(GOAWAY, 0, 0, bytes(8)) + CALL + BODY, {'call answered', 'ignored',
     'RST_STREAM REFUSED_STREAM', 'GOAWAY NO_ERROR', *CLOSED}),
]

#: As above, but without a preface of ours.
BEGINNINGS = [
    ('HTTP/1.1 on the gRPC port', b'GET / HTTP/1.1\r\nHost: x\r\n\r\n', {PROTOCOL, *CLOSED}),
    ('garbage as preface', b'\x00\xff' * 50, {PROTOCOL, *CLOSED}),
    ('TLS on the gRPC port', b'\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03' + bytes(80), {PROTOCOL, *CLOSED}),
    ('preface without SETTINGS', PREFACE + frame(PING, 0, 0, bytes(8)), {PROTOCOL, *CLOSED}),
]


def outcome(address, sent, preface=PREFACE):
    """Sends bytes and returns what comes of them."""
    connection = Connection(address, LIMIT, preface)
    try:
        try:
            connection.send(sent, *([frame(PING, 0, 0, PING_PAYLOAD)] if preface else []))
        except OSError:
            pass  # it may be closed before all is read
        return await_outcome(connection)
    finally:
        connection.close()


def await_outcome(connection):
    end, alive = time.monotonic() + LIMIT, False
    while time.monotonic() < end:
        connection.socket.settimeout(0.5 if alive else max(0.01, end - time.monotonic()))
        try:
            kind, flags, _, payload = connection.next_frame()
        except Closed as e:
            return str(e)
        except TimeoutError:
            break
        except OSError:
            return 'reset'
        if kind == GOAWAY:
            return 'GOAWAY ' + error_name(payload[4:8])
        if kind == RST_STREAM:
            return 'RST_STREAM ' + error_name(payload)
        if kind == HEADERS:
            answer = connection.reader.read(payload)
            if 'grpc-status' in answer:
                return 'call answered' if answer['grpc-status'] == '0' else 'call refused'
            if answer.get(':status') not in (None, '200'):
                return 'call refused'
        alive = alive or (kind == PING and flags & ACK and payload == PING_PAYLOAD)
    return 'ignored' if alive else 'silence'


class MalformedHttp2(Fault):
    name = 'malformed-http2'
    about = (f'{len(CASES) + len(BEGINNINGS)} kinds of malformed HTTP/2, HPACK and gRPC, each on a'
             ' connection of its own')

    def provoke(self, case):
        for list_, preface in ((CASES, PREFACE), (BEGINNINGS, b'')):
            for name, sent, allowed in list_:
                seen = outcome(case.grpc, sent, preface)
                case.saw(seen)
                case.expect(seen in allowed, f'{name}: {seen}, expected one of {sorted(allowed)}')
                case.server.check_alive()


def flood(connection, pieces, seconds=4):
    """Sends pieces until the server ends the connection; returns how many and how it ended."""
    begin, sent = time.monotonic(), 0
    connection.socket.settimeout(1)
    try:
        for piece in pieces:
            if time.monotonic() - begin > seconds:
                break
            connection.socket.sendall(piece)
            sent += 1
    except TimeoutError:
        return sent, 'not read further'
    except OSError:
        pass
    return sent, await_end(connection)


def await_end(connection):
    """Reads on, whatever comes: what counts is whether the connection outlives the flood."""
    end = time.monotonic() + LIMIT
    try:
        connection.send(frame(PING, 0, 0, PING_PAYLOAD))
        while time.monotonic() < end:
            connection.socket.settimeout(max(0.01, end - time.monotonic()))
            kind, flags, _, payload = connection.next_frame()
            if kind == GOAWAY:
                return 'GOAWAY ' + error_name(payload[4:8])
            if kind == PING and flags & ACK and payload == PING_PAYLOAD:
                return 'ignored'
    except Closed as e:
        return str(e)
    except TimeoutError:
        return 'not read further'
    except OSError:
        return 'reset'
    return 'still answering'


def resets():
    """CVE-2023-44487: calls that are taken back at once."""
    for stream in range(1, 400_000, 40):
        yield b''.join(headers(each, wire.PREDICT) + frame(RST_STREAM, 0, each, struct.pack('>I', 8))
                       for each in range(stream, stream + 40, 2))


def provoked_resets():
    """CVE-2025-8671: the server itself is made to reset."""
    for stream in range(1, 400_000, 40):
        yield b''.join(headers(each, wire.PREDICT) + window_update(each, 0)
                       for each in range(stream, stream + 40, 2))


def continuations(payload):
    yield headers(1, wire.PREDICT, flags=0)
    for _ in range(100_000):
        yield frame(CONTINUATION, 0, 1, payload) * 20


def bomb():
    """A value of 4 KB is put into the table once and referred to over and over."""
    once = frame(HEADERS, END_HEADERS, 1, block(request_fields(wire.PREDICT))
                 + literal('x-bomb', 'a' * 3900, indexed=True))
    yield once
    for stream in range(3, 4001, 2):
        yield frame(HEADERS, END_HEADERS, stream, block(request_fields(wire.PREDICT)) + b'\xbe' * 15000)


#: Name, pieces, and how the connection must end. One that is read no further costs nothing more, and
#: frames that make no work beyond being read may be ignored.
ENDED = {CALM, PROTOCOL, 'GOAWAY INTERNAL_ERROR', COMPRESSION, *CLOSED, 'not read further'}
FLOODS = [
    ('rapid reset', resets, ENDED),
    ('provoked reset', provoked_resets, ENDED),
    ('CONTINUATION flood', lambda: continuations(literal('x', 'y' * 100)), ENDED),
    ('empty CONTINUATION flood', lambda: continuations(b''), ENDED),
    # Each bomb is refused by itself, for its headers are too large.
    ('HPACK bomb', bomb, ENDED | {'ignored'}),
    ('PING flood', lambda: (frame(PING, 0, 0, bytes(8)) * 100 for _ in range(10_000)), ENDED),
    ('SETTINGS flood', lambda: (settings([(3, 100)]) * 100 for _ in range(10_000)), ENDED),
    ('empty DATA flood', lambda: [CALL, *([frame(DATA, 0, 1, b'') * 100] * 10_000)], ENDED | {'ignored'}),
    ('unknown frames', lambda: (frame(0xEE, 0, 0, b'x') * 100 for _ in range(2_000)), ENDED | {'ignored'}),
    ('PRIORITY flood', lambda: (frame(PRIORITY, 0, stream, struct.pack('>IB', 0, 1)) * 20
                                for stream in range(1, 100_000, 2)), ENDED | {'ignored'}),
    ('window updates', lambda: (window_update(0, 1) * 100 for _ in range(2_000)), ENDED | {'ignored'}),
]


class Http2Floods(Fault):
    name = 'http2-floods'
    about = f'{len(FLOODS)} floods of frames that are each allowed, for 4 s unless the server ends it'
    recovery = 20

    def provoke(self, case):
        for name, pieces, allowed in FLOODS:
            before = case.server.usage()
            connection = Connection(case.grpc, LIMIT)
            begin = time.monotonic()
            try:
                sent, seen = flood(connection, pieces())
            finally:
                connection.close()
            after = case.server.usage()
            case.saw(seen)
            case.note(f'{name}: {seen} after {sent} pieces, {time.monotonic() - begin:.1f} s,'
                      f' {after.cpu_seconds - before.cpu_seconds:.1f} s of CPU,'
                      f' {after.rss_mb - before.rss_mb:+.0f} MiB')
            case.expect(seen in allowed, f'{name}: {seen} after {sent} pieces, expected one of {sorted(allowed)}')
            case.server.check_alive()


class Conformance(Fault):
    """The public tool's verdict; what it wants that gRPC servers do otherwise is listed by name."""

    name = 'h2spec'
    about = 'h2spec\'s generic tests and those of RFC 7540 and 7541, on the gRPC port'
    tool = None  # where it is, if not on the PATH
    SECONDS = 140
    #: Tests that fail although nobody is hurt by what netty and gRPC do, each with the reason.
    ACCEPTED = {
        'generic/2 Sends a RST_STREAM frame on half-closed (remote) stream':
            'gRPC sends a PING of its own to measure the way, which is taken for the answer to the test\'s',
        'http2/5.1 half closed (remote): Sends a HEADERS frame':
            'the stream is reset with PROTOCOL_ERROR instead of STREAM_CLOSED',
        'http2/5.1 closed: Sends a HEADERS frame': 'the stream is reset, and not the whole connection ended',
        'http2/5.1.1 Sends stream identifier that is numerically smaller than previous':
            'the stream is reset, and not the whole connection ended',
        'http2/8.1.2.3 Sends a HEADERS frame with empty ":path" pseudo-header field':
            'the stream is reset with INTERNAL_ERROR instead of PROTOCOL_ERROR',
        'http2/8.1.2.3 Sends a HEADERS frame that omits ":method" pseudo-header field':
            'answered with 415, for it has no content type of gRPC either',
        'http2/8.1.2.3 Sends a HEADERS frame that omits ":scheme" pseudo-header field':
            'answered with 415, for it has no content type of gRPC either',
        'http2/8.1.2.3 Sends a HEADERS frame that omits ":path" pseudo-header field': 'answered with 404',
    }

    def provoke(self, case):
        tool = self.tool or shutil.which('h2spec')
        if not tool:
            raise Skipped('needs h2spec on the PATH, or --h2spec FILE')
        report = case.folder / 'h2spec.xml'
        said = case.folder / 'h2spec.txt'
        with open(said, 'w') as out:
            try:
                subprocess.run([tool, '-h', '127.0.0.1', '-p', str(case.server.grpc_port), '-o', '1',
                                '-j', str(report), '-P', wire.PREDICT],
                               stdout=out, stderr=subprocess.STDOUT, timeout=self.SECONDS)
            except subprocess.TimeoutExpired:
                case.expect(False, f'h2spec did not end within {self.SECONDS} s; its last words:'
                            f' {said.read_text(errors="replace")[-300:]!r}')
        failed = failures_of(report)
        summary = [line.strip() for line in said.read_text(errors='replace').splitlines() if ' tests, ' in line]
        case.saw(summary[-1] if summary else 'no summary')
        case.expect(bool(summary) and f' {len(failed)} failed' in summary[-1],
                    f'the report names {len(failed)} failed tests, the summary is {summary}')
        for name in failed:
            if name in self.ACCEPTED:
                case.note(f'accepted: {name}: {self.ACCEPTED[name]}')
            else:
                case.expect(False, f'h2spec: {name}')


def failures_of(report):
    """Returns the names of failed tests in a report in JUnit's form, which is not always XML: what the
    server sent stands in it as it came."""
    if not report.exists():
        return []
    found = []
    text = re.sub('[^\t\n\r -\ud7ff\ue000-\ufffd]', '?', report.read_text(errors='replace'))
    for suite in xml.fromstring(text.encode()).iter('testsuite'):
        for test in suite.iter('testcase'):
            if test.find('failure') is not None or test.find('error') is not None:
                found.append(f'{suite.get("package", "")} {test.get("classname", test.get("name", ""))}'.strip())
    return found


FAULTS = [MalformedHttp2(), Http2Floods(), Conformance()]
