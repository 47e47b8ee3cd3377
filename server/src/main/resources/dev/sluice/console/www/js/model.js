// One model: what it is, how it does, and a form to try it.

import { load, unload } from './api.js';
import { BatchChart, LatencyChart, RateChart } from './charts.js';
import { askOtherKey, confirm } from './dialogs.js';
import { badge, h, setText, show } from './dom.js';
import { mean, micros, percent, rate } from './format.js';
import { modelState } from './sidebar.js';
import { TryIt } from './tryit.js';
import { Versions } from './versions.js';

const FACTS = [
  ['Requests/s', (now) => rate(now?.rate)],
  ['Failing', (now) => (now && now.rate + now.failed > 0 ? percent(now.failed / (now.rate + now.failed)) : '–')],
  ['p50', (now) => micros(now?.p50)],
  ['p90', (now) => micros(now?.p90)],
  ['p99', (now) => micros(now?.p99)],
  ['Rows per run', (now) => mean(now && now.runRate > 0 ? now.rows / now.runRate : null)],
  ['Waiting', (now) => mean(now?.waiting)],
  ['Lanes busy', (now) => mean(now?.busy)],
];

export class ModelView {
  /**
   * @param model its name
   * @param look asks the server at once what is going on
   */
  constructor(model, look) {
    this.model = model;
    this.look = look;
    this.state = badge();
    this.facts = FACTS.map(() => h('dd', {}, '–'));
    this.versions = new Versions();
    this.charts = [new RateChart(model), new LatencyChart(model), new BatchChart(model)];
    this.tryIt = new TryIt(model);
    this.outcome = h('p', { className: 'outcome', role: 'status', hidden: true });
    this.unloadButton = this.button('Unload', 'danger', () => this.unload());
    this.reloadButton = this.button('Reload', 'reload', () => this.reload());
    this.gone = h('p', { className: 'empty', hidden: true }, `The server knows no model named ${model}.`);
    this.known = h(
      'div',
      { className: 'known' },
      h('dl', { className: 'numbers-now', 'aria-label': 'The last five seconds' },
        FACTS.map(([label], i) => h('div', {}, h('dt', {}, label), this.facts[i]))),
      this.versions.element,
      h('div', { className: 'charts' }, this.charts.map((chart) => chart.element)),
      this.tryIt.element,
    );
    this.element = h(
      'div',
      { className: 'view' },
      h('p', { className: 'back' }, h('a', { href: '#/' }, '← All models')),
      h(
        'div',
        { className: 'heading' },
        h('h1', {}, model),
        this.state.element,
        h('div', { className: 'buttons' }, this.reloadButton, this.unloadButton,
          this.button('Try it ↓', 'jump', () => this.tryIt.reveal())),
      ),
      this.outcome,
      this.gone,
      this.known,
    );
  }

  button(label, tone, act) {
    return h('button', { type: 'button', className: tone, onclick: act }, label);
  }

  update(state, history) {
    const model = state.models.find((one) => one.name === this.model);
    show(this.gone, !model);
    show(this.known, Boolean(model));
    if (!model) {
      return;
    }
    const now = history.now(this.model);
    this.state.update(modelState(model));
    const loaded = modelState(model) !== 'UNLOADED';
    setText(this.reloadButton, loaded ? 'Reload' : 'Load');
    show(this.unloadButton, loaded);
    FACTS.forEach(([, of], i) => setText(this.facts[i], of(now)));
    this.versions.update(model);
    this.charts.forEach((chart) => chart.update(history));
    this.tryIt.update(model);
  }

  async reload() {
    const text = 'The server looks for new versions now, and loads what it finds. Versions in use stay until a new one has taken over.';
    if (await confirm(`Reload ${this.model}?`, text, 'Reload')) {
      await this.act('Looking for versions', 'Loaded', load);
    }
  }

  async unload() {
    const text = 'Requests under way are answered; later ones fail until the model is loaded again.';
    if (await confirm(`Unload ${this.model}?`, text, 'Unload', 'danger')) {
      await this.act('Unloading', 'Unloaded', unload);
    }
  }

  async act(doing, done, call) {
    this.tell(`${doing} …`, 'busy');
    try {
      await call(this.model);
      this.tell(`${done}.`, 'good');
    } catch (error) {
      this.tell(error.message, 'bad');
      if (error.isRefusal && (await askOtherKey(error))) {
        this.tell('Try again with the new key.', 'busy');
      }
    }
    this.look();
  }

  tell(text, tone) {
    this.outcome.dataset.tone = tone;
    setText(this.outcome, text);
    show(this.outcome, true);
  }

  close() {
    this.charts.forEach((chart) => chart.close());
    this.tryIt.close();
  }
}
