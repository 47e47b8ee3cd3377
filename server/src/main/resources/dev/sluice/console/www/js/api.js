// Everything that is asked of the server. Addresses are relative, so that a proxy may serve the page
// under another path.

const KEY = 'sluice.key';

/** An answer that is an error, or none at all (status 0). */
export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }

  /** Returns true if another key might help. */
  get isRefusal() {
    return this.status === 401 || this.status === 403;
  }
}

/** The key of this tab; it is forgotten with it, and without storage with this page. */
export const key = {
  kept: '',
  get() {
    try {
      return sessionStorage.getItem(KEY) ?? '';
    } catch {
      return this.kept; // the browser lets this page store nothing
    }
  },
  set(value) {
    this.kept = value;
    try {
      sessionStorage.setItem(KEY, value);
    } catch {
      // kept above
    }
  },
};

function message(status, text) {
  try {
    const parsed = JSON.parse(text);
    if (typeof parsed.error === 'string') {
      return parsed.error;
    }
  } catch {
    // no JSON: a proxy's page, perhaps
  }
  const plain = text.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim();
  return plain.slice(0, 300) || `The server answered with status ${status}`;
}

/** Sends a request and returns the text of the answer; throws an ApiError. */
export async function send(path, body, signal) {
  const headers = {};
  if (body !== undefined) {
    headers['Content-Type'] = 'application/json';
  }
  if (key.get()) {
    headers.Authorization = `Bearer ${key.get()}`;
  }
  let response;
  let text;
  try {
    const method = body === undefined ? 'GET' : 'POST';
    response = await fetch(path, { method, headers, body, signal, cache: 'no-store' });
    text = await response.text();
  } catch (error) {
    if (error.name === 'AbortError') {
      throw error;
    }
    throw new ApiError(0, 'The server cannot be reached');
  }
  if (!response.ok) {
    throw new ApiError(response.status, message(response.status, text));
  }
  return text;
}

const name = encodeURIComponent;

export async function fetchState(signal) {
  return JSON.parse(await send('api/state', undefined, signal));
}

export async function fetchModel(model, version) {
  return JSON.parse(await send(`api/models/${name(model)}/versions/${version}`));
}

export function load(model) {
  return send(`../v2/repository/models/${name(model)}/load`, '{}');
}

export function unload(model) {
  return send(`../v2/repository/models/${name(model)}/unload`, '{}');
}

/** Returns the path that runs a version; the verb is predict, classify or regress. */
export function runPath(model, version, verb) {
  return `v1/models/${name(model)}/versions/${version}:${verb}`;
}

/** Returns where a path of the API is, seen from elsewhere. */
export function address(path) {
  return new URL(`../${path}`, document.baseURI).href;
}

/** Runs a version; returns the text of the answer and how long it took. */
export async function run(path, body, signal) {
  const start = performance.now();
  const text = await send(`../${path}`, body, signal);
  return { text, millis: performance.now() - start };
}
