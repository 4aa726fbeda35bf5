import { afterEach, expect, test, vi } from 'vitest';
import type { EpochEvent, Progress } from '../runs/events.ts';
import { Output } from './output.ts';
import { SideBySide } from './side-by-side.ts';
import { captured } from './testing.suite.ts';

afterEach(() => void vi.useRealTimers());

const epoch = (number: number): EpochEvent => ({
  ...{ event: 'epoch', epoch: number, step: number, train: { nll_per_step: 9 }, seconds: number },
  ...{ valid: { nll_per_step: 8 }, best: true },
});

const progress = (number: number): Progress => ({
  ...{ epoch: number, epochs: 9, position: 1, stepsPerEpoch: 1, step: number, train: { nll_per_step: 9 } },
  ...{ stepsPerSecond: 2, secondsLeft: 30, phase: 'train' },
});

test.each([true, false])('lines of every few seconds stay, on a terminal (%s) and off it', (terminal) => {
  vi.useFakeTimers({ toFake: ['performance'] });
  vi.advanceTimersByTime(10_000);
  const { io, out } = captured({ terminal, columns: 120 });
  const view = new SideBySide(new Output(io, {}), ['plain', 'fast']);
  for (let second = 1; second <= 12; second++) {
    vi.advanceTimersByTime(1000);
    for (const i of [0, 1]) {
      const { onEvent, onProgress } = view.listener(i);
      onProgress(progress(second));
      onEvent(epoch(second));
    }
  }
  // What stays ends with a line break and has no bar; a live block is taken away by clearing to its end.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character begins a movement of the cursor
  const lines = out().split(/\n|\r(?:\u001b\[\d+A)?\u001b\[0J/);
  const kept = lines.filter((line) => /^(plain|fast )/.test(line) && !/[█░]/.test(line));
  const seen = kept.filter((line) => line.startsWith('plain')).map((line) => /epoch +(\d+)/.exec(line)![1]);
  // The first at once, then one every five seconds.
  expect(seen).toEqual(['1', '6', '11']);
});
