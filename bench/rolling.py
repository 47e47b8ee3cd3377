#!/usr/bin/env python3
"""Replaces two replicas behind nginx in turn, again and again, under load over REST and gRPC, and
counts the requests that failed. Needs root (network namespaces), ip and nginx.

Each replica, nginx and the load have a network namespace of their own on one bridge, and nginx has
the configuration of deploy/nginx.conf. The load is ./sluice bench, which repeats no request and
compares every answer."""

import argparse
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NET = '10.213.77.'
CLONE_NEWNET = 0x40000000
START_SECONDS = 180
STOP_SECONDS = 90


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f'bench/rolling.py: {" ".join(command)}: {done.stderr or done.stdout}')


class Network:
    """A bridge, and a namespace for each host on it; the bridge has a namespace, too."""

    def __init__(self, hosts):
        self.prefix = f'sluice{os.getpid()}'
        self.addresses = {name: NET + str(last) for name, last in hosts.items()}
        self.made = []

    def __enter__(self):
        try:
            bridge = self.make('bridge')
            run('ip', '-n', bridge, 'link', 'add', 'br0', 'type', 'bridge')
            run('ip', '-n', bridge, 'link', 'set', 'br0', 'up')
            for name, address in self.addresses.items():
                self.connect(self.make(name), bridge, name, address)
            return self
        except BaseException:
            self.__exit__()
            raise

    def make(self, name):
        space = f'{self.prefix}-{name}'
        run('ip', 'netns', 'add', space)
        self.made.append(space)
        run('ip', '-n', space, 'link', 'set', 'lo', 'up')
        return space

    @staticmethod
    def connect(space, bridge, name, address):
        # A device may not be called by a letter that ip takes for a word of its own.
        port = f'to-{name}'
        run('ip', '-n', bridge, 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0',
            'netns', space)
        run('ip', '-n', bridge, 'link', 'set', port, 'master', 'br0', 'up')
        run('ip', '-n', space, 'address', 'add', address + '/24', 'dev', 'eth0')
        run('ip', '-n', space, 'link', 'set', 'eth0', 'up')

    def inside(self, name):
        """The words before a command that runs on a host."""
        return ['ip', 'netns', 'exec', f'{self.prefix}-{name}']

    def enter(self, name):
        """Makes this process one of a host's."""
        libc = ctypes.CDLL(None, use_errno=True)
        with open(f'/run/netns/{self.prefix}-{name}') as space:
            if libc.setns(space.fileno(), CLONE_NEWNET):
                sys.exit(f'bench/rolling.py: setns: {os.strerror(ctypes.get_errno())}')

    def __exit__(self, *_):
        for space in self.made:
            subprocess.run(['ip', 'netns', 'delete', space], check=False)


