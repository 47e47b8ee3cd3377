"""The soak: load and reloads for a long time, and then nothing may be left that was not there before."""

import collections
import json
import os
import random
import socket
import struct
import time
from pathlib import Path
from typing import NamedTuple

import wire
from connection_faults import post
from fault import write_config
from file_faults import retract
from http2 import GrpcClient
from server import MODELS, Server, publish
from stream import MODEL, RIGHT, Stream, Target

SAMPLE_SECONDS = 2.0
WARM_SHARE = 0.4       # of the time, in which memory may grow
GROWTH = 0.05          # of the resident memory, over all the time after that
DESCRIPTOR_GROWTH, THREAD_GROWTH, MAPPING_GROWTH = 3, 4, 40
OTHERS = ['wine_sklearn_onnx', 'trees_xgb_binary']


class Sample(NamedTuple):
    minutes: float
    rss_mb: float
    descriptors: int
    threads: int
    mappings: int


class Soak:
    """One run; each kind of step is made in turn, and says what it expects."""

    def __init__(self, folder, minutes, seed):
        self.folder, self.minutes = Path(folder), minutes
        self.random = random.Random(f'{seed} soak')
        self.done, self.wrong, self.samples = collections.Counter(), [], []
        self.base = self.folder / 'models' / MODEL
        self.shared = f'sluice-soak-{os.getpid()}'

    def run(self):
        """Returns a dictionary with samples, counts and what was wrong."""
        self.folder.mkdir(parents=True)
        # The heap is touched at the start: its first use is no leak, and takes half an hour.
        options = f'{os.environ.get("SLUICE_JAVA_OPTS", "")} -XX:+AlwaysPreTouch'
        self.server = Server(self.folder, [f'--model_config_file={write_config(self.folder, OTHERS)}'],
                             env={'SLUICE_JAVA_OPTS': options.strip()})
        try:
            self.server.wait_ready()
            stream = Stream(Target(self.server.grpc_port, self.server.rest_port, (2.0, 3.0)))
            try:
                self._work()
                records = stream.stop()
            except BaseException:
                stream.kill()
                raise
            self._judge_stream(records)
            self._judge_samples()
            self._judge_regions()
        finally:
            (Path('/dev/shm') / self.shared).unlink(missing_ok=True)
            self.wrong += self.server.stop()
        return dict(minutes=self.minutes, samples=[each._asdict() for each in self.samples],
                    done=dict(self.done), wrong=self.wrong)

    def _work(self):
        steps = [self.flip, self.reload, self.load_and_unload, self.leave, self.share_memory, self.fail]
        begin = last = time.monotonic()
        while time.monotonic() - begin < self.minutes * 60:
            step = self.random.choice(steps)
            step()
            self.done[step.__name__] += 1
            time.sleep(self.random.uniform(0, 0.2))
            if time.monotonic() - last > SAMPLE_SECONDS:
                last = time.monotonic()
                self._sample((last - begin) / 60)

    def _sample(self, minutes):
        usage = self.server.usage()
        with open(f'/proc/{self.server.pid}/maps') as maps:
            mappings = sum(1 for _ in maps)
        self.samples.append(Sample(minutes, usage.rss_mb, usage.descriptors, usage.threads, mappings))

    def _expect(self, holds, otherwise):
        if not holds:
            self.wrong.append(otherwise)

    # What happens meanwhile.

    def flip(self):
        """A higher version comes, takes over, and goes again."""
        publish(MODELS / MODEL / '2', self.base, 2)
        self._expect(self.server.wait_state(MODEL, 2, 'AVAILABLE') is not None, 'flip: version 2 did not come')
        retract(self.base, 2)
        self._expect(self.server.wait_state(MODEL, 1, 'AVAILABLE') is not None, 'flip: version 1 did not return')

    def reload(self):
        """The list of models loses two, and gets them back."""
        client = GrpcClient(('127.0.0.1', self.server.grpc_port), 30)
        names = [MODEL, *OTHERS]
        for list_ in (names[:1], names):
            paths = {name: self.folder / 'models' / name for name in list_}
            status, answer = client.unary(wire.RELOAD, wire.model_list(paths), 30)
            self._expect(status == 0, f'reload of {list_}: gRPC {status} {answer[:200]}')
        client.close()

    def load_and_unload(self):
        name = self.random.choice(OTHERS)
        for action in ('unload', 'load'):
            status, body = self.server.ask('POST', f'/v2/repository/models/{name}/{action}', '{}', timeout=30)
            self._expect(status == 200, f'{action} of {name}: {status} {body[:200]}')

    def leave(self):
        """A client sends a part of a request, or all of it, and goes."""
        body = json.dumps({'instances': [1.5] * self.random.choice([3, 3000, 300_000])})
        request = post(f'/v1/models/{MODEL}:predict', body)
        with socket.create_connection(('127.0.0.1', self.server.rest_port), 5) as client:
            client.settimeout(5)
            client.sendall(request[:self.random.randint(1, len(request))])
            time.sleep(self.random.uniform(0, 0.01))

    def share_memory(self):
        """A region is registered, read by a run, and taken back."""
        file = Path('/dev/shm') / self.shared
        file.write_bytes(struct.pack('<3f', 1, 2, 3))
        region = f'/v2/systemsharedmemory/region/{self.shared}'
        register = {'key': f'/{self.shared}', 'offset': 0, 'byte_size': 12}
        where = {'shared_memory_region': self.shared, 'shared_memory_byte_size': 12}
        x = {'name': 'x', 'datatype': 'FP32', 'shape': [3], 'parameters': where}
        for path, body in ((f'{region}/register', register),
                           (f'/v2/models/{MODEL}/infer', {'inputs': [x]}), (f'{region}/unregister', {})):
            status, answer = self.server.ask('POST', path, json.dumps(body))
            self._expect(status == 200, f'{path}: {status} {answer[:200]}')
        file.unlink()

    def fail(self):
        """A request that is refused."""
        status, _ = self.server.ask('POST', f'/v1/models/{MODEL}:predict', '{"instances": ["x"]}')
        self._expect(status == 400, f'a string for a float: {status}')

    # What must hold.

    def _judge_stream(self, records):
        results = collections.Counter(each.result for each in records)
        self.done['stream: ' + RIGHT] = results.pop(RIGHT, 0)
        for result, count in results.items():
            self._expect(False, f'the stream saw "{result}" {count} times')
        self._expect(self.done['stream: ' + RIGHT] > 0, 'the stream was never answered')

    def _judge_samples(self):
        late = [each for each in self.samples if each.minutes > self.minutes * WARM_SHARE]
        if len(late) < 8:
            self.wrong.append(f'only {len(late)} samples after the warm-up: too short a run to judge')
            return
        slope = slope_of([(each.minutes, each.rss_mb) for each in late])
        grown = slope * (late[-1].minutes - late[0].minutes)
        median = sorted(each.rss_mb for each in late)[len(late) // 2]
        self.done['RSS slope, KiB a minute'] = round(slope * 1024)
        self._expect(grown <= GROWTH * median, f'RSS grew by {grown:.1f} MiB after the warm-up,'
                     f' at most {GROWTH * median:.1f} expected')
        quarter = len(late) // 4
        for field, most in (('descriptors', DESCRIPTOR_GROWTH), ('threads', THREAD_GROWTH),
                            ('mappings', MAPPING_GROWTH)):
            # What comes and goes with a step is in both ends; what stays is only in the second.
            first, last = (min(getattr(each, field) for each in part)
                           for part in (late[:quarter], late[-quarter:]))
            self._expect(last - first <= most, f'{field} grew from {first} to {last}')

    def _judge_regions(self):
        status, body = self.server.get('/v2/systemsharedmemory/status')
        self._expect(status == 200 and not json.loads(body), f'regions are left: {body[:200]}')


def slope_of(points):
    """Returns the slope of the least-squares line."""
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0


def print_soak(result, rows=12):
    """Prints samples at equal distances, then what was done and what was wrong."""
    samples = result['samples']
    print('| minutes | RSS, MiB | descriptors | threads | mappings |')
    print('| --- | --- | --- | --- | --- |')
    for at in sorted({round(n * (len(samples) - 1) / (rows - 1)) for n in range(rows)}) if samples else []:
        each = samples[at]
        print(f'| {each["minutes"]:.1f} | {each["rss_mb"]:.0f} | {each["descriptors"]} | {each["threads"]} |'
              f' {each["mappings"]} |')
    print()
    print(', '.join(f'{name}: {count}' for name, count in result['done'].items()))
    print('verdict: ' + ('FAIL' if result['wrong'] else 'pass'))
    for each in result['wrong'][:20]:
        print('- ' + each)
