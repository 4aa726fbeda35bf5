import { afterEach, expect, test, vi } from 'vitest';
import type { EpochEvent, PlanEvent, Progress } from '../runs/events.ts';
import { Output } from './output.ts';
import { captured } from './testing.suite.ts';
import { TrainingReport } from './training-report.ts';

const shown = { metric: 'perplexity', label: 'perplexity', unit: '' };
const rest = { deciding: 'perplexity', noise: [], notes: [], parameters: 0 };
const plan = { event: 'plan', shown, ...rest } as unknown as PlanEvent;

function epochOf(number: number, train: number, valid: number): EpochEvent {
  const [trained, validated] = [{ perplexity: train }, { perplexity: valid }];
  return {
    ...{ event: 'epoch', epoch: number, step: 10 * number, train: trained, valid: validated },
    ...{ best: true, seconds: 1 },
  } as EpochEvent;
}

function progressAt(position: number, over: Partial<Progress> = {}): Progress {
  return {
    ...{ epoch: 1, epochs: 4, position, stepsPerEpoch: 100, step: position, train: { perplexity: 812.3 } },
    ...{ stepsPerSecond: 2, secondsLeft: 195, phase: 'train' },
    ...over,
  } as Progress;
}

/** A report whose clock stands until it is moved. */
function reportAt(terminal: boolean, columns = 100) {
  vi.useFakeTimers({ toFake: ['performance'] });
  const { io, out } = captured({ terminal, columns });
  const report = new TrainingReport(new Output(io, {}));
  report.event(plan);
  const before = out().length;
  return { report, said: () => out().slice(before), wait: (s: number) => vi.advanceTimersByTime(1000 * s) };
}

afterEach(() => void vi.useRealTimers());

test('on a terminal every epoch has a line that stays, and the live line stands below', () => {
  const { report, said, wait } = reportAt(true);
  wait(1);
  report.progress(progressAt(99));
  report.event(epochOf(1, 88.5, 100.25));
  const lines = said().split('\n');
  // the live line, taken away again (\r, clear to the end) for the table, and the live line once more
  const [live, header] = lines[0].split('\r\u001b[0J');
  expect(live).toMatch(/^epoch 1\/4 .*3:15 left/);
  expect(header).toBe('epoch      train      valid       best  steps/s      left');
  expect(lines[1]).toBe('    1     88.500    100.250    100.250     2.00      3:15');
  expect(lines[2]).toMatch(/^epoch 1\/4 .*3:15 left.*valid 100\.250/);
  expect(lines).toHaveLength(3);
});

test('off a terminal a long epoch has a line within seconds, and then one every half minute', () => {
  const { report, said, wait } = reportAt(false);
  for (let second = 1; second <= 70; second++) {
    wait(1);
    report.progress(progressAt(second));
  }
  expect(said().trimEnd().split('\n')).toEqual([
    'epoch 1 of 4, step 5 of 100: perplexity 812.300 in training, 2.00 steps/s, 3:15 left',
    'epoch 1 of 4, step 35 of 100: perplexity 812.300 in training, 2.00 steps/s, 3:15 left',
    'epoch 1 of 4, step 65 of 100: perplexity 812.300 in training, 2.00 steps/s, 3:15 left',
  ]);
  wait(40);
  report.progress(progressAt(100, { phase: 'valid' }));
  expect(said()).toMatch(/^epoch 1 of 4, validating$/m);
});

test('off a terminal short epochs have their own lines and no others', () => {
  const { report, said, wait } = reportAt(false);
  for (let epoch = 1; epoch <= 20; epoch++) {
    wait(2);
    report.progress(progressAt(100, { epoch }));
    wait(2);
    report.event(epochOf(epoch, 2, 3));
  }
  expect(said().trimEnd().split('\n')).toHaveLength(1 + 20);
});

test('a narrow terminal has the first columns, and no line that wraps', () => {
  const { report, said } = reportAt(true, 40);
  report.event(epochOf(1, 88.5, 100.25));
  expect(said()).toBe('epoch      train      valid       best\n    1     88.500    100.250    100.250\n');
});

test('columns are wide enough for the perplexity of a model that knows nothing', () => {
  const { io, out } = captured();
  const report = new TrainingReport(new Output(io, {}));
  report.event(plan);
  report.event(epochOf(1, 10000, 1252.967));
  report.event(epochOf(1, 88.5, 100.25));
  expect(out().trimEnd().split('\n').slice(-3)).toEqual([
    'epoch      train      valid       best  steps/s      left',
    '    1  10000.000   1252.967   1252.967        -         -',
    '    1     88.500    100.250    100.250        -         -',
  ]);
});

test('a run that goes on has its best epoch from before beside those that are no better', () => {
  const { io, out } = captured();
  const report = new TrainingReport(new Output(io, {}));
  const best = { epoch: 3, train: { perplexity: 80 }, valid: { perplexity: 90 } };
  report.event({ ...plan, best });
  report.event({ ...epochOf(6, 70, 95), best: false });
  expect(out().trimEnd().split('\n').at(-1)).toBe(
    '    6     70.000     95.000     90.000        -         -',
  );
});

test('what is best by another metric than is shown says by which', () => {
  const { io, out } = captured();
  const report = new TrainingReport(new Output(io, {}));
  const accuracy = { metric: 'accuracy', label: 'accuracy', unit: 'share' };
  const best = { epoch: 1, train: { accuracy: 0.7 }, valid: { accuracy: 0.8 }, test: { accuracy: 0.75 } };
  const done = { event: 'done', run: 'r', reason: 'epochs', epochs: 2, best, seconds: 1 } as const;
  const said = (deciding: string): string => {
    const before = out().length;
    report.event({ ...plan, shown: accuracy, deciding });
    report.event(done);
    return out().slice(before);
  };
  expect(said('nll')).toContain(
    '(share; best by the validation of NLL (nats); train as trained, with noise)',
  );
  expect(said('accuracy')).toContain('(share; train as trained, with noise)');
});
