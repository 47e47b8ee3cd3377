// What a tensor of a signature may look like: examples of it, checks, and pictures turned into it.

const LARGEST_EXAMPLE = 4096;
const FREE_SIDE = 224;
const LARGEST_PAD = 64;

/** What the elements are in JSON: number, text, truth, or any where the model does not say. */
export function kindOf(dtype) {
  if (dtype === '') {
    return 'any';
  }
  if (dtype === 'string') {
    return 'text';
  }
  return dtype === 'bool' ? 'truth' : 'number';
}

function isWhole(dtype) {
  return /^q?u?int/.test(dtype);
}

/** A shape as people write it: [?, 8, 8, 1]. */
export function shapeText(spec) {
  return spec.ranked ? `[${spec.shape.map((size) => (size < 0 ? '?' : size)).join(', ')}]` : 'any shape';
}

export function typeText(spec) {
  return spec.dtype === '' ? 'any type' : spec.dtype;
}

/** Names that end so stand for the bytes of a file, in the REST API and by custom. */
export function takesFile(spec) {
  return spec.dtype === 'string' && /(^|_)bytes$|^(image|encoded)/.test(spec.name);
}

/**
 * How pictures fit into a tensor, or null if it does not look like one: its dims with one row,
 * height, width, channels, and whether the channels come first.
 */
export function pictureOf(spec) {
  if (!spec.ranked || kindOf(spec.dtype) === 'text' || kindOf(spec.dtype) === 'truth') {
    return null;
  }
  const batched = spec.shape.length > 1 && (spec.shape[0] === -1 || spec.shape[0] === 1);
  const sizes = batched ? spec.shape.slice(1) : spec.shape;
  const found = plane(sizes);
  return found && { ...found, dims: batched ? [1, ...found.dims] : found.dims };
}

function plane(sizes) {
  const side = (size) => (size === -1 ? FREE_SIDE : size);
  if (sizes.length === 1) {
    const root = Math.sqrt(sizes[0]);
    return [8, 16, 28, 32].includes(root)
      ? { height: root, width: root, channels: 1, planar: false, dims: sizes }
      : null;
  }
  if (sizes.length === 2 && sizes[0] === sizes[1] && sizes[0] >= 8) {
    return { height: sizes[0], width: sizes[1], channels: 1, planar: false, dims: sizes };
  }
  if (sizes.length !== 3) {
    return null;
  }
  const large = (size) => size === -1 || size >= 8;
  const [first, second, third] = sizes;
  if ([1, 3, 4].includes(third) && large(first) && large(second)) {
    const [height, width] = [side(first), side(second)];
    return { height, width, channels: third, planar: false, dims: [height, width, third] };
  }
  if ([1, 3].includes(first) && large(second) && large(third)) {
    const [height, width] = [side(second), side(third)];
    return { height, width, channels: first, planar: true, dims: [first, height, width] };
  }
  return null;
}

/** True if one can draw it by hand. */
export function isPad(picture) {
  return picture.channels === 1 && picture.height === picture.width && picture.height <= LARGEST_PAD;
}

/** Arranges numbers in lists of lists. */
export function nest(flat, dims) {
  if (dims.length === 0) {
    return flat[0];
  }
  let lists = flat;
  for (let axis = dims.length - 1; axis > 0; axis--) {
    const size = dims[axis];
    const rows = [];
    for (let at = 0; at < lists.length; at += size) {
      rows.push(lists.slice(at, at + size));
    }
    lists = rows;
  }
  return lists;
}

function element(spec) {
  if (takesFile(spec)) {
    return { b64: '' };
  }
  switch (kindOf(spec.dtype)) {
    case 'text':
      return 'text';
    case 'truth':
      return true;
    default:
      return isWhole(spec.dtype) ? 1 : 0.5;
  }
}

/** A value that the model takes, if types and shapes are all it asks for; null if it is too large. */
export function example(spec) {
  const dims = spec.ranked ? spec.shape.map((size) => (size < 0 ? 1 : size)) : [1];
  const size = dims.reduce((product, dim) => product * dim, 1);
  return size > LARGEST_EXAMPLE ? null : nest(Array.from({ length: size }, () => element(spec)), dims);
}

