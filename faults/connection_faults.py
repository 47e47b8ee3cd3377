"""Faults of clients' connections: many, slow, silent, gone without a word."""

import json
import os
import resource
import socket
import subprocess
import time
from pathlib import Path

from fault import Fault, Skipped, write_config
from http2 import (DATA, END_STREAM, FRAME_BYTES, HEADERS, PREFACE, WINDOW_UPDATE, Closed,
                   Connection, block, frame, grpc_message, headers, request_fields, settings)
from server import Server, wait_until
from stream import enter_namespace
import wire

PATH = '/v1/models/half_plus_two:predict'


def raise_own_limit(wanted):
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < wanted:
        raise Skipped(f'needs {wanted} descriptors, {most} are allowed')
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(wanted, resource.getrlimit(resource.RLIMIT_NOFILE)[0]), most))


def post(path, body, *more):
    head = f'POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n' + ''.join(
        f'{line}\r\n' for line in more)
    return head.encode() + b'\r\n' + (body if isinstance(body, bytes) else body.encode())


class ManyConnections(Fault):
    name = 'many-connections'
    about = '2,500 REST and 2,500 gRPC connections stay idle, and one request comes over each'
    recovery = 20
    EACH = 2500

    def provoke(self, case):
        raise_own_limit(2 * self.EACH + 500)
        body = json.dumps({'instances': [1.0]})
        before = case.server.usage()
        rest, grpc = [], []
        try:
            for _ in range(self.EACH):
                rest.append(socket.create_connection(case.rest, 5))
                grpc.append(Connection(case.grpc))
            wait_until(lambda: case.server.usage().descriptors >= before.descriptors + 2 * self.EACH, 10)
            idle = case.server.usage()
            case.expect(idle.descriptors >= before.descriptors + 2 * self.EACH,
                        f'only {idle.descriptors} descriptors are open: not all were accepted')
            case.expect(idle.descriptors <= before.descriptors + 2 * self.EACH + 8,
                        f'{idle.descriptors} descriptors for {2 * self.EACH} connections')
            for each in rest:
                each.sendall(post(PATH, body))
            for each in rest:
                case.saw(each.recv(4096)[9:12].decode())
            message = grpc_message(wire.predict_floats('half_plus_two', 'x', [1.0]))
            for each in grpc:
                each.send(headers(1, wire.PREDICT), frame(DATA, END_STREAM, 1, message))
            for each in grpc:
                case.saw('gRPC ' + grpc_status(each))
        finally:
            for each in [*rest, *grpc]:
                each.close()
        case.note(f'{idle.rss_mb - before.rss_mb:.0f} MiB more with all of them idle')
        case.expect(case.seen['200'] == self.EACH and case.seen['gRPC 0'] == self.EACH,
                    f'not all were answered: {dict(case.seen)}')


def grpc_status(connection):
    """Reads a call's answer on a connection that had no other."""
    try:
        while True:
            kind, _, _, payload = connection.next_frame()
            if kind == HEADERS:
                status = connection.reader.read(payload).get('grpc-status')
                if status is not None:
                    return status
    except (Closed, TimeoutError) as e:
        return str(e)


