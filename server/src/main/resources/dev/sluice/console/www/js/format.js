// Numbers as people read them. What is not known is a dash.

const DASH = '–';

function digits(number, most) {
  return number.toLocaleString('en', { maximumFractionDigits: most });
}

/** A count: 999, 12,345, 1.2 M. */
export function count(number) {
  if (number === null || number === undefined) {
    return DASH;
  }
  return number >= 1e6 ? `${digits(number / 1e6, 1)} M` : digits(number, 0);
}

/** Something per second: 0, 0.4, 12, 4,310. */
export function rate(number) {
  if (number === null || number === undefined) {
    return DASH;
  }
  return digits(number, number > 0 && number < 10 ? 1 : 0);
}

/** A small mean, such as rows in a run. */
export function mean(number) {
  return number === null || number === undefined ? DASH : digits(number, number < 10 ? 2 : 1);
}

/** A time in microseconds: 85 µs, 1.42 ms, 12.1 s. */
export function micros(number) {
  if (number === null || number === undefined) {
    return DASH;
  }
  if (number < 1000) {
    return `${digits(number, 0)} µs`;
  }
  const [value, unit] = number < 1e6 ? [number / 1000, 'ms'] : [number / 1e6, 's'];
  return `${digits(value, value < 10 ? 2 : value < 100 ? 1 : 0)} ${unit}`;
}

/** Memory. */
export function bytes(number) {
  if (!number) {
    return DASH;
  }
  const mebibytes = number / 2 ** 20;
  return mebibytes < 1024 ? `${digits(mebibytes, 0)} MiB` : `${digits(mebibytes / 1024, 1)} GiB`;
}

/** How long something lasts, in its two largest units. */
export function span(seconds) {
  const units = [['d', 86400], ['h', 3600], ['min', 60], ['s', 1]];
  const first = units.findIndex(([, size]) => seconds >= size);
  if (first < 0) {
    return '0 s';
  }
  let left = Math.floor(seconds);
  return units
    .slice(first, first + 2)
    .map(([unit, size]) => {
      const many = Math.floor(left / size);
      left -= many * size;
      return many ? `${many} ${unit}` : '';
    })
    .filter(Boolean)
    .join(' ');
}

/** A share of one, in percent. */
export function percent(share) {
  return share === null || share === undefined ? DASH : `${digits(share * 100, share < 0.1 ? 1 : 0)} %`;
}
