// The answer of a model, for people: bars where it gives scores, tables where it gives rows, and what
// the server sent, letter for letter.

import { h, setText, show } from './dom.js';

const MOST_ROWS = 20;
const MOST_COLUMNS = 12;
const MOST_BARS = 10;
const LARGEST_RAW = 200_000;

function isNumber(value) {
  return typeof value === 'number';
}

function numberText(value) {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
}

function cellText(value) {
  return isNumber(value) ? numberText(value) : typeof value === 'string' ? value : JSON.stringify(value);
}

/** Scores are several numbers for one row. */
function isScores(value) {
  return (
    Array.isArray(value) &&
    value.length === 1 &&
    Array.isArray(value[0]) &&
    value[0].length > 1 &&
    value[0].every(isNumber) &&
    value[0].some((one) => !Number.isInteger(one))
  );
}

function bars(scores) {
  const total = scores.reduce((sum, one) => sum + one, 0);
  const areShares = scores.every((one) => one >= 0) && Math.abs(total - 1) < 0.01;
  const largest = Math.max(...scores.map(Math.abs)) || 1;
  const best = scores.indexOf(Math.max(...scores));
  let order = scores.map((score, index) => ({ score, index }));
  if (order.length > MOST_BARS) {
    order = order.sort((one, other) => other.score - one.score).slice(0, MOST_BARS);
  }
  const rows = order.map(({ score, index }) => {
    const fill = h('span', { className: 'fill' });
    fill.style.width = `${(Math.max(0, areShares ? score : score / largest) * 100).toFixed(1)}%`;
    return h('li', { className: index === best ? 'best' : '' },
      h('span', { className: 'index' }, String(index)),
      h('span', { className: 'bar', 'aria-hidden': 'true' }, fill),
      h('span', { className: 'score' }, areShares ? `${(score * 100).toFixed(2)} %` : numberText(score)));
  });
  return [
    h('ol', { className: 'bars' }, rows),
    scores.length > MOST_BARS ? h('p', { className: 'hint' }, `The ${MOST_BARS} highest of ${scores.length}.`) : null,
  ];
}

function table(rows) {
  const wide = rows.some((row) => Array.isArray(row) && row.length > MOST_COLUMNS);
  const body = rows.slice(0, MOST_ROWS).map((row, index) =>
    h('tr', {}, h('th', { scope: 'row' }, String(index)),
      (Array.isArray(row) ? row.slice(0, MOST_COLUMNS) : [row]).map((cell) =>
        h('td', { className: isNumber(cell) ? 'number' : '' }, cellText(cell)))));
  const cut = rows.length > MOST_ROWS || wide;
  return [
    h('div', { className: 'scroll', tabIndex: 0, role: 'group', 'aria-label': 'Values' }, h('table', { className: 'values' }, h('tbody', {}, body))),
    cut ? h('p', { className: 'hint' }, 'Only a part is shown; all of it is in the raw answer.') : null,
  ];
}

function shown(value) {
  if (!Array.isArray(value)) {
    return h('p', { className: 'one' }, cellText(value));
  }
  if (isScores(value)) {
    return bars(value[0]);
  }
  if (value.length === 1 && !Array.isArray(value[0])) {
    return h('p', { className: 'one' }, cellText(value[0]));
  }
  return table(value);
}

/** The outputs by name: an answer of a single output has no names. */
function outputsOf(answer, signature) {
  const outputs = answer.outputs ?? answer.results ?? answer.predictions ?? answer;
  return signature.outputs.length === 1 || outputs === null || typeof outputs !== 'object' || Array.isArray(outputs)
    ? { [signature.outputs[0]?.name ?? 'result']: outputs }
    : outputs;
}

/** Where answers are shown. */
export class Answer {
  constructor() {
    this.summary = h('p', { className: 'summary', role: 'status' }, 'No answer yet.');
    this.problem = h('div', { className: 'failure', role: 'alert', hidden: true });
    this.outputs = h('div', { className: 'outputs' });
    this.raw = h('pre', { className: 'raw', tabIndex: 0 });
    this.rawPart = h('details', { hidden: true }, h('summary', {}, 'Raw answer'), this.raw);
    this.element = h('section', { className: 'answer', 'aria-labelledby': 'answer-title' },
      h('h3', { id: 'answer-title' }, 'Answer'), this.summary, this.problem, this.outputs, this.rawPart);
  }

  busy() {
    this.element.setAttribute('aria-busy', 'true');
  }

  /** Shows an answer; its text is shown as it came, since numbers may be larger than ours. */
  show(text, millis, signature) {
    this.element.removeAttribute('aria-busy');
    show(this.problem, false);
    let parts;
    try {
      parts = Object.entries(outputsOf(JSON.parse(text), signature)).map(([name, value]) =>
        h('div', { className: 'output' }, h('h4', {}, name), shown(value)));
    } catch {
      parts = [h('p', { className: 'hint' }, 'The answer is no JSON that can be shown; see below.')];
    }
    this.outputs.replaceChildren(...parts);
    setText(this.summary, `${millis < 10 ? millis.toFixed(1) : Math.round(millis)} ms, there and back`);
    setText(this.raw, text.length > LARGEST_RAW ? `${text.slice(0, LARGEST_RAW)}…` : text);
    show(this.rawPart, true);
  }

  /** Shows a failure; what it hit is said beside the field, too, if the message names one. */
  fail(error) {
    this.element.removeAttribute('aria-busy');
    this.outputs.replaceChildren();
    show(this.rawPart, false);
    setText(this.summary, error.status ? `Refused with status ${error.status}` : 'No answer');
    this.problem.replaceChildren(h('p', {}, error.message));
    show(this.problem, true);
  }

  clear() {
    this.outputs.replaceChildren();
    show(this.problem, false);
    show(this.rawPart, false);
    setText(this.summary, 'No answer yet.');
  }
}
