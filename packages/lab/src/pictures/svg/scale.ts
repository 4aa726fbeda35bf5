/** From data to pixels, on a linear or a logarithmic axis, with ticks at round numbers. */

export type ScaleKind = 'linear' | 'log';

/** Series of numbers, with gaps. */
export type Parts = readonly (readonly (number | null)[])[];

export interface Tick {
  value: number;
  label: string;
}

export interface Scale {
  kind: ScaleKind;
  domain: [low: number, high: number];
  /** the pixel of a value; not a number where a logarithm has none */
  at(value: number): number;
  ticks: Tick[];
  /** values of small ticks without a label, on a logarithmic axis */
  minor: number[];
}

/**
 * A scale from `domain` to the pixels of `range`.
 * @param wanted about how many ticks
 * @param whole what is counted (epochs, trials, bars): ticks at whole numbers alone
 */
export function scaleOf(
  kind: ScaleKind,
  domain: readonly [number, number],
  range: readonly [number, number],
  wanted = 5,
  whole = false,
): Scale {
  const [low, high] = domain;
  const place = kind === 'log' ? Math.log10 : (value: number): number => value;
  const [from, to] = [place(low), place(high)];
  // Half of each where the whole is more than a number can be.
  const unit = Number.isFinite(to - from) ? 1 : 0.5;
  const share = (value: number): number => (unit * value - unit * from) / (unit * to - unit * from);
  const at = (value: number): number =>
    value <= 0 && kind === 'log' ? Number.NaN : range[0] + share(place(value)) * (range[1] - range[0]);
  const all = kind === 'log' ? logTicks(low, high, wanted) : linearTicks(low, high, wanted, whole);
  const ticks = whole ? all.filter(({ value }) => Number.isInteger(value)) : all;
  const labelled = new Set(ticks.map(({ value }) => value));
  const minor = kind === 'log' ? digitsOfDecades(low, high).filter((value) => !labelled.has(value)) : [];
  return { kind, domain: [low, high], at, ticks, minor };
}

/** The smallest domain with some air that holds all finite values (above 0 on a logarithmic axis). */
export function domainOf(kind: ScaleKind, ...parts: Parts): [number, number] {
  const found = extremes(kind, parts);
  if (!found) return kind === 'log' ? [1, 10] : [0, 1];
  const [low, high] = found;
  if (kind === 'log') {
    const air = low === high ? 1.5 : (high / low) ** 0.04;
    return [Math.max(Number.MIN_VALUE, low / air), Math.min(Number.MAX_VALUE, high * air)];
  }
  const air = low === high ? Math.abs(low) * 0.1 || 1 : high / 25 - low / 25;
  return [Math.max(-Number.MAX_VALUE, low - air), Math.min(Number.MAX_VALUE, high + air)];
}

/** The domain of what is counted: one number alone, whatever its size, has its neighbours beside it. */
export function wholeDomainOf(kind: ScaleKind, ...parts: Parts): [number, number] {
  const [low, high] = extremes(kind, parts) ?? [];
  return low !== undefined && low === high && kind === 'linear'
    ? [low - 1, low + 1]
    : domainOf(kind, ...parts);
}

/** The lowest and the highest finite value (above 0 on a logarithmic axis); undefined where there is none. */
export function extremes(kind: ScaleKind, parts: Parts): [number, number] | undefined {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const part of parts) {
    for (const value of part) {
      if (value === null || !Number.isFinite(value) || (kind === 'log' && value <= 0)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return low > high ? undefined : [low, high];
}

/** A value as a tick or a cell of a table shows it: plain where that is short, else with a power of ten. */
export function shortNumber(value: number, decimals?: number, digits = 4): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '–' : value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  let text: string;
  if (size !== 0 && (size >= 1e6 || size < 1e-4)) {
    const [factor, exponent] = Number(value.toPrecision(digits)).toExponential().split('e');
    const power = `10${superscript(Number(exponent))}`;
    text = factor === '1' ? power : factor === '-1' ? `-${power}` : `${factor}·${power}`;
  } else text = decimals === undefined ? String(Number(value.toPrecision(digits))) : value.toFixed(decimals);
  return text.replaceAll('-', '−');
}

// --- internal ---

function linearTicks(low: number, high: number, wanted: number, whole = false): Tick[] {
  // Divided before they are subtracted: the difference of two numbers of any size may be none.
  const rough = high / Math.max(1, wanted) - low / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  const nice = power * ([1, 2, 5].find((factor) => factor * power >= rough * 0.999) ?? 10);
  const step = whole ? Math.max(1, nice) : nice;
  const decimals = Math.min(100, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
  const values: number[] = [];
  const first = Math.ceil(low / step - 1e-6);
  // A hair's breadth of slack: the ends are often ticks themselves. A step that is lost beside its place is none.
  for (let i = 0; i <= 2 * wanted + 2 && (first + i) * step <= high + step * 1e-6; i++) {
    const value = Number(((first + i) * step).toPrecision(15));
    if (value !== values.at(-1) && Number.isFinite(value)) values.push(value);
  }
  // As many digits as neighbours need to be told apart, such as 1000200 and 1000400.
  for (let digits = 4; ; digits++) {
    const labels = values.map((value) => shortNumber(value, decimals, digits));
    if (digits === 15 || new Set(labels).size === values.length) {
      return values.map((value, i) => ({ value, label: labels[i] }));
    }
  }
}

/**
 * Powers of ten, with 2 and 5 in between where there is room, thinned where there are many. Three and more ticks: where these are
 * fewer, ticks as on a linear axis.
 */
function logTicks(low: number, high: number, wanted: number): Tick[] {
  const isInside = (value: number): boolean =>
    Number.isFinite(value) && value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9);
  const decades = Math.log10(high) - Math.log10(low);
  const exponents: number[] = [];
  for (let e = Math.floor(Math.log10(low)); e <= Math.log10(high); e++) exponents.push(e);
  const at = (factors: readonly number[], every = 1): number[] =>
    exponents
      .filter((exponent) => exponent % every === 0)
      .flatMap((exponent) => factors.map((factor) => Number(`${factor}e${exponent}`)))
      .filter(isInside);
  const fine = at([1, 2, 5]);
  if (fine.length < 3) {
    let ticks: Tick[] = [];
    for (let count = wanted; ticks.length < 3 && count < wanted + 8; count++) {
      ticks = linearTicks(low, high, count).filter(({ value }) => isInside(value));
    }
    return ticks;
  }
  const tenths = at([1]);
  const every = Math.max(1, Math.ceil(decades / Math.max(1, wanted)));
  const choices = [fine, at([1, 3]), tenths];
  const chosen = choices.find(({ length }) => length >= 3 && length <= wanted + 1);
  const values = chosen ?? (tenths.length < 3 ? fine : at([1], every));
  return values.map((value) => ({ value, label: shortNumber(value) }));
}

/** 1 to 9 of every power of ten in a domain, of a wide domain the powers alone. */
function digitsOfDecades(low: number, high: number): number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.log10(high)];
  const digits = last - first > 12 ? [1] : [1, 2, 3, 4, 5, 6, 7, 8, 9];
  const values: number[] = [];
  for (let exponent = first; exponent <= last; exponent++) {
    for (const digit of digits) values.push(Number(`${digit}e${exponent}`));
  }
  return values.filter((value) => value >= low && value <= high);
}

function superscript(exponent: number): string {
  return [...String(exponent)].map((digit) => (digit === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)])).join('');
}
