"""Requests that claim, or expand to, more memory than there is, in every protocol."""

import gzip
import json
import struct
import time
import zlib

from connection_faults import connected, post
from fault import Fault
from http2 import Closed, GrpcClient
import wire

MODEL = 'half_plus_two'
TERA = 1 << 40
LIMIT = 20.0
REFUSED = {'HTTP 400', 'HTTP 413', 'HTTP 429', 'HTTP 503', 'closed',
           'gRPC 3', 'gRPC 5', 'gRPC 8', 'gRPC 13', 'gRPC 14', 'RST_STREAM'}


def claims(values, shape, content):
    return wire.predict(MODEL, {'x': wire.tensor(values, shape, content)})


ONE = wire.chunk(5, wire.floats([1.0]))
#: TFS gRPC: a shape, and one value that would have to fill it.
SHAPES = [
    ('1 TiB', [TERA >> 2]), ('4 EiB', [1 << 60]), ('overflow', [1 << 31, 1 << 31, 4]), ('2^63 - 1', [(1 << 63) - 1]),
    ('negative', [-5]), ('negative twice', [-1 << 31, -1 << 31]), ('255 dimensions', [1] * 255),
    ('100,000 dimensions', [1] * 100_000), ('zero by much', [0, 1 << 62, 1 << 62]),
]
#: Of these some may be answered, for they need no memory.
HARMLESS = {'255 dimensions', '100,000 dimensions', 'zero by much'}


def grpc_cases():
    for name, shape in SHAPES:
        allowed = REFUSED | ({'gRPC 0'} if name in HARMLESS else set())
        yield f'TFS gRPC, {name}', wire.PREDICT, claims(wire.DT_FLOAT, shape, ONE), allowed
        yield (f'TFS gRPC strings, {name}', wire.PREDICT,
               claims(wire.DT_STRING, shape, wire.chunk(8, b'x')), REFUSED)
        yield (f'v2 gRPC raw, {name}', wire.INFER,
               wire.infer(MODEL, 'x', 'FP32', shape, raw=struct.pack('<f', 1)), allowed)
        yield (f'v2 gRPC contents, {name}', wire.INFER,
               wire.infer(MODEL, 'x', 'FP32', shape, contents=wire.chunk(6, wire.floats([1.0]))), allowed)
    deep = b''
    for _ in range(5000):
        deep = wire.chunk(1, deep)
    yield 'nested protobuf', wire.PREDICT, deep[:60000], REFUSED
    yield 'a length of 2^63', wire.PREDICT, wire.varint(2 << 3 | 2) + wire.varint(1 << 63), REFUSED


def rest_cases():
    predict, infer = f'/v1/models/{MODEL}:predict', f'/v2/models/{MODEL}/infer'
    for opened in ('[', '{"a":', '[[1],'):
        yield f'nested {opened}', predict, ('{"instances": ' + opened * 500_000).encode(), {}
        yield f'v2 nested {opened}', infer, ('{"inputs": ' + opened * 500_000).encode(), {}
    yield 'number of 5 MB', predict, b'{"instances": [1' + b'0' * 5_000_000 + b']}', {}
    yield 'exponent of 5 MB', predict, b'{"instances": [1e' + b'9' * 5_000_000 + b']}', {}
    yield 'string of 20 MB', predict, b'{"instances": ["' + b'x' * 20_000_000 + b'"]}', {}
    yield 'a million members', predict, json.dumps({str(n): n for n in range(1_000_000)}).encode(), {}
    for name, shape in SHAPES[:6]:
        body = {'inputs': [{'name': 'x', 'datatype': 'FP32', 'shape': shape, 'data': [1.0]}]}
        yield f'v2 REST, {name}', infer, json.dumps(body).encode(), {}
        binary = {'name': 'x', 'datatype': 'FP32', 'shape': shape,
                  'parameters': {'binary_data_size': 4}}
        head = json.dumps({'inputs': [binary]}).encode()
        yield (f'v2 REST binary, {name}', infer, head + struct.pack('<f', 1),
               {'Inference-Header-Content-Length': str(len(head))})
    head = json.dumps({'inputs': [{'name': 'x', 'datatype': 'FP32', 'shape': [1 << 58], 'parameters': {
        'binary_data_size': 1 << 60}}]}).encode()
    yield 'v2 REST, binary size of an exabyte', infer, head, {'Inference-Header-Content-Length': str(len(head))}
    yield 'v2 REST, header of an exabyte', infer, head, {'Inference-Header-Content-Length': str(1 << 60)}


def bombs():
    """Bodies that expand a thousandfold: blanks, which JSON may have, nesting, and another bomb."""
    yield 'gzip of blanks', squeezed(b' ')
    yield 'gzip of nesting', squeezed(b'[')
    yield 'gzip of gzip', gzip.compress(squeezed(b' '))


