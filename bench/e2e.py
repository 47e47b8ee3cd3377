#!/usr/bin/env python3
"""Measures the server end to end: CPU per request of `./sluice serve` beside an echo server on the
same stack and the raw engine loop, all in the same minute on the same core. See bench/README.md."""

import argparse
import fcntl
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from e2e_payloads import check_json, check_predict_response, large_case, tiny_case

ROOT = Path(__file__).resolve().parent.parent
PREDICT = '/tensorflow.serving.PredictionService/Predict'
START_SECONDS = 60


class Process:
    """A server pinned to one core; its tag lets the load generator find it in /proc."""

    def __init__(self, name, command, cpu, log_folder):
        self.tag = f'{name}-{os.getpid()}-{time.monotonic_ns()}'
        self.log = Path(log_folder) / f'{name}.log'
        env = dict(os.environ, BENCH_TAG=self.tag, TF_CPP_MIN_LOG_LEVEL='3')
        self.started = time.monotonic()
        with open(self.log, 'w') as log:
            self.process = subprocess.Popen(
                ['taskset', '-c', cpu, *command], env=env, stdout=log, stderr=subprocess.STDOUT)

    def fail_if_dead(self):
        if self.process.poll() is not None:
            sys.exit(f'{self.tag} ended with {self.process.returncode}:\n{self.log.read_text()[-2000:]}')

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Load:
    """The load generator, pinned to a core of its own."""

    def __init__(self, binary, cpu):
        self.command = ['taskset', '-c', cpu, str(binary)]

    def target(self, ports, request):
        """The arguments that send a request to a server at (gRPC port, HTTP port)."""
        if request['protocol'] == 'grpc':
            return ['-url', f'127.0.0.1:{ports[0]}', '-grpc', PREDICT, '-body', request['file']]
        url = f'http://127.0.0.1:{ports[1]}/v1/models/{request["model"]}:predict'
        return ['-url', url, '-body', request['file']]

    def once(self, ports, request):
        """One request; returns the answer's bytes, or None and why not."""
        done = subprocess.run(
            [*self.command, *self.target(ports, request), '-once'], capture_output=True)
        return (done.stdout, '') if done.returncode == 0 else (None, done.stdout + done.stderr)

    def run(self, process, ports, request, clients, seconds, warm):
        done = subprocess.run(
            [*self.command, *self.target(ports, request), '-tag', process.tag, '-c', str(clients),
             '-d', str(seconds), '-w', str(warm)], capture_output=True, text=True)
        try:
            result = json.loads(done.stdout)
        except ValueError:
            process.fail_if_dead()
            sys.exit(f'load generator failed: {done.stdout}{done.stderr}')
        if not result['procs']:
            sys.exit(f'{process.tag}: no process of that tag, so no CPU time to read')
        if result['errors']:
            sys.exit(f'{process.tag}: {result["errors"]} errors, first: {result.get("first_error")}')
        return result

    def memory(self, process):
        done = subprocess.run(
            [*self.command, '-mem', '-tag', process.tag], capture_output=True, text=True)
        return json.loads(done.stdout)['pss_mb']


