// The charts of the last minutes. Each says its newest numbers, or those under the pointer, in words
// beside it: nothing is told by the picture alone.

import uPlot from '../lib/uplot.js';
import { h, setText } from './dom.js';
import { mean, micros, rate } from './format.js';
import { BATCH_CLASSES, LENGTH } from './history.js';

const HEIGHT = 168;
const TICKS = [120, 90, 60, 30, 0];
const dark = matchMedia('(prefers-color-scheme: dark)');

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function font() {
  return `11px ${getComputedStyle(document.body).fontFamily}`;
}

/** A number in a legend, with the line's color and dash before it. */
function legend(label, tone) {
  const value = h('span', { className: 'value' }, '–');
  return { value, element: h('span', { className: 'entry', 'data-line': tone }, `${label} `, value) };
}

/** What all charts share: a frame with words, and a plot that follows size and color scheme. */
class Chart {
  constructor(model, title, note) {
    this.model = model;
    this.words = h('span', { className: 'legend' });
    this.place = h('div', { className: 'plot', 'aria-hidden': 'true' });
    this.element = h(
      'figure',
      { className: 'chart' },
      h('figcaption', {}, h('span', { className: 'title', title: note }, title), this.words),
      this.place,
    );
    this.data = null;
    this.plot = null;
    this.repaint = () => this.rebuild();
    dark.addEventListener('change', this.repaint);
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.place);
  }

  resize() {
    const width = Math.floor(this.place.clientWidth);
    if (width > 0 && this.plot) {
      this.plot.setSize({ width, height: HEIGHT });
    } else if (width > 0 && this.data?.[0].length > 0) {
      this.plot = new uPlot(this.options(width), this.data, this.place);
    }
  }

  rebuild() {
    this.plot?.destroy();
    this.plot = null;
    this.resize();
  }

  set(data) {
    this.data = data;
    if (this.plot) {
      this.plot.setData(data);
    } else {
      this.resize();
    }
    if (!this.plot || this.plot.cursor.idx === null || this.plot.cursor.idx === undefined) {
      this.say(data[0].length - 1);
    }
  }

  close() {
    dark.removeEventListener('change', this.repaint);
    this.observer.disconnect();
    this.plot?.destroy();
  }

  /** The options of all; x is as wide as the charts are long, from the start. */
  base(width, axis, hooks = {}) {
    const grid = { stroke: color('line'), width: 1 };
    const look = { stroke: color('muted'), font: font(), grid, ticks: { show: false } };
    return {
      width,
      height: HEIGHT,
      padding: [10, 16, 0, 0],
      legend: { show: false },
      cursor: { sync: { key: 'console' }, drag: { x: false, y: false }, points: { size: 6 } },
      scales: {
        x: { time: false, range: (plot, low, high) => [(high ?? 0) - LENGTH, high ?? 0] },
      },
      axes: [
        {
          ...look,
          size: 26,
          splits: (plot) => TICKS.map((seconds) => plot.data[0].at(-1) - seconds),
          values: () => TICKS.map((seconds) => (seconds === 0 ? 'now' : `−${seconds} s`)),
        },
        { ...look, size: 58, space: 32, ...axis },
      ],
      hooks: {
        ...hooks,
        setCursor: [(plot) => this.say(plot.cursor.idx ?? plot.data[0].length - 1)],
      },
    };
  }
}

/** Returns which points of a line have no neighbor to be joined with, and would not be seen. */
function alone(plot, series) {
  const values = plot.data[series];
  const is = (i) => values[i] !== null && values[i] !== undefined;
  return values.map((_, i) => i).filter((i) => is(i) && !is(i - 1) && !is(i + 1));
}

/** Lines over time. */
class LineChart extends Chart {
  constructor(model, title, note, lines, format) {
    super(model, title, note);
    this.lines = lines;
    this.format = format;
    this.legends = lines.map((line) => legend(line.label, line.tone));
    this.words.append(...this.legends.map((one) => one.element));
  }

  update(history) {
    this.set([history.times.slice(), ...this.lines.map((line) => history.column(this.model, line.of))]);
  }

  say(index) {
    this.legends.forEach((one, i) => setText(one.value, this.format(this.data[i + 1][index])));
  }

  options(width) {
    const options = this.base(width, { values: (plot, at) => at.map(this.format) });
    options.scales.y = { range: (plot, low, high) => [0, Math.max(this.least, (high ?? 0) * 1.12)] };
    options.series = [
      {},
      ...this.lines.map((line) => ({
        label: line.label,
        stroke: color(line.tone),
        fill: line.area ? color(`${line.tone}-soft`) : undefined,
        dash: line.dash,
        width: 1.75,
        points: { show: true, size: 4, fill: color(line.tone), filter: alone },
      })),
    ];
    return options;
  }
}

