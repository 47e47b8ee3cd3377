// The form that tries a model: made from a signature, sent through the ordinary REST API.

import { address, fetchModel, key, run, runPath } from './api.js';
import { Answer } from './answer.js';
import { askOtherKey } from './dialogs.js';
import { h, setText, show, stateOf } from './dom.js';
import { Field } from './fields.js';

const LARGEST_INLINE = 2000;
const VERBS = { 'tensorflow/serving/classify': 'classify', 'tensorflow/serving/regress': 'regress' };

/** What a signature that takes Examples is asked for: features by name. */
const EXAMPLES = { name: 'examples', dtype: '', ranked: false, shape: [], optional: false };

function verbOf(signature) {
  return VERBS[signature.method] ?? 'predict';
}

/** True if a message speaks of an input by its name, not by a word that happens to be the same. */
function names(message, input) {
  const quoted = input.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(alias: |input |tensor |["'{\`])${quoted}(?![\\w])`).test(message);
}

function shellQuoted(text) {
  return `'${text.replace(/'/g, "'\\''")}'`;
}

export class TryIt {
  constructor(model) {
    this.model = model;
    this.version = null;
    this.details = null;
    this.fields = [];
    this.running = null;
    this.again = false;
    this.answer = new Answer();
    this.versionChoice = h('select', { id: 'try-version', onchange: () => this.pick(this.versionChoice.value) });
    this.signatureChoice = h('select', { id: 'try-signature', onchange: () => this.build() });
    this.inputs = h('div', { className: 'inputs' });
    this.sendButton = h('button', { type: 'submit', className: 'primary' }, 'Send');
    this.curl = h('pre', { className: 'curl', tabIndex: 0, 'aria-label': 'The same request with curl' });
    this.copyButton = h('button', { type: 'button', onclick: () => this.copy() }, 'Copy');
    this.saveLink = h('a', { className: 'button', download: 'request.json', hidden: true }, 'Save request.json');
    this.form = h(
      'form',
      {
        onsubmit: (event) => {
          event.preventDefault();
          this.send(true);
        },
        onkeydown: (event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            this.send(true);
          }
        },
      },
      h('div', { className: 'choices' },
        h('p', {}, h('label', { htmlFor: 'try-version' }, 'Version'), this.versionChoice),
        h('p', {}, h('label', { htmlFor: 'try-signature' }, 'Signature'), this.signatureChoice)),
      this.inputs,
      h('p', { className: 'send' }, this.sendButton, h('span', { className: 'hint' }, 'Ctrl+Enter')),
    );
    this.wait = h('p', { className: 'empty' }, 'No version can be tried now.');
    this.body = h('div', { className: 'try-body', hidden: true }, this.form,
      h('div', {}, this.answer.element,
        h('details', { className: 'as-curl' }, h('summary', {}, 'As curl'), this.curl,
          h('p', { className: 'buttons' }, this.copyButton, this.saveLink))));
    this.keyed = () => this.showCurl();
    document.addEventListener('newkey', this.keyed);
    this.element = h('section', { className: 'try', 'aria-labelledby': 'try-title' },
      h('h2', { id: 'try-title' }, 'Try it'), this.wait, this.body);
  }

  /** Follows the versions that can be used: the newest is tried, unless another was chosen. */
  update(model) {
    const usable = model.versions.filter((one) => stateOf(one) === 'AVAILABLE').map((one) => one.version);
    const listed = [...this.versionChoice.options].map((option) => option.value);
    if (usable.join() === listed.join() && (usable.length === 0 || this.version !== null)) {
      return;
    }
    const wasNewest = this.version === null || this.version === listed[0];
    this.versionChoice.replaceChildren(...usable.map((version) => h('option', { value: version }, version)));
    show(this.wait, usable.length === 0);
    show(this.body, usable.length > 0);
    const next = !wasNewest && usable.includes(this.version) ? this.version : usable[0];
    if (next === undefined) {
      this.version = null;
    } else {
      this.versionChoice.value = next;
      if (next !== this.version) {
        this.pick(next);
      }
    }
  }

  async pick(version) {
    this.version = version;
    try {
      const details = await fetchModel(this.model, version);
      if (version === this.version) {
        this.take(details);
      }
    } catch (error) {
      this.version = null; // so that it is asked for again
      this.answer.fail(error);
    }
  }

  /** A version that takes the same as the last one keeps what was entered. */
  take(details) {
    const same = JSON.stringify(details.signatures) === JSON.stringify(this.details?.signatures);
    this.details = details;
    if (same) {
      this.changed();
      return;
    }
    const keys = details.signatures.map((one) => one.key);
    const chosen = keys.includes('serving_default') ? 'serving_default' : keys[0];
    this.signatureChoice.replaceChildren(...keys.map((one) =>
      h('option', { value: one, selected: one === chosen }, one)));
    this.build();
  }

  get signature() {
    return this.details?.signatures.find((one) => one.key === this.signatureChoice.value);
  }

  build() {
    show(this.sendButton, Boolean(this.signature));
    if (!this.signature) {
      this.fields = [];
      this.inputs.replaceChildren(h('p', { className: 'empty' }, 'The model declares no signature.'));
      return;
    }
    const specs = verbOf(this.signature) === 'predict' ? this.signature.inputs : [EXAMPLES];
    this.fields = specs.map((spec) => new Field(spec, () => this.changed()));
    this.inputs.replaceChildren(...this.fields.map((field) => field.element));
    if (specs[0] === EXAMPLES) {
      const area = this.fields[0].source.control;
      area.value = '[{"feature": [0.5]}]';
    }
    this.answer.clear();
    this.changed();
  }

  changed() {
    this.showCurl();
    if (this.fields.some((field) => field.isLive)) {
      this.send(false);
    } else if (this.fields.length > 0 && this.fields.every((field) => field.source.isEmpty)) {
      this.running?.abort();
      this.running = null;
      this.again = false;
      this.answer.clear();
    }
  }

  /** Reads the fields; returns the body of the request, or null if one cannot be read. */
  read(tell) {
    const inputs = [];
    let bad = null;
    for (const field of this.fields) {
      if (field.isLeftOut) {
        continue;
      }
      const { json, error, warning } = field.read();
      if (tell) {
        field.tell(error ?? warning ?? '', error ? 'bad' : 'warn');
      }
      if (error) {
        bad ??= field;
      } else {
        inputs.push([field.spec.name, json]);
      }
    }
    if (bad) {
      if (tell) {
        bad.focus();
      }
      return null;
    }
    const signature = `"signature_name": ${JSON.stringify(this.signature.key)}`;
    if (verbOf(this.signature) !== 'predict') {
      return `{${signature}, "examples": ${inputs[0][1]}}`;
    }
    const members = inputs.map(([name, json]) => `${JSON.stringify(name)}: ${json}`);
    return `{${signature}, "inputs": {${members.join(', ')}}}`;
  }

  get path() {
    return runPath(this.model, this.version, verbOf(this.signature));
  }

  /**
   * Sends what the form has. Of what is drawn while an answer is under way only the last is sent.
   *
   * @param asked false if the answer only follows the drawing
   */
  async send(asked) {
    if (this.running && !asked) {
      this.again = true;
      return;
    }
    if (!this.signature || this.version === null) {
      return;
    }
    const body = this.read(asked);
    if (body === null) {
      return;
    }
    this.running?.abort();
    const mine = new AbortController();
    this.running = mine;
    this.answer.busy();
    const { signature } = this;
    let hasOtherKey = false;
    try {
      const { text, millis } = await run(this.path, body, mine.signal);
      if (this.running === mine && signature === this.signature) {
        this.answer.show(text, millis, signature);
        this.fields.filter((field) => field.isLive).forEach((field) => field.tell(''));
      }
    } catch (error) {
      if (error.name !== 'AbortError') {
        hasOtherKey = await this.failed(error, asked);
      }
    }
    if (this.running === mine && !mine.signal.aborted) {
      this.running = null;
      if (hasOtherKey) {
        this.send(true);
      } else if (this.again) {
        this.again = false;
        this.changed();
      }
    }
  }

  /** Tells what went wrong; returns true if another key was given, so that it can be tried again. */
  async failed(error, asked) {
    this.answer.fail(error);
    const named = this.fields.find((field) => names(error.message, field.spec.name));
    named?.tell(error.message);
    return error.isRefusal && asked && askOtherKey(error);
  }

  showCurl() {
    const text = this.signature && this.version !== null ? this.read(false) : null;
    if (text === null) {
      setText(this.curl, 'Fill in the form first.');
      show(this.saveLink, false);
      return;
    }
    const isLong = text.length > LARGEST_INLINE;
    // The key itself stays out of what is copied into tickets and chats.
    const authorization = key.get() ? ' -H "Authorization: Bearer $SLUICE_KEY"' : '';
    setText(this.curl, `curl${authorization} -d ${isLong ? '@request.json' : shellQuoted(text)} ${address(this.path)}`);
    show(this.saveLink, isLong);
    if (isLong) {
      URL.revokeObjectURL(this.saveLink.href);
      this.saveLink.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
    }
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.curl.textContent);
      setText(this.copyButton, 'Copied');
    } catch {
      getSelection().selectAllChildren(this.curl); // without encryption the page may not write there
      setText(this.copyButton, 'Selected: press Ctrl+C');
    }
    setTimeout(() => setText(this.copyButton, 'Copy'), 2000);
  }

  /** Brings the form into view, and the focus to its first input. */
  reveal() {
    this.element.scrollIntoView();
    this.fields[0]?.focus();
  }

  close() {
    document.removeEventListener('newkey', this.keyed);
    this.running?.abort();
  }
}