class FewDescriptors(Fault):
    name = 'few-descriptors'
    about = 'the server may have 400 descriptors, and 600 connections come; then they leave'
    own_server = True
    LIMIT, CLIENTS = 400, 600
    SPIN_CORES = 0.5  # more than what the stream costs

    def start(self, folder):
        limit = (self.LIMIT, self.LIMIT)
        return Server(folder, [f'--model_config_file={write_config(folder)}'],
                      preexec=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, limit))

    def provoke(self, case):
        raise_own_limit(self.CLIENTS + 500)
        quiet = self._cores(case, 2)
        clients = []
        try:
            for number in range(self.CLIENTS):
                client = socket.socket()
                client.setblocking(False)
                client.connect_ex(case.rest if number % 2 else case.grpc)
                clients.append(client)
            wait_until(lambda: case.server.usage().descriptors >= self.LIMIT - 2, 5)
            full = case.server.usage().descriptors
            case.expect(full >= self.LIMIT - 2, f'only {full} descriptors were used: nothing is tried')
            starved = self._cores(case, 3)
            case.saw(f'{full} of {self.LIMIT} descriptors')
            case.note(f'{starved:.2f} cores without descriptors, {quiet:.2f} before')
            case.expect(starved <= quiet + self.SPIN_CORES, f'it spins: {starved:.2f} cores')
        finally:
            for each in clients:
                each.close()
        taken = wait_until(case.server.ready, 10)
        if case.expect(taken is not None, 'no new connection is accepted when there are descriptors'):
            case.note(f'accepts {taken:.1f} s after the clients left')

    @staticmethod
    def _cores(case, seconds):
        begin = case.server.usage().cpu_seconds
        time.sleep(seconds)
        return (case.server.usage().cpu_seconds - begin) / seconds


class BadClient:
    """A connection of a client that is slow: of what kind, what it sends bit by bit, and within what
    time the server must end it (None: it may keep it)."""

    def __init__(self, kind, connected, drip=b'', limit=None):
        self.kind, self.socket, self.drip, self.limit = kind, connected, drip, limit
        self.socket.setblocking(False)
        self.port = connected.getsockname()[1]
        self.begun = time.monotonic()
        self.closed_after = None

    def push(self):
        """Sends the next bit."""
        if self.closed_after is None and self.drip:
            try:
                self.socket.send(self.drip)
            except OSError:
                pass  # whether it was closed is looked for elsewhere


def connected(address, first, receive=None):
    client = socket.socket()
    if receive:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
    client.settimeout(5)
    client.connect(address)
    client.sendall(first)
    return client


def open_peers(ports):
    """Returns the clients' ports of which a server on one of these ports has the connection open. The
    kernel's table tells; a client that reads nothing would not see the end."""
    peers = set()
    for table in ('/proc/net/tcp', '/proc/net/tcp6'):
        with open(table) as lines:
            next(lines)
            for line in lines:
                _, local, remote, state = line.split()[:4]
                if state in ESTABLISHED_OR_CLOSE_WAIT and int(local.rsplit(':', 1)[1], 16) in ports:
                    peers.add(int(remote.rsplit(':', 1)[1], 16))
    return peers


ESTABLISHED_OR_CLOSE_WAIT = ('01', '08')


class SlowClients(Fault):
    """Clients that begin something and do not go on, all at once."""

    judges_latency = True
    recovery = 20
    TURN = 1.0

    def clients(self, case):
        raise NotImplementedError

    def provoke(self, case):
        raise_own_limit(2000)
        clients = self.clients(case)
        try:
            for each in clients:
                each.begun = time.monotonic()
            longest = max(each.limit or 0 for each in clients)
            begin = time.monotonic()
            while (any(each.closed_after is None and each.limit for each in clients)
                   and time.monotonic() - begin < longest):
                time.sleep(self.TURN)
                self._turn(case, clients)
            most = case.server.usage()
            case.note(f'{most.rss_mb:.0f} MiB at the end; ' + '; '.join(self._judge(case, clients)))
        finally:
            for each in clients:
                each.socket.close()

    @staticmethod
    def _turn(case, clients):
        for each in clients:
            each.push()
        still = open_peers({case.server.grpc_port, case.server.rest_port})
        for each in clients:
            if each.closed_after is None and each.port not in still:
                each.closed_after = time.monotonic() - each.begun

    @staticmethod
    def _judge(case, clients):
        for kind in dict.fromkeys(each.kind for each in clients):
            same = [each for each in clients if each.kind == kind]
            ended = [each.closed_after for each in same if each.closed_after is not None]
            limit = same[0].limit
            case.saw(f'{kind}: closed', len(ended))
            case.saw(f'{kind}: left open', len(same) - len(ended))
            case.expect(limit is None or len(ended) == len(same),
                        f'{kind}: {len(same) - len(ended)} of {len(same)} still open after {limit} s')
            yield f'{kind}: ' + (f'closed after {max(ended):.0f} s' if ended else 'stays open')


