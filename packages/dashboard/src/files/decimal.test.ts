/** Numbers in bytes are those that JSON reads, to the last bit. */
import { describe, expect, it } from 'vitest';
import { numberOf } from './decimal.ts';

const read = (text: string): number => numberOf(Buffer.from(`[${text}]`), 1, 1 + text.length);

describe('a decimal number in bytes', () => {
  it('is what JSON reads, whatever its digits: 60,000 doubles of all that metrics are', () => {
    // Weyl sequence and a mixing of Knuth's: any spread of bits does
    let state = 1n;
    const next = (): number => {
      state = (state * 6364136223846793005n + 1442695040888963407n) % (1n << 64n);
      return Number(state >> 11n) / 2 ** 53;
    };
    const wrong: string[] = [];
    for (let i = 0; i < 60_000; i++) {
      const value = (next() - 0.3) * 10 ** Math.floor(8 * next() - 3);
      for (const text of [String(value), value.toPrecision(16), value.toFixed(20).slice(0, 22)]) {
        if (!Object.is(read(text), Number(text))) wrong.push(text);
      }
    }
    expect(wrong).toEqual([]);
  });

  it.each([
    ...['0', '-0', '1', '-17', '0.1', '1e5', '-2.5E-7', '1e400', '9007199254740993', '9007199254740993.0'],
    // halfway between two doubles, and beside: rounded to even, up, down
    ...['1.00000000000000011102230246251565', '4503599627370497.5', '4503599627370496.5', '9007199254740995'],
    ...['123456789012345678901234567890', '0.0000000000000000000000000000001', '1.7976931348623157e308'],
  ])('%s', (text) => {
    expect(Object.is(read(text), JSON.parse(text) as number)).toBe(true);
  });

  it('is none where there is something else', () => {
    for (const text of ['', '-', '.', 'true', '1.2.3', '--1', '1-2']) {
      expect(read(text === '' ? 'e' : text), text).toBeNaN();
    }
  });
});
