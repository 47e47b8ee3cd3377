#!/usr/bin/env python3
"""Measures what metrics, traces, logs and authentication cost a request together: a server with all
of them on beside one without, in turns on the same core. See bench/README.md."""

import argparse
import base64
import http.server
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from batching_rig import Fleet, print_table, request_of, say, usable
from rig import PREDICT, ROOT, free_ports, serve_command, spread, wait_for_turn

ISSUER = 'https://login.example.com/'
TRACED = 0.01


@dataclass
class Credentials:
    """A signed token, and the file that tells the server whom it trusts."""

    config: Path
    token: str


class Collector(http.server.ThreadingHTTPServer):
    """Takes what the server exports, as an OpenTelemetry collector would, and throws it away."""

    daemon_threads = True

    def __init__(self):
        super().__init__(('127.0.0.1', 0), Sink)
        self.exports = 0
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Sink(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_POST(self):
        self.rfile.read(int(self.headers.get('Content-Length', 0)))
        self.server.exports += 1
        self.send_response(200)
        self.send_header('Content-Type', self.headers.get('Content-Type', 'application/json'))
        self.send_header('Content-Length', '0')
        self.end_headers()

    def log_message(self, *_):
        pass


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b'=').decode()


def openssl(*words, data=None):
    return subprocess.run(['openssl', *words], input=data, capture_output=True, check=True).stdout


def make_credentials(folder):
    """A token signed by RSA with 2048 bits, valid for a day."""
    key = folder / 'issuer.key'
    openssl('genrsa', '-out', str(key), '2048')
    modulus = openssl('rsa', '-in', str(key), '-noout', '-modulus').decode().strip().split('=')[1]
    jwks = folder / 'jwks.json'
    jwks.write_text(json.dumps({'keys': [{
        'kty': 'RSA', 'kid': 'bench', 'alg': 'RS256', 'use': 'sig', 'e': 'AQAB',
        'n': base64url(bytes.fromhex(modulus))}]}))
    now = int(time.time())
    signed = '.'.join(base64url(json.dumps(part).encode()) for part in (
        {'alg': 'RS256', 'typ': 'JWT', 'kid': 'bench'},
        {'iss': ISSUER, 'sub': 'bench', 'aud': 'sluice', 'scope': 'infer', 'iat': now, 'exp': now + 86400}))
    signature = openssl('dgst', '-sha256', '-sign', str(key), data=signed.encode())
    config = folder / 'auth.yaml'
    config.write_text(f'jwt:\n  - issuer: {ISSUER}\n    audience: sluice\n    jwks: file:{jwks}\n')
    return Credentials(config, f'{signed}.{base64url(signature)}')


def features(folder, credentials, collector):
    """The flags of everything that looks at each request. TLS is not among them: that is the cost
    of its ciphers."""
    return {
        'auth': [f'--auth_config_file={credentials.config}'],
        'traces': [f'--otlp_endpoint=http://127.0.0.1:{collector.server_port}',
                   f'--trace_sample_ratio={TRACED}'],
        'access-log': [f'--access_log={TRACED}', f'--access_log_file={folder}/access.log',
                       '--log_format=json'],
        'slow-log': ['--slow_request_ms=1000']}


