"""Servers, loads and tables for batching.py."""

import json
import subprocess
import sys
import time
from pathlib import Path

from e2e_payloads import bench_case
from rig import (PREDICT, ROOT, Load, Process, echo_command, first_answer, free_ports, raw_loop,
                 record_answers, serve_command, spread)

# With more than so much of a core used by others than server and client, a figure is none.
MOST_OTHER_CORES = 0.25
# A client that used so much of its core was the limit: then only CPU per request says something.
CLIENT_IS_FULL = 0.95
DISTURBED = '*'


class Server:
    """A server of some models, stopped unless it is being measured."""

    def __init__(self, process, ports):
        self.process = process
        self.ports = ports


class Fleet:
    """Servers that share one core. Only one of them runs at a time, so that many can be compared in
    turns: a JVM needs a while under load until it is as fast as it gets, and is then kept."""

    def __init__(self, options, folder):
        self.options = options
        self.folder = folder
        self.bench_dir = options.bench_dir
        self.load = Load(self.bench_dir / 'lg' / 'lg', options.client_cpu)
        self.open_load = build_open_load()
        self.servers = []
        self.runs = self.disturbed_runs = self.silent_runs = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop_all()

    def stop_all(self):
        for server in self.servers:
            server.process.stop()
        self.servers = []

    def case(self, name):
        return bench_case(self.bench_dir, name)

    def serve(self, name, case, flags):
        """Starts `./sluice serve`, compares its answers with the recorded ones, and stops it until
        it is measured. Returns it, and files with its answers."""
        ports = free_ports(2, self.options.first_port)
        return self.start(name, serve_command(case, ports, flags), ports, [case])

    def start(self, name, command, ports, cases):
        process = Process(name, command, self.options.server_cpu, self.folder)
        server = Server(process, ports)
        self.servers.append(server)
        files = {}
        for case in cases:
            first_answer(process, self.load, ports, case['requests'][0])
            files = record_answers(case, process, self.load, ports, self.folder)
        process.pause()
        return server, files

    def echo(self, case, files):
        ports = free_ports(2, self.options.first_port)
        process = Process(f'echo-{case["name"]}', echo_command(case, ports, files),
                          self.options.server_cpu, self.folder)
        server = Server(process, ports)
        self.servers.append(server)
        first_answer(process, self.load, ports, case['requests'][0])
        process.pause()
        return server

    def raw(self, case, seconds, batches):
        """CPU microseconds of a run for each batch size, and whether others disturbed the loop."""
        for _ in range(self.options.retries + 1):
            micros, undisturbed = raw_loop(
                self.bench_dir, case, self.options.server_cpu, seconds, batches)
            if undisturbed:
                break
        return micros, not undisturbed

    def closed(self, server, request, clients, seconds, warm, refusals=False):
        """A closed loop; repeated if others disturbed it."""
        return self.repeated(server, lambda: (self.load.run(
            server.process, server.ports, request, clients, seconds, warm, refusals), None))[0]

    def open(self, server, request, rate, seconds, warm, **more):
        """An open loop with requests at random times; repeated if others disturbed it."""
        return self.repeated(server, lambda: (self.open_result(server, self.begin_open(
            server, request, rate, seconds, warm, **more)), None))[0]

    def repeated(self, server, run):
        """Lets a server run for a load, and once more if others disturbed it. The load's end gives
        its result, and that of another load beside it or None; both are returned."""
        server.process.resume()
        try:
            for _ in range(self.options.retries + 1):
                result, beside = run()
                self.judge(result, beside)
                if not result['disturbed']:
                    break
        finally:
            server.process.pause()
        return result, beside

    def judge(self, result, beside):
        """Says in the result whether others than the server and its clients used the machine."""
        if beside:
            result['other_cores'] = round(result['other_cores'] - beside['client_cores'], 3)
        # Of an open loop no answer is an answer: that the server had none left to give.
        silent = result.get('n') == 0
        result['disturbed'] = (silent or result['other_cores'] > MOST_OTHER_CORES
                               or result.get('steal_cores', 0) > MOST_OTHER_CORES)
        self.runs += 1
        self.disturbed_runs += result['disturbed']
        self.silent_runs += silent

    def begin_open(self, server, request, rate, seconds, warm, objective_ms=0, seed=1, records=False):
        """Starts an open loop over gRPC; open_result waits for its end."""
        command = [
            'taskset', '-c', self.options.client_cpu, str(self.open_load),
            '-url', f'127.0.0.1:{server.ports[0]}', '-grpc', PREDICT, '-body', request['file'],
            '-q', f'{rate:.3f}', '-d', f'{seconds}s', '-w', f'{warm}s', '-seed', str(seed),
            '-grace', '2s', '-pid', str(server.process.pid), '-objective', f'{objective_ms}ms']
        return subprocess.Popen(command + (['-records'] if records else []),
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def open_result(self, server, running):
        output, errors = running.communicate()
        try:
            return json.loads(output)
        except ValueError:
            server.process.fail_if_dead()
            sys.exit(f'open loop failed: {output}{errors}')

    def note(self):
        """What to say below a table."""
        return (f'{self.disturbed_runs} of {self.runs} runs were disturbed: others had more than'
                f' {MOST_OTHER_CORES} cores. They are left out; where there was no other run, the figure has'
                f' a {DISTURBED} and is no good.'
                + (f' In {self.silent_runs} closed loops nothing was answered at all: left out too, but find'
                   ' out why.' if self.silent_runs else ''))


def build_open_load():
    """Builds the open loop's load generator if its sources are newer."""
    sources = ROOT / 'bench' / 'openload'
    binary = ROOT / 'bench' / 'target' / 'openload'
    newest = max(path.stat().st_mtime for path in sources.iterdir())
    if not binary.exists() or binary.stat().st_mtime < newest:
        binary.parent.mkdir(exist_ok=True)
        done = subprocess.run(['go', 'build', '-o', str(binary), '.'], cwd=sources)
        if done.returncode:
            sys.exit('bench/batching.py: the open loop needs Go')
    return binary


def request_of(case, name):
    return next(each for each in case['requests'] if each['name'] == name)


def objective_of(raw_micros):
    """Five times the model's own time and what a network and a busy client may take, in ms."""
    return round(5 * raw_micros / 1000 + 5, 2)


def usable(samples):
    """The samples that nobody disturbed; all, if that leaves none."""
    return [each for each in samples if not each['disturbed']] or samples


def middle(samples, field, digits=1):
    """Median and range of a field for the table."""
    values = [each[field] for each in usable(samples) if each[field] is not None]
    if not values:
        return '–'
    return spread(values, digits) + (DISTURBED if all(each['disturbed'] for each in samples) else '')


def print_table(head, rows):
    print('| ' + ' | '.join(head) + ' |')
    print('| ' + ' | '.join('---' for _ in head) + ' |')
    for row in rows:
        print('| ' + ' | '.join(str(cell) for cell in row) + ' |')
    print(flush=True)


def say(text):
    print(f'  {time.strftime("%H:%M:%S")} {text}', file=sys.stderr, flush=True)


def write_batching_parameters(folder, batch, timeout_micros, enqueued):
    file = Path(folder) / f'batching-{batch}-{timeout_micros}-{enqueued}.txt'
    file.write_text(
        f'max_batch_size {{ value: {batch} }}\nbatch_timeout_micros {{ value: {timeout_micros} }}\n'
        f'max_enqueued_batches {{ value: {enqueued} }}\nnum_batch_threads {{ value: 1 }}\n')
    return file
