/**
 * Decimal numbers in bytes, as JSON reads them, without making a text of each: a history of 10,000 lines has ten thousands of them with
 * seventeen digits, which is all that a double needs.
 */

/** The number in some bytes; not a number for anything else. */
export function numberOf(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  const isNegative = bytes[at] === minus;
  if (isNegative) at++;
  // The first fifteen digits and those behind them are each exact in a double.
  let high = 0;
  let low = 0;
  let digits = 0;
  let decimals = 0;
  let isFraction = false;
  for (; at < to; at++) {
    const digit = bytes[at] - zero;
    if (digit >= 0 && digit <= 9) {
      if (digits < most) high = 10 * high + digit;
      else low = 10 * low + digit;
      // Zeros in front are no digits.
      if (digits > 0 || digit > 0) digits++;
      if (isFraction) decimals++;
    } else if (bytes[at] === point && !isFraction) isFraction = true;
    else break;
  }
  const begin = from + (isNegative ? 1 : 0);
  const isPlain = at === to && bytes[to - 1] !== point && isDigit(bytes[begin]) && decimals < powers.length;
  if (isPlain && digits <= most) {
    // A quotient of two exact numbers is rounded once.
    const value = high / powers[decimals];
    return isNegative ? -value : value;
  }
  if (isPlain && digits <= most + 4) {
    const value = quotient(high, powers[digits - most], low, powers[decimals]);
    if (!Number.isNaN(value)) return isNegative ? -value : value;
  }
  const text = String.fromCharCode(...bytes.subarray(from, to));
  return Number(text);
}

// --- internal ---

const [zero, minus, point] = [48, 45, 46];
const isDigit = (byte: number): boolean => byte >= zero && byte < zero + 10;

/** Digits that are exact in a double whatever they are. */
const most = 15;

/** Powers of ten that are exact in a double. */
const powers = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

/** Splits a double into halves whose products are exact (Dekker 1971). */
const splitter = 2 ** 27 + 1;

/** a b minus their product as it is rounded, exactly. */
function productError(a: number, b: number, product: number): number {
  const c = splitter * a;
  const d = splitter * b;
  const aHigh = c - (c - a);
  const bHigh = d - (d - b);
  const aLow = a - aHigh;
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

/** (high · shift + low) / divisor, rounded once; not a number where that is too close to call. */
function quotient(high: number, shift: number, low: number, divisor: number): number {
  // The numerator as a double and the exact rest of it.
  const product = high * shift;
  const rest = productError(high, shift, product) + low;
  const sum = product + rest;
  const left = rest - (sum - product);
  const value = sum / divisor;
  const back = value * divisor;
  const correction = (sum - back - productError(value, divisor, back) + left) / divisor;
  // The correction is known to some units of its own last place: if they do not matter, the rounding is right.
  const below = value + correction * (1 - margin);
  const above = value + correction * (1 + margin);
  return below === above ? above : Number.NaN;
}

const margin = 2 ** -48;
