// One input of a signature in the form: drawn, made from a picture or a file, or written as JSON.

import { h, setAttribute, setText, show } from './dom.js';
import { Pad } from './pad.js';
import { base64Of, fileInput, Picture } from './picture.js';
import {
  example,
  fromSamples,
  isPad,
  likelyRange,
  objection,
  pictureOf,
  pretty,
  RANGES,
  shapeText,
  takesFile,
  typeText,
} from './tensor.js';

/** Finds one input's value in what a file may hold: a value, or a request of either form. */
function valueIn(parsed, name) {
  if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed)) {
    return parsed;
  }
  if (parsed.inputs !== undefined) {
    return parsed.inputs?.[name] ?? parsed.inputs;
  }
  if (Array.isArray(parsed.instances)) {
    return parsed.instances.map((row) => row?.[name] ?? row);
  }
  return parsed[name] ?? parsed;
}

/** The text, as JSON. */
class JsonSource {
  constructor(id, spec, changed) {
    this.label = 'JSON';
    this.spec = spec;
    this.changed = changed;
    const start = example(spec);
    this.area = h('textarea', {
      id,
      spellcheck: false,
      rows: 5,
      value: start === null ? '' : pretty(start),
      placeholder: start === null ? 'Too large to write by hand: open a JSON file' : '',
      oninput: () => this.changed(),
    });
    this.area.rows = Math.min(14, Math.max(2, this.area.value.split('\n').length));
    this.element = h('div', { className: 'json' }, h('label', { htmlFor: id }, 'Value as JSON'), this.area,
      fileInput(`${id}-file`, 'or a JSON file', '.json,application/json', (file) => this.open(file)));
  }

  async open(file) {
    const text = await file.text();
    try {
      this.area.value = pretty(valueIn(JSON.parse(text), this.spec.name));
    } catch {
      this.area.value = text; // the reading says what is wrong with it
    }
    this.changed();
  }

  get control() {
    return this.area;
  }

  read() {
    if (this.area.value.trim() === '') {
      return { error: `Expected a value as JSON, such as ${JSON.stringify(example(this.spec) ?? [0])}.` };
    }
    try {
      const value = JSON.parse(this.area.value);
      // Sent as it was written: whole numbers may be larger than those of JavaScript.
      return { json: this.area.value.trim(), warning: objection(value, this.spec) };
    } catch (broken) {
      return { error: `This is no JSON: ${broken.message}.` };
    }
  }
}

/** The range that pixels are brought to, as a choice. */
function rangeChoice(id, chosen, changed) {
  const select = h('select', { id, onchange: changed }, RANGES.map((range) =>
    h('option', { value: range.id, selected: range.id === chosen }, range.label)));
  return { select, element: h('p', { className: 'check' }, h('label', { htmlFor: id }, 'Values'), select) };
}

class PixelSource {
  constructor(label, id, spec, picture, changed) {
    this.label = label;
    this.spec = spec;
    this.picture = picture;
    this.range = rangeChoice(`${id}-range`, likelyRange(spec, picture), changed);
  }

  json(samples) {
    return JSON.stringify(fromSamples(samples, this.picture, this.range.select.value, this.spec));
  }
}

class PadSource extends PixelSource {
  constructor(id, spec, picture, changed) {
    super('Draw', id, spec, picture, changed);
    this.pad = new Pad(picture.width, changed);
    this.control = this.pad.canvas;
    this.element = h('div', {}, this.pad.element, this.range.element);
    this.isLive = true;
  }

  get isEmpty() {
    return this.pad.isEmpty;
  }

  shown() {
    this.pad.draw();
  }

  read() {
    return this.isEmpty ? { error: 'Draw something first.' } : { json: this.json(this.pad.samples()) };
  }
}

class PictureSource extends PixelSource {
  constructor(id, spec, picture, changed) {
    super('Picture', id, spec, picture, changed);
    this.input = new Picture(`${id}-picture`, picture, changed);
    this.control = this.input.element.querySelector('input');
    this.element = h('div', {}, this.input.element, this.range.element);
  }

