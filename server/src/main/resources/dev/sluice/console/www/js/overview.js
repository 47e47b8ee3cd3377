// All models together.

import { BatchChart, LatencyChart, RateChart } from './charts.js';
import { badge, h, KeyedList, setText, stateOf } from './dom.js';
import { count, mean, micros, rate } from './format.js';
import { modelLink, modelState, tellingVersions } from './sidebar.js';

const COLUMNS = ['Model', 'State', 'Versions', 'Engine', 'Req/s', 'Failed/s', 'p50', 'p99', 'Rows/run', 'Answered'];

function versionsText(model) {
  return tellingVersions(model)
    .map((version) => {
      const state = stateOf(version);
      return state === 'AVAILABLE' ? version.version : `${version.version} ${state.toLowerCase()}`;
    })
    .join(', ');
}

function row(model) {
  const state = badge();
  const cells = COLUMNS.slice(2).map((label) => h('td', { 'data-label': label }));
  cells.slice(2).forEach((cell) => cell.classList.add('number'));
  const link = h('a', { href: modelLink(model.name) }, model.name);
  return {
    element: h('tr', {}, h('th', { scope: 'row' }, link), h('td', { 'data-label': 'State' }, state.element), cells),
    update({ model: now, history }) {
      const recent = history.now(now.name);
      state.update(modelState(now));
      const engines = [...new Set(now.versions.map((version) => version.engine).filter(Boolean))];
      const texts = [
        versionsText(now),
        engines.join(', ') || '–',
        rate(recent?.rate),
        rate(recent?.failed),
        micros(recent?.p50),
        micros(recent?.p99),
        mean(recent && recent.runRate > 0 ? recent.rows / recent.runRate : null),
        count(now.versions.reduce((sum, version) => sum + (version.answered ?? 0), 0)),
      ];
      texts.forEach((text, i) => setText(cells[i], text));
      cells[3].classList.toggle('warn', Boolean(recent && recent.failed > 0));
    },
  };
}

export class Overview {
  constructor() {
    this.charts = [new RateChart(null), new LatencyChart(null), new BatchChart(null)];
    const body = h('tbody', {});
    this.list = new KeyedList(body, (item) => item.model.name, (item) => row(item.model));
    this.empty = h('p', { className: 'empty', hidden: true }, 'No model has been seen yet. ',
      'Start the server with --model_repository=DIR or --model_base_path=DIR.');
    this.element = h(
      'div',
      { className: 'view overview' },
      h('h1', {}, 'All models'),
      h(
        'table',
        { className: 'models' },
        h('caption', { className: 'unseen' }, 'Models, and what they did in the last five seconds'),
        h('thead', {}, h('tr', {}, COLUMNS.map((label, i) =>
          h('th', { scope: 'col', className: i > 3 ? 'number' : '' }, label)))),
        body,
      ),
      this.empty,
      h('div', { className: 'charts' }, this.charts.map((chart) => chart.element)),
    );
  }

  update(state, history) {
    this.list.update(state.models.map((model) => ({ model, history })));
    this.empty.hidden = state.models.length > 0;
    this.charts.forEach((chart) => chart.update(history));
  }

  close() {
    this.charts.forEach((chart) => chart.close());
  }
}
