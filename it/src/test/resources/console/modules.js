// Asks the page's modules what they make of given values; returns what is not as expected.
(async () => {
  const found = [];
  const is = (what, value, expected) => {
    if (JSON.stringify(value) !== JSON.stringify(expected)) {
      found.push(`${what}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(value)}`);
    }
  };

  const history = await import('/console/js/history.js');
  is('no samples', history.percentile([0, 0, 0], [10, 20], 0.5), null);
  is('within a class', history.percentile([0, 10, 0], [10, 20], 0.5), 15);
  is('in the second class', history.percentile([5, 5, 0], [10, 20], 0.9), 18);
  is('beyond the last limit', history.percentile([0, 0, 2], [10, 20], 0.5), 30);
  is('classes of rows', [0, 1, 2, 3, 4, 5, 64, 65, 1000].map(history.batchClass), [0, 0, 1, 2, 2, 3, 6, 7, 7]);

  // Percentiles from the server's classes beside those of the very latencies, in microseconds.
  const { latencyLimits } = await (await fetch('/console/api/state')).json();
  const uniform = Array.from({ length: 4000 }, (_, i) => (i + 0.5) / 4000);
  const known = {
    'all alike': uniform.map(() => 1000),
    'just above a limit': uniform.map(() => 190),
    'spread evenly': uniform.map((u) => 2000 + 8000 * u),
    'a long tail': uniform.map((u) => 300 - 900 * Math.log(1 - u)),
    'two kinds': uniform.map((u) => (u < 0.9 ? 85 + 10 * u : 40_000 + 9000 * u)),
    'over five decades': uniform.map((u) => 20 * 10 ** (5 * u)),
  };
  for (const [kind, latencies] of Object.entries(known)) {
    const counts = latencyLimits.concat(0).fill(0);
    for (const each of latencies) {
      counts[latencyLimits.findIndex((limit) => Math.floor(each) < limit)] += 1;
    }
    for (const share of [0.5, 0.9, 0.99]) {
      const shown = history.percentile(counts, latencyLimits, share);
      const off = shown / latencies[Math.ceil(share * latencies.length) - 1] - 1;
      is(`${kind}, ${share}: off by ${off}`, Math.abs(off) < 0.11, true);
    }
  }

  const state = (micros, model, cpuMicros = 0, startedMillis = 1) => ({
    startedMillis,
    micros,
    latencyLimits: [10, 20],
    server: { cpuMicros },
    models: [{ name: 'm', ...model }],
  });
  const before = {
    latency: [4],
    statuses: { OK: 4, NOT_FOUND: 1 },
    versions: [{ version: '1', queueMicros: 0, batches: [[1, 4, 100]] }],
  };
  const after = {
    latency: [4, 8],
    statuses: { OK: 12, NOT_FOUND: 3 },
    versions: [{ version: '1', queueMicros: 1_000_000, batches: [[1, 4, 100], [4, 2, 1_000_000]] }],
  };
  const looks = new history.History();
  looks.push(state(0, before), 100);
  is('one look says nothing', looks.now('m'), null);
  looks.push(state(2_000_000, after, 500_000), 102);
  const now = looks.now('m');
  is('requests per second', now.rate, 4);
  is('failures per second', now.failed, 1);
  is('median', now.p50, 15);
  is('runs per second', now.runRate, 1);
  is('rows per second', now.rows, 4);
  is('waiting on average', now.waiting, 0.5);
  is('runs at once', now.busy, 0.5);
  is('cores', looks.recent.cores, 0.25);
  is('all models', looks.now(null).rate, 4);
  looks.push(state(2_000_000, after, 500_000), 103);
  is('the same look twice', looks.times, [102]);
  looks.push(state(3_000_000, { ...before, versions: [{ version: '1', queueMicros: 0, batches: [[1, 1, 50]] }], latency: [1] }, 500_000), 104);
  is('counters that begin anew', looks.column('m', (one) => one.rate), [4, 1]);
  looks.push(state(1_000, before, 0, 2), 105);
  is('another server', looks.times, []);

  const { decades } = await import('/console/js/charts.js');
  is('a narrow axis', decades(120, 130), { low: 100, high: 1000, marks: [100, 200, 500, 1000] });
  is('an axis at its marks', decades(200, 5000), { low: 200, high: 5000, marks: [200, 500, 1000, 2000, 5000] });
  is('a wide axis', decades(84, 92_000), { low: 50, high: 100_000, marks: [100, 1000, 10_000, 100_000] });

  const format = await import('/console/js/format.js');
  is('times', [85.4, 1420, 12_100, 120_400, 999_960, 1_200_000, 1_200_000_000].map(format.micros),
    ['85 µs', '1.42 ms', '12.1 ms', '120 ms', '1,000 ms', '1.2 s', '1,200 s']);
  is('unknown', [format.micros(null), format.rate(undefined), format.count(null)], ['–', '–', '–']);
  is('spans', [0, 59, 61, 3600, 90_061].map(format.span), ['0 s', '59 s', '1 min 1 s', '1 h', '1 d 1 h']);
  is('counts', [999, 12_345, 1_234_567].map(format.count), ['999', '12,345', '1.2 M']);

  const tensor = await import('/console/js/tensor.js');
  const spec = (dtype, ...shape) => ({ name: 'x', dtype, ranked: true, shape, optional: false });
  is('a batch of small grey images', tensor.pictureOf(spec('float', -1, 8, 8, 1)),
    { height: 8, width: 8, channels: 1, planar: false, dims: [1, 8, 8, 1] });
  is('a flat image', tensor.pictureOf(spec('float', -1, 784)),
    { height: 28, width: 28, channels: 1, planar: false, dims: [1, 784] });
  is('channels first', tensor.pictureOf(spec('float', -1, 3, 224, 224)),
    { height: 224, width: 224, channels: 3, planar: true, dims: [1, 3, 224, 224] });
  is('features', tensor.pictureOf(spec('float', -1, 13)), null);
  is('texts', tensor.pictureOf(spec('string', -1, 8, 8)), null);
  is('an example', tensor.example(spec('int64', -1, 2)), [[1, 1]]);
  is('none for what is large', tensor.example(spec('float', -1, 224, 224, 3)), null);
  is('fits', tensor.objection([[1, 2]], spec('float', -1, 2)), '');
  is('another shape', tensor.objection([1, 2], spec('float', -1, 8)), 'Expected the shape [?, 8], found [2].');
  is('another type', tensor.objection([['a']], spec('float', -1, 1)), 'Expected a number, found "a".');
  is('uneven', tensor.objection([[1], [1, 2]], spec('float', -1, 1)),
    'Expected lists of even length: row 1 has the shape [2], the first has [1].');
  is('nested', tensor.nest([1, 2, 3, 4], [1, 2, 2]), [[[1, 2], [3, 4]]]);
  const planar = { height: 1, width: 2, channels: 3, planar: true, dims: [3, 1, 2] };
  is('pixels to planes', tensor.fromSamples([0, 0.2, 0.4, 1, 0.8, 0.6], planar, '0..255', spec('uint8')),
    [[[0, 255]], [[51, 204]], [[102, 153]]]);
  return found;
})()
