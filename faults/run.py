#!/usr/bin/env python3
"""The fault suite: breaks a running `./sluice serve` in many ways while patient clients go on asking, and
prints what they saw. See docs/faults.md."""

import argparse
import datetime
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

import clock_faults
import connection_faults
import engine_faults
import file_faults
import http1_faults
import http2_faults
import process_faults
import size_faults
from fault import try_fault, write_config
from server import Server
from soak import Soak, print_soak

MODULES = (process_faults, file_faults, engine_faults, clock_faults, connection_faults, http1_faults,
           http2_faults, size_faults)
FAULTS = {fault.name: fault for module in MODULES for fault in module.FAULTS}


class SharedServer:
    """Serves all faults that do not need one of their own; is started again if one has ended it."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.server = None

    def get(self):
        if self.server is None or not self.server.alive():
            self.folder.mkdir(exist_ok=True)
            self.server = Server(self.folder, [f'--model_config_file={write_config(self.folder)}'])
            self.server.wait_ready()
        return self.server

    def stop(self):
        return self.server.stop() if self.server else []


def run_faults(names, folder, seed, rows):
    """Tries faults one after the other; adds their rows, so that those of a run that is ended are not lost."""
    shared = SharedServer(folder / 'shared')
    try:
        for name in names:
            fault = FAULTS[name]
            begin = time.monotonic()
            print(f'{name}: {fault.about}', file=sys.stderr, flush=True)
            row = try_fault(fault, folder / name, seed, None if fault.own_server else shared.get)
            rows.append(row)
            print(f'  {row["verdict"]} after {time.monotonic() - begin:.0f} s', file=sys.stderr)
            for line in row['failures'] + row['notes']:
                print(f'    {line}', file=sys.stderr, flush=True)
    finally:
        wrong = shared.stop()
    if wrong:
        rows.append(dict(fault='the shared server\'s stop', about='', verdict='FAIL', failures=wrong, notes=[]))


def counts(values, most=6):
    ordered = sorted(values.items(), key=lambda each: -each[1])
    shown = ', '.join(what if count == 1 else f'{count} × {what}' for what, count in ordered[:most] if count)
    return shown + (f', {len(ordered) - most} others' if len(ordered) > most else '')


def number(value, digits=1):
    return '–' if value is None else f'{value:.{digits}f}'


def print_table(rows):
    print('| fault | its clients saw | the steady stream saw | lost | recovery, s | p99 alone → during, ms | verdict |')
    print('| --- | --- | --- | --- | --- | --- | --- |')
    for row in rows:
        p99 = ' → '.join(number(row.get(f'p99_{when}_ms')) for when in ('alone', 'during'))
        print(f'| {row["fault"]} | {counts(row.get("saw", {}))} | {counts(row.get("stream", {}))} |'
              f' {row.get("lost", "–")} | {number(row.get("recovery"), 2)} | {p99} | {row["verdict"]} |')
    print()
    for row in rows:
        for text in row['failures']:
            print(f'- **{row["fault"]}**: {text}')
        if row['verdict'] == 'skipped':
            print(f'- {row["fault"]} skipped: {row["notes"][0]}')


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--only', help='names of faults, separated by commas')
    parser.add_argument('--skip', default='', help='names of faults to leave out, separated by commas')
    parser.add_argument('--list', action='store_true', help='say what there is and end')
    parser.add_argument('--soak', type=float, metavar='MINUTES', help='the soak instead of the faults')
    parser.add_argument('--seed', help='of what is random; printed, so that a run can be repeated')
    parser.add_argument('--json', type=Path, metavar='FILE', help='write all that was seen')
    parser.add_argument('--folder', type=Path, help='for models and logs, kept; default: a temporary one')
    parser.add_argument('--sluice', type=Path, default=Server.launcher,
                        help='the launcher of another installation')
    parser.add_argument('--h2spec', help='where h2spec is, if not on the PATH')
    options = parser.parse_args()
    unknown = {*(options.only or '').split(','), *options.skip.split(',')} - {'', *FAULTS}
    if unknown:
        parser.error(f'no fault named {", ".join(sorted(unknown))}; --list prints their names')
    return options


def main():
    options = parse_options()
    if options.list:
        for name, fault in FAULTS.items():
            print(f'{name}: {fault.about}')
        return 0
    http2_faults.Conformance.tool = options.h2spec
    Server.launcher = options.sluice
    seed = options.seed or str(int(time.time()))
    folder = options.folder or Path(tempfile.mkdtemp(prefix='sluice-faults-'))
    folder.mkdir(parents=True, exist_ok=True)
    when = datetime.datetime.now(datetime.timezone.utc).strftime('%Y-%m-%d %H:%M UTC')
    print(f'{when}, seed {seed}, {os.cpu_count()} CPUs\n', flush=True)
    # As by the keyboard, so that mounts and processes do not stay.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit('ended by SIGTERM'))
    result = None
    try:
        if options.soak:
            result = Soak(folder / 'soak', options.soak, seed).run()
            print_soak(result)
            failed = bool(result['wrong'])
        else:
            skipped = options.skip.split(',')
            names = options.only.split(',') if options.only else [each for each in FAULTS if each not in skipped]
            result = []
            try:
                run_faults(names, folder, seed, result)
            finally:
                print_table(result)
            failed = any(each['verdict'] == 'FAIL' for each in result)
    finally:
        if options.json:
            options.json.write_text(json.dumps(dict(when=when, seed=seed, result=result), indent=1))
        if not options.folder:
            shutil.rmtree(folder, ignore_errors=True)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
