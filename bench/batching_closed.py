"""Closed loops for batching.py: servers kept busy beside the raw loop, and one client alone."""

from batching_rig import CLIENT_IS_FULL, middle, print_table, request_of, say, usable
from rig import spread

OFF = ['--enable_batching=false']
MODES = {'auto': [], 'off': OFF}

# model, mode, requests, clients, batch size of the raw loop, with the echo server beside it
BUSY = [
    ('tiny', 'off', ('gRPC', 'REST'), 16, 1, True),
    ('tiny', 'auto', ('gRPC', 'REST'), 64, 32, True),
    ('mlp', 'auto', ('gRPC', 'REST'), 64, 32, False),
    ('dlrm', 'auto', ('gRPC',), 64, 32, False),
    ('mobilenet', 'off', ('gRPC', 'REST'), 16, 1, False),
    ('mobilenet', 'auto', ('gRPC',), 64, 32, False),
    ('bert', 'off', ('gRPC',), 16, 1, False),
]
# What a row of dlrm at 32 took in the raw loop when the target for dlrm was set, in microseconds.
DLRM_REFERENCE_ROW = 1e6 / 291_000


def closed(fleet, settings):
    """Each pass: raw loop, echo and server of each case, one after the other."""
    cases = [case for case in BUSY if case[0] in settings.models]
    models = {name: fleet.case(name) for name, *_ in cases}
    servers, echoes = {}, {}
    for name, mode, _, _, _, with_echo in cases:
        if (name, mode) not in servers:
            say(f'starting {name} {mode}')
            servers[name, mode], files = fleet.serve(f'{name}-{mode}', models[name], MODES[mode])
            if with_echo and name not in echoes:
                echoes[name] = fleet.echo(models[name], files)
    samples = {}
    for number in range(settings.passes):
        raws = {}
        for case in cases:
            name, mode, requests, clients, batch, with_echo = case
            if name not in raws:
                batches = sorted({each[4] for each in cases if each[0] == name})
                raws[name] = fleet.raw(models[name], min(2, settings.seconds), batches)
            for request in requests:
                echo = echoes[name] if with_echo else None
                samples.setdefault((name, mode, request, clients, batch), []).append(
                    busy_sample(fleet, settings, number, servers[name, mode], echo,
                                request_of(models[name], request), clients, batch, raws[name]))
                say(f'{name} {mode} {request}, pass {number + 1}: '
                    f'{samples[name, mode, request, clients, batch][-1]["us"]} us')
    print_closed(samples)
    return [dict(zip(('model', 'mode', 'request', 'clients', 'raw_batch'), key), samples=value)
            for key, value in samples.items()]


def busy_sample(fleet, settings, number, server, echo, request, clients, batch, raw):
    warm = settings.warm if number else settings.first_warm
    micros, raw_disturbed = raw
    row = micros[batch] / batch
    beside = None
    if echo:
        beside = fleet.closed(echo, request, clients, settings.seconds, warm)
    found = fleet.closed(server, request, clients, settings.seconds, warm)
    used = found['cpu_us_per_req']
    full = found['client_cores'] >= CLIENT_IS_FULL
    return {
        'raw_row_us': row, 'echo_us': beside and beside['cpu_us_per_req'], 'us': used,
        'rps': found['rps'], 'p50_ms': found['p50_ms'], 'p99_ms': found['p99_ms'],
        'client_is_full': full, 'rate_share': None if full else found['rps'] * row / 1e6,
        'cpu_share': row / used,
        'over_floor': used / (row + beside['cpu_us_per_req']) if beside else None,
        'over_echo': used / beside['cpu_us_per_req'] if beside else None,
        'disturbed': found['disturbed'] or raw_disturbed or bool(beside and beside['disturbed']),
        'server': found, 'echo': beside}


def print_closed(samples):
    rows = []
    for (name, mode, request, clients, batch), found in samples.items():
        full = any(each['client_is_full'] for each in usable(found))
        rows.append([
            name, mode, request, clients, f'{middle(found, "raw_row_us", 2)} at {batch}',
            middle(found, 'echo_us'), middle(found, 'us'),
            'client full' if full else middle(found, 'rps', 0),
            middle(found, 'p50_ms', 2), middle(found, 'p99_ms', 2),
            'client full' if full else middle(found, 'rate_share', 2), middle(found, 'cpu_share', 2),
            middle(found, 'over_floor', 2), middle(found, 'over_echo', 2)])
    print_table(['model', 'batching', 'request', 'clients', 'raw µs a row', 'echo µs',
                 'server µs a request', 'req/s', 'p50 ms', 'p99 ms', 'share of raw rows/s',
                 'share by CPU', 'server / (raw + echo)', 'server / echo'], rows)
    for key, found in samples.items():
        if key[0] == 'dlrm':
            scaled = [each['us'] * DLRM_REFERENCE_ROW / each['raw_row_us'] for each in usable(found)]
            print(f'dlrm: {spread(scaled)} µs a request, scaled to a machine whose raw loop does 291k'
                  ' rows/s at 32\n')


def one(fleet, settings):
    """One client: the wait for others must cost a lone request nothing."""
    rows, report = [], []
    for name in settings.models:
        case = fleet.case(name)
        say(f'starting {name} auto, off')
        servers = {mode: fleet.serve(f'{name}-{mode}', case, flags)[0] for mode, flags in MODES.items()}
        for protocol in settings.requests:
            request = request_of(case, protocol)
            for server in servers.values():
                fleet.closed(server, request, 1, 1, settings.first_warm)
            pairs = [pair(fleet, settings, servers, request, number) for number in range(settings.passes)]
            say(f'{name} {protocol}: {[round(each["ratio"], 3) for each in pairs]}')
            rows.append([name, protocol, middle(pairs, 'auto', 3), middle(pairs, 'off', 3),
                         middle(pairs, 'ratio', 3)])
            report.append({'model': name, 'request': protocol, 'samples': pairs})
        fleet.stop_all()
    print_table(['model', 'request', 'auto p50 ms', 'off p50 ms', 'auto / off'], rows)
    return report


def pair(fleet, settings, servers, request, number):
    """Both modes one after the other; who is first changes, so that drift favours neither."""
    order = list(MODES) if number % 2 else list(MODES)[::-1]
    found = {mode: fleet.closed(servers[mode], request, 1, settings.seconds, settings.warm)
             for mode in order}
    return {'auto': found['auto']['p50_ms'], 'off': found['off']['p50_ms'],
            'ratio': found['auto']['p50_ms'] / found['off']['p50_ms'],
            'disturbed': any(each['disturbed'] for each in found.values()), 'runs': found}