class SlowLoris(SlowClients):
    name = 'slow-loris'
    about = ('clients send a head, a body, a preface, a header block or a message byte by byte, 50 of'
             ' each kind')
    EACH = 50
    LIMIT = 70  # twice the patience of 30 s, and something

    def clients(self, case):
        half = b'POST ' + PATH.encode() + b' HTTP/1.1\r\nHost: x\r\nX-'
        body = post(PATH, b' ' * 60000)
        chunks = post(PATH, b'').replace(b'Content-Length: 0', b'Transfer-Encoding: chunked')
        call = PREFACE + settings() + headers(1, wire.PREDICT)
        part = frame(HEADERS, 0, 1, block(request_fields(wire.PREDICT)))
        kinds = [
            ('HTTP/1.1 head', case.rest, half, b'a', self.LIMIT),
            ('HTTP/1.1 body', case.rest, body[:-50000], b' ', self.LIMIT),
            ('HTTP/1.1 chunks', case.rest, chunks, b'1\r\n \r\n', self.LIMIT),
            ('HTTP/2 preface', case.grpc, PREFACE[:4], b'', self.LIMIT),
            ('HTTP/2 header block', case.grpc, PREFACE + settings() + part, b'', self.LIMIT),
            ('HTTP/2 silence', case.grpc, b'', b'', self.LIMIT),
            # A call without a deadline may take its time.
            ('gRPC message', case.grpc, call + frame(DATA, 0, 1, grpc_message(b'x' * 5000)[:50]),
             frame(DATA, 0, 1, b'x'), None),
        ]
        return [BadClient(kind, connected(address, first), drip, limit)
                for kind, address, first, drip, limit in kinds for _ in range(self.EACH)]


class SlowReaders(SlowClients):
    name = 'slow-readers'
    about = 'clients ask for large answers and take nothing of them, 8 of 12 MB over REST, 8 of 4 MB over gRPC'
    EACH = 8
    LIMIT = 130  # twice the patience of 60 s, and something
    memory = 600  # heap and buffers that have grown for large bodies stay so

    def clients(self, case):
        values = 1_000_000
        body = json.dumps({'instances': [1234567.0] * values})
        message = grpc_message(wire.predict_floats('half_plus_two', 'x', [1.0] * values))
        clients = []
        for _ in range(self.EACH):
            clients.append(BadClient('REST', connected(case.rest, post(PATH, body), 4096), b'', self.LIMIT))
            clients.append(BadClient('gRPC', self._call(case.grpc, message), b'', self.LIMIT))
        return clients

    @staticmethod
    def _call(address, message):
        """Sends a call whose answer may not come: our window is 0."""
        connection = Connection(address, own_settings=((4, 0),), receive=4096)
        while connection.next_frame()[0] != WINDOW_UPDATE:
            pass  # it says that all of the message may come at once
        pieces = [frame(DATA, END_STREAM if at + FRAME_BYTES >= len(message) else 0, 1,
                        message[at:at + FRAME_BYTES]) for at in range(0, len(message), FRAME_BYTES)]
        connection.send(headers(1, wire.PREDICT), *pieces)
        return connection.socket


