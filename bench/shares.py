#!/usr/bin/env python3
"""A client that asks for more than a version can answer, beside one that does not.

Starts `./sluice serve` with one lane and a model whose runs sleep, so that the load costs next to no CPU; then a quiet
client alone, both without names, and both with names. Open loop over REST: requests are due at the times of a Poisson
process, and latency counts from there.

The capacity is measured first, and rates are parts of it: a sleep takes longer than it is asked to, twice as long on
some machines, and a client that is thought to be quiet then asks for all of its share.
"""

import argparse
import asyncio
import collections
import json
import pathlib
import random
import resource
import statistics
import subprocess
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
READY = 'Exporting HTTP/REST API'


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--millis', type=int, default=20, help='how long a run is asked to sleep')
    parser.add_argument('--quiet', type=float, default=0.2, help="the quiet client's rate, of the capacity")
    parser.add_argument('--noisy', type=float, default=3, help="the noisy client's rate, of the capacity")
    parser.add_argument('--seconds', type=float, default=20)
    parser.add_argument('--warm', type=float, default=5)
    parser.add_argument('--timeout-ms', type=int, default=0, help='X-Request-Timeout-Ms of all requests; 0: none')
    parser.add_argument('--port', type=int, default=28501)
    parser.add_argument('--flags', default='', help='further flags of the server, separated by spaces')
    options = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # every request that waits has a connection
    server = subprocess.Popen(
        [ROOT / 'sluice', 'serve', f'--port={options.port + 1}', f'--rest_api_port={options.port}', '--model_name=burn',
         f'--model_base_path={ROOT}/testdata/models/burn', '--lanes_per_model=1', '--client_header=X-Client-Id',
         *options.flags.split()], stderr=subprocess.PIPE, text=True)
    try:
        for line in server.stderr:
            if READY in line:
                break
        # A server that nobody reads would wait, with everything in it, when the pipe is full.
        threading.Thread(target=collections.deque, args=(server.stderr, 0), daemon=True).start()
        asyncio.run(measure(options))
    finally:
        server.terminate()
        server.wait()


async def measure(options):
    run = await run_seconds(options)
    capacity = 1 / run
    quiet, noisy = options.quiet * capacity, options.noisy * capacity
    print(f'A run takes {1e3 * run:.1f} ms, so that the capacity is {capacity:.1f}/s.\n')
    print('| case | client | asked/s | answered/s | refused/s | p50 ms | p99 ms | most ms |')
    print('| --- | --- | --- | --- | --- | --- | --- | --- |')
    await report(options, 'quiet alone', [('quiet', quiet)])
    await report(options, 'noisy alone', [('noisy', noisy)])
    await report(options, 'both, without names', [('quiet', quiet), ('noisy', noisy)], named=False)
    await report(options, 'both, with names', [('quiet', quiet), ('noisy', noisy)])


async def report(options, case, clients, named=True):
    for client, rate, answers in await load(options, clients, options.seconds, named):
        good = sorted(latency for status, latency in answers if status == 200)
        refused = sum(status in (429, 503) for status, _ in answers)
        quantiles = statistics.quantiles(good, n=100) if len(good) > 1 else [0] * 99
        print(f'| {case} | {client} | {len(answers) / options.seconds:.1f} | {len(good) / options.seconds:.1f} |'
              f' {refused / options.seconds:.1f} | {1e3 * quantiles[49]:.0f} | {1e3 * quantiles[98]:.0f} |'
              f' {1e3 * max(good, default=0):.0f} |', flush=True)
    await asyncio.sleep(2)


async def load(options, clients, seconds, named=True):
    """Returns client, rate and (status, latency) of each of its requests that was due in that time."""
    return await asyncio.gather(*(one_client(options, client, rate, seconds, named) for client, rate in clients))


async def run_seconds(options):
    """Returns what a request takes of a server that has nothing else to do and has warmed up."""
    connection = await asyncio.open_connection('127.0.0.1', options.port)
    taken, start = [], time.monotonic()
    while time.monotonic() - start < options.warm or len(taken) < 30:
        asked = time.monotonic()
        await exchange(connection, request_of(options))
        taken.append(time.monotonic() - asked)
    connection[1].close()
    return statistics.median(taken[len(taken) // 2:])


def request_of(options, headers=''):
    body = json.dumps({'signature_name': 'sleep', 'inputs': options.millis})
    return (f'POST /v1/models/burn:predict HTTP/1.1\r\nHost: localhost\r\n{headers}'
            f'Content-Length: {len(body)}\r\n\r\n{body}').encode()


async def one_client(options, client, rate, seconds, named):
    times, at = [], 0.0
    dice = random.Random(f'{client} {rate}')
    while at < seconds:
        at += dice.expovariate(rate)
        times.append(at)
    headers = f'X-Client-Id: {client}\r\n' if named else ''
    if options.timeout_ms:
        headers += f'X-Request-Timeout-Ms: {options.timeout_ms}\r\n'
    request = request_of(options, headers)
    start, free = time.monotonic(), []

    async def ask(due):
        await asyncio.sleep(max(0, start + due - time.monotonic()))
        connection = free.pop() if free else await asyncio.open_connection('127.0.0.1', options.port)
        status = await exchange(connection, request)
        free.append(connection)
        return status, time.monotonic() - start - due

    answers = await asyncio.gather(*(ask(due) for due in times[:-1]))
    for _, writer in free:
        writer.close()
    return client, rate, answers


async def exchange(connection, request):
    reader, writer = connection
    writer.write(request)
    head = await reader.readuntil(b'\r\n\r\n')
    length = int(head.lower().split(b'content-length: ')[1].split(b'\r\n')[0])
    await reader.readexactly(length)
    return int(head.split(b' ')[1])


if __name__ == '__main__':
    main()
