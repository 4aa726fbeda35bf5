import { expect, test } from 'vitest';
import { bar, clock, Live } from './progress.ts';
import { captured } from './testing.suite.ts';

test('a clock shows minutes and seconds, hours where needed, a dash for what is unknown', () => {
  expect([clock(5), clock(65), clock(3725), clock(Number.NaN), clock(Number.POSITIVE_INFINITY)]).toEqual([
    '0:05',
    '1:05',
    '1:02:05',
    '-',
    '-',
  ]);
});

test('a bar is full at one and never longer than its width', () => {
  expect([bar(0, 4), bar(0.5, 4), bar(1, 4), bar(7, 4)]).toEqual(['░░░░', '██░░', '████', '████']);
});

test('live lines are rewritten in place on a terminal', () => {
  const { io, out } = captured({ terminal: true, columns: 10 });
  const live = new Live(io);
  live.show(['one', 'two'], true);
  live.show(['a line that is too long', 'four'], true);
  live.clear();
  expect(out()).toBe('one\ntwo\r\u001b[1A\u001b[0Ja line th\nfour\r\u001b[1A\u001b[0J');
});

test('off a terminal there are no live lines, only those that are kept', () => {
  const { io, out } = captured();
  const live = new Live(io);
  live.show(['one'], true);
  live.keep('two');
  expect(out()).toBe('two\n');
});
