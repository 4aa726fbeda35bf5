import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { evaluationProgress } from './evaluation-progress.ts';
import { Output } from './output.ts';
import { captured } from './testing.suite.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('off a terminal an evaluation that takes long has a line after 5 seconds and every 30 seconds', () => {
  const { io, out, err } = captured();
  const progress = evaluationProgress(new Output(io, { json: true }), 'test');
  // A hundredth a second: 100 seconds in all.
  for (let i = 1; i <= 40; i++) {
    vi.advanceTimersByTime(1000);
    progress(i, 100);
  }
  expect(out()).toBe('');
  expect(err()).toBe('test 5 %, 1:35 left\ntest 35 %, 1:05 left\n');
});

test('on a terminal the line moves, and begins anew with the next evaluation', () => {
  const { io, out } = captured({ terminal: true });
  const progress = evaluationProgress(new Output(io, {}), 'test');
  vi.advanceTimersByTime(10_000);
  progress(50, 100);
  expect(out()).toContain('██████░░░░░░ test 50 %, 0:10 left');
  vi.advanceTimersByTime(10_000);
  progress(1, 100);
  vi.advanceTimersByTime(3000);
  progress(4, 100);
  expect(out().trimEnd().endsWith('test 4 %, 1:12 left')).toBe(true);
});
