"""A `./sluice serve` under test, as an operator would start it, and what can be seen of it from outside."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
MODELS = ROOT / 'testdata' / 'models'
START_SECONDS = 120  # the machine may be busy
STOP_SECONDS = 60
STOP_LINE = re.compile(r'Stopped: (\d+) requests left, (\d+) versions left, (\d+) tensors left')


class Dead(Exception):
    """The process has ended, which no fault of these may cause."""


class Usage(NamedTuple):
    rss_mb: float
    descriptors: int
    threads: int
    cpu_seconds: float


def free_ports(count):
    """Ports that nobody listens on, below those that the kernel gives to clients: theirs are
    thousands here, and one of them could have a server's port when it starts again."""
    ports = []
    port = 20000 + os.getpid() * 37 % 10000
    while len(ports) < count:
        with socket.socket() as probe:
            try:
                probe.bind(('127.0.0.1', port))
                ports.append(port)
            except OSError:
                pass
        port += 1
    return ports


def wait_until(condition, seconds, period=0.02):
    """Returns the seconds until the condition held, or None if it did not in time."""
    begin = time.monotonic()
    while not condition():
        if time.monotonic() - begin > seconds:
            return None
        time.sleep(period)
    return time.monotonic() - begin


class Server:
    """One process of the server and its log."""

    launcher = ROOT / 'sluice'
    namespace = ''  # the network namespace it lives in, if it is not ours

    def __init__(self, folder, flags, ports=None, prefix=(), env=None, preexec=None, log=None):
        self.grpc_port, self.rest_port = ports or free_ports(2)
        self.log = Path(log) if log else Path(folder) / f'server-{self.grpc_port}.log'
        command = [*prefix, str(self.launcher), 'serve', f'--port={self.grpc_port}',
                   f'--rest_api_port={self.rest_port}', *map(str, flags)]
        self.log_is_read = True  # else its last words cannot be judged
        self.started = time.monotonic()
        with open(self.log, 'ab') as out:
            # Everything before the server replaces itself by it, so the process is the server's.
            self.process = subprocess.Popen(
                command, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                env=dict(os.environ, **(env or {})), preexec_fn=preexec)
        self.pid = self.process.pid

    def alive(self):
        return self.process.poll() is None

    def check_alive(self):
        if not self.alive():
            raise Dead(f'the server ended with {self.process.returncode}: {self.tail()}')

    def tail(self, size=1500):
        return self.log.read_text(errors='replace')[-size:]

    def logged(self):
        """Returns the size of the log in bytes."""
        return self.log.stat().st_size

    def wait_ready(self, seconds=START_SECONDS):
        """Returns the seconds from the start of the process until it was ready."""
        def ready():
            self.check_alive()
            return self.ready()
        if wait_until(ready, seconds) is None:
            raise Dead(f'not ready after {seconds} s: {self.tail()}')
        return time.monotonic() - self.started

    def ready(self):
        return self.get('/readyz')[0] == 200

    def get(self, path, timeout=5):
        return self.ask('GET', path, timeout=timeout)

    def ask(self, method, path, body=None, headers=None, timeout=10):
        """Returns status and body, or 0 and why there is none."""
        connection = http.client.HTTPConnection('127.0.0.1', self.rest_port, timeout=timeout)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException) as e:
            return 0, repr(e).encode()
        finally:
            connection.close()

    def states(self, model):
        """Returns the state of each version of a model."""
        status, body = self.get(f'/v1/models/{model}')
        if status != 200:
            return {}
        return {int(each['version']): each['state']
                for each in json.loads(body)['model_version_status']}

    def wait_state(self, model, version, state, seconds=30):
        """Returns the seconds until a version was in a state, or None."""
        return wait_until(lambda: self.states(model).get(version) == state, seconds, 0.05)

    def usage(self):
        proc = Path(f'/proc/{self.pid}')
        try:
            fields = dict(line.split(':', 1) for line in (proc / 'status').read_text().splitlines())
            # The command's name may have blanks, so count from behind it.
            stat = (proc / 'stat').read_text().rsplit(')', 1)[1].split()
            return Usage(int(fields['VmRSS'].split()[0]) / 1024, len(os.listdir(proc / 'fd')),
                         int(fields['Threads']),
                         (int(stat[11]) + int(stat[12])) / os.sysconf('SC_CLK_TCK'))
        except (OSError, KeyError) as e:
            raise Dead(f'the server is gone: {e}') from e

    def kill(self):
        """As the kernel does it when memory is short."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        """Stops as a supervisor does; returns what was wrong with that."""
        if not self.alive():
            return [f'had ended with {self.process.returncode}']
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            return [f'did not stop within {STOP_SECONDS} s']
        wrong = [] if code == 0 else [f'stopped with {code}']
        if not self.log_is_read:
            return wrong
        found = STOP_LINE.findall(self.log.read_text(errors='replace'))
        if not found:
            wrong.append('the stop said nothing')
        elif found[-1] != ('0', '0', '0'):
            wrong.append('left after the stop: %s requests, %s versions, %s tensors' % found[-1])
        return wrong


def unpacked_engines():
    return Path(os.environ.get('XDG_CACHE_HOME', Path.home() / '.cache')) / 'sluice'


def cache_without_onnx(folder):
    """Makes a cache that has all but ONNX Runtime, whose first unpacking is then to be seen; returns where
    it will be unpacked. What is not linked from here, the server unpacks, too."""
    home = Path(folder) / 'sluice'
    home.mkdir(parents=True, exist_ok=True)
    for engine in unpacked_engines().glob('[!u]*-*'):
        if not engine.name.startswith('onnxruntime') and not (home / engine.name).exists():
            (home / engine.name).symlink_to(engine)
    return home


def publish(source, base, version):
    """Renames a version into place, as docs/operate.md asks for."""
    temporary = Path(base) / f'.copy-{version}'
    shutil.copytree(source, temporary)
    temporary.rename(Path(base) / str(version))


def half_plus_two(folder, version=1):
    """Makes a folder with the model that the steady stream asks; version 1 adds 2, version 2 adds 3."""
    base = Path(folder) / 'half_plus_two'
    base.mkdir(parents=True, exist_ok=True)
    publish(MODELS / 'half_plus_two' / str(version), base, version)
    return base
