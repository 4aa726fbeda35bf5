import { expect, test } from 'vitest';
import { objections, textsOf } from '../../pictures/svg/legible.suite.ts';
import { pianoRollPicture } from './piano-roll-picture.ts';

const rectangles = (svg: string, fill = '#0072b2'): number =>
  Array.from(svg.matchAll(new RegExp(` d="(M[^"]*Z)" fill="${fill}"`, 'g'))).flatMap(
    ([, d]) => d.match(/M/g) ?? [],
  ).length;

test('a note held over steps is one rectangle, two pitches are two', () => {
  const { svg } = pianoRollPicture('p', [[60], [60, 64], [60], [], [60]], { stepsPerQuarter: 2 })!;
  expect(rectangles(svg)).toBe(3);
  expect(svg).toContain('>C4</text>');
  expect(svg).toContain('>E4</text>');
  expect(svg).toContain('>bars of four quarter notes, 8 time steps each</text>');
});

test('a long piece goes on in further rows, and of a very long one the beginning is shown', () => {
  const piece = (steps: number): number[][] => Array.from({ length: steps }, () => [60]);
  expect(rectangles(pianoRollPicture('p', piece(193))!.svg)).toBe(2);
  const cut = pianoRollPicture('p', piece(5000))!;
  expect(rectangles(cut.svg)).toBe(6);
  expect(cut.svg).toContain('p: the first 1152 of 5000 time steps');
  expect(cut.data.rows).toHaveLength(5000);
});

test('what was given and what was sampled have two colours, told in the legend', () => {
  const frames = [[60], [60], [60], [60]];
  const { svg, data } = pianoRollPicture('p', frames, { stepsPerQuarter: 1, given: 2 })!;
  expect([rectangles(svg), rectangles(svg, '#d55e00')]).toEqual([1, 1]);
  expect(textsOf(svg).map(({ text }) => text)).toEqual(
    expect.arrayContaining(['given to the model: 2 time steps', 'sampled']),
  );
  expect(data.rows[1]).toEqual([1, 60, 'C4', 'given']);
  expect(data.rows[2]).toEqual([2, 60, 'C4', 'sampled']);
});

test('pieces of any length and range are legible, with a number at the first bar', () => {
  for (const [steps, stepsPerQuarter] of [
    [1, 4],
    [7, 1],
    [100, 0.25],
    [192, 1],
    [400, 12],
    [50, undefined],
  ] as const) {
    for (const range of [0, 3, 40, 87]) {
      const frames = Array.from({ length: steps }, (_, i) => [21 + (i % (range + 1)), 21 + range]);
      const { svg } = pianoRollPicture('a piece', frames, { stepsPerQuarter, given: 3 })!;
      expect(objections(svg)).toEqual([]);
      expect(textsOf(svg).some(({ text }) => text === (stepsPerQuarter ? '1' : '0'))).toBe(true);
    }
  }
});

test('silence has no picture', () => {
  expect(pianoRollPicture('p', [[], []])).toBeUndefined();
  expect(pianoRollPicture('p', [])).toBeUndefined();
});
