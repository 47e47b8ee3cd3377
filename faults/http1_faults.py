"""Malformed HTTP/1.1, above all what two readers could understand differently."""

import json
import re
import socket
import time

from connection_faults import PATH
from fault import Fault

GOOD = json.dumps({'instances': [1.0]})
SMUGGLED = 'GET /v1/models/smuggled HTTP/1.1\r\nHost: x\r\n\r\n'
STATUS = re.compile(rb'HTTP/1\.1 (\d{3}) ')
END = 'end'    # the connection is closed after the answer
LIMIT = 3.0    # seconds for the answer


def head(*lines, path=PATH, method='POST'):
    return f'{method} {path} HTTP/1.1\r\nHost: x\r\n' + ''.join(f'{line}\r\n' for line in lines) + '\r\n'


def chunked(text, *lines):
    return head('Transfer-Encoding: chunked', *lines) + f'{len(text):x}\r\n{text}\r\n0\r\n\r\n'


def sized(text, *lines):
    return head(f'Content-Length: {len(text)}', *lines) + text


#: Name, bytes, and what may come: lists of statuses, with END where the connection must be closed
#: behind them. Where requests could be split in two ways, nothing but a refusal will do.
REFUSED = [[400, END], [END]]
CASES = [
    ('good', sized(GOOD), [[200]]),
    ('good in chunks', chunked(GOOD), [[200]]),
    ('length and chunks', chunked(GOOD, 'Content-Length: 4') + SMUGGLED, REFUSED),
    ('length twice, different', head('Content-Length: 3', 'Content-Length: 40') + GOOD + SMUGGLED, REFUSED),
    ('length list, different', head('Content-Length: 3, 40') + GOOD + SMUGGLED, REFUSED),
    ('negative length', head('Content-Length: -5') + GOOD, REFUSED),
    ('signed length', head(f'Content-Length: +{len(GOOD)}') + GOOD + SMUGGLED, REFUSED),
    ('hexadecimal length', head('Content-Length: 0x10') + GOOD + SMUGGLED, REFUSED),
    ('length beyond 2^63', head('Content-Length: 99999999999999999999') + GOOD, REFUSED),
    ('unknown coding', head('Transfer-Encoding: xchunked') + SMUGGLED, [[400, END], [501, END], [END]]),
    ('coding after chunked', head('Transfer-Encoding: chunked, identity') + SMUGGLED,
     [[400, END], [501, END], [END]]),
    ('coding before chunked', head('Transfer-Encoding: gzip, chunked') + '0\r\n\r\n' + SMUGGLED,
     [[400, END], [501, END], [END]]),
    ('chunked twice', head('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked') + '0\r\n\r\n' + SMUGGLED,
     [[400, END], [501, END], [END]]),
    ('coding with a tab', head('Transfer-Encoding:\x0bchunked') + '0\r\n\r\n' + SMUGGLED,
     [[400, END], [501, END], [END]]),
    ('chunk size too large', head('Transfer-Encoding: chunked') + 'FFFFFFFFFFFFFFFFF\r\n' + GOOD, REFUSED),
    ('chunk size beyond 2^31', head('Transfer-Encoding: chunked') + 'FFFFFFFF0\r\n' + GOOD, REFUSED),
    ('negative chunk', head('Transfer-Encoding: chunked') + '-2\r\n' + GOOD, REFUSED),
    ('chunk size with 0x', head('Transfer-Encoding: chunked') + '0x4\r\nabcd\r\n0\r\n\r\n' + SMUGGLED, REFUSED),
    ('chunk without its end', head('Transfer-Encoding: chunked') + '2\r\n[]junk\r\n0\r\n\r\n' + SMUGGLED, REFUSED),
    ('bare line feeds', sized(GOOD).replace('\r\n', '\n'), [[200], [400, END], [END]]),
    ('bare line feed in a header', head('X: a\nTransfer-Encoding: chunked', 'Content-Length: 5') + '0\r\n\r\n'
     + SMUGGLED, REFUSED),
    ('bare carriage return', head('X: a\rContent-Length: 100', f'Content-Length: {len(GOOD)}') + GOOD, REFUSED),
    ('blank before the colon', head(f'Content-Length : {len(GOOD)}') + GOOD + SMUGGLED, REFUSED),
    ('folded header', head('X: a', f' Content-Length: {len(GOOD)}') + SMUGGLED,
     [[400, END], [END], [400, 404]]),
    ('header without a colon', head('nonsense') + '', REFUSED + [[400]]),
    ('empty header name', head(': x') + '', REFUSED),
    ('null in a header', head('X: a\0b') + '', REFUSED),
    ('null in the target', head(path='/v1/\0models').replace('POST', 'GET'), [[400], [404], *REFUSED]),
    ('no version', 'GET /livez\r\n\r\n', REFUSED),
    ('version 9', 'GET /livez HTTP/9.9\r\nHost: x\r\n\r\n', [[505, END], [200], *REFUSED]),
    ('HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [[400, END], [501], [505, END], [END], [501, 400, END]]),
    ('TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03' + 'x' * 60 + '\r\n\r\n', REFUSED),
    ('long target', head(path='/' + 'a' * 100_000, method='GET'), [[414, END]]),
    ('large header', head('X: ' + 'a' * 100_000), [[431, END]]),
    ('many headers', head(*(f'X-{n}: {"a" * 50}' for n in range(5000))), [[431, END]]),
    ('unknown method', head(method='BREW'), [[501]]),
    ('GET with a body', sized(GOOD).replace('POST', 'GET', 1) + head(path='/livez', method='GET'), [[404, 200],
     [400, 200], [405, 200]]),
    ('bad escape', head(path='/v1/models/%zz', method='GET'), [[400]]),
    ('path upwards', head(path='/v1/models/../../etc/passwd', method='GET'), [[400], [404]]),
    ('garbage', '\x00\xff\xfe' * 100 + '\r\n\r\n', REFUSED),
    ('200 requests at once', (head(path='/livez', method='GET') * 200), [[200] * 200]),
]


class MalformedHttp1(Fault):
    name = 'malformed-http1'
    about = f'{len(CASES)} kinds of malformed or ambiguous HTTP/1.1, each on a connection of its own'

    def provoke(self, case):
        for name, request, allowed in CASES:
            answers = exchange(case.rest, request.encode('latin-1'), len(allowed[0]))
            shown = ' '.join(map(str, answers[:4])) or 'nothing'
            case.saw(shown)
            case.expect(answers in allowed, f'{name}: {shown}, expected one of {allowed[:3]}')
            case.server.check_alive()


def exchange(address, request, expected):
    """Sends bytes and returns the statuses that come within the limit, and END if the connection ends."""
    with socket.create_connection(address, LIMIT) as client:
        received = bytearray()
        try:
            client.sendall(request)
        except OSError:
            pass  # it may close before it has read all
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            # Once all is there that should come, a short wait shows whether more does.
            complete = len(STATUS.findall(received)) >= expected
            client.settimeout(0.3 if complete else max(0.01, end - time.monotonic()))
            try:
                piece = client.recv(1 << 16)
            except TimeoutError:
                break
            except OSError:
                return [*statuses(received), END]
            if not piece:
                return [*statuses(received), END]
            received += piece
        return statuses(received)


def statuses(received):
    return [int(each) for each in STATUS.findall(received)]


FAULTS = [MalformedHttp1()]
