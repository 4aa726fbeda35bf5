import { expect, test } from 'vitest';
import { pianoRollPicture } from './piano-roll-picture.ts';

const rectangles = (svg: string): number =>
  Array.from(svg.matchAll(/ d="(M[^"]*Z)" fill="#0072b2"/g)).flatMap(([, d]) => d.match(/M/g) ?? []).length;

test('a note held over steps is one rectangle, two pitches are two', () => {
  const svg = pianoRollPicture('p', [[60], [60, 64], [60], [], [60]], 2)!;
  expect(rectangles(svg)).toBe(3);
  expect(svg).toContain('>C4</text>');
  expect(svg).toContain('>quarter notes</text>');
});

test('a long piece goes on in further rows, and of a very long one the beginning is shown', () => {
  const piece = (steps: number): number[][] => Array.from({ length: steps }, () => [60]);
  expect(rectangles(pianoRollPicture('p', piece(193), 4)!)).toBe(2);
  const cut = pianoRollPicture('p', piece(5000), 4)!;
  expect(rectangles(cut)).toBe(6);
  expect(cut).toContain('p, the first 1152 of 5000 steps');
});

test('silence has no picture', () => {
  expect(pianoRollPicture('p', [[], []], 4)).toBeUndefined();
  expect(pianoRollPicture('p', [], 4)).toBeUndefined();
});
