// A picture from a file or the camera, brought to the size and channels that a model takes.

import { h, setText, show } from './dom.js';

/** Samples from 0 to 1 of the largest part in the middle that has the right proportions. */
export async function samplesOf(file, picture, preview) {
  const bitmap = await createImageBitmap(file);
  const { height, width, channels } = picture;
  const scale = Math.max(width / bitmap.width, height / bitmap.height);
  const [w, t] = [bitmap.width * scale, bitmap.height * scale];
  preview.width = width;
  preview.height = height;
  const context = preview.getContext('2d', { willReadFrequently: true });
  context.imageSmoothingQuality = 'high';
  if (channels < 4) { // what is transparent is white, as on paper
    context.fillStyle = '#fff';
    context.fillRect(0, 0, width, height);
  }
  context.drawImage(bitmap, (width - w) / 2, (height - t) / 2, w, t);
  bitmap.close();
  const pixels = context.getImageData(0, 0, width, height).data;
  const samples = new Float64Array(width * height * channels);
  for (let i = 0; i < width * height; i++) {
    const [red, green, blue] = pixels.subarray(i * 4);
    if (channels === 1) {
      samples[i] = (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
    } else {
      for (let channel = 0; channel < channels; channel++) {
        samples[i * channels + channel] = pixels[i * 4 + channel] / 255;
      }
    }
  }
  return samples;
}

/** The bytes of a file in base64, as JSON takes them. */
export async function base64Of(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}

/** Takes a file, chosen or dropped; `taken` gets it. */
export function fileInput(id, label, accept, taken) {
  const input = h('input', {
    type: 'file',
    id,
    accept,
    onchange: () => input.files[0] && taken(input.files[0]),
  });
  const element = h('div', { className: 'drop' }, h('label', { htmlFor: id }, label), input);
  element.addEventListener('dragover', (event) => {
    event.preventDefault();
    element.classList.add('over');
  });
  element.addEventListener('dragleave', () => element.classList.remove('over'));
  element.addEventListener('drop', (event) => {
    event.preventDefault();
    element.classList.remove('over');
    if (event.dataTransfer.files[0]) {
      taken(event.dataTransfer.files[0]);
    }
  });
  return element;
}

/** The picture that one input is made from; `changed` is told of another. */
export class Picture {
  constructor(id, picture, changed) {
    this.picture = picture;
    this.changed = changed;
    this.samples = null;
    this.error = 'Choose a picture first.';
    this.preview = h('canvas', { className: 'preview', hidden: true, role: 'img', 'aria-label': 'The picture as it is sent' });
    this.invert = h('input', { type: 'checkbox', id: `${id}-invert`, onchange: () => this.changed() });
    this.name = h('span', { className: 'hint' });
    this.element = h(
      'div',
      { className: 'picture' },
      fileInput(id, `Picture, scaled to ${picture.width} × ${picture.height}`, 'image/*', (file) => this.take(file)),
      h('div', { className: 'picture-side' }, this.preview, this.name),
      picture.channels === 1
        ? h('p', { className: 'check' }, this.invert, h('label', { htmlFor: `${id}-invert` }, 'Dark on light: invert'))
        : null,
    );
  }

  async take(file) {
    try {
      this.samples = await samplesOf(file, this.picture, this.preview);
      this.error = '';
      setText(this.name, file.name);
      show(this.preview, true);
    } catch {
      this.samples = null;
      this.error = `${file.name} is no picture that this browser can read.`;
      show(this.preview, false);
    }
    this.changed();
  }

  value() {
    return this.invert.checked ? this.samples.map((sample) => 1 - sample) : this.samples;
  }
}
