import { expect, test } from 'vitest';
import { printable, shownValue } from './printable.ts';

test('what moves a cursor, breaks a line or turns the direction of writing is written as an escape', () => {
  expect(printable('a\u001b[2Jb\nc\u0000\u202e\u2028')).toBe('a\\x1b[2Jb\\nc\\x00\\u202e\\u2028');
  expect(printable('\u009b31m\u{e0001}\ud800')).toBe('\\x9b31m\\u{e0001}\\ud800');
});

test('letters of any script, blanks and emoji stay as they are', () => {
  for (const text of ['Für Elise #2', 'Ωδή', '日本語', '👩‍👩‍👧']) expect(printable(text)).toBe(text);
});

test('no text is longer than its limit, and no escape is cut in two', () => {
  expect(printable('x'.repeat(1e6))).toBe(`${'x'.repeat(199)}…`);
  for (let limit = 1; limit < 40; limit++) {
    const text = printable('\u001b\n\u202e\u{1f469}\u{e0001}'.repeat(10), limit);
    expect(text.length).toBeLessThanOrEqual(limit);
    expect(text.slice(0, -1)).toMatch(/^(\\x1b|\\n|\\u202e|\u{1f469}|\\u\{e0001\})*$/u);
  }
});

test('numbers that JSON does not have are named', () => {
  expect(
    [Number.NaN, Number.POSITIVE_INFINITY, -0, null, undefined, 10n, true].map((x) => shownValue(x)),
  ).toEqual(['NaN', 'Infinity', '-0', 'null', 'undefined', '10', 'true']);
  expect(shownValue([Number.NaN, 'a', { b: 0.5 }])).toBe('[NaN,"a",{"b":0.5}]');
});

test('a value of any size, depth and shape is shown within the limit and at once', () => {
  const circle: unknown[] = [];
  circle.push(circle, circle, circle);
  let shared: unknown = [];
  for (let i = 0; i < 60; i++) shared = [shared, shared];
  const values = [circle, shared, new Array(1e7).fill(0), 'y'.repeat(1e7), { ['k'.repeat(1e6)]: 1 }];
  const begun = performance.now();
  for (const value of values) expect(shownValue(value).length).toBeLessThanOrEqual(200);
  // Walked whole, the shared arrays alone would be 2^60.
  expect(performance.now() - begun).toBeLessThan(2000);
});
