"""Faults of the process: killed, without threads, without memory."""

import json
import os
import signal
import time
from pathlib import Path

from fault import Fault, Skipped, write_config
from server import MODELS, Server, cache_without_onnx, publish, wait_until

BROKEN_CONNECTIONS = frozenset({'refused', 'closed', 'reset', 'ConnectionResetError', 'BrokenPipeError',
                                'IncompleteRead'})


class Kill(Fault):
    name = 'kill-9'
    about = 'SIGKILL under load, started again at once on the same ports and the same Unix socket'
    allowed = BROKEN_CONNECTIONS
    own_server = replaces_process = True
    recovery = 30

    def flags(self, folder):
        return [f'--grpc_socket_path={folder}/grpc.sock']

    def provoke(self, case):
        old = case.server
        case.broken = time.monotonic()
        old.kill()
        case.expect((case.folder / 'grpc.sock').exists(), 'the kill left no socket file: nothing is tried')
        case.server = Server(
            case.folder,
            [f'--model_config_file={case.folder}/models.config', *self.flags(case.folder)],
            ports=(old.grpc_port, old.rest_port))
        ready = case.server.wait_ready()
        case.note(f'ready {ready:.1f} s after the start of the new process')


class KillWhileUnpacking(Fault):
    name = 'kill-9-unpacking'
    about = ('SIGKILL while the first load unpacks ONNX Runtime into an empty cache, then a start on'
             ' what that left')
    allowed = BROKEN_CONNECTIONS
    own_server = replaces_process = True
    recovery = 30
    TRIES = 6

    @staticmethod
    def _serve(folder, cache, config, ports=None):
        return Server(folder, [f'--model_config_file={config}'], ports=ports,
                      env={'XDG_CACHE_HOME': str(cache)})

    def provoke(self, case):
        ports = case.server.grpc_port, case.server.rest_port
        case.server.kill()
        config = write_config(case.folder, ['wine_sklearn_onnx'], 'two.config')
        for number in range(self.TRIES):
            cache = case.folder / f'cache-{number}'
            home = cache_without_onnx(cache)
            case.server = self._serve(case.folder, cache, config, ports)
            if self._kill_in_time(case.server, home):
                break
        else:
            case.expect(False, f'unpacking was over {self.TRIES} times before the kill')
        left = bytes_in(home.glob('unpacking-*/*'))
        case.note(f'{left >> 10} KiB left behind by the kill')
        case.broken = time.monotonic()
        case.server = self._serve(case.folder, cache, config, ports)
        case.server.wait_ready()
        case.expect(case.server.wait_state('wine_sklearn_onnx', 1, 'AVAILABLE') is not None,
                    'the ONNX model is not served after the second start')
        status, _ = ask_wine(case.server)
        case.saw(f'HTTP {status}')
        case.expect(status == 200, f'the ONNX model answers {status}')

    @staticmethod
    def _kill_in_time(server, home):
        """Kills the server as soon as a library is partly there; returns false if it was whole before."""
        begun = wait_until(lambda: not server.alive() or any(home.glob('onnxruntime-*'))
                           or bytes_in(home.glob('unpacking-*/*')), 60, 0.001)
        server.kill()
        return begun is not None and not any(home.glob('onnxruntime-*'))


def bytes_in(paths):
    total = 0
    for path in paths:
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            pass  # renamed meanwhile
    return total


def ask_wine(server):
    body = {'inputs': {'X': [[13.0] * 13]}}
    return server.ask('POST', '/v1/models/wine_sklearn_onnx:predict', json.dumps(body))


class Cgroup:
    """A control group of our own for one process, of either version of the interface."""

    def __init__(self, controller, name):
        v1 = Path('/sys/fs/cgroup') / controller
        root = v1 if (v1 / 'cgroup.procs').exists() else Path('/sys/fs/cgroup')
        self.path = root / f'sluice-faults-{name}-{os.getpid()}'
        try:
            self.path.mkdir()
        except OSError as e:
            raise Skipped(f'no control groups can be made here: {e}') from e

    def has(self, file):
        return (self.path / file).exists()

    def add(self, pid):
        (self.path / 'cgroup.procs').write_text(str(pid))

    def write(self, file, value):
        (self.path / file).write_text(str(value))

    def read(self, file):
        return (self.path / file).read_text().strip()

    def remove(self):
        # The kernel needs a moment after the last process.
        wait_until(lambda: not self.read('cgroup.procs'), 5)
        self.path.rmdir()


