"""The steady stream: patient clients in a process of their own, who ask over three protocols, look at
every answer, and write down what they got."""

import collections
import ctypes
import http.client
import json
import multiprocessing
import os
import random
import threading
import time
from typing import NamedTuple

import http2
import wire

PATIENCE = 5.0  # what is not answered within it counts as not answered
PAUSE = 0.02
MODEL = 'half_plus_two'
RIGHT = 'right'
WRONG = 'WRONG ANSWER'
UNANSWERED = 'not answered'
CLONE_NEWNET = 0x40000000

Record = collections.namedtuple('Record', 'begun seconds protocol result')


class Target(NamedTuple):
    """Whom to ask, and what a right answer adds to half of each value."""

    grpc_port: int
    rest_port: int
    constants: tuple = (2.0,)
    host: str = '127.0.0.1'
    namespace: str = ''  # a network namespace, by name


class RestClient:
    def __init__(self, target, path, body, read):
        self.target, self.path, self.body, self.read = target, path, body, read
        self.connection = http.client.HTTPConnection(
            target.host, target.rest_port, timeout=PATIENCE)

    def ask(self, values):
        self.connection.request('POST', self.path, json.dumps(self.body(values)))
        response = self.connection.getresponse()
        content = response.read()
        if response.status != 200:
            return f'HTTP {response.status}', None
        return RIGHT, self.read(json.loads(content))

    def close(self):
        self.connection.close()


class GrpcClient:
    def __init__(self, target):
        self.client = http2.GrpcClient((target.host, target.grpc_port), PATIENCE)

    def ask(self, values):
        message = wire.predict_floats(MODEL, 'x', values)
        status, answer = self.client.unary(wire.PREDICT, message, PATIENCE)
        return (f'gRPC {status}', None) if status else (RIGHT, wire.predicted_floats(answer))

    def close(self):
        self.client.close()


PROTOCOLS = {
    'rest': lambda target: RestClient(
        target, f'/v1/models/{MODEL}:predict', lambda values: {'instances': values},
        lambda answer: answer['predictions']),
    'v2': lambda target: RestClient(
        target, f'/v2/models/{MODEL}/infer',
        lambda values: {'inputs': [{'name': 'x', 'datatype': 'FP32', 'shape': [len(values)],
                                    'data': values}]},
        lambda answer: answer['outputs'][0]['data']),
    'grpc': GrpcClient,
}


def _ask_once(client, target, values):
    """Returns what came of it, and whether the connection can be used further."""
    try:
        result, answer = client.ask(values)
    except TimeoutError:
        return UNANSWERED, False
    except ConnectionRefusedError:
        return 'refused', False
    except http2.Closed as e:
        return str(e), False
    except http.client.RemoteDisconnected:
        return 'closed', False
    except (OSError, http.client.HTTPException) as e:
        return type(e).__name__, False
    if result != RIGHT:
        return result, True
    # Each request has values of its own, so that somebody else's answer shows.
    if any(answer == [value / 2 + constant for value in values] for constant in target.constants):
        return RIGHT, True
    return WRONG, False


def _keep_asking(target, protocol, end, records):
    chance = random.Random()
    client = None
    while not end.is_set():
        begun = time.monotonic()
        values = [float(chance.randrange(1 << 20)) for _ in range(3)]
        try:
            client = client or PROTOCOLS[protocol](target)
            result, usable = _ask_once(client, target, values)
        except OSError as e:
            result, usable = ('refused' if isinstance(e, ConnectionRefusedError)
                              else type(e).__name__), False
        records.append(Record(begun, time.monotonic() - begun, protocol, result))
        if not usable and client:
            client.close()
            client = None
        end.wait(PAUSE)
    if client:
        client.close()


def enter_namespace(name):
    """Moves this thread into a network namespace, by name or path; Python 3.12 has os.setns."""
    with open(os.path.join('/run/netns', name)) as handle:
        if ctypes.CDLL(None, use_errno=True).setns(handle.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f'cannot enter the namespace {name}')


def _run(target, pipe):
    os.setpgid(0, 0)  # an interrupt of the suite is for the suite, which then ends this
    if target.namespace:
        enter_namespace(target.namespace)
    end, records = threading.Event(), []
    threads = [threading.Thread(target=_keep_asking, args=(target, each, end, records))
               for each in PROTOCOLS]
    for thread in threads:
        thread.start()
    sent = 0
    while pipe.recv() == 'look':
        news = records[sent:]
        sent += len(news)
        pipe.send(news)
    end.set()
    for thread in threads:
        thread.join()
    pipe.send(records[sent:])


class Stream:
    """The clients' process, from here."""

    def __init__(self, target):
        self.pipe, other = multiprocessing.Pipe()
        self.process = multiprocessing.get_context('fork').Process(
            target=_run, args=(target, other), daemon=True)
        self.process.start()
        other.close()
        self.known = []

    def records(self):
        """Returns what has come of all requests so far."""
        return self._ask('look')

    def stop(self):
        """Ends the clients and returns all that they saw."""
        records = self._ask('stop')
        self.process.join()
        return records

    def _ask(self, what):
        self.pipe.send(what)
        self.known += self.pipe.recv()
        return self.known

    def kill(self):
        self.process.kill()
        self.process.join()


def right_since(records, moment):
    """Returns true if every protocol has had a right answer to a request sent after a moment."""
    return {each.protocol for each in records
            if each.begun > moment and each.result == RIGHT} == set(PROTOCOLS)


def percentile_ms(records, begin, end, share=0.99):
    """Returns a percentile of the latency of right answers to what was sent in a span, or None."""
    latencies = sorted(each.seconds for each in records
                       if begin <= each.begun < end and each.result == RIGHT)
    return latencies[min(len(latencies) - 1, int(share * len(latencies)))] * 1000 if latencies else None
