import { afterEach, expect, test, vi } from 'vitest';
import type { Study } from '../experiments/search/study.ts';
import type { JournalEvent } from '../studies/journal.ts';
import { Output } from './output.ts';
import { SearchReport } from './search-report.ts';
import { captured } from './testing.suite.ts';

afterEach(() => void vi.useRealTimers());

const study = {
  about: { shown: { metric: 'nll_per_step' }, config: { training: { epochs: 100 } } },
  trials: [{ number: 0, state: 'running', reports: [] }],
} as unknown as Study;

const report = (epoch: number): JournalEvent =>
  ({
    event: 'report',
    number: 0,
    epoch,
    valid: { nll_per_step: 10 - epoch / 100 },
    seconds: epoch,
  }) as unknown as JournalEvent;

test('off a terminal a long trial has a line within seconds, and then one every half minute', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const { io, out } = captured();
  const view = new SearchReport(new Output(io, {}), study, 4);
  view.event({ event: 'trial', number: 0 } as JournalEvent);
  for (let second = 1; second <= 40; second++) {
    vi.advanceTimersByTime(1000);
    view.event(report(second));
  }
  expect(out()).toBe(
    [
      '0 of 4 trials ended; in work: trial 0 epoch 5 valid 9.950',
      '0 of 4 trials ended; in work: trial 0 epoch 35 valid 9.650',
      '',
    ].join('\n'),
  );
});

test('under --json nothing is printed but events', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const { io, out } = captured();
  const view = new SearchReport(new Output(io, { json: true }), study, 4);
  vi.advanceTimersByTime(60_000);
  view.event(report(1));
  expect(
    out()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).event),
  ).toEqual(['report']);
});

const classes = (...trials: unknown[]) =>
  ({
    about: {
      metric: 'nll',
      shown: { metric: 'accuracy', unit: 'share of examples whose class is right' },
      space: { 'training.epochs': { choice: [2, 40] } },
      config: { training: { epochs: 2 } },
    },
    trials,
  }) as unknown as Study;

test('what is chosen by another metric than is shown says by which', () => {
  const { io, out } = captured();
  new SearchReport(new Output(io, {}), classes(), 1).sayBest();
  expect(out()).toContain('chosen by the validation of NLL (nats) alone;');
});

test('a trial that goes on stands at its last validation, of as many epochs as it has', () => {
  const { io, out } = captured({ terminal: true });
  const going = {
    ...{ number: 1, state: 'running', repeats: null, parameters: { 'training.epochs': 40 } },
    reports: [{ epoch: 10, train: {}, valid: { accuracy: 0.75 }, seconds: 61 }],
  };
  const view = new SearchReport(new Output(io, {}), classes(going), 1);
  view.event({ event: 'trial', number: 1, parameters: going.parameters } as JournalEvent);
  // A quarter of twelve characters.
  expect(out()).toContain(`trial 1  epoch 10/40 ${'█'.repeat(3)}${'░'.repeat(9)}  valid 0.750  1:01`);
});
