#!/usr/bin/env python3
"""Draws what `bench/batching.py grid` found: goodput and p99 over the offered rate, as SVG.

    bench/grid_curves.py FOLDER REPORT.json ...

The reports are those of `--json`; each model's picture is FOLDER/grid-MODEL.svg. Lines join the medians of
the repetitions, bars go from the least to the greatest. The colours do on white and on black."""

import json
import statistics
import sys

from curves import decades, scale

WIDTH, HEIGHT = 860, 346
TOP, BOTTOM = 64, 300
PANELS = ((64, 410), (504, 850))
GREY, AUTO, STATIC = '#6e7681', '#2f81f7', '#d4720b'
SIDES = (('auto', 'without a flag', AUTO, -3, ''), ('static', 'best static setting', STATIC, 3, '7 4'))


def spread(samples, key):
    """Least, median and greatest of the repetitions that nothing disturbed."""
    values = [sample[key] for sample in samples if not sample['disturbed']]
    return min(values), statistics.median(values), max(values)


def linear(low, high, start, end):
    return lambda value: start + (value - low) / (high - low) * (end - start)


def steps(high):
    """About five round marks from 0."""
    for size in (factor * 10 ** power for power in range(9) for factor in (1, 2, 5)):
        if high / size <= 6:
            return [size * i for i in range(int(high / size) + 1)]
    raise ValueError(f'expected a rate below a billion, found {high}')


def text(x, y, words, anchor='middle', size=12, more=''):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"{more}>{words}</text>'


def axes(panel, title, x, x_marks, y, y_marks):
    left, right = panel
    out = [text(left, TOP - 14, title, 'start', 13, ' font-weight="600"'),
           text((left + right) / 2, BOTTOM + 36, 'offered, requests/s')]
    for mark in x_marks:
        out.append(f'<path d="M{x(mark):.1f} {TOP}V{BOTTOM}" class="grid"/>'
                   + text(x(mark), BOTTOM + 18, f'{mark:,}'))
    for mark in y_marks:
        out.append(f'<path d="M{left} {y(mark):.1f}H{right}" class="grid"/>'
                   + text(left - 8, y(mark) + 4, f'{mark:,g}', 'end'))
    return out


def curve(rates, what, x, y, floor):
    """Both sides' medians and how far the repetitions lay apart."""
    out = []
    for side, _, colour, shift, dash in SIDES:
        points = [(x(rate['rate']) + shift, spread(rate['samples'], what.format(side))) for rate in rates]
        line = ' '.join(f'{px:.1f},{y(max(floor, middle)):.1f}' for px, (_, middle, _) in points)
        out.append(f'<g stroke="{colour}" fill="{colour}"><polyline points="{line}" fill="none"'
                   f' stroke-width="2" stroke-dasharray="{dash}"/>')
        for px, (least, middle, most) in points:
            out.append(f'<path d="M{px:.1f} {y(max(floor, least)):.1f}V{y(max(floor, most)):.1f}"'
                       f' stroke-width="1.5"/><circle cx="{px:.1f}" cy="{y(max(floor, middle)):.1f}" r="3.5"/>')
        out.append('</g>')
    return out


def draw(result):
    rates, objective = result['rates'], result['objective_ms']
    most = max(rate['rate'] for rate in rates) * 1.06
    marks = steps(most)
    p99s = [value for rate in rates for side, *_ in SIDES
            for value in spread(rate['samples'], f'{side}_p99')]
    low, high = min(*p99s, objective) / 1.3, max(p99s) * 1.3
    xs = [linear(0, most, *panel) for panel in PANELS]
    good, late = linear(0, most, BOTTOM, TOP), scale(low, high, BOTTOM, TOP)
    title = f'{result["model"]}: goodput and p99 over the offered rate'
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
           f' font-family="system-ui, sans-serif" fill="{GREY}"><title>{title}</title>',
           f'<style>.grid {{ stroke: {GREY}; stroke-opacity: 0.25 }}</style>']
    out += axes(PANELS[0], f'{result["model"]}: answered within {objective:.1f} ms, per second',
                xs[0], marks, good, marks)
    out.append(f'<path d="M{xs[0](0):.1f} {good(0):.1f}L{xs[0](most):.1f} {good(most):.1f}" stroke="{GREY}"'
               ' stroke-dasharray="2 4"/>')
    out += curve(rates, '{}', xs[0], good, 0)
    out += axes(PANELS[1], 'p99 of what was answered, ms', xs[1], marks, late, decades(low, high))
    out.append(f'<path d="M{PANELS[1][0]} {late(objective):.1f}H{PANELS[1][1]}" stroke="{GREY}"'
               ' stroke-dasharray="2 4"/>' + text(PANELS[1][0] + 4, late(objective) - 5, 'objective', 'start', 11))
    out += curve(rates, '{}_p99', xs[1], late, low)
    for number, (_, name, colour, _, dash) in enumerate(SIDES):
        start = PANELS[0][0] + 170 * number
        out.append(f'<path d="M{start} 18h26" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>'
                   f'<circle cx="{start + 13}" cy="18" r="3.5" fill="{colour}"/>'
                   + text(start + 34, 22, name, 'start'))
    out.append(f'<path d="M{PANELS[0][0] + 340} 18h26" stroke="{GREY}" stroke-dasharray="2 4"/>'
               + text(PANELS[0][0] + 374, 22, 'all that is offered; the objective', 'start') + '</svg>')
    return '\n'.join(out) + '\n'


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    for report in sys.argv[2:]:
        with open(report) as file:
            results = json.load(file)['results']
        for result in results:
            with open(f'{sys.argv[1]}/grid-{result["model"]}.svg', 'w') as out:
                out.write(draw(result))


if __name__ == '__main__':
    main()
