import { expect, test } from 'vitest';
import type { EpochEvent, PlanEvent } from '../training/events.ts';
import { Output } from './output.ts';
import { captured } from './testing.suite.ts';
import { TrainingReport } from './training-report.ts';

test('columns are wide enough for the perplexity of a model that knows nothing', () => {
  const { io, out } = captured();
  const report = new TrainingReport(new Output(io, {}));
  const shown = { metric: 'perplexity', label: 'perplexity', unit: '' };
  report.event({ event: 'plan', shown, noise: [], parameters: 0 } as unknown as PlanEvent);
  const epoch = (train: number, valid: number): EpochEvent => ({
    event: 'epoch',
    epoch: 1,
    step: 1,
    train: { perplexity: train },
    valid: { perplexity: valid },
    best: true,
    seconds: 1,
  });
  report.event(epoch(10000, 1252.967));
  report.event(epoch(88.5, 100.25));
  expect(out().trimEnd().split('\n').slice(-3)).toEqual([
    'epoch      train      valid       best  steps/s      left',
    '    1  10000.000   1252.967   1252.967        -         -',
    '    1     88.500    100.250    100.250        -         -',
  ]);
});
