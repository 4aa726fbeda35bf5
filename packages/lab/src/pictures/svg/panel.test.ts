import { describe, expect, it } from 'vitest';
import { rampColour } from './colour.ts';
import { element, escaped } from './element.ts';
import { figure } from './figure.ts';
import type { Mark } from './mark.ts';
import { drawMark } from './marks.ts';
import { panel } from './panel.ts';
import { pngOf } from './png.ts';
import { scaleOf } from './scale.ts';

const x = scaleOf('linear', [0, 10], [0, 100]);
const y = scaleOf('linear', [0, 10], [100, 0]);
const draw = (mark: Mark): string => drawMark(mark, x, y);
const paths = (svg: string): string[] => Array.from(svg.matchAll(/ d="([^"]*)"/g), (match) => match[1]);

describe('elements', () => {
  it('escape what comes from outside, in text and in attributes', () => {
    expect(escaped('a<b & "c"\u0000\ud800')).toBe('a&lt;b &amp; &quot;c&quot;\ufffd\ufffd');
    expect(element('text', { id: '"><script>', x: 1 / 3, y: undefined })).toBe(
      '<text id="&quot;&gt;&lt;script&gt;" x="0.33"/>',
    );
  });
});

describe('marks', () => {
  it('break a line where there is no value and keep a point that stands alone', () => {
    const line = draw({ kind: 'line', x: [0, 1, 2, 3, 4], y: [1, 2, null, 4, Number.NaN], colour: 'red' });
    expect(paths(line)).toEqual(['M0 90L10 80M30 60h0']);
  });

  it('keep what can be seen of a long line: every column of pixels with its ends and its extremes', () => {
    const count = 100_000;
    const xs = Array.from({ length: count }, (_, i) => (10 * i) / count);
    const ys = xs.map((_, i) => (i === 54_321 ? 9 : i % 2));
    const [path] = paths(draw({ kind: 'line', x: xs, y: ys, colour: 'red' }));
    const points = path.split(/[ML]/).slice(1);
    expect(points.length).toBeLessThanOrEqual(4 * 100);
    expect(points[0]).toBe('0 100');
    expect(points).toContain('54.32 10'); // the one point at 9
  });

  it('close a band along the way back', () => {
    const band = draw({ kind: 'band', x: [0, 1, 2], low: [1, 1, null], high: [2, 3, 4], colour: 'red' });
    expect(paths(band)).toEqual(['M0 80L10 70L10 90L0 90Z']);
  });

  it('join equal cells to rectangles, rows counted from below', () => {
    // the colours by row from below: a a b / a a b / c c c
    const colours = ['aab', 'aab', 'ccc'];
    const cells = draw({
      ...{ kind: 'cells', x: [0, 9], y: [0, 9], columns: 3, rows: 3 },
      colourOf: (column, row) => colours[row][column],
    });
    expect(paths(cells).sort()).toEqual(['M0 40H60V100H0Z', 'M0 10H90V40H0Z', 'M60 40H90V100H60Z'].sort());
  });

  it('point arrows where they should go, with their middle in place and their length in pixels', () => {
    const arrow = draw({
      kind: 'arrows',
      x: [5],
      y: [5],
      dx: [0],
      dy: [3],
      length: [20],
      colourOf: () => 'red',
    });
    // up the page: from 10 pixels below the middle to 10 above
    expect(paths(arrow)[0]).toMatch(/^M50 60L.*M50 40L/);
    expect(
      draw({ kind: 'arrows', x: [5], y: [5], dx: [0], dy: [0], length: [9], colourOf: () => 'red' }),
    ).toBe('');
  });

  it('start bars from zero, downwards below it', () => {
    const scale = scaleOf('linear', [-10, 10], [100, 0]);
    const bars = drawMark({ kind: 'bars', x: [1, 2], y: [4, -4], width: 1, colour: 'red' }, x, scale);
    expect(bars).toContain('x="5" y="30" width="10" height="20"');
    expect(bars).toContain('x="15" y="50" width="10" height="20"');
  });
});

describe('pictures', () => {
  const marks: Mark[] = [
    { kind: 'line', name: 'a & b', x: [1, 2, 3], y: [1, 10, 100], colour: '#0072b2' },
    { kind: 'points', name: 'p', x: [1, 2], y: [5, 6], colour: '#d55e00', shape: 'cross', titles: ['<1>'] },
    { kind: 'rule', name: 'r', x: 2, y: 20, colour: '#555' },
  ];
  const drawn = (title: string): string =>
    figure(
      [panel({ width: 300, height: 200, title, x: { label: 'x' }, y: { label: 'y', scale: 'log' }, marks })],
      { label: title, description: title },
    );

  it('are XML that a renderer takes, whatever the words in them', () => {
    // width and height in the header of a PNG file stand at bytes 16 and 20
    const png = Buffer.from(pngOf(drawn('<b> & "c" \u0001'), 1));
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([300, 200]);
  });

  it('have letters in the PNG: another title is another picture', () => {
    expect(Buffer.compare(pngOf(drawn('mmm'), 1), pngOf(drawn('iii'), 1))).not.toBe(0);
  });

  it('name every mark with a name once in the legend', () => {
    expect(drawn('t').match(/>a &amp; b</g)).toHaveLength(1);
  });

  it('stand in rows of as many columns as wanted', () => {
    const one = panel({ width: 100, height: 90, x: {}, y: {}, marks: [] });
    expect(figure([one, one, one], { label: '', columns: 2 })).toContain('viewBox="0 0 200 180"');
  });
});

describe('the ramp of colours', () => {
  it('darkens all the way, as a black and white print shows it', () => {
    // relative luminance of Rec. 709, of the channels without their curve: enough to order greys
    const luminance = (t: number): number => {
      const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(rampColour(t).slice(at, at + 2), 16));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    for (let i = 1; i <= 20; i++) expect(luminance(i / 20)).toBeLessThan(luminance((i - 1) / 20));
  });
});
