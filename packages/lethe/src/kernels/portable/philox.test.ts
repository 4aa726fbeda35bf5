import { describe, expect, it } from 'vitest';
import { philox4x32 } from './philox.ts';

function block(key: [number, number], counter: [number, number, number, number]): string {
  const out = new Uint32Array(4);
  philox4x32(...key, ...counter, out);
  return Array.from(out, (word) => word.toString(16).padStart(8, '0')).join(' ');
}

// Expected words: the known-answer vectors for "philox4x32 10" published with Random123 (kat_vectors).
describe('philox4x32', () => {
  it('gives the published block for a zero key and counter', () => {
    expect(block([0, 0], [0, 0, 0, 0])).toBe('6627e8d5 e169c58d bc57ac4c 9b00dbd8');
  });

  it('gives the published block for a key and counter of ones', () => {
    const f = 0xffffffff;
    expect(block([f, f], [f, f, f, f])).toBe('408f276d 41c83b0e a20bc7c6 6d5451fd');
  });

  it('gives the published block for the digits of pi', () => {
    expect(block([0xa4093822, 0x299f31d0], [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344])).toBe(
      'd16cfe09 94fdcceb 5001e420 24126ea1',
    );
  });

  it('writes only the four words at the offset', () => {
    const out = new Uint32Array(6).fill(7);
    philox4x32(0, 0, 0, 0, 0, 0, out, 1);
    expect([...out]).toEqual([7, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8, 7]);
  });
});
