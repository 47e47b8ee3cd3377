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

/** Asks for the key of this tab; returns true if one was given or taken away. */
export async function askKey(reason) {
  const field = h('input', {
    id: 'key',
    type: 'password',
    autocomplete: 'off',
    spellcheck: false,
    value: key.get(),
  });
  const content = [
    h('p', {}, reason),
    h('label', { htmlFor: 'key' }, 'API key'),
    field,
    h('p', { className: 'hint' }, 'Sent as Authorization: Bearer. Kept in this tab until it is closed; empty: none.'),
  ];
  const given = await ask('API key', h('div', {}, content), 'Use key', 'primary', () => ({ value: field.value.trim() }));
  if (given) {
    key.set(given.value);
  }
  return given !== null;
}
