// The models at the side: what each is and does, whichever is looked at.

import { badge, h, KeyedList, setAttribute, setText, show, stateOf } from './dom.js';
import { micros, rate } from './format.js';

const RANK = ['FAILED', 'LOADING', 'START', 'UNLOADING', 'AVAILABLE', 'UNLOADED'];

/** The versions that say how a model does: those in use, or the newest. */
export function tellingVersions(model) {
  const current = model.versions.filter((version) => stateOf(version) !== 'UNLOADED');
  return current.length > 0 ? current : model.versions.slice(0, 1);
}

/** The one word for a model: failed only if nothing of it is served. */
export function modelState(model) {
  const states = tellingVersions(model).map(stateOf);
  if (states.includes('AVAILABLE')) {
    return 'AVAILABLE';
  }
  return RANK.find((state) => states.includes(state)) ?? 'UNLOADED';
}

export function modelLink(model) {
  return `#/models/${encodeURIComponent(model)}`;
}

function row(model) {
  const state = badge();
  const numbers = h('span', { className: 'numbers' });
  const trouble = h('span', { className: 'trouble', hidden: true });
  const link = h(
    'a',
    { href: modelLink(model.name) },
    h('span', { className: 'name' }, model.name),
    state.element,
    numbers,
    trouble,
  );
  return {
    element: h('li', {}, link),
    update({ model: now, history, chosen }) {
      const recent = history.now(now.name);
      state.update(modelState(now));
      setText(
        numbers,
        recent && recent.rate > 0 ? `${rate(recent.rate)}/s · p99 ${micros(recent.p99)}` : 'idle',
      );
      const broken = now.versions.find((version) => stateOf(version) === 'FAILED');
      show(trouble, Boolean(broken) && modelState(now) === 'AVAILABLE');
      setText(trouble, broken ? `version ${broken.version} failed` : '');
      setAttribute(link, 'aria-current', now.name === chosen ? 'page' : null);
    },
  };
}

export class Sidebar {
  constructor(element) {
    this.filter = h('input', {
      type: 'search',
      id: 'filter',
      placeholder: 'Filter models',
      'aria-label': 'Filter models',
      spellcheck: false,
      oninput: () => this.show(),
    });
    this.all = h('a', { href: '#/', className: 'all' }, 'All models');
    this.many = h('span', { className: 'many' });
    this.all.append(' ', this.many);
    const list = h('ul', {});
    this.list = new KeyedList(list, (item) => item.model.name, (item) => row(item.model));
    this.items = [];
    element.append(this.all, this.filter, list);
  }

  update(state, history, chosen) {
    this.items = state.models.map((model) => ({ model, history, chosen }));
    setText(this.many, String(state.models.length));
    setAttribute(this.all, 'aria-current', chosen === null ? 'page' : null);
    show(this.filter, state.models.length > 6);
    this.show();
  }

  show() {
    const wanted = this.filter.value.trim().toLowerCase();
    this.list.update(this.items.filter((item) => item.model.name.toLowerCase().includes(wanted)));
  }
}