class Replica:
    def __init__(self, network, name, options, folder):
        self.address = network.addresses[name]
        self.command = [
            *network.inside(name), str(ROOT / 'sluice'), 'serve', '--port=8500',
            '--rest_api_port=8501', f'--model_name={options.model.name}',
            f'--model_base_path={options.model}', *options.serve_arg]
        self.log = Path(folder) / f'{name}.log'
        self.process = None

    def start(self):
        with open(self.log, 'a') as log:
            # ip and the launcher replace themselves by what they start.
            self.process = subprocess.Popen(self.command, stdout=log, stderr=subprocess.STDOUT)

    def await_ready(self):
        end = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > end:
                sys.exit(f'bench/rolling.py: no server:\n{self.log.read_text()[-2000:]}')
            time.sleep(0.1)

    def is_ready(self):
        try:
            with urllib.request.urlopen(f'http://{self.address}:8501/readyz', timeout=2):
                return True
        except (OSError, urllib.error.HTTPError):
            return False

    def stop(self):
        """Returns how long it took."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(STOP_SECONDS)
        if code:
            sys.exit(f'bench/rolling.py: a replica ended with {code}:\n'
                     f'{self.log.read_text()[-2000:]}')
        return time.monotonic() - begun

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Load:
    """A running ./sluice bench."""

    def __init__(self, protocol, address, options, folder):
        self.protocol = protocol
        self.report = Path(folder) / f'{protocol}.json'
        port = 8501 if protocol == 'rest' else 8500
        url = f'http://{address}:{port}' if protocol == 'rest' else f'{address}:{port}'
        self.log = open(Path(folder) / f'bench-{protocol}.log', 'w')
        self.process = subprocess.Popen(
            [str(ROOT / 'sluice'), 'bench', f'--model={options.model.name}', f'--url={url}',
             f'--protocol={protocol}', f'--rate={options.rate}', '--duration=3600s', '--warmup=1s',
             f'--json={self.report}'], stdout=self.log, stderr=subprocess.STDOUT)

    def fail_if_dead(self):
        if self.process.poll() is not None:
            sys.exit(f'bench/rolling.py: the load ended:\n{Path(self.log.name).read_text()}')

    def finish(self):
        """Returns what was measured."""
        self.fail_if_dead()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        if not self.report.exists():
            sys.exit(f'bench/rolling.py: no report:\n{Path(self.log.name).read_text()}')
        return json.loads(self.report.read_text())['runs'][0]

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.log.close()


def nginx_configuration(network, options, folder):
    text = (ROOT / 'deploy' / 'nginx.conf').read_text()
    for name in ('a', 'b'):
        text = text.replace(f'sluice-{name}:', network.addresses[name] + ':')
    if options.no_repeats:
        text = text.replace(' non_idempotent;', ';')
    file = Path(folder) / 'nginx.conf'
    file.write_text(f'daemon off;\npid {folder}/nginx.pid;\nerror_log {folder}/nginx.log;\n{text}')
    return file


def roll(replicas, loads, options):
    """Replaces each in turn; returns how long stops and starts took."""
    stops, starts = [], []
    for count in range(options.rounds):
        for replica in replicas:
            stops.append(replica.stop())
            begun = time.monotonic()
            replica.start()
            replica.await_ready()
            starts.append(time.monotonic() - begun)
            time.sleep(options.pause)
            for load in loads:
                load.fail_if_dead()
        print(f'  round {count + 1} of {options.rounds}', file=sys.stderr)
    return stops, starts


def print_table(runs, stops, starts):
    print('| load | requests | failed | wrong | p50 ms | p99 ms | slowest ms |')
    print('| --- | --- | --- | --- | --- | --- | --- |')
    for protocol, result in runs:
        latency = result['latency_ms']
        print(f'| {protocol} | {result["requests"]} | {result["errors"]} | {result["wrong"]} '
              f'| {latency["p50"]:.2f} | {latency["p99"]:.2f} | {latency["max"]:.1f} |')
    print(f'\n{len(stops)} replicas replaced; a stop took {min(stops):.1f} to {max(stops):.1f} s, '
          f'a start {min(starts):.1f} to {max(starts):.1f} s.')
    for protocol, result in runs:
        for failure in result['failures']:
            print(f'{protocol}: {failure["count"]} times {failure["code"]}: {failure["example"]}')


def measure(network, options, folder):
    network.enter('client')
    replicas = [Replica(network, name, options, folder) for name in ('a', 'b')]
    loads = []
    nginx = None
    try:
        for replica in replicas:
            replica.start()
        for replica in replicas:
            replica.await_ready()
        nginx = subprocess.Popen([*network.inside('proxy'), options.nginx, '-c',
                                  str(nginx_configuration(network, options, folder))])
        time.sleep(1)
        for protocol in ('rest', 'grpc'):
            loads.append(Load(protocol, network.addresses['proxy'], options, folder))
        time.sleep(options.before)
        stops, starts = roll(replicas, loads, options)
        runs = [(load.protocol, load.finish()) for load in loads]
    finally:
        for load in loads:
            load.kill()
        if nginx:
            nginx.terminate()
            nginx.wait()
        for replica in replicas:
            replica.kill()
    print_table(runs, stops, starts)
    return sum(result['errors'] + result['wrong'] for _, result in runs)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--model', type=Path, default=ROOT / 'testdata/models/half_plus_two')
    parser.add_argument('--rounds', type=int, default=3, help='each replaces both replicas')
    parser.add_argument('--rate', type=int, default=200, help='requests a second, of each protocol')
    parser.add_argument('--before', type=float, default=8, help='seconds of load before the first')
    parser.add_argument('--pause', type=float, default=3, help='seconds between two')
    parser.add_argument('--no_repeats', action='store_true',
                        help='nginx must not send a request again that may have been received')
    parser.add_argument('--serve-arg', action='append', default=[], help='a further flag for serve')
    parser.add_argument('--nginx', default=shutil.which('nginx') or '/usr/sbin/nginx')
    return parser.parse_args()


def main():
    options = parse_options()
    options.model = options.model.resolve()
    if os.geteuid() or not shutil.which('ip') or not Path(options.nginx).exists():
        sys.exit('bench/rolling.py: expected to be root, with ip and nginx installed')
    hosts = {'client': 2, 'proxy': 3, 'a': 11, 'b': 12}
    with tempfile.TemporaryDirectory() as folder, Network(hosts) as network:
        failed = measure(network, options, folder)
    sys.exit(1 if failed else 0)


if __name__ == '__main__':
    main()