class Pair:
    """The two servers that are compared."""

    def __init__(self, fleet, folder, options, collector):
        self.fleet, self.options, self.folder = fleet, options, folder
        self.case = fleet.case('tiny')
        self.credentials = make_credentials(folder)
        self.servers = {
            'off': self.start('off', options.off_root, []),
            'on': self.start('on', ROOT, self.chosen(features(folder, self.credentials, collector)))}

    def chosen(self, flags):
        names = self.options.on.split(',') if self.options.on else list(flags)
        return [flag for name in names for flag in flags[name]]

    def start(self, name, root, flags):
        ports = free_ports(2)
        command = serve_command(self.case, ports, flags)
        command[0] = str(root / 'sluice')
        # The one with authentication refuses whoever has no token, so its answers are compared by
        # the first run, which counts errors.
        cases = [] if flags else [self.case]
        server, _ = self.fleet.start(name, command, ports, cases)
        if not cases:
            server.process.resume()
            self.wait_ready(server)
            server.process.pause()
        return server

    def wait_ready(self, server):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            done = subprocess.run(['curl', '-sf', f'http://127.0.0.1:{server.ports[1]}/readyz'],
                                  capture_output=True)
            if done.returncode == 0:
                return
            server.process.fail_if_dead()
            time.sleep(0.1)
        sys.exit('bench/cost.py: the server is not ready')

    def run(self, name, protocol, seconds, warm):
        """One closed loop; both servers are sent the token."""
        server = self.servers[name]
        token = f'authorization: Bearer {self.credentials.token}'
        address = f'127.0.0.1:{server.ports[0]}'
        if protocol == 'gRPC':
            body = request_of(self.case, 'gRPC')['file']
            command = [self.fleet.open_load, '-url', address, '-grpc', PREDICT, '-body', body, '-H', token,
                       '-c', self.options.clients, '-d', f'{seconds}s', '-w', f'{warm}s',
                       '-pid', server.process.pid]
        else:
            url = f'http://127.0.0.1:{server.ports[1]}/v1/models/{self.case["model"]}:predict'
            command = [self.fleet.bench_dir / 'lg' / 'lg', '-url', url, '-body',
                       request_of(self.case, 'REST')['file'], '-H', token, '-tag', server.process.tag,
                       '-c', self.options.clients, '-d', seconds, '-w', warm]
        command = ['taskset', '-c', self.options.client_cpu, *map(str, command)]
        return self.fleet.repeated(server, lambda: (self.load(server, command), None))[0]

    def load(self, server, command):
        done = subprocess.run(command, capture_output=True, text=True)
        try:
            result = json.loads(done.stdout)
        except ValueError:
            server.process.fail_if_dead()
            sys.exit(f'bench/cost.py: no result: {done.stdout}{done.stderr}')
        failed = result['errors'] if 'errors' in result else result['sent'] - result['ok']
        if failed:
            sys.exit(f'bench/cost.py: {failed} requests failed: {done.stdout[:500]}')
        return result


def compare(pair, options):
    found = {}
    for protocol in ('gRPC', 'REST'):
        for name in ('off', 'on'):
            pair.run(name, protocol, 1, options.first_warm)
        samples = found[protocol] = {'off': [], 'on': []}
        for number in range(options.pairs):
            # Who is first changes, so that a machine that gets slower hits both.
            for name in ('off', 'on') if number % 2 == 0 else ('on', 'off'):
                samples[name].append(pair.run(name, protocol, options.seconds, options.warm))
            say(f'{protocol} {number + 1}: ' + ', '.join(
                f'{name} {samples[name][-1]["cpu_us_per_req"]} us' for name in samples))
    return found


def ratios(samples):
    """Of each pair that nobody disturbed."""
    pairs = [{'ratio': on['cpu_us_per_req'] / off['cpu_us_per_req'],
              'disturbed': on['disturbed'] or off['disturbed']}
             for on, off in zip(samples['on'], samples['off'])]
    return [each['ratio'] for each in usable(pairs)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--bench-dir', required=True, type=Path)
    parser.add_argument('--off-root', type=Path, default=ROOT,
                        help='a built checkout whose server is the one without; default: this one')
    parser.add_argument('--on', help='some of auth, traces, access-log, slow-log; default: all')
    parser.add_argument('--pairs', type=int, default=10)
    parser.add_argument('--clients', type=int, default=64)
    parser.add_argument('--seconds', type=float, default=4)
    parser.add_argument('--warm', type=float, default=1)
    parser.add_argument('--first-warm', type=float, default=25)
    parser.add_argument('--retries', type=int, default=1)
    parser.add_argument('--server-cpu', default='0')
    parser.add_argument('--client-cpu', default='1')
    parser.add_argument('--json', type=Path)
    options = parser.parse_args()
    options.bench_dir = options.bench_dir.expanduser().resolve()
    options.off_root = options.off_root.expanduser().resolve()
    with wait_for_turn(), tempfile.TemporaryDirectory() as name:
        folder, collector = Path(name), Collector()
        with Fleet(options, folder) as fleet:
            found = compare(Pair(fleet, folder, options, collector), options)
            log = folder / 'access.log'
            lines = len(log.read_text().splitlines()) if log.exists() else 0
        rows = [(protocol, *(spread([each['cpu_us_per_req'] for each in usable(samples[name])])
                             for name in ('off', 'on')),
                 round(statistics.median(each['rps'] for each in samples['on'])),
                 spread(ratios(samples), 3)) for protocol, samples in found.items()]
        print_table(('request', 'off, µs of CPU', 'on, µs of CPU', 'on, requests/s', 'on / off'), rows)
        print(f'{options.pairs} pairs; {collector.exports} exports of traces, {lines} lines of access log.')
        print(fleet.note())
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))
    # A server that exported or logged nothing was not on.
    if not options.on and not (collector.exports and lines):
        sys.exit('bench/cost.py: nothing was exported or logged')


if __name__ == '__main__':
    main()
