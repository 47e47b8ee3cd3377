"""batching.py overload and isolation: more load than a server can bear, and a heavy neighbour."""

import time

from batching_closed import MODES
from batching_rig import (CLIENT_IS_FULL, middle, objective_of, print_table, request_of, say, usable)
from rig import free_ports, serve_command

# How often the capacity is offered.
FACTOR = {'mlp': 1.5}
OTHER_FACTOR = 3
CLIENTS = 64
SECONDS_BEFORE, SECONDS_AFTER = 2, 3
# So many probes in a row as before the load mean that the server is back.
PROBES_IN_A_ROW = 3


def overload(fleet, settings):
    """Rate sweep and overload in turns; a stream of probes sees how soon all is as before."""
    rows, report = [], []
    for name in settings.models:
        found = one_model(fleet, settings, name)
        report.append(found)
        beyond = found['overload']
        rows.append([
            name, found['objective_ms'], f'{found["capacity"]:.0f}', f'{found["factor"]} x',
            middle(beyond, 'peak', 0), middle(beyond, 'goodput', 0), middle(beyond, 'ratio', 2),
            middle(beyond, 'p99_ms', 1), middle(beyond, 'refused_rps', 0),
            middle(beyond, 'refused_p99_ms', 1), middle(beyond, 'failed', 0),
            middle(beyond, 'recovery_s', 2), middle(beyond, 'most_rss_mb', 0),
            'yes' if any(each['client_is_full'] for each in usable(beyond)) else 'no'])
        fleet.stop_all()
    print_table(['model', 'objective ms', 'capacity/s', 'offered', 'peak goodput/s', 'goodput/s',
                 'goodput / peak', 'p99 ms of admitted', 'refused/s', 'p99 ms of refusals', 'failed',
                 'back to normal after s', 'RSS MB', 'client full'], rows)
    return report


def one_model(fleet, settings, name):
    case = fleet.case(name)
    request = request_of(case, 'gRPC')
    factor = FACTOR.get(name, OTHER_FACTOR)
    micros, _ = fleet.raw(case, min(2, settings.seconds), (1,))
    objective = objective_of(micros[1])
    plain, _ = fleet.serve(f'{name}-auto', case, [])
    capacity = fleet.closed(plain, request, CLIENTS, settings.seconds, settings.first_warm)['rps']
    server, _ = fleet.serve(f'{name}-objective', case, [f'--latency_objective_ms={objective}'])
    fleet.open(server, request, 0.8 * capacity, 1, settings.first_warm)
    say(f'{name}: objective {objective} ms, {capacity:.0f}/s with {CLIENTS} clients and no objective')
    curve = {part: [] for part in settings.rates}
    beyond = []
    for number in range(settings.passes):
        for part, found in curve.items():
            found.append(fleet.open(server, request, part * capacity, settings.seconds, settings.warm,
                                    objective_ms=objective, seed=number + 1))
        best = max(found[-1]['goodput'] for found in curve.values())
        beyond.append(pressed(fleet, settings, server, request, capacity, factor, objective, best, number))
        say(f'{name}, repetition {number + 1}: {beyond[-1]["goodput"]:.0f}/s of {best:.0f}/s,'
            f' back after {beyond[-1]["recovery_s"]} s')
    print_curve(name, {**curve, factor: beyond}, capacity)
    return {'model': name, 'objective_ms': objective, 'capacity': capacity, 'factor': factor,
            'curve': [{'part': part, 'samples': found} for part, found in curve.items()],
            'overload': beyond}


def pressed(fleet, settings, server, request, capacity, factor, objective, best, number):
    """The overload, with probes before, beside and after it."""
    probes_per_second = min(50, max(4, 0.1 * capacity))
    length = SECONDS_BEFORE + settings.warm + settings.seconds + SECONDS_AFTER

    def run():
        probe = fleet.begin_open(server, request, probes_per_second, length, 0, records=True, seed=number)
        time.sleep(SECONDS_BEFORE)
        found = fleet.open_result(server, fleet.begin_open(
            server, request, factor * capacity, settings.seconds, settings.warm, objective_ms=objective,
            seed=number + 1))
        return found, fleet.open_result(server, probe)

    found, probes = fleet.repeated(server, run)
    begin = found['start_unix'] - probes['start_unix']
    end = begin + found['warm_s'] + found['measured_s']
    found.update(peak=best, ratio=found['goodput'] / best if best else None,
                 recovery_s=recovery(probes['records'], begin, end), probes=probes['records'],
                 client_is_full=found['client_cores'] + probes['client_cores'] >= CLIENT_IS_FULL)
    return found