def free_ports(count):
    """Ports that nobody listens on now, so that no answer can come from somebody else's server."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(('127.0.0.1', 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def wait_for_turn():
    """Two runs at once would measure each other. Returns a lock that is held until it is closed."""
    lock = open(Path(tempfile.gettempdir()) / 'sluice-e2e.lock', 'w')
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print('waiting for another run to end', file=sys.stderr)
        fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def raw_loop(bench_dir, case, cpu, seconds):
    """CPU microseconds of one run of the model through the C API, on the calling thread."""
    env = dict(os.environ, BATCHES='1', TF_CPP_MIN_LOG_LEVEL='3')
    done = subprocess.run(
        ['taskset', '-c', cpu, str(bench_dir / 'engine' / 'tfrun'), str(case['model_dir'] / '1'),
         case['spec'], '1', '1', '1', str(seconds)], capture_output=True, text=True, env=env)
    try:
        result = json.loads(done.stdout)
    except ValueError:
        sys.exit(f'raw engine loop failed: {done.stdout}{done.stderr}')
    return result['us_per_run'] * min(1.0, result['cores'])


def serve_command(case, ports, extra):
    return [str(ROOT / 'sluice'), 'serve', f'--port={ports[0]}', f'--rest_api_port={ports[1]}',
            f'--model_name={case["model"]}', f'--model_base_path={case["model_dir"].resolve()}', *extra]


def echo_command(java, case, ports, answers):
    lib = ROOT / 'bench' / 'target' / 'lib'
    command = [java, f'@{ROOT}/dist/jvm.options', '-cp', f'{ROOT}/bench/target/classes:{lib}/*',
               'dev.sluice.bench.EchoServer', f'--port={ports[0]}', f'--rest_api_port={ports[1]}',
               f'--grpc_answer={answers["grpc"]}', f'--rest_answer={answers["rest"]}']
    return command + ([f'--decode={case["decode"]}'] if case.get('decode') else [])


def first_answer(process, load, ports, request):
    """Waits for the first good answer; returns it and the seconds since the process was started."""
    why = b''
    while time.monotonic() - process.started < START_SECONDS:
        answer, why = load.once(ports, request)
        process.fail_if_dead()
        if answer is not None:
            return answer, time.monotonic() - process.started
        time.sleep(0.01)
    sys.exit(f'{process.tag} gave no answer in {START_SECONDS} s: {why[-300:]!r}\n'
             f'{process.log.read_text()[-2000:]}')


def compare_with_golden(case, answers):
    """Refuses to time a server that answers wrongly."""
    for request in case['requests']:
        answer = answers[request['name']]
        wrong = (check_predict_response if request['protocol'] == 'grpc' else check_json)(
            answer, case['expected'])
        if wrong:
            sys.exit(f'{case["name"]}, {request["name"]}: wrong answer: {wrong}')


def record_answers(case, serve, load, ports, folder):
    """Sends every request once; keeps the answers as files for the echo server."""
    answers = {}
    for request in case['requests']:
        answer, why = load.once(ports, request)
        if answer is None:
            sys.exit(f'{case["name"]}, {request["name"]}: no answer: {why!r}')
        answers[request['name']] = answer
    compare_with_golden(case, answers)
    files = {}
    for request in case['requests']:
        files[request['protocol']] = str(folder / f'{case["name"]}.{request["protocol"]}.answer')
        Path(files[request['protocol']]).write_bytes(answers[request['name']])
    return files


class Cell:
    """What the passes found for one request."""

    def __init__(self):
        self.raw, self.echo, self.serve, self.p50, self.rate, self.notes = [], [], [], [], [], set()

    def note(self, result, who):
        if result['server_cores'] < 0.9:
            self.notes.add(f'{who} could not be kept busy: the client, or something else, was the limit')
        if result['other_cores'] > 0.2:
            self.notes.add('the machine was busy with something else')

    def ratios(self):
        return [s / (r + e) for r, e, s in zip(self.raw, self.echo, self.serve)]


def measure(case, options, bench_dir, folder):
    load = Load(bench_dir / 'lg' / 'lg', options.client_cpu)
    java = subprocess.run([str(ROOT / 'sluice'), 'java-home'], capture_output=True, text=True,
                          check=True).stdout.strip() + '/bin/java'
    ports = free_ports(4)
    serve_ports, echo_ports = ports[:2], ports[2:]
    serve = Process('serve', serve_command(case, serve_ports, options.serve_arg), options.server_cpu,
                    folder)
    echo = None
    try:
        _, start = first_answer(serve, load, serve_ports, case['requests'][-1])
        files = record_answers(case, serve, load, serve_ports, folder)
        time.sleep(2)
        idle = load.memory(serve)
        if 'make_spec' in case:
            case['spec'] = case['make_spec'](serve_ports[1])
        echo = Process('echo', echo_command(java, case, echo_ports, files), options.server_cpu, folder)
        first_answer(echo, load, echo_ports, case['requests'][-1])
        cells = {request['name']: Cell() for request in case['requests']}
        for number in range(options.passes):
            for request in case['requests']:
                one_pass(number, case, request, cells[request['name']], load, bench_dir, options,
                         (serve, serve_ports), (echo, echo_ports))
        return {'start': start, 'idle': idle, 'loaded': load.memory(serve), 'cells': cells}
    finally:
        serve.stop()
        if echo:
            echo.stop()


def one_pass(number, case, request, cell, load, bench_dir, options, serve, echo):
    """Raw loop, echo and server one after the other, so that each pass has its own ratio."""
    warm = options.first_warm if number == 0 else 1.5
    clients = case['clients']
    cell.raw.append(raw_loop(bench_dir, case, options.server_cpu, min(2, options.seconds)))
    for (process, ports), list_, who in ((echo, cell.echo, 'echo'), (serve, cell.serve, 'serve')):
        result = load.run(process, ports, request, clients, options.seconds, warm)
        list_.append(result['cpu_us_per_req'])
        if clients >= 16:
            cell.note(result, who)
        if who == 'serve':
            cell.rate.append(result['rps'])
    alone = load.run(serve[0], serve[1], request, 1, min(3, options.seconds), 1)
    cell.p50.append(alone['p50_ms'])
    print(f'  {case["name"]} {request["name"]} pass {number + 1}: raw {cell.raw[-1]:.1f}'
          f' echo {cell.echo[-1]:.1f} serve {cell.serve[-1]:.1f} us', file=sys.stderr, flush=True)


def spread(values, digits=1):
    middle = statistics.median(values)
    if len(values) == 1:
        return f'{middle:.{digits}f}'
    return f'{middle:.{digits}f} ({min(values):.{digits}f}-{max(values):.{digits}f})'


def print_table(results):
    print('| case | request | clients | raw µs | echo µs | serve µs | serve / (raw + echo) |'
          ' req/s | p50 of one client, ms |')
    print('| --- | --- | --- | --- | --- | --- | --- | --- | --- |')
    for case, result in results:
        for name, cell in result['cells'].items():
            print(f'| {case["name"]} | {name} | {case["clients"]} | {spread(cell.raw)} | {spread(cell.echo)} |'
                  f' {spread(cell.serve)} | {spread(cell.ratios(), 2)} | {statistics.median(cell.rate):.0f} |'
                  f' {statistics.median(cell.p50):.3f} |')
    print()
    print('| case | start to first answer, s | idle PSS, MB | PSS after the load, MB |')
    print('| --- | --- | --- | --- |')
    for case, result in results:
        print(f'| {case["name"]} | {result["start"]:.2f} | {result["idle"]:.0f} | {result["loaded"]:.0f} |')
    for case, result in results:
        for name, cell in result['cells'].items():
            for note in sorted(cell.notes):
                print(f'\nwith care: {case["name"]} {name}: {note}')


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--bench-dir', required=True, type=Path,
                        help='folder with lg/lg, engine/tfrun, engine/specs, models, payloads')
    parser.add_argument('--large-model', type=Path,
                        help='folder of a model with signature ragged_rows (x float [n,m]); default:'
                             ' models/batch_probe in --bench-dir')
    parser.add_argument('--cases', default='tiny,large', help='tiny, large or both')
    parser.add_argument('--passes', type=int, default=3)
    parser.add_argument('--seconds', type=float, default=4, help='measured in each run')
    parser.add_argument('--first-warm', type=float, default=10,
                        help='seconds of warm-up before the first pass, for the JIT')
    parser.add_argument('--server-cpu', default='0')
    parser.add_argument('--client-cpu', default='1')
    parser.add_argument('--serve-arg', action='append', default=[], help='a further flag for serve')
    return parser.parse_args()


def main():
    options = parse_options()
    bench_dir = options.bench_dir.expanduser().resolve()
    if not (ROOT / 'bench' / 'target' / 'lib').is_dir():
        sys.exit('bench/e2e.py: run ./sluice build first')
    results = []
    with wait_for_turn(), tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for name in options.cases.split(','):
            if name == 'tiny':
                case = tiny_case(bench_dir)
            else:
                model = options.large_model or bench_dir / 'models' / 'batch_probe'
                case = large_case(model.expanduser().resolve(), folder)
            results.append((case, measure(case, options, bench_dir, folder)))
    print_table(results)


if __name__ == '__main__':
    main()
