import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../errors.ts';
import { NoiseStream, type StreamSite, sites } from './stream.ts';

describe('NoiseStream', () => {
  it('packs its address as the counter says: layer·2^16 + site·2^8 + entry, pass·2^16 + direction', () => {
    const stream = new NoiseStream(0x1_0000_0002n).at(7, 3);
    expect(stream.address({ site: 'output', layer: 2, entry: 4, direction: 1 })).toEqual({
      seedLow: 2,
      seedHigh: 1,
      step: 7,
      site: 2 * 65536 + 5 * 256 + 4,
      pass: 3 * 65536 + 1,
    });
  });

  it('has a different address for every place', () => {
    const place = fc.record({
      site: fc.constantFrom(...(Object.keys(sites) as StreamSite[])),
      layer: fc.nat(65535),
      entry: fc.nat(255),
      direction: fc.nat(65535),
      step: fc.nat(1000),
      pass: fc.nat(65535),
    });
    fc.assert(
      fc.property(place, place, (a, b) => {
        const address = (p: typeof a) => new NoiseStream(1).at(p.step, p.pass).address(p);
        const isSame = JSON.stringify(a, Object.keys(a).sort()) === JSON.stringify(b, Object.keys(a).sort());
        expect(JSON.stringify(address(a)) === JSON.stringify(address(b))).toBe(isSame);
      }),
    );
  });

  it('gives the same numbers again, and others at another step, pass, site or layer', () => {
    const stream = new NoiseStream(42);
    const draw = (s: NoiseStream, place: Parameters<NoiseStream['address']>[0]) =>
      Array.from(s.uniforms(place, 8));
    const first = draw(stream, { site: 'input' });
    expect(draw(stream, { site: 'input' })).toEqual(first);
    expect(draw(new NoiseStream(42), { site: 'input' })).toEqual(first);
    expect(draw(stream.at(1), { site: 'input' })).not.toEqual(first);
    expect(draw(stream.at(0, 1), { site: 'input' })).not.toEqual(first);
    expect(draw(stream, { site: 'output' })).not.toEqual(first);
    expect(draw(stream, { site: 'input', layer: 1 })).not.toEqual(first);
  });

  it('gives numbers of the asked distribution: 40000 draws within 4 standard errors', () => {
    const count = 40000;
    const uniform = new NoiseStream(1).uniforms({ site: 'sample' }, count, -1, 3);
    // The mean of (-1, 3) is 1, its deviation 4 / sqrt(12).
    expect(Math.abs(average(uniform) - 1)).toBeLessThan((4 * 4) / Math.sqrt(12 * count));
    const normal = new NoiseStream(1).normals({ site: 'sample' }, count, 2, 0.5);
    expect(Math.abs(average(normal) - 2)).toBeLessThan((4 * 0.5) / Math.sqrt(count));
    const squares = normal.map((z) => (z - 2) ** 2);
    // The variance of a squared normal is 2 sigma^4.
    expect(Math.abs(average(squares) - 0.25)).toBeLessThan((4 * Math.SQRT2 * 0.25) / Math.sqrt(count));
  });

  it('permutes: every number once, in an order that the seed decides', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(), (length, seed) => {
        const order = new NoiseStream(seed).permutation({ site: 'order' }, length);
        expect(Array.from(order).sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, i) => i));
        expect(new NoiseStream(seed).permutation({ site: 'order' }, length)).toEqual(order);
      }),
    );
  });

  it('permutes evenly: each of 5 numbers comes first in a fifth of 5000 draws, within 4 sigma', () => {
    const first = [0, 0, 0, 0, 0];
    for (let step = 0; step < 5000; step++)
      first[new NoiseStream(3, step).permutation({ site: 'order' }, 5)[0]]++;
    // 4 sqrt(5000 * 0.2 * 0.8) = 113
    for (const count of first) expect(Math.abs(count - 1000)).toBeLessThan(113);
  });

  it('refuses numbers out of range', () => {
    expect(() => new NoiseStream(-1)).toThrow(ConfigError);
    expect(() => new NoiseStream(1.5)).toThrow(ConfigError);
    expect(() => new NoiseStream(1n << 64n)).toThrow(ConfigError);
    expect(() => new NoiseStream(1).at(2 ** 32)).toThrow('expected step');
    expect(() => new NoiseStream(1).at(0, 65536)).toThrow('expected pass');
    expect(() => new NoiseStream(1).address({ site: 'input', entry: 256 })).toThrow('expected entry');
  });
});

function average(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total / values.length;
}