class ThreadLimit(Fault):
    name = 'no-threads'
    about = 'the process may have no further thread while a version is to be loaded; then it may again'
    own_server = True
    constants = (2.0, 3.0)
    group = None

    def flags(self, folder):
        return ['--load_retry_interval_micros=500000', '--max_num_load_retries=100']

    def provoke(self, case):
        self.group = Cgroup('pids', 'threads')
        if not self.group.has('pids.max'):
            raise Skipped('the control group cannot bound threads')
        self.group.add(case.server.pid)
        self.group.write('pids.max', int(self.group.read('pids.current')))
        version_two(case)
        time.sleep(3)
        states = case.server.states('half_plus_two')
        case.saw(f'version 2 {states.get(2, "not noticed")} without threads')
        case.expect(states.get(1) == 'AVAILABLE', f'version 1 did not stay: {states}')
        # An answer that a thread of the pool for large bodies makes, if there is one.
        status, _ = case.server.ask('POST', '/v1/models/half_plus_two:predict',
                                    json.dumps({'instances': [1.0] * 40000}))
        case.saw(f'large body: HTTP {status}')
        refused = self.group.read('pids.events') if self.group.has('pids.events') else '?'
        case.expect(refused != 'max 0', 'no thread was refused: nothing was tried')
        self.group.write('pids.max', 'max')
        taken = case.server.wait_state('half_plus_two', 2, 'AVAILABLE', 20)
        if case.expect(taken is not None, 'version 2 is not loaded when there are threads again: '
                       f'{case.server.states("half_plus_two")}'):
            case.note(f'loaded {taken:.1f} s after there were threads again')
        status, _ = case.server.ask('POST', '/v1/models/half_plus_two:predict',
                                    json.dumps({'instances': [1.0] * 40000}))
        case.expect(status == 200, f'a large body is answered {status} when there are threads again')

    def clean(self):
        if self.group:
            self.group.remove()


def version_two(case):
    publish(MODELS / 'half_plus_two' / '2', case.folder / 'models' / 'half_plus_two', 2)


class MemoryLimit(Fault):
    name = 'memory-limit'
    about = ('a control group leaves 64 MiB; large requests want more. The kernel\'s only answer is'
             ' SIGKILL: what counts is the restart')
    own_server = replaces_process = True
    allowed = BROKEN_CONNECTIONS | {'not answered', 'HTTP 503', 'HTTP 429'}
    recovery = 30
    group = None
    CLIENTS = 8

    def provoke(self, case):
        self.group = Cgroup('memory', 'memory')
        file = 'memory.limit_in_bytes' if self.group.has('memory.limit_in_bytes') else 'memory.max'
        if not self.group.has(file):
            raise Skipped('the control group cannot bound memory')
        self.group.add(case.server.pid)
        # What a process has does not move with it, so only what it takes from now on counts.
        self.group.write(file, 64 << 20)
        body = json.dumps({'instances': [1.5] * 2_000_000}).encode()
        killed = self._press(case, body)
        case.note('killed by the kernel' if killed else 'survived')
        if not killed:
            return
        case.expect(case.server.process.returncode == -signal.SIGKILL,
                    f'it ended with {case.server.process.returncode} and not by SIGKILL')
        old = case.server
        case.broken = time.monotonic()
        case.server = Server(case.folder, [f'--model_config_file={case.folder}/models.config'],
                             ports=(old.grpc_port, old.rest_port))
        case.note(f'ready {case.server.wait_ready():.1f} s after it was started again')

    def _press(self, case, body):
        for _ in range(self.CLIENTS):
            status, _ = case.server.ask('POST', '/v1/models/half_plus_two:predict', body)
            case.saw(f'HTTP {status}' if status else 'closed')
            if wait_until(lambda: not case.server.alive(), 0.5) is not None:
                return True
        return False

    def clean(self):
        if self.group:
            self.group.remove()


FAULTS = [Kill(), KillWhileUnpacking(), ThreadLimit(), MemoryLimit()]