class HalfOpen(Fault):
    name = 'half-open'
    about = ('clients whose network is cut without a word: 20 idle REST, 20 idle gRPC, and 20 that wait for'
             ' an answer. The server\'s kernel is told to probe idle peers after 3 s and to send again 3 times')
    own_server = True
    recovery = 40
    EACH = 20
    CLOSED_WITHIN = 30

    def start(self, folder):
        tag = os.getpid()
        self.inside, self.outside = f'sluice-faults-in-{tag}', f'sluice-faults-out-{tag}'
        self._ip('netns', 'add', self.inside)
        self._ip('netns', 'add', self.outside)
        near, far = f'slf{tag}a', f'slf{tag}b'
        self._ip('link', 'add', near, 'netns', self.inside, 'type', 'veth',
                 'peer', 'name', far, 'netns', self.outside)
        for space, link, address in ((self.inside, near, '10.77.0.1/24'),
                                     (self.outside, far, '10.77.0.2/24')):
            self._ip('-n', space, 'address', 'add', address, 'dev', link)
            self._ip('-n', space, 'link', 'set', link, 'up')
            self._ip('-n', space, 'link', 'set', 'lo', 'up')
        self.far = far
        in_namespace(self.inside, self._shorten)
        return NamespacedServer(folder, [f'--model_config_file={write_config(folder, ["burn"])}'],
                                prefix=['ip', 'netns', 'exec', self.inside], namespace=self.inside)

    @staticmethod
    def _shorten():
        """By the kernel's own values this would take from a quarter of an hour to two."""
        for key, value in (('keepalive_time', 3), ('keepalive_intvl', 1), ('keepalive_probes', 3),
                           ('retries2', 3)):
            Path(f'/proc/sys/net/ipv4/tcp_{key}').write_text(str(value))

    @staticmethod
    def _ip(*arguments):
        done = subprocess.run(['ip', *arguments], capture_output=True, text=True)
        if done.returncode:
            raise Skipped(f'no network namespaces here: {done.stderr.strip()}')

    def provoke(self, case):
        before = case.server.usage().descriptors
        clients = in_namespace(self.outside, lambda: self._connect(case))
        wait_until(lambda: case.server.usage().descriptors >= before + 3 * self.EACH, 5)
        opened = case.server.usage().descriptors - before
        case.expect(opened >= 3 * self.EACH, f'only {opened} connections were open: nothing is tried')
        self._ip('-n', self.outside, 'link', 'set', self.far, 'down')
        cut = time.monotonic()
        closed = wait_until(lambda: case.server.usage().descriptors <= before + 2,
                            self.CLOSED_WITHIN, 0.2)
        left = case.server.usage().descriptors - before
        case.saw('cut', 3 * self.EACH)
        case.expect(closed is not None,
                    f'{left} of {opened} connections are still open {time.monotonic() - cut:.0f} s'
                    ' after the cut')
        if closed is not None:
            case.note(f'all closed {closed:.1f} s after the cut')
        for client in clients:
            client.close()

    def _connect(self, case):
        sleep = json.dumps({'signature_name': 'sleep', 'inputs': 1000})
        address = '10.77.0.1'
        clients = []
        for _ in range(self.EACH):
            idle = socket.create_connection((address, case.server.rest_port), 5)
            waiting = socket.create_connection((address, case.server.rest_port), 5)
            waiting.sendall(post('/v1/models/burn:predict', sleep))
            grpc = Connection((address, case.server.grpc_port))
            clients += [idle, waiting, grpc]
        return clients

    def clean(self):
        for space in (getattr(self, 'inside', None), getattr(self, 'outside', None)):
            if space:
                subprocess.run(['ip', 'netns', 'delete', space], capture_output=True)


class NamespacedServer(Server):
    """A server in a network namespace; who asks it goes there for that."""

    def __init__(self, *arguments, namespace, **more):
        self.namespace = namespace
        super().__init__(*arguments, **more)

    def ask(self, *arguments, **more):
        return in_namespace(self.namespace, lambda: Server.ask(self, *arguments, **more))


def in_namespace(name, action):
    """Runs an action on a thread that has moved; sockets stay where they were made."""
    own = os.open('/proc/thread-self/ns/net', os.O_RDONLY)
    try:
        enter_namespace(name)
        return action()
    finally:
        enter_namespace(f'/proc/self/fd/{own}')
        os.close(own)


FAULTS = [ManyConnections(), FewDescriptors(), SlowLoris(), SlowReaders(), HalfOpen()]
