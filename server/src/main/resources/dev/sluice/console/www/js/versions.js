// The versions of one model, with what each is and did.

import { badge, h, KeyedList, setText, show, stateOf } from './dom.js';
import { count, micros } from './format.js';

const COLUMNS = ['Version', 'State', 'Engine', 'Answered', 'Failed', 'Wait', 'Run', 'Last request'];

function last(millis) {
  return millis ? new Date(millis).toLocaleTimeString('en', { hour12: false }) : '–';
}

function row() {
  const state = badge();
  const number = h('th', { scope: 'row' });
  const cells = COLUMNS.slice(2).map((label) => h('td', { 'data-label': label }));
  cells.slice(1).forEach((cell) => cell.classList.add('number'));
  const reason = h('p', { className: 'reason', hidden: true });
  const stateCell = h('td', { 'data-label': 'State', className: 'state' }, state.element, reason);
  return {
    element: h('tr', {}, number, stateCell, cells),
    update(version) {
      setText(number, version.version);
      const word = stateOf(version);
      state.update(word);
      show(reason, version.reason !== '');
      setText(reason, version.reason);
      const answered = version.answered ?? 0;
      const texts = [
        version.engine || '–',
        count(answered),
        count(version.failed ?? 0),
        answered ? micros(version.queueMicros / answered) : '–',
        answered ? micros(version.runMicros / answered) : '–',
        last(version.lastMillis),
      ];
      texts.forEach((text, i) => setText(cells[i], text));
    },
  };
}

export class Versions {
  constructor() {
    const body = h('tbody', {});
    this.list = new KeyedList(body, (version) => version.version, row);
    this.element = h(
      'table',
      { className: 'versions' },
      h('caption', { className: 'unseen' }, 'Versions, the highest first; times are means since the load'),
      h('thead', {}, h('tr', {}, COLUMNS.map((label, i) =>
        h('th', { scope: 'col', className: i > 2 ? 'number' : '' }, label)))),
      body,
    );
  }

  update(model) {
    this.list.update(model.versions);
  }
}