def recovery(probes, begin, end):
    """Seconds from the load's end to the first of some probes in a row that were served in at most
    twice the longest time seen before the load; None if there were none."""
    usual = [latency for due, latency, status in probes if due < begin - 0.5 and status == 0]
    if not usual:
        return None
    after = [(due, status == 0 and latency <= 2 * max(usual)) for due, latency, status in probes if due >= end]
    for i in range(len(after) - PROBES_IN_A_ROW + 1):
        if all(good for _, good in after[i:i + PROBES_IN_A_ROW]):
            return round(after[i][0] - end, 2)
    return None


def print_curve(name, curve, capacity):
    print_table(
        ['model', 'offered', 'answered/s', 'goodput/s', 'refused/s', 'failed', 'p50 ms', 'p99 ms', 'server cores',
         'client cores', 'client late p99 ms', 'RSS MB'],
        [[name, f'{part * 100:.0f} %: {part * capacity:.0f}/s', middle(found, 'rps', 0), middle(found, 'goodput', 0),
          middle(found, 'refused_rps', 0), middle(found, 'failed', 0), middle(found, 'p50_ms', 2),
          middle(found, 'p99_ms', 2), middle(found, 'server_cores', 2), middle(found, 'client_cores', 2),
          middle(found, 'lag_p99_ms', 2), middle(found, 'rss_mb', 0)] for part, found in curve.items()])


LIGHT, HEAVY = 'tiny', 'bert'
LIGHT_RATE, HEAVY_CLIENTS = 500, 8


def isolation(fleet, settings):
    """A small model's requests beside a large model that is never idle, in one server on one core."""
    light, heavy = fleet.case(LIGHT), fleet.case(HEAVY)
    requests = request_of(light, 'gRPC'), request_of(heavy, 'gRPC')
    config = fleet.folder / 'models.config'
    config.write_text('model_config_list {' + ''.join(
        f' config {{ name: "{case["model"]}" base_path: "{case["model_dir"]}" model_platform: "tensorflow" }}'
        for case in (light, heavy)) + ' }')
    servers = {}
    for mode in settings.modes:
        ports = free_ports(2, fleet.options.first_port)
        command = serve_command(light, ports, [*MODES[mode], f'--model_config_file={config}'])
        command = [each for each in command if not each.startswith(('--model_name', '--model_base_path'))]
        servers[mode], _ = fleet.start(f'both-{mode}', command, ports, [light, heavy])
        fleet.open(servers[mode], requests[0], LIGHT_RATE, 1, settings.first_warm)
    samples = {mode: [] for mode in servers}
    for number in range(settings.passes):
        for mode, server in servers.items():
            samples[mode].append(neighbours(fleet, settings, server, requests, number))
            say(f'{mode}, repetition {number + 1}: tiny p99 {samples[mode][-1]["light_p99_beside"]} ms beside,'
                f' {samples[mode][-1]["light_p99_alone"]} ms alone')
    fields = [(f'{kind}_{where}', digits) for kind, digits in (('light_p50', 2), ('light_p99', 2), ('heavy_rate', 1))
              for where in ('alone', 'beside')]
    print_table(['batching', f'{LIGHT} p50 ms alone', 'beside', f'{LIGHT} p99 ms alone', 'beside',
                 f'{HEAVY}/s alone', 'beside', 'bert beside / alone'],
                [[mode, *(middle(found, field, digits) for field, digits in fields),
                  middle(found, 'heavy_share', 2)] for mode, found in samples.items()])
    return [{'mode': mode, 'samples': found} for mode, found in samples.items()]


def neighbours(fleet, settings, server, requests, number):
    light, heavy = requests
    seconds, warm = settings.seconds, settings.warm
    light_alone = fleet.open(server, light, LIGHT_RATE, seconds, warm, seed=number + 1)
    heavy_alone = fleet.closed(server, heavy, HEAVY_CLIENTS, seconds, warm)

    def run():
        running = fleet.load.begin(server.process, server.ports, heavy, HEAVY_CLIENTS, seconds, warm)
        found = fleet.open_result(server, fleet.begin_open(
            server, light, LIGHT_RATE, seconds, warm, seed=number + 1))
        return found, fleet.load.result(server.process, running)

    light_beside, heavy_beside = fleet.repeated(server, run)
    runs = light_alone, heavy_alone, light_beside
    return {
        'light_p50_alone': light_alone['p50_ms'], 'light_p50_beside': light_beside['p50_ms'],
        'light_p99_alone': light_alone['p99_ms'], 'light_p99_beside': light_beside['p99_ms'],
        'heavy_rate_alone': heavy_alone['rps'], 'heavy_rate_beside': heavy_beside['rps'],
        'heavy_share': heavy_beside['rps'] / heavy_alone['rps'] if heavy_alone['rps'] else None,
        'disturbed': any(each['disturbed'] for each in runs), 'runs': [*runs, heavy_beside]}
