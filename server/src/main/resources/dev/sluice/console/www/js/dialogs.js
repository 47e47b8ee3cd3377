// The two questions that the page asks.

import { key } from './api.js';
import { h } from './dom.js';

/** Opens a dialog; returns what `answer` gives once it is confirmed, or null. */
function ask(title, content, action, tone, answer) {
  return new Promise((resolve) => {
    let result = null;
    const dialog = h(
      'dialog',
      { 'aria-labelledby': 'dialog-title', onclose: () => finish() },
      h(
        'form',
        {
          onsubmit: (event) => {
            event.preventDefault();
            result = answer();
            dialog.close();
          },
        },
        h('h2', { id: 'dialog-title' }, title),
        content,
        h(
          'div',
          { className: 'buttons' },
          h('button', { type: 'button', onclick: () => dialog.close() }, 'Cancel'),
          h('button', { type: 'submit', className: tone }, action),
        ),
      ),
    );
    const finish = () => {
      dialog.remove();
      resolve(result);
    };
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Asks whether something shall be done; returns true or false. */
export async function confirm(title, text, action, tone = 'primary') {
  return (await ask(title, h('p', {}, text), action, tone, () => true)) !== null;
}

/** What a refusal means for the one who asks, besides the server's own words. */
function explain(error) {
  if (error.status === 403) {
    return key.get() ? 'This key may not do that here.' : 'Without a key that may not be done here.';
  }
  return key.get() ? 'The server does not accept this key.' : 'This server wants to know who asks.';
}

/** Asks for another key after a refusal; returns true if one was given or taken away. */
export function askOtherKey(error) {
  return askKey(explain(error), error.message);
}

let asking = null;

/**
 * Asks for the key of this tab; returns true if one was given or taken away. Whoever wants to ask
 * while the question is open gets its answer, too.
 *
 * @param said the server's own words, if it was asked
 */
export function askKey(reason, said = '') {
  asking ??= questionOfKey(reason, said).finally(() => {
    asking = null;
  });
  return asking;
}

async function questionOfKey(reason, said) {
  const field = h('input', {
    id: 'key',
    type: 'password',
    autocomplete: 'off',
    spellcheck: false,
    pattern: '\\s*[!-~]*\\s*', // others cannot be sent in a header
    title: 'A key has letters, digits and signs of ASCII, and no spaces.',
    value: key.get(),
  });
  const content = [
    h('p', { className: 'why' }, reason),
    said ? h('p', { className: 'said' }, said) : null,
    h('label', { htmlFor: 'key' }, 'API key'),
    field,
    h('p', { className: 'hint' }, 'Sent as Authorization: Bearer. Kept in this tab until it is closed; empty: none.'),
  ];
  const given = await ask('API key', h('div', {}, content), 'Use key', 'primary', () => ({ value: field.value.trim() }));
  if (given) {
    key.set(given.value);
    document.dispatchEvent(new Event('newkey'));
  }
  return given !== null;
}
