#!/usr/bin/env python3
"""Measures how requests share runs: the server beside the raw engine loop, one client, batches that
tune themselves beside static settings, overload, and a heavy neighbour. See bench/README.md."""

import argparse
import json
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from batching_closed import closed, one
from batching_grid import grid
from batching_overload import isolation, overload
from batching_rig import Fleet
from rig import ROOT, wait_for_turn


@dataclass(frozen=True)
class Settings:
    """How much is measured; times in seconds."""

    models: tuple = ('tiny', 'mlp', 'dlrm', 'mobilenet', 'bert')
    passes: int = 5  # repetitions; of grid: after the one that chooses
    seconds: float = 4  # measured in each run
    warm: float = 1  # load before that
    first_warm: float = 12  # load before a server's first run, for the JIT
    rates: tuple = ()  # as parts of what the server can do
    requests: tuple = ('gRPC', 'REST')  # of one
    modes: tuple = ('auto',)  # of isolation
    rounds: int = 3  # in which grid chooses
    choice_seconds: float = 2  # of a run in the first of them
    every: int = 1  # so many static settings are one


SWEEP = (0.4, 0.6, 0.75, 0.85, 0.95, 1.05, 1.2)
COMMANDS = {
    'closed': (closed, Settings(first_warm=20), Settings(passes=1, seconds=1, warm=0.5, first_warm=2)),
    'one': (one, Settings(seconds=3),
            Settings(passes=2, seconds=0.5, warm=0.2, first_warm=0.5, requests=('gRPC',))),
    'grid': (grid,
             Settings(models=('tiny', 'mlp', 'mobilenet'), passes=3, first_warm=8,
                      rates=(0.2, 0.38, 0.56, 0.74, 0.92, 1.1)),
             Settings(models=('mlp',), passes=1, seconds=1, warm=0.5, first_warm=2, rates=(0.2, 0.6, 1.1),
                      rounds=1, choice_seconds=0.7, every=5)),
    'overload': (overload, Settings(models=('mobilenet', 'bert', 'mlp', 'tiny', 'dlrm'), passes=3, rates=SWEEP),
                 Settings(models=('mobilenet', 'mlp'), passes=1, seconds=1, warm=0.5, first_warm=2,
                          rates=(0.6, 0.9, 1.1))),
    'isolation': (isolation, Settings(seconds=8), Settings(passes=1, seconds=2, warm=0.5, first_warm=2)),
}


def parse_options():
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument('--bench-dir', required=True, type=Path,
                        help='folder with lg/lg, engine/tfrun, engine/specs, models, payloads')
    common.add_argument('--quick', action='store_true', help='a rough look of about a minute')
    common.add_argument('--models', help='such as tiny,mlp')
    common.add_argument('--passes', type=int)
    common.add_argument('--seconds', type=float, help='measured in each run')
    common.add_argument('--warm', type=float, help='seconds of load before that')
    common.add_argument('--first-warm', type=float,
                        help="seconds of load before a server's first run, for the JIT")
    common.add_argument('--modes', help='of isolation: auto, off or both')
    common.add_argument('--retries', type=int, help='how often a disturbed run is repeated; default: 1,'
                        ' with --quick 0')
    common.add_argument('--json', type=Path, help='write all that was found to this file')
    common.add_argument('--server-cpu', default='0')
    common.add_argument('--client-cpu', default='1')
    common.add_argument('--first-port', type=int, default=0, help='use free ports from here on; default: any')
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest='command', required=True)
    for name, (function, _, _) in COMMANDS.items():
        commands.add_parser(name, parents=[common], help=function.__doc__ and function.__doc__.splitlines()[0])
    return parser.parse_args()


def settings_of(options):
    settings = COMMANDS[options.command][2 if options.quick else 1]
    for field in ('passes', 'seconds', 'warm', 'first_warm'):
        if getattr(options, field) is not None:
            settings = replace(settings, **{field: getattr(options, field)})
    for field in ('models', 'modes'):
        if getattr(options, field):
            settings = replace(settings, **{field: tuple(getattr(options, field).split(','))})
    return settings


def main():
    options = parse_options()
    options.bench_dir = options.bench_dir.expanduser().resolve()
    if options.retries is None:
        options.retries = 0 if options.quick else 1
    if not (ROOT / 'bench' / 'target' / 'lib').is_dir():
        sys.exit('bench/batching.py: run ./sluice build first')
    settings = settings_of(options)
    with wait_for_turn(), tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        with Fleet(options, Path(folder)) as fleet:
            found = COMMANDS[options.command][0](fleet, settings)
        print(fleet.note())
        print(f'\nTook {time.monotonic() - began:.0f} s.')
    if options.json:
        options.json.write_text(json.dumps(
            {'command': options.command, 'settings': asdict(settings), 'runs': fleet.runs,
             'disturbed_runs': fleet.disturbed_runs,
             'silent_runs': fleet.silent_runs, 'results': found}, indent=1))


if __name__ == '__main__':
    main()
