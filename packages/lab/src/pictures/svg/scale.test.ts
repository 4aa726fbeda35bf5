import { describe, expect, it } from 'vitest';
import { domainOf, scaleOf, shortNumber } from './scale.ts';

const labels = (kind: 'linear' | 'log', low: number, high: number, wanted?: number): string[] =>
  scaleOf(kind, [low, high], [0, 100], wanted).ticks.map(({ label }) => label);

describe('scales', () => {
  it('put the ends of the domain at the ends of the range', () => {
    const linear = scaleOf('linear', [-2, 6], [10, 90]);
    expect([linear.at(-2), linear.at(0), linear.at(6)]).toEqual([10, 30, 90]);
    const log = scaleOf('log', [0.01, 100], [0, 100]);
    expect([0.01, 1, 100].map(log.at)).toEqual([0, 50, 100]);
  });

  it('have no place for what has no logarithm', () => {
    const { at } = scaleOf('log', [1, 10], [0, 100]);
    expect([at(0), at(-3)]).toEqual([Number.NaN, Number.NaN]);
  });

  it('tick at round numbers with as many decimals as they need', () => {
    expect(labels('linear', 0, 10)).toEqual(['0', '2', '4', '6', '8', '10']);
    expect(labels('linear', -0.31, 0.3)).toEqual(['−0.2', '0.0', '0.2']);
    expect(labels('linear', 8.37, 8.52)).toEqual(['8.40', '8.45', '8.50']);
  });

  it('tick at powers of ten on a logarithmic axis, in between where there are few, thinned where there are many', () => {
    expect(labels('log', 0.01, 100)).toEqual(['0.01', '0.1', '1', '10', '100']);
    expect(labels('log', 1, 30)).toEqual(['1', '2', '5', '10', '20']);
    expect(labels('log', 1e-8, 1e4, 4)).toEqual(['10⁻⁶', '0.001', '1', '1000']);
    expect(labels('log', 8, 12)).toEqual(['8', '9', '10', '11', '12']);
  });

  it('find a domain around what there is, also around one value and around nothing', () => {
    expect(domainOf('linear', [1, null, 3], [Number.NaN, 2])).toEqual([0.92, 3.08]);
    expect(domainOf('linear', [5])).toEqual([4.5, 5.5]);
    expect(domainOf('linear', [])).toEqual([0, 1]);
    expect(domainOf('log', [-1, 0, null])).toEqual([1, 10]);
    expect(domainOf('log', [0, 1, 1])).toEqual([1 / 1.5, 1.5]);
  });
});

describe('short numbers', () => {
  it('are plain in the middle, powers of ten outside, and never nothing', () => {
    expect([0, 12, 0.5, -3.25, 0.0001].map((x) => shortNumber(x))).toEqual([
      '0',
      '12',
      '0.5',
      '−3.25',
      '0.0001',
    ]);
    expect([1e-5, 2.5e7, -1e9].map((x) => shortNumber(x))).toEqual(['10⁻⁵', '2.5·10⁷', '−10⁹']);
    expect([Number.NaN, Number.POSITIVE_INFINITY].map((x) => shortNumber(x))).toEqual(['–', '∞']);
  });
});
