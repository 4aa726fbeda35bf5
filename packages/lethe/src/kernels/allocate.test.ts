import { expect, it } from 'vitest';
import { loadNative } from './native.ts';

const native = loadNative();

it.skipIf(native === null)('the native engine gives memory of the size asked for, or refuses', () => {
  const buffer = native?.allocate?.(1 << 22) as ArrayBuffer;
  expect(buffer.byteLength).toBe(1 << 22);
  const view = new Float64Array(buffer);
  view.fill(7);
  expect(view[view.length - 1]).toBe(7);
  for (const bytes of [0, -1, Number.NaN, 1e30]) {
    expect(() => native?.allocate?.(bytes)).toThrow(/no memory of that size/);
  }
});