  read() {
    return this.input.error ? { error: this.input.error } : { json: this.json(this.input.value()) };
  }
}

/** The bytes of a file, for models that decode pictures themselves. */
class BytesSource {
  constructor(id, spec, changed) {
    this.label = 'File';
    this.spec = spec;
    this.name = h('p', { className: 'hint' });
    this.base64 = '';
    this.element = h('div', {}, fileInput(`${id}-bytes`, 'A file, sent as it is', '', async (file) => {
      this.base64 = await base64Of(file);
      setText(this.name, `${file.name}, ${file.size.toLocaleString('en')} bytes`);
      changed();
    }), this.name);
    this.control = this.element.querySelector('input');
  }

  read() {
    if (this.base64 === '') {
      return { error: 'Choose a file first.' };
    }
    const value = { b64: this.base64 };
    const isOne = this.spec.ranked && this.spec.shape.length === 0;
    return { json: JSON.stringify(isOne ? value : [value]) };
  }
}

/** One input: the ways to give it, of which one is chosen, and what is wrong with it. */
export class Field {
  /**
   * @param spec the input as the signature has it
   * @param told is called when the value may be another
   */
  constructor(spec, told) {
    this.spec = spec;
    const changed = () => {
      this.tell('');
      told();
    };
    const id = `input-${spec.name}`;
    const picture = pictureOf(spec);
    this.sources = [
      picture && isPad(picture) ? new PadSource(id, spec, picture, changed) : null,
      picture ? new PictureSource(id, spec, picture, changed) : null,
      takesFile(spec) ? new BytesSource(id, spec, changed) : null,
      new JsonSource(id, spec, changed),
    ].filter(Boolean);
    this.problem = h('p', { className: 'problem', id: `${id}-problem`, role: 'alert', hidden: true });
    this.body = h('div', { className: 'source' });
    this.leaveOut = h('input', { type: 'checkbox', id: `${id}-none`, checked: spec.optional, onchange: () => {
      show(this.body, !this.leaveOut.checked);
      changed();
    } });
    this.element = h(
      'fieldset',
      { className: 'field' },
      h('legend', {}, h('span', { className: 'name' }, spec.name), ' ',
        h('span', { className: 'type' }, `${typeText(spec)} ${shapeText(spec)}`)),
      spec.optional
        ? h('p', { className: 'check' }, this.leaveOut, h('label', { htmlFor: `${id}-none` }, 'Leave out: the model has a default'))
        : null,
      this.sources.length > 1 ? this.choice(id, changed) : null,
      this.body,
      this.problem,
    );
    show(this.body, !spec.optional);
    this.choose(this.sources[0]);
  }

  choice(id, changed) {
    return h('div', { className: 'choice', role: 'radiogroup', 'aria-label': `How to give ${this.spec.name}` },
      this.sources.map((source, i) => [
        h('input', {
          type: 'radio',
          name: `${id}-source`,
          id: `${id}-source-${i}`,
          checked: i === 0,
          onchange: () => {
            this.choose(source);
            changed();
          },
        }),
        h('label', { htmlFor: `${id}-source-${i}` }, source.label),
      ]));
  }

  choose(source) {
    this.source = source;
    this.body.replaceChildren(source.element);
    source.shown?.();
    this.tell('');
  }

  /** True if the answer shall follow as the value changes. */
  get isLive() {
    return Boolean(this.source.isLive) && !this.source.isEmpty;
  }

  get isLeftOut() {
    return this.spec.optional && this.leaveOut.checked;
  }

  /** Returns {json} or {error}, perhaps with a {warning}. */
  read() {
    return this.source.read();
  }

  /** Says what is wrong, beside the field; empty: nothing. */
  tell(text, tone = 'bad') {
    setText(this.problem, text);
    this.problem.dataset.tone = tone;
    show(this.problem, text !== '');
    const bad = text !== '' && tone === 'bad';
    setAttribute(this.source.control, 'aria-invalid', bad ? 'true' : null);
    setAttribute(this.source.control, 'aria-errormessage', bad ? this.problem.id : null);
  }

  focus() {
    this.source.control.focus();
  }
}
