// The frame: asks the server what is going on, and shows it in the view that the address names.

import { fetchState, key } from './api.js';
import { askKey, askOtherKey } from './dialogs.js';
import { h, setText, show, stateOf } from './dom.js';
import { bytes, count, rate, span } from './format.js';
import { History } from './history.js';
import { ModelView } from './model.js';
import { Overview } from './overview.js';
import { Sidebar } from './sidebar.js';

const PERIOD = 1000;
const PERIOD_AFTER_FAILURE = 3000;

const history = new History();
const main = document.getElementById('main');
const banner = document.getElementById('banner');
const sidebar = new Sidebar(document.getElementById('side'));
const top = topBar(document.getElementById('top'));
const seen = new Map();

let state = null;
let view = null;
let timer = 0;
let asking = null;
let refusedKey = null;
let hasSeen = false;

function topBar(element) {
  const facts = {};
  const fact = (id, label) => {
    facts[id] = h('dd', {}, '–');
    return h('div', {}, h('dt', {}, label), facts[id]);
  };
  const ready = h('span', { className: 'badge', 'data-tone': 'off' }, 'connecting');
  const version = h('span', { className: 'version' });
  const keyButton = h('button', { type: 'button', className: 'quiet', onclick: giveKey }, 'Key');
  element.append(
    h(
      'a',
      { className: 'brand', href: '#/' },
      h('img', { src: 'icon.svg', alt: '', width: 26, height: 26 }),
      h('strong', {}, 'Sluice'),
      version,
    ),
    ready,
    h(
      'dl',
      { className: 'facts', 'aria-label': 'Server' },
      fact('rate', 'Requests/s'),
      fact('inside', 'In flight'),
      fact('cpu', 'CPU'),
      fact('memory', 'Memory'),
      fact('uptime', 'Up'),
    ),
    keyButton,
  );
  return {
    update() {
      const server = state.server;
      setText(version, server.version);
      ready.dataset.tone = server.ready ? 'good' : 'busy';
      setText(ready, server.ready ? 'ready' : 'not ready');
      setText(facts.rate, rate(history.now(null)?.rate));
      setText(facts.inside, count(server.inFlight));
      const cores = history.recent?.cores;
      setText(facts.cpu, cores === undefined ? '–' : `${cores.toFixed(2)} of ${server.processors}`);
      setText(facts.memory, bytes(server.residentBytes));
      setText(facts.uptime, span(state.micros / 1e6));
    },
    lost(error) {
      ready.dataset.tone = 'bad';
      setText(ready, error.isRefusal ? 'refused' : 'no answer');
    },
    keyed() {
      setText(keyButton, key.get() ? 'Key: set' : 'Key');
    },
  };
}

function giveKey() {
  askKey('For servers that want to know who asks.');
}

/** Names the model in the address, or returns null for the overview. */
function chosen() {
  const match = /^#\/models\/(.+)$/.exec(location.hash);
  return match ? decodeURIComponent(match[1]) : null;
}

function open(moveFocus) {
  view?.close();
  const model = chosen();
  view = model === null ? new Overview() : new ModelView(model, look);
  document.title = model === null ? 'Sluice' : `${model} · Sluice`;
  document.body.dataset.view = model === null ? 'overview' : 'model';
  main.replaceChildren(view.element);
  update();
  if (moveFocus) {
    scrollTo(0, 0);
    main.focus({ preventScroll: true });
  }
}

function update() {
  if (state) {
    top.update();
    sidebar.update(state, history, chosen());
    view.update(state, history);
  }
}

/** Says aloud what changed, for those who do not see it. */
function announce() {
  const news = [];
  for (const model of state.models) {
    for (const version of model.versions) {
      const id = `${model.name} version ${version.version}`;
      const word = stateOf(version).toLowerCase();
      if (hasSeen && seen.get(id) !== word) {
        news.push(`${id}: ${word}`);
      }
      seen.set(id, word);
    }
  }
  hasSeen = true;
  if (news.length > 0) {
    document.getElementById('news').textContent = news.slice(0, 5).join('. ');
  }
}

function tell(text) {
  show(banner, text !== '');
  setText(banner, text);
}

async function look() {
  clearTimeout(timer);
  asking?.abort();
  const mine = new AbortController();
  asking = mine;
  let next = PERIOD;
  try {
    state = await fetchState(mine.signal);
    history.push(state, Date.now() / 1000);
    refusedKey = null;
    tell('');
    announce();
    update();
  } catch (error) {
    if (mine !== asking) {
      return; // somebody asked again meanwhile
    }
    next = PERIOD_AFTER_FAILURE;
    failed(error);
  }
  if (mine === asking && !document.hidden) {
    timer = setTimeout(look, next);
  }
}

function failed(error) {
  top.lost(error);
  const old = state ? ' What is shown may be old.' : '';
  if (!error.isRefusal) {
    tell(`${error.message}. Trying again.${old}`);
    return;
  }
  tell(`The server refuses: ${error.message}.${old} Another key can be given above.`);
  // Once for each key: who says no to that is not asked again and again.
  if (refusedKey !== key.get()) {
    refusedKey = key.get();
    askOtherKey(error);
  }
}

document.addEventListener('visibilitychange', () => {
  clearTimeout(timer);
  if (!document.hidden) {
    look();
  }
});
// A link to #main would be taken for the name of a view.
document.getElementById('skip').addEventListener('click', (event) => {
  event.preventDefault();
  main.focus();
});
document.addEventListener('newkey', () => {
  refusedKey = null;
  top.keyed();
  look();
});
addEventListener('hashchange', () => open(true));
top.keyed();
open(false);
look();
