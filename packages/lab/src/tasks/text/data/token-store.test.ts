import { readdirSync } from 'node:fs';
import path from 'node:path';
import { LetheError } from 'lethe';
import { describe, expect, it } from 'vitest';
import { tokensOf, useScratch } from '../../../data/scratch.suite.ts';
import { type TokenStore, tokenStore } from './token-store.ts';

const scratch = useScratch();
/** More than twice what is kept, so that the file is written in several pieces. */
const count = 200_003;
const numbers = Int32Array.from({ length: 1000 }, (_, i) => 999 - i);

function filled(limit?: number, folder = path.join(scratch.root, 'tokens')): TokenStore {
  const store = tokenStore(folder, limit);
  for (let i = 0; i < count; i++) store.push((i * i) % 1000);
  return store;
}

describe('tokenStore', () => {
  it('gives the same tokens from a file as from memory, in every window', () => {
    const [memory, file] = [filled(), filled(70_000)];
    expect([memory.length, file.length]).toEqual([count, count]);
    for (const [from, to] of [
      [0, count],
      [0, 0],
      [69_999, 140_001],
      [count - 1, count],
    ]) {
      const [a, b] = [memory.source(from, to, numbers), file.source(from, to, numbers)];
      expect([a.length, b.length]).toEqual([to - from, to - from]);
      expect(Buffer.compare(Buffer.from(tokensOf(a).buffer), Buffer.from(tokensOf(b).buffer))).toBe(0);
    }
  });

  it('copies a part to its place and leaves the rest alone', () => {
    for (const limit of [undefined, 70_000]) {
      const source = filled(limit).source(100_000, 150_000, numbers);
      const out = new Int32Array(6).fill(-1);
      source.read(7, out, 2, 3);
      const expected = [7, 8, 9].map((i) => 999 - ((100_000 + i) ** 2 % 1000));
      expect([...out]).toEqual([-1, -1, ...expected, -1]);
      source.read(0, out, 6);
      expect(out[5]).toBe(-1);
    }
  });

  it('refuses windows beyond the ends, which are those of the stretch', () => {
    for (const limit of [undefined, 1000]) {
      const source = filled(limit).source(100, 200, numbers);
      for (const [from, count] of [
        [-1, 1],
        [0, 101],
        [100, 1],
        [0.5, 1],
      ]) {
        expect(() => source.read(from, new Int32Array(200), 0, count)).toThrow(RangeError);
      }
      source.read(100, new Int32Array(0));
    }
  });

  it('leaves no file behind, and makes none for what memory holds', () => {
    filled();
    expect(readdirSync(scratch.root)).toEqual([]);
    const source = filled(70_000).source(0, count, numbers);
    expect(readdirSync(path.join(scratch.root, 'tokens'))).toEqual([]);
    expect(tokensOf(source)[0]).toBe(999);
  });

  it('says that the folder cannot be written', () => {
    const blocked = scratch.put('blocked', '');
    expect(() => filled(70_000, path.join(blocked, 'tokens'))).toThrow(LetheError);
    expect(() => filled(70_000, path.join(blocked, 'tokens'))).toThrow(/cannot write tokens to .*blocked/);
  });
});
