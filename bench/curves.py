#!/usr/bin/env python3
"""Draws what several servers did under the same loads: p50 and p99 over throughput, as SVG.

    bench/curves.py OUT.svg TITLE NAME=REPORT.json ...

The reports are those of `./sluice bench --json`. Both scales are logarithmic."""

import json
import math
import sys

WIDTH, HEIGHT = 800, 480
LEFT, RIGHT, TOP, BOTTOM = 70, 30, 60, 60
COLOURS = ('#1f6feb', '#d1242f', '#1a7f37', '#8250df')


def points(file):
    """Throughput, p50 and p99 of each run that answered more than it refused."""
    with open(file) as text:
        runs = json.load(text)['runs']
    return sorted((run['requests_per_s'], run['latency_ms']['p50'], run['latency_ms']['p99'])
                  for run in runs if run['ok'] > run['requests'] / 2)


def decades(low, high):
    """Powers of ten and their doubles and fivefolds within a range."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    marks = [factor * 10.0 ** power for power in range(first, last + 1) for factor in (1, 2, 5)]
    return [mark for mark in marks if low <= mark <= high]


def scale(low, high, start, end):
    return lambda value: start + (math.log(value) - math.log(low)) / (
        math.log(high) - math.log(low)) * (end - start)


def draw(title, curves):
    every = [point for _, line in curves for point in line]
    low_x, high_x = min(p[0] for p in every) / 1.2, max(p[0] for p in every) * 1.2
    low_y, high_y = min(p[1] for p in every) / 1.5, max(p[2] for p in every) * 1.5
    x, y = scale(low_x, high_x, LEFT, WIDTH - RIGHT), scale(low_y, high_y, HEIGHT - BOTTOM, TOP)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
           ' font-family="sans-serif" font-size="12">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
           f'<text x="{LEFT}" y="24" font-size="16">{title}</text>']
    for mark in decades(low_x, high_x):
        out.append(f'<path d="M{x(mark):.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#eee"/>'
                   f'<text x="{x(mark):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{mark:g}</text>')
    for mark in decades(low_y, high_y):
        out.append(f'<path d="M{LEFT} {y(mark):.1f}H{WIDTH - RIGHT}" stroke="#eee"/>'
                   f'<text x="{LEFT - 8}" y="{y(mark) + 4:.1f}" text-anchor="end">{mark:g}</text>')
    out.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 16}" text-anchor="middle">'
               'answers a second</text>'
               f'<text x="{LEFT - 8}" y="{TOP - 12}" text-anchor="end">ms</text>')
    for number, (name, line) in enumerate(curves):
        colour = COLOURS[number % len(COLOURS)]
        for column, dash in ((1, '4 4'), (2, 'none')):
            path = ' '.join(f'{x(p[0]):.1f},{y(p[column]):.1f}' for p in line)
            out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"'
                       f' stroke-dasharray="{dash}"/>')
            out += [f'<circle cx="{x(p[0]):.1f}" cy="{y(p[column]):.1f}" r="3" fill="{colour}"/>'
                    for p in line]
        out.append(f'<rect x="{LEFT + 190 * number}" y="34" width="14" height="4" fill="{colour}"/>'
                   f'<text x="{LEFT + 190 * number + 20}" y="41">{name}</text>')
    out.append(f'<text x="{WIDTH - RIGHT}" y="24" text-anchor="end">p99 solid, p50 dashed</text></svg>')
    return '\n'.join(out) + '\n'


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    curves = [(name, points(file)) for name, file in (each.split('=', 1) for each in sys.argv[3:])]
    with open(sys.argv[1], 'w') as out:
        out.write(draw(sys.argv[2], curves))


if __name__ == '__main__':
    main()