/** JSON with a line for each innermost list. */
export function pretty(value, indent = '') {
  if (!Array.isArray(value) || !value.some(Array.isArray)) {
    return JSON.stringify(value)?.replace(/,/g, ', ') ?? '';
  }
  const deeper = `${indent}  `;
  const rows = value.map((row) => deeper + pretty(row, deeper));
  return `[\n${rows.join(',\n')}\n${indent}]`;
}

/** The sizes of a value's lists; throws if they are not even. */
export function dimsOf(value) {
  if (!Array.isArray(value)) {
    return [];
  }
  const inner = value.map(dimsOf);
  const odd = inner.findIndex((dims) => dims.join() !== inner[0].join());
  if (odd > 0) {
    throw new Error(`row ${odd} has the shape [${inner[odd]}], the first has [${inner[0]}]`);
  }
  return [value.length, ...(inner[0] ?? [])];
}

function firstLeaf(value) {
  return Array.isArray(value) ? firstLeaf(value[0]) : value;
}

const LEAVES = {
  number: ['a number', (leaf) => typeof leaf === 'number' || ['NaN', 'Infinity', '-Infinity'].includes(leaf)],
  text: ['a text or {"b64": …}', (leaf) => typeof leaf === 'string' || typeof leaf?.b64 === 'string'],
  truth: ['true or false', (leaf) => typeof leaf === 'boolean'],
};

/** What is wrong with a value, as far as the signature tells; empty if nothing is. */
export function objection(value, spec) {
  let dims;
  try {
    dims = dimsOf(value);
  } catch (uneven) {
    return `Expected lists of even length: ${uneven.message}.`;
  }
  const fits =
    !spec.ranked ||
    (dims.length === spec.shape.length && spec.shape.every((size, axis) => size < 0 || size === dims[axis]));
  if (!fits) {
    return `Expected the shape ${shapeText(spec)}, found [${dims.join(', ')}].`;
  }
  const [wanted, isOne] = LEAVES[kindOf(spec.dtype)] ?? ['', () => true];
  const leaf = firstLeaf(value);
  return leaf === undefined || isOne(leaf) ? '' : `Expected ${wanted}, found ${JSON.stringify(leaf)}.`;
}

/** Ranges that models take pixels in; each maps 0 to 1. */
export const RANGES = [
  { id: '0..1', label: '0 to 1', of: (value) => value },
  { id: '0..16', label: '0 to 16', of: (value) => value * 16 },
  { id: '0..255', label: '0 to 255', of: (value) => value * 255 },
  { id: '-1..1', label: '−1 to 1', of: (value) => value * 2 - 1 },
  {
    id: 'imagenet',
    label: 'ImageNet mean and deviation',
    of: (value, channel) => (value - [0.485, 0.456, 0.406][channel % 3]) / [0.229, 0.224, 0.225][channel % 3],
  },
];

/** The range that is likeliest: nothing in a model says it. */
export function likelyRange(spec, picture) {
  if (isWhole(spec.dtype)) {
    return '0..255';
  }
  return picture.height === 8 && picture.width === 8 ? '0..16' : '0..1';
}

/** Makes a tensor's value of samples from 0 to 1, pixel by pixel, each with its channels. */
export function fromSamples(samples, picture, range, spec) {
  const { channels, planar, dims } = picture;
  const scale = RANGES.find((one) => one.id === range).of;
  const pixels = samples.length / channels;
  const flat = new Array(samples.length);
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let channel = 0; channel < channels; channel++) {
      const scaled = scale(samples[pixel * channels + channel], channel);
      const value = isWhole(spec.dtype) ? Math.round(scaled) : Math.round(scaled * 1e4) / 1e4;
      flat[planar ? channel * pixels + pixel : pixel * channels + channel] = value;
    }
  }
  return nest(flat, dims);
}
