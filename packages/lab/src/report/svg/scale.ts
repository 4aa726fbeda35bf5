/** From data to pixels, on a linear or a logarithmic axis, with ticks at round numbers. */

export type ScaleKind = 'linear' | 'log';

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
}

/**
 * A scale from `domain` to the pixels of `range`.
 * @param wanted about how many ticks
 */
export function scaleOf(
  kind: ScaleKind,
  domain: readonly [number, number],
  range: readonly [number, number],
  wanted = 5,
): Scale {
  const [low, high] = domain;
  const place = kind === 'log' ? Math.log10 : (value: number): number => value;
  const [from, to] = [place(low), place(high)];
  const at = (value: number): number =>
    value <= 0 && kind === 'log'
      ? Number.NaN
      : range[0] + ((place(value) - from) / (to - from)) * (range[1] - range[0]);
  const ticks = kind === 'log' ? logTicks(low, high, wanted) : linearTicks(low, high, wanted);
  return { kind, domain: [low, high], at, ticks };
}

/** The smallest domain with some air that holds all finite values (above 0 on a logarithmic axis). */
export function domainOf(
  kind: ScaleKind,
  ...parts: readonly (readonly (number | null)[])[]
): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const part of parts) {
    for (const value of part) {
      if (value === null || !Number.isFinite(value) || (kind === 'log' && value <= 0)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (low > high) return kind === 'log' ? [1, 10] : [0, 1];
  if (kind === 'log') {
    const air = low === high ? 1.5 : (high / low) ** 0.04;
    return [low / air, high * air];
  }
  const air = low === high ? Math.abs(low) * 0.1 || 1 : (high - low) * 0.04;
  return [low - air, high + air];
}

/** A value as a tick or a cell of a table shows it: plain where that is short, else with a power of ten. */
export function shortNumber(value: number, decimals?: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '–' : value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  let text: string;
  if (size !== 0 && (size >= 1e6 || size < 1e-4)) {
    const [digits, exponent] = Number(value.toPrecision(4)).toExponential().split('e');
    const power = `10${superscript(Number(exponent))}`;
    text = digits === '1' ? power : digits === '-1' ? `-${power}` : `${digits}·${power}`;
  } else text = decimals === undefined ? String(Number(value.toPrecision(4))) : value.toFixed(decimals);
  return text.replaceAll('-', '−');
}

// --- internal ---

function linearTicks(low: number, high: number, wanted: number): Tick[] {
  const rough = (high - low) / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough * 0.999) ?? 10);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const ticks: Tick[] = [];
  // A hair's breadth of slack: the ends are often ticks themselves.
  for (let k = Math.ceil(low / step - 1e-6); k * step <= high + step * 1e-6; k++) {
    ticks.push({ value: k * step, label: shortNumber(k * step, decimals) });
  }
  return ticks;
}

/** Powers of ten; in between 2 and 5 where there are few, and as on a linear axis where there are none. */
function logTicks(low: number, high: number, wanted: number): Tick[] {
  const decades = Math.log10(high / low);
  if (decades < 0.7) return linearTicks(low, high, wanted);
  const factors = decades <= wanted / 3 ? [1, 2, 5] : decades <= wanted / 2 ? [1, 3] : [1];
  const every = factors.length > 1 ? 1 : Math.max(1, Math.ceil(decades / wanted));
  const ticks: Tick[] = [];
  for (let exponent = Math.floor(Math.log10(low)); exponent <= Math.log10(high); exponent++) {
    if (exponent % every !== 0) continue;
    for (const factor of factors) {
      const value = Number(`${factor}e${exponent}`);
      if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)) {
        ticks.push({ value, label: shortNumber(value) });
      }
    }
  }
  return ticks;
}

function superscript(exponent: number): string {
  return [...String(exponent)].map((digit) => (digit === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)])).join('');
}
