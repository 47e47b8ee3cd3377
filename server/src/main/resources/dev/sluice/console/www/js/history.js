// What happened between two looks at the server's counters, and the last minutes of that.

/** How many looks the charts have, about one a second. */
export const LENGTH = 150;

/** How many looks the numbers beside the charts are means of. */
const WINDOW = 5;

/** Runs by their rows, in classes that double: 1, 2, 3-4, 5-8 and so on. */
export const BATCH_CLASSES = ['1', '2', '3–4', '5–8', '9–16', '17–32', '33–64', '65+'];

export function batchClass(rows) {
  return rows <= 1 ? 0 : Math.min(BATCH_CLASSES.length - 1, Math.ceil(Math.log2(rows)));
}

/** A counter begins anew when a version is loaded again. */
function grown(before, now) {
  return now >= (before ?? 0) ? now - (before ?? 0) : now;
}

/**
 * The value that a share of the samples is below, from counts by class; null without samples. In a
 * class they are taken to be spread evenly.
 */
export function percentile(counts, limits, share) {
  const total = counts.reduce((sum, one) => sum + one, 0);
  if (total === 0) {
    return null;
  }
  let left = share * total;
  for (let i = 0; i < counts.length; i++) {
    if (counts[i] > 0 && left <= counts[i]) {
      const low = i === 0 ? 0 : limits[i - 1];
      const high = limits[i] ?? low * 2;
      return low + ((high - low) * left) / counts[i];
    }
    left -= counts[i];
  }
  return limits.at(-1);
}

/** What most of many models do most of the time; shared, for the charts keep every look. */
const IDLE = Object.freeze({
  rate: 0,
  failed: 0,
  p50: null,
  p90: null,
  p99: null,
  runs: Object.freeze(BATCH_CLASSES.map(() => 0)),
  runRate: 0,
  rows: 0,
  waiting: 0,
  busy: 0,
});

const NOTHING = { latency: [], statuses: {}, versions: [] };

/** What one model did between two looks; its answers by latency are also added to those of all. */
function sample(before, now, seconds, limits, all) {
  const counts = now.latency.map((count, i) => grown(before.latency[i], count));
  counts.forEach((count, i) => {
    all[i] += count;
  });
  let failed = 0;
  for (const [status, total] of Object.entries(now.statuses)) {
    failed += status === 'OK' ? 0 : grown(before.statuses[status], total);
  }
  const runs = BATCH_CLASSES.map(() => 0);
  let rows = 0;
  let waited = 0;
  let busy = 0;
  for (const version of now.versions) {
    const old = before.versions.find((other) => other.version === version.version) ?? {};
    const oldRuns = new Map((old.batches ?? []).map(([size, many, took]) => [size, [many, took]]));
    for (const [size, many, took] of version.batches ?? []) {
      const [manyThen, tookThen] = oldRuns.get(size) ?? [0, 0];
      const more = grown(manyThen, many);
      runs[batchClass(size)] += more / seconds;
      rows += (more * size) / seconds;
      busy += grown(tookThen, took) / 1e6 / seconds;
    }
    waited += grown(old.queueMicros, version.queueMicros ?? 0) / 1e6 / seconds;
  }
  const rate = counts.reduce((sum, one) => sum + one, 0) / seconds;
  const runRate = runs.reduce((sum, one) => sum + one, 0);
  return rate + failed + runRate === 0
    ? IDLE
    : {
        ...latencies(counts, limits),
        rate,
        failed: failed / seconds,
        runs,
        runRate,
        rows,
        waiting: waited,
        busy,
      };
}

function latencies(counts, limits) {
  return {
    p50: percentile(counts, limits, 0.5),
    p90: percentile(counts, limits, 0.9),
    p99: percentile(counts, limits, 0.99),
  };
}

function together(samples, counts, limits) {
  const sum = (key) => samples.reduce((all, one) => all + one[key], 0);
  return {
    ...latencies(counts, limits),
    rate: sum('rate'),
    failed: sum('failed'),
    runs: BATCH_CLASSES.map((_, i) => samples.reduce((all, one) => all + one.runs[i], 0)),
    runRate: sum('runRate'),
    rows: sum('rows'),
    waiting: sum('waiting'),
    busy: sum('busy'),
  };
}

/** What all models and the server did between two looks. */
function between(before, now) {
  const seconds = (now.micros - before.micros) / 1e6;
  const old = new Map(before.models.map((model) => [model.name, model]));
  const limits = now.latencyLimits;
  const counts = limits.concat(0).fill(0);
  const models = new Map(
    now.models.map((model) => [
      model.name,
      sample(old.get(model.name) ?? NOTHING, model, seconds, limits, counts),
    ]),
  );
  return {
    models,
    all: together([...models.values()], counts, limits),
    cores: grown(before.server.cpuMicros, now.server.cpuMicros) / 1e6 / seconds,
  };
}

/** The last looks: for charts every one, for numbers what the last few were on average. */
export class History {
  constructor() {
    this.reset();
  }

  reset() {
    this.looks = [];
    this.times = [];
    this.samples = [];
    this.recent = null;
  }

  /** Takes a look; the same one twice counts once. */
  push(state, seconds) {
    const last = this.looks.at(-1);
    if (last && (last.startedMillis !== state.startedMillis || state.micros < last.micros)) {
      this.reset(); // another server answers at this address
    } else if (last && last.micros === state.micros) {
      return;
    } else if (last) {
      this.times.push(seconds);
      this.samples.push(between(last, state));
      this.recent = between(this.looks[0], state);
    }
    this.looks.push(state);
    this.looks.splice(0, this.looks.length - WINDOW);
    this.times.splice(0, this.times.length - LENGTH);
    this.samples.splice(0, this.samples.length - LENGTH);
  }

  /** Returns what a model, or null for all together, did of late; null if that is not known yet. */
  now(model) {
    return (model === null ? this.recent?.all : this.recent?.models.get(model)) ?? null;
  }

  /** Returns one value for each time of the charts. */
  column(model, value) {
    return this.samples.map((one) => {
      const found = model === null ? one.all : one.models.get(model);
      return found ? value(found) : null;
    });
  }
}
