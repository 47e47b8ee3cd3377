// A pad to draw on, with pointer or keys. What is drawn is brought to the size and place that models
// of single characters are trained with.

import { h, setText } from './dom.js';

const SIDE = 256;
const OVERSAMPLED = 8;
const STEP = 1 / 24;

/** A blackboard in light and in dark: ink is what has large values. */
const CHALK = '#f5f7fa';
const PEN = '#6cb2ff';

/** Part of a side that the drawing fills: small images are filled, larger ones have a margin. */
function filled(side) {
  return side <= 16 ? 1 : 20 / 28;
}

/**
 * How thick a pen is in such images, in pixels. For 8 x 8 pixels tried with the bundled model: from
 * 1.3 to 1.9 it reads all digits, and is surest of a seven at the upper end.
 */
function inkOf(side) {
  return Math.max(1.8, side * 0.085);
}

function bounds(strokes) {
  const points = strokes.flat();
  const xs = points.map((point) => point.x);
  const ys = points.map((point) => point.y);
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

function trace(context, strokes, place) {
  context.lineCap = 'round';
  context.lineJoin = 'round';
  for (const stroke of strokes) {
    context.beginPath();
    stroke.forEach((point, i) => {
      const { x, y } = place(point);
      context[i === 0 ? 'moveTo' : 'lineTo'](x, y);
    });
    if (stroke.length === 1) {
      const { x, y } = place(stroke[0]);
      context.lineTo(x + 0.01, y);
    }
    context.stroke();
  }
}

/** Returns side times side samples from 0 to 1: the share of each pixel that ink covers. */
export function rasterize(strokes, side) {
  const samples = new Float64Array(side * side);
  if (strokes.length === 0) {
    return samples;
  }
  const size = side * OVERSAMPLED;
  const canvas = h('canvas', { width: size, height: size });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const ink = inkOf(side) * OVERSAMPLED;
  const box = bounds(strokes);
  const extent = Math.max(box.right - box.left, box.bottom - box.top, 0.05);
  const scale = (size * filled(side) - ink) / extent;
  context.lineWidth = ink;
  trace(context, strokes, (point) => ({
    x: (point.x - (box.left + box.right) / 2) * scale + size / 2,
    y: (point.y - (box.top + box.bottom) / 2) * scale + size / 2,
  }));
  const pixels = context.getImageData(0, 0, size, size).data;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const cell = Math.floor(y / OVERSAMPLED) * side + Math.floor(x / OVERSAMPLED);
      samples[cell] += pixels[(y * size + x) * 4 + 3] / 255 / OVERSAMPLED ** 2;
    }
  }
  return samples;
}

/** The pad; `changed` is told after every stroke, and while one is drawn. */
export class Pad {
  constructor(side, changed) {
    this.side = side;
    this.changed = changed;
    this.strokes = [];
    this.pen = { x: 0.5, y: 0.5, down: false, used: false };
    this.canvas = h('canvas', {
      className: 'pad',
      width: SIDE * 2,
      height: SIDE * 2,
      tabIndex: 0,
      role: 'application',
      'aria-label': 'Drawing pad',
      'aria-describedby': 'pad-keys',
      onpointerdown: (event) => this.begin(event),
      onpointermove: (event) => this.move(event),
      onpointerup: () => this.end(),
      onpointercancel: () => this.end(),
      onkeydown: (event) => this.pressed(event),
      onfocus: () => this.draw(),
      onblur: () => this.draw(),
    });
    this.small = h('canvas', { className: 'small', width: side, height: side, 'aria-hidden': 'true' });
    this.status = h('span', { className: 'unseen', role: 'status' });
    this.element = h(
      'div',
      { className: 'drawing' },
      h('div', { className: 'sheet' }, this.canvas,
        h('div', { className: 'sheet-side' },
          this.small,
          h('span', { className: 'hint' }, `${side} × ${side}, as sent`),
          h('button', { type: 'button', onclick: () => this.undo() }, 'Undo'),
          h('button', { type: 'button', onclick: () => this.clear() }, 'Clear'))),
      h('p', { className: 'hint', id: 'pad-keys' },
        'Draw with mouse, pen or finger. Keys: arrows move, Space puts the pen down or lifts it, Backspace undoes, Delete clears.'),
      this.status,
    );
  }

  samples() {
    return rasterize(this.strokes, this.side);
  }

  get isEmpty() {
    return this.strokes.length === 0;
  }

  point(event) {
    const box = this.canvas.getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
  }

  begin(event) {
    event.preventDefault();
    this.pen.used = false;
    this.canvas.focus({ preventScroll: true });
    this.canvas.setPointerCapture(event.pointerId);
    this.stroke = [this.point(event)];
    this.strokes.push(this.stroke);
    this.draw();
  }

  move(event) {
    if (this.stroke) {
      for (const one of event.getCoalescedEvents?.() ?? []) {
        this.stroke.push(this.point(one));
      }
      this.stroke.push(this.point(event));
      this.changedNow();
    }
  }

  end() {
    if (this.stroke) {
      this.stroke = null;
      this.changedNow();
    }
  }

  pressed(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const move = moves[event.key];
    if (move) {
      this.pen.x = Math.min(1, Math.max(0, this.pen.x + move[0] * STEP));
      this.pen.y = Math.min(1, Math.max(0, this.pen.y + move[1] * STEP));
      if (this.pen.down) {
        this.strokes.at(-1).push({ x: this.pen.x, y: this.pen.y });
        this.changedNow();
      }
    } else if (event.key === ' ') {
      this.pen.down = !this.pen.down;
      setText(this.status, this.pen.down ? 'Pen down' : 'Pen up');
      if (this.pen.down) {
        this.strokes.push([{ x: this.pen.x, y: this.pen.y }]);
        this.changedNow();
      }
    } else if (event.key === 'Backspace') {
      this.undo();
    } else if (event.key === 'Delete') {
      this.clear();
    } else {
      return;
    }
    event.preventDefault();
    this.pen.used = true;
    this.draw();
  }

  undo() {
    this.pen.down = false;
    this.strokes.pop();
    this.changedNow();
  }

  clear() {
    this.pen.down = false;
    this.strokes = [];
    this.changedNow();
  }

  changedNow() {
    this.draw();
    this.changed();
  }

  draw() {
    const size = SIDE * 2;
    const context = this.canvas.getContext('2d');
    context.clearRect(0, 0, size, size);
    context.strokeStyle = CHALK;
    context.lineWidth = size * 0.075;
    trace(context, this.strokes, (point) => ({ x: point.x * size, y: point.y * size }));
    if (this.pen.used && this.canvas === document.activeElement) {
      context.strokeStyle = PEN;
      context.lineWidth = this.pen.down ? 8 : 3;
      context.beginPath();
      context.arc(this.pen.x * size, this.pen.y * size, 14, 0, 7);
      context.stroke();
    }
    this.drawSmall();
  }

  drawSmall() {
    const context = this.small.getContext('2d');
    context.clearRect(0, 0, this.side, this.side);
    context.fillStyle = CHALK;
    this.samples().forEach((sample, i) => {
      context.globalAlpha = sample;
      context.fillRect(i % this.side, Math.floor(i / this.side), 1, 1);
    });
  }
}
