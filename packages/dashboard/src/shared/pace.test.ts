import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Pace, pauseAfter } from './pace.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('draws the first change at once, those that follow together two seconds later', async () => {
  const drawn: number[] = [];
  const began = performance.now();
  const pace = new Pace(async () => {
    drawn.push(performance.now() - began);
    return 4;
  });
  pace.want();
  await vi.advanceTimersByTimeAsync(1);
  expect(drawn).toEqual([0]);
  for (let i = 0; i < 100; i++) {
    pace.want();
    await vi.advanceTimersByTimeAsync(5);
  }
  expect(drawn).toEqual([0]);
  await vi.advanceTimersByTimeAsync(2000);
  expect(drawn).toEqual([0, 2000]);
  // Quiet for longer than a pause: the next change is drawn at once again.
  await vi.advanceTimersByTimeAsync(3000);
  pace.want();
  await vi.advanceTimersByTimeAsync(1);
  expect(drawn.length).toBe(3);
  expect(performance.now() - began - drawn[2]).toBeLessThanOrEqual(1);
});

it('waits the longer the more a drawing costs, and never longer than five seconds', () => {
  // .75 % of the time: 30 ms are drawn every 4 seconds.
  expect(pauseAfter(1)).toBe(2000);
  expect(pauseAfter(30)).toBe(4000);
  expect(pauseAfter(1000)).toBe(5000);
});