export class RateChart extends LineChart {
  constructor(model) {
    super(model, 'Requests per second', 'Answered and failed requests, over all protocols', [
      { label: 'answered', tone: 'series-a', area: true, of: (one) => one.rate },
      { label: 'failed', tone: 'series-bad', dash: [4, 3], of: (one) => one.failed },
    ], rate);
    this.least = 4;
  }
}

/**
 * Marks of a logarithmic axis that has all values from low to high, and a factor of ten at least:
 * powers of ten, and while there are few of these their doubles and fivefolds.
 */
export function decades(low, high) {
  const marks = [];
  for (let power = 0; power <= 12; power += 1) {
    marks.push(10 ** power, 2 * 10 ** power, 5 * 10 ** power);
  }
  const first = Math.max(0, marks.findLastIndex((mark) => mark <= low));
  const last = Math.max(marks.findIndex((mark) => mark >= high), first + 3);
  const taken = marks.slice(first, last + 1);
  const isWide = taken.at(-1) / taken[0] > 100;
  return { low: taken[0], high: taken.at(-1), marks: isWide ? taken.filter((mark) => Number.isInteger(Math.log10(mark))) : taken };
}

/** A second in which a model began takes a hundred times as long as all later ones: hence the scale. */
export class LatencyChart extends LineChart {
  constructor(model) {
    super(model, 'Latency', 'From the reading of a request to its answer', [
      { label: 'p50', tone: 'series-a', of: (one) => one.p50 },
      { label: 'p90', tone: 'series-b', dash: [6, 3], of: (one) => one.p90 },
      { label: 'p99', tone: 'series-c', dash: [2, 2], of: (one) => one.p99 },
    ], micros);
  }

  options(width) {
    const options = super.options(width);
    options.scales.y = {
      distr: 3,
      range: (plot, low, high) => {
        const around = decades(low ?? 100, high ?? 1000);
        return [around.low, around.high];
      },
    };
    Object.assign(options.axes[1], {
      splits: (plot, axis, low, high) => decades(low, high).marks,
      filter: (plot, splits) => splits,
    });
    return options;
  }
}

/** How large the runs were that requests shared: one column a look, darker where more runs were. */
export class BatchChart extends Chart {
  constructor(model) {
    super(model, 'Batches forming', 'Runs by their rows: darker is a larger share of the runs of that second');
    this.entries = [legend('runs/s', 'none'), legend('rows per run', 'none'), legend('waiting', 'none')];
    this.words.append(...this.entries.map((one) => one.element));
    this.columns = [];
  }

  update(history) {
    this.columns = history.column(this.model, (one) => one);
    this.set([history.times.slice(), history.times.map(() => null)]);
  }

  say(index) {
    const one = this.columns[index];
    setText(this.entries[0].value, rate(one?.runRate));
    setText(this.entries[1].value, mean(one && one.runRate > 0 ? one.rows / one.runRate : null));
    setText(this.entries[2].value, mean(one?.waiting));
  }

  options(width) {
    const options = this.base(
      width,
      {
        splits: () => BATCH_CLASSES.map((_, i) => i),
        values: () => BATCH_CLASSES,
        space: 8,
        grid: { show: false },
      },
      { draw: [(plot) => this.paint(plot)] },
    );
    options.scales.y = { range: () => [-0.5, BATCH_CLASSES.length - 0.5] };
    options.series = [{}, { points: { show: false }, paths: () => null }];
    return options;
  }

  paint(plot) {
    const { ctx } = plot;
    const step = plot.bbox.width / LENGTH;
    const height = plot.bbox.height / BATCH_CLASSES.length;
    ctx.save();
    ctx.beginPath();
    ctx.rect(plot.bbox.left, plot.bbox.top, plot.bbox.width, plot.bbox.height);
    ctx.clip();
    ctx.fillStyle = color('series-a');
    this.columns.forEach((one, i) => {
      if (!one || one.runRate === 0) {
        return;
      }
      const right = plot.valToPos(plot.data[0][i], 'x', true);
      one.runs.forEach((runs, row) => {
        if (runs > 0) {
          ctx.globalAlpha = 0.18 + 0.82 * (runs / one.runRate);
          const y = plot.valToPos(row, 'y', true);
          ctx.fillRect(right - step, y - height / 2 + 1, Math.max(1, step - 0.5), height - 2);
        }
      });
    });
    ctx.restore();
  }
}
