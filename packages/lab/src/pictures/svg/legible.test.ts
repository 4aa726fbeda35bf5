import { describe, expect, it, test } from 'vitest';
import { seriesColour } from './colour.ts';
import { figure } from './figure.ts';
import { objections, textsOf } from './legible.suite.ts';
import type { Mark, Numbers } from './mark.ts';
import { panel } from './panel.ts';
import { domainOf, scaleOf } from './scale.ts';
import { shortened, textWidth, wrapped } from './text-width.ts';

const rates = (more: string): string =>
  `variational:input=0.5,recurrent=0.3,output=0.5,embedding=0.3,gates=untied+weight-decay:lambda=1e-7${more}`;
const line = (name: string | undefined, i: number, y: Numbers = [9, 8, 7 + i / 10]): Mark => ({
  ...{ kind: 'line', name, colour: seriesColour(i), y },
  x: y.map((_, k) => k + 1),
});
const drawn = (marks: Mark[], more: Partial<Parameters<typeof panel>[0]> = {}): string =>
  figure(
    [
      panel({
        ...{ width: 450, height: 310, title: 'a title', marks },
        ...{ x: { label: 'epoch', whole: true }, y: { label: 'NLL per time step (nats)' } },
        ...more,
      }),
    ],
    { label: 'l' },
  );
/** Lines of wrapped texts joined again, without the spaces at which they were broken. */
const written = (svg: string): string =>
  textsOf(svg)
    .map(({ text }) => text)
    .join('')
    .replaceAll(' ', '');

/** Characters that XML does not have are shown as replacement characters, others as spaces. */
const isReplaced = (name: string): boolean => name.includes('\u0000') || name.includes('\t');

const nastyNames: Record<string, string[]> = {
  'two methods that differ in their last word': [rates(',decoupled=true'), rates(',decoupled=false')],
  'a hundred runs': Array.from({ length: 100 }, (_, i) => `jsb-chorales-variational-${i}`),
  markup: ['<script>alert(1)</script>', '"&amp;"', "a'b"],
  'no place to break': ['x'.repeat(200), `${'x'.repeat(199)}y`],
  'wide letters': ['W'.repeat(90), 'Щ'.repeat(90), '日本語'.repeat(30)],
  'control characters': ['\u0000\u001f\ud800', 'a\nb\tc'],
  'one letter': ['a', 'b', 'c'],
};

describe.each(Object.entries(nastyNames))('a legend of %s', (_, names) => {
  const svg = drawn(names.map((name, i) => line(name, i)));
  it('is legible', () => expect(objections(svg)).toEqual([]));
  it('has every name', () => {
    const all = written(svg);
    for (const name of names) {
      if (isReplaced(name)) continue;
      expect(all).toContain(name.replaceAll(' ', ''));
    }
  });
  it('leaves half of the height to the data', () => {
    const frame = /<clipPath[^>]*><rect x="[\d.]+" y="[\d.]+" width="[\d.]+" height="([\d.]+)"/.exec(svg)!;
    expect(Number(frame[1])).toBeGreaterThanOrEqual(155);
  });
});

const nastyValues: Record<string, Numbers> = {
  'one value': [8.5],
  'equal values': [3, 3, 3],
  zeros: [0, 0],
  'no value': [null, Number.NaN, Number.POSITIVE_INFINITY],
  'the smallest numbers': [5e-324, 1e-323],
  'the largest numbers': [-1.7e308, 1.7e308],
  'values far apart': [1e-9, 1, 13_555],
  'neighbours of a large number': [1_000_001, 1_000_002, 1_000_003.5],
  'neighbours of a small number': [0.123_456_71, 0.123_456_72],
  'below zero': [-3e-7, -2e-7],
  'a million': [999_999, 1_000_001],
};

describe.each(Object.entries(nastyValues))('a panel of %s', (_, values) => {
  it.each(['linear', 'log'] as const)('is legible on a %s axis', (scale) => {
    const svg = drawn([line('a', 0, values)], { y: { label: 'loss', scale } });
    expect(objections(svg)).toEqual([]);
  });
  it('is legible beside another, and across', () => {
    const across: Mark = { kind: 'points', x: values, y: values.map((_, i) => i), colour: '#000' };
    for (const scale of ['linear', 'log'] as const) {
      expect(objections(drawn([across], { x: { label: 'rate', scale } }))).toEqual([]);
    }
  });
});

test('long titles and labels of axes are wrapped', () => {
  const long = `${rates('')} against ${rates(',decoupled=true')}`;
  const svg = drawn([line('a', 0)], { title: long, x: { label: long }, y: { label: long, scale: 'log' } });
  expect(objections(svg)).toEqual([]);
  expect(written(svg).split(long.replaceAll(' ', ''))).toHaveLength(4);
});