def squeezed(piece, size=300 << 20):
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    block = piece * ((1 << 20) // len(piece))
    return b''.join(packer.compress(block) for _ in range(size >> 20)) + packer.flush()


class ClaimedSizes(Fault):
    name = 'claimed-sizes'
    about = 'shapes of terabytes, overflowing and negative, deep nesting, endless numbers, in four protocols'
    memory = 600  # a heap that has grown for bodies of 20 MB stays so

    def provoke(self, case):
        client, slowest = GrpcClient(case.grpc), ('', 0.0)
        for name, path, message, allowed in grpc_cases():
            begin = time.monotonic()
            try:
                seen = f'gRPC {client.unary(path, message, LIMIT)[0]}'
            except (Closed, OSError) as e:
                seen = str(e).split(' ')[0] if isinstance(e, Closed) else type(e).__name__
                client.close()
                client = GrpcClient(case.grpc)
            slowest = max(slowest, (name, time.monotonic() - begin), key=lambda each: each[1])
            self._judge(case, name, seen, allowed)
        client.close()
        for name, path, body, headers in rest_cases():
            begin = time.monotonic()
            status, _ = case.server.ask('POST', path, body, headers, LIMIT)
            slowest = max(slowest, (name, time.monotonic() - begin), key=lambda each: each[1])
            self._judge(case, name, f'HTTP {status}' if status else 'closed', REFUSED)
        case.note(f'slowest: {slowest[0]}, {slowest[1]:.2f} s')

    @staticmethod
    def _judge(case, name, seen, allowed):
        case.saw(seen)
        case.expect(seen in allowed, f'{name}: {seen}, expected one of {sorted(allowed)}')
        case.server.check_alive()


class GzipBombs(Fault):
    name = 'gzip-bombs'
    about = 'bodies of 300 KB that expand to 300 MiB, over four protocols'
    memory = 600

    def provoke(self, case):
        highest = case.server.usage().rss_mb
        for name, bomb in bombs():
            headers = {'Content-Encoding': 'gzip', 'Content-Type': 'application/json'}
            for path in (f'/v1/models/{MODEL}:predict', f'/v2/models/{MODEL}/infer'):
                begin = time.monotonic()
                status, _ = case.server.ask('POST', path, bomb, headers, LIMIT)
                highest = max(highest, case.server.usage().rss_mb)
                self._judge(case, f'{name} to {path[:3]}', f'HTTP {status}' if status else 'closed',
                            time.monotonic() - begin)
        bomb = squeezed(b'\x0a\x00')  # empty fields, without end
        for path in (wire.PREDICT, wire.INFER):
            client, begin = GrpcClient(case.grpc), time.monotonic()
            try:
                status, _ = client.unary(path, bomb, LIMIT, [('grpc-encoding', 'gzip')], compressed=1)
                seen = f'gRPC {status}'
            except (Closed, OSError) as e:
                seen = str(e).split(' ')[0] if isinstance(e, Closed) else type(e).__name__
            client.close()
            highest = max(highest, case.server.usage().rss_mb)
            self._judge(case, f'gzip to {path}', seen, time.monotonic() - begin)
        case.note(f'{highest:.0f} MiB at most between requests')

    @staticmethod
    def _judge(case, name, seen, seconds):
        case.saw(seen)
        case.note(f'{name}: {seen} after {seconds:.1f} s')
        case.expect(seen in REFUSED, f'{name}: {seen}, expected one of {sorted(REFUSED)}')
        case.server.check_alive()


class ManyBodies(Fault):
    name = 'many-bodies'
    about = '40 clients send 20 MB each of a REST body and do not finish it'
    CLIENTS, SIZE = 40, 20_000_000
    memory = 500

    def provoke(self, case):
        body = b'{"instances": [' + b' ' * self.SIZE
        clients = []
        try:
            for _ in range(self.CLIENTS):
                request = post('/v1/models/half_plus_two:predict', body + b'  ')
                clients.append(connected(case.rest, request[:-2]))
            usage = case.server.usage()
            case.note(f'{usage.rss_mb:.0f} MiB with all of them waiting')
            for each in clients:
                each.sendall(b']}')
                each.settimeout(10)
                case.saw('HTTP ' + each.recv(4096)[9:12].decode())
        finally:
            for each in clients:
                each.close()
        case.expect(set(case.seen) <= {'HTTP 400', 'HTTP 503', 'HTTP 200'} and case.seen['HTTP 503'] > 0,
                    f'expected some to find no room and all to be answered, found {dict(case.seen)}')


FAULTS = [ClaimedSizes(), GzipBombs(), ManyBodies()]
