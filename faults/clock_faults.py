"""The wall clock steps, as after a suspend or by a careless administrator; monotonic time goes on."""

import email.utils
import http.client
import json
import threading
import time
from pathlib import Path

from fault import Fault, Skipped, write_config
from http2 import GrpcClient
from server import MODELS, Server, wait_until
import wire

LIBRARIES = [Path(each) for each in (
    '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1',
    '/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1', '/usr/lib64/faketime/libfaketime.so.1')]
HOUR = 3600


class ClockSteps(Fault):
    own_server = True
    constants = (2.0, 3.0)
    models = ('burn',)
    RUN_SECONDS = 3

    def __init__(self, name, about, seconds):
        self.name, self.about, self.seconds = name, about, seconds

    def start(self, folder):
        library = next(filter(Path.exists, LIBRARIES), None)
        if library is None:
            raise Skipped('needs libfaketime (the package faketime)')
        self.offset = folder / 'offset'
        self.offset.write_text('+0')
        # Read anew at each look at the clock; nothing else is faked.
        return Server(folder, [f'--model_config_file={write_config(folder, self.models)}'], env={
            'LD_PRELOAD': str(library), 'FAKETIME_TIMESTAMP_FILE': str(self.offset),
            'FAKETIME_NO_CACHE': '1', 'FAKETIME_DONT_FAKE_MONOTONIC': '1',
            'DONT_FAKE_MONOTONIC': '1', 'FAKETIME_DONT_RESET': '1', 'NO_FAKE_STAT': '1'})

    def provoke(self, case):
        case.expect(abs(self._ahead(case)) < 3, 'the clock was wrong before the step')
        iterations = self._calibrate(case)
        running = [Running(each, case, iterations) for each in (self._burn_grpc, self._burn_rest)]
        # It has been seen once when the clock steps, and is the same at the next look.
        base = case.folder / 'models' / 'half_plus_two'
        copy(MODELS / 'half_plus_two' / '2', base / '2')
        time.sleep(1.2)
        self.offset.write_text(f'{self.seconds:+d}')
        ahead = wait_until(lambda: abs(self._ahead(case) - self.seconds) < 3, 3, 0.1)
        case.expect(ahead is not None, f'Date is {self._ahead(case):+.0f} s from ours,'
                    f' {self.seconds:+d} expected: nothing is tried')
        for each in running:
            case.saw(f'request during the step: {each.result()}')
            case.expect(each.result() == 'right', f'a request under way ended with {each.result()}')
        taken = case.server.wait_state('half_plus_two', 2, 'AVAILABLE', 12)
        if case.expect(taken is not None, 'a version that was being copied when the clock stepped is not'
                       ' loaded within 12 s'):
            case.note(f'loaded {taken:.1f} s after the requests')
        copy(MODELS / 'half_plus_two' / '1', base / '3')
        taken = case.server.wait_state('half_plus_two', 3, 'AVAILABLE', 12)
        case.expect(taken is not None, 'a version copied after the step is not loaded within 12 s')

    @staticmethod
    def _ahead(case):
        """Returns how far the server's Date is ahead of our clock."""
        connection = http.client.HTTPConnection(*case.rest, timeout=5)
        try:
            connection.request('GET', '/livez')
            response = connection.getresponse()
            response.read()
            return email.utils.parsedate_to_datetime(response.headers['Date']).timestamp() - time.time()
        finally:
            connection.close()

    def _calibrate(self, case):
        """Returns how many iterations take so long: a run that only sleeps would look at the clock."""
        few, begin = 20_000, time.monotonic()
        while self._burn_rest(case, few) == 'right' and time.monotonic() - begin < 0.3:
            few, begin = 2 * few, time.monotonic()
        return int(few * self.RUN_SECONDS / (time.monotonic() - begin))

    def _burn_grpc(self, case, iterations):
        count = wire.tensor(wire.DT_INT64, [], wire.chunk(10, wire.varint(iterations)))
        message = wire.predict('burn', {'iterations': count}, 'burn')
        client = GrpcClient(case.grpc, 40)
        status, _ = client.unary(wire.PREDICT, message, 40, [('grpc-timeout', '35S')])
        client.close()
        return 'right' if status == 0 else f'gRPC {status}'

    def _burn_rest(self, case, iterations):
        body = json.dumps({'signature_name': 'burn', 'inputs': iterations})
        status, answer = case.server.ask('POST', '/v1/models/burn:predict', body, timeout=40)
        right = status == 200 and json.loads(answer)['outputs']['done'] == iterations
        return 'right' if right else f'HTTP {status}'


class Running:
    """A call on a thread of its own."""

    def __init__(self, call, *arguments):
        self.outcome = 'nothing'
        self.thread = threading.Thread(target=self._run, args=(call, arguments), daemon=True)
        self.thread.start()

    def _run(self, call, arguments):
        try:
            self.outcome = call(*arguments)
        except Exception as e:
            self.outcome = repr(e)

    def result(self):
        self.thread.join(45)
        return self.outcome


def copy(source, target):
    """Writes a version in place, with the times of now."""
    for path in sorted(source.rglob('*')):
        to = target / path.relative_to(source)
        if path.is_file():
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(path.read_bytes())


FAULTS = [
    ClockSteps('clock-back', 'the wall clock steps back by an hour', -HOUR),
    ClockSteps('clock-forth', 'the wall clock steps forth by an hour', HOUR),
]