test('words below an axis stand in lines where they have room, else they are turned; the whole of them is there', () => {
  const words = (count: number): string[] => Array.from({ length: count }, (_, i) => rates(`,a=${i}`));
  for (const count of [2, 4, 8, 12, 30]) {
    const ticks = words(count).map((label, value) => ({ value, label }));
    const x = { label: 'method', domain: [-0.5, count - 0.5] as const, ticks };
    const svg = drawn([line('a', 0)], { x });
    expect(objections(svg)).toEqual([]);
    for (const word of words(count)) {
      if (count <= 8) expect(written(svg)).toContain(word);
      else expect(svg).toContain(`<title>${word}</title>`);
    }
  }
  const one = drawn([line('a', 0)], { x: { domain: [-0.5, 0.5], ticks: [{ value: 0, label: rates('') }] } });
  expect(objections(one)).toEqual([]);
});

describe('ticks', () => {
  const domains: [number, number][] = [
    [10, 20],
    [7.9, 8.7],
    [1, 1e6],
    [1e-9, 1e-3],
    [3, 40],
    [0.5, 2],
    [99, 101],
    [1, 1e30],
    domainOf('log', [8.5]),
    domainOf('log', [10, 20]),
  ];
  it.each(domains)(
    'of a logarithmic axis from %d to %d are three and more, all different, and inside',
    (low, high) => {
      for (const wanted of [3, 5, 8]) {
        const { ticks, minor } = scaleOf('log', [low, high], [0, 300], wanted);
        expect(ticks.length).toBeGreaterThanOrEqual(3);
        expect(ticks.length).toBeLessThanOrEqual(wanted + 4);
        expect(new Set(ticks.map(({ label }) => label)).size).toBe(ticks.length);
        for (const { value } of ticks) expect(value).toBeGreaterThanOrEqual(low * (1 - 1e-9));
        for (const value of minor) expect(ticks.some((tick) => tick.value === value)).toBe(false);
      }
    },
  );

  it('of 10 to 20 are not 10 and 20 alone; beside tens there are small ones', () => {
    const labels = (low: number, high: number) =>
      scaleOf('log', [low, high], [0, 300], 5).ticks.map((t) => t.label);
    expect(labels(10, 20)).toEqual(['10', '12', '14', '16', '18', '20']);
    expect(labels(1, 1e6)).toEqual(['1', '100', '10⁴', '10⁶'].map((x) => (x === '10⁴' ? '10000' : x)));
    expect(scaleOf('log', [1, 1e4], [0, 300], 5).minor).toContain(300);
  });

  it('of what is counted are whole numbers, for one epoch as for many', () => {
    for (const last of [1, 2, 3, 4, 7, 12, 99, 1e6]) {
      const svg = drawn(
        [line('a', 0, [9, ...(last > 1 ? [8] : [])])].map((mark) => ({ ...mark, x: [1, last] }) as Mark),
      );
      const [, y, height] =
        /<clipPath[^>]*><rect x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"/.exec(svg)!;
      const below = textsOf(svg).filter(
        ({ top, text }) => top > Number(y) + Number(height) && /\d/.test(text),
      );
      expect(below.length).toBeGreaterThan(0);
      for (const { text } of below) expect(text).not.toContain('.');
    }
  });
});

describe('the width of a text', () => {
  it('is that of the renderer', () => {
    for (const text of ['Hamburgefonstiv 0123', 'input=.5,recurrent=.3', 'δ η ρ √ ≤ 10⁻⁶ −3 ± …', 'ЩЖ']) {
      const svg = `<svg viewBox="0 0 900 50"><text x="10" y="30" font-size="20">|${text}|</text></svg>`;
      const [{ left, right }] = textsOf(svg);
      // without the side bearings of the bars at both ends, at most 3 pixels each at this size
      expect(Math.abs(textWidth(`|${text}|`, 20) - (right - left))).toBeLessThan(8);
    }
  });

  it('decides where lines break: behind commas, and inside a word only where there is no other place', () => {
    const width = textWidth('input=0.5,recurrent=0.3,', 11);
    expect(wrapped('input=0.5,recurrent=0.3,output=0.5', width, 11)).toEqual([
      'input=0.5,recurrent=0.3,',
      'output=0.5',
    ]);
    expect(wrapped('mmmm', textWidth('mm', 11), 11)).toEqual(['mm', 'mm']);
    expect(wrapped('', 10, 11)).toEqual(['']);
  });

  it('does not make different names alike', () => {
    const names = [`${'a'.repeat(40)}1${'b'.repeat(40)}`, `${'a'.repeat(40)}2${'b'.repeat(40)}`];
    expect(new Set(shortened(names, 20)).size).toBe(2);
    expect(shortened(['abcdefghij', 'k'], 5)).toEqual(['ab…ij', 'k']);
  });
});
