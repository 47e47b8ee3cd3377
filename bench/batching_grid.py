"""batching.py grid: batches that tune themselves beside the best of many static settings."""

import itertools
import statistics

from batching_rig import (DISTURBED, middle, objective_of, print_table, request_of, say, usable,
                          write_batching_parameters)
from rig import spread

# What somebody who knows the model would try: a batch may not take longer than the objective.
BATCH_SIZES = {'mobilenet': (2, 4, 8, 32), 'bert': (1, 2, 4, 8)}
OTHER_BATCH_SIZES = (8, 16, 32, 64)
TIMEOUTS_MICROS = (0, 1000, 4000)
ENQUEUED_BATCHES = (2, 16)
CLIENTS = 64
SECONDS_TO_FIND_CAPACITY = 2
# The share of the static settings that goes on to the next round of the choice, and that round's
# length beside the first's.
ROUNDS = ((1, 1.0), (1 / 3, 1.5), (1 / 8, 2.0))


def grid(fleet, settings):
    """Batches that tune themselves beside the best static setting of each rate."""
    report, totals = [], []
    for name in settings.models:
        rates, found = one_model(fleet, settings, name)
        report.append(found)
        totals.append([name, found['objective_ms'], found['settings'], len(rates), *summary(rates)])
        fleet.stop_all()
    print_table(['model', 'objective ms', 'static settings', 'rates', 'median of auto / best static',
                 'lowest rate', 'all pairs'], totals)
    return report


def summary(rates):
    """The median over rates of each rate's median ratio, the lowest of those, and all ratios."""
    ratios = [statistics.median(each['ratio'] for each in usable(pairs)) for pairs in rates.values()]
    every = [each['ratio'] for pairs in rates.values() for each in usable(pairs)]
    bad = any(each['disturbed'] for pairs in rates.values() for each in usable(pairs))
    mark = DISTURBED if bad else ''
    return f'{statistics.median(ratios):.3f}{mark}', f'{min(ratios):.3f}{mark}', spread(every, 3) + mark


def one_model(fleet, settings, name):
    case = fleet.case(name)
    request = request_of(case, 'gRPC')
    micros, _ = fleet.raw(case, min(2, settings.seconds), (1,))
    objective = objective_of(micros[1])
    servers = start(fleet, settings, case)
    capacity = warm_up(fleet, settings, servers, request)
    best = max(value for key, value in capacity.items() if key != 'auto')
    say(f'{name}: objective {objective} ms; best static throughput {best:.0f}/s, auto {capacity["auto"]:.0f}/s')
    rates = {part: [] for part in settings.rates}
    chosen = {part: choose(fleet, settings, servers, request, part * best, objective) for part in rates}
    for number in range(settings.passes):
        for part, pairs in rates.items():
            pairs.append(compare(fleet, settings, servers, request, chosen[part], part * best, objective,
                                 number))
        say(f'{name}, repetition {number + 1}: {[round(pairs[-1]["ratio"], 3) for pairs in rates.values()]}')
    print_rates(name, rates, chosen, best)
    return rates, {
        'model': name, 'objective_ms': objective, 'settings': len(servers) - 1,
        'capacity': {label(key): value for key, value in capacity.items()},
        'rates': [{'part': part, 'rate': part * best, 'static': label(chosen[part]), 'samples': pairs}
                  for part, pairs in rates.items()]}


def label(setting):
    return setting if setting == 'auto' else '{}/{} µs/{}'.format(*setting)


def start(fleet, settings, case):
    sizes = BATCH_SIZES.get(case['name'], OTHER_BATCH_SIZES)
    every = list(itertools.product(sizes, TIMEOUTS_MICROS, ENQUEUED_BATCHES))
    servers = {}
    for setting in every[::settings.every]:
        file = write_batching_parameters(fleet.folder, *setting)
        servers[setting], _ = fleet.serve(
            'static-' + '-'.join(map(str, setting)), case,
            ['--enable_batching', f'--batching_parameters_file={file}'])
        say(f'started {label(setting)}')
    servers['auto'], _ = fleet.serve('auto', case, [])
    return servers


def warm_up(fleet, settings, servers, request):
    """Answers per second of each server when kept busy, which also has the JIT do its work."""
    capacity = {}
    for setting, server in servers.items():
        # No more clients than a small queue admits.
        clients = CLIENTS if setting == 'auto' else min(CLIENTS, setting[0] * setting[2])
        found = fleet.closed(server, request, clients, min(SECONDS_TO_FIND_CAPACITY, settings.seconds),
                             settings.first_warm, refusals=True)
        capacity[setting] = found['rps']
        say(f'{label(setting)}: {found["rps"]:.0f}/s with {clients} clients')
    return capacity


def choose(fleet, settings, servers, request, rate, objective):
    """The static setting with the most goodput, of equals that with the lower p99; by rounds that
    get longer as settings drop out."""
    left = [setting for setting in servers if setting != 'auto']
    count = len(left)
    for part, longer in ROUNDS[:settings.rounds]:
        left = left[:max(2, round(count * part))]
        scores = {}
        for setting in left:
            found = fleet.open(servers[setting], request, rate, settings.choice_seconds * longer, 0.5,
                               objective_ms=objective)
            scores[setting] = (found['goodput'], -found['p99_ms'])
        # Only so that its JIT has as much to go by.
        fleet.open(servers['auto'], request, rate, settings.choice_seconds * longer, 0.5)
        left.sort(key=scores.get, reverse=True)
    say(f'at {rate:.0f}/s chosen: {label(left[0])} with {scores[left[0]][0]:.0f}/s in time')
    return left[0]


def compare(fleet, settings, servers, request, setting, rate, objective, number):
    """Auto and the chosen setting with the same requests; who is first changes."""
    order = ['auto', setting] if number % 2 else [setting, 'auto']
    found = {}
    for each in order:
        found[each] = fleet.open(servers[each], request, rate, settings.seconds, settings.warm,
                                 objective_ms=objective, seed=number + 2)
    auto, static = found['auto'], found[setting]
    return {'ratio': auto['goodput'] / static['goodput'] if static['goodput'] else float('inf'),
            'auto': auto['goodput'], 'static': static['goodput'],
            'auto_p99': auto['p99_ms'], 'static_p99': static['p99_ms'],
            'client_cores': max(auto['client_cores'], static['client_cores']),
            'disturbed': auto['disturbed'] or static['disturbed'],
            'runs': {'auto': auto, 'static': static}}


def print_rates(name, rates, chosen, best):
    print_table(
        ['model', 'rate', 'best static: batch/timeout/queue', 'goodput static', 'goodput auto', 'auto / static',
         'p99 static ms', 'p99 auto ms', 'client cores'],
        [[name, f'{part * 100:.0f} %: {part * best:.0f}/s', label(chosen[part]), middle(pairs, 'static', 0),
          middle(pairs, 'auto', 0), middle(pairs, 'ratio', 3), middle(pairs, 'static_p99', 2),
          middle(pairs, 'auto_p99', 2), middle(pairs, 'client_cores', 2)]
         for part, pairs in rates.items()])
