#!/usr/bin/env python3
"""Measures the server end to end: CPU per request of `./sluice serve` beside an echo server on the
same stack and the raw engine loop, all in the same minute on the same core. See bench/README.md."""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

from e2e_payloads import bench_case, check_json, check_predict_response, large_case
from rig import (ROOT, Load, Process, echo_command, first_answer, free_ports, raw_loop,
                 record_answers, serve_command, spread, wait_for_turn)


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
        echo = Process('echo', echo_command(case, echo_ports, files), options.server_cpu, folder)
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
    raw, undisturbed = raw_loop(bench_dir, case, options.server_cpu, min(2, options.seconds))
    cell.raw.append(raw[1])
    if not undisturbed:
        cell.notes.add('the raw loop did not have its core')
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
                case = bench_case(bench_dir, 'tiny')
            else:
                model = options.large_model or bench_dir / 'models' / 'batch_probe'
                case = large_case(model.expanduser().resolve(), folder)
            results.append((case, measure(case, options, bench_dir, folder)))
    print_table(results)


if __name__ == '__main__':
    main()
