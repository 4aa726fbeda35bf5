import { decodeSafetensors, encodeSafetensors } from 'lethe';
import { describe, expect, it } from 'vitest';
import type { Settings } from './settings.ts';
import { Training } from './training.ts';
import { small, tunes } from './tunes.suite.ts';

function trained(settings: Settings, steps = Number.POSITIVE_INFINITY): Training {
  const training = new Training(settings, tunes);
  for (let i = 0; i < steps && !training.isDone; i++) training.step();
  return training;
}

describe('a run of the playground', () => {
  it('learns: both losses fall, each epoch is noted, the best one is kept', () => {
    const { progress, best, stepsInEpoch } = trained({ ...small, epochs: 6 });
    expect(progress.history.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(progress.step).toBe(6 * stepsInEpoch);
    // 88 notes, each with the output bias of -.8 at the beginning: 88 log(1 + e^-.8) = 32.7 nats of silence alone
    expect(progress.history[0].valid).toBeLessThan(32.7);
    expect(progress.history[5].train).toBeLessThan(0.8 * progress.history[0].train);
    expect(best!.valid).toBe(Math.min(...progress.history.map(({ valid }) => valid)));
  });

  it.each([
    ['none', 'lstm'],
    ['variational:recurrent=.2', 'gru'],
    ['fast', 'rnn'],
    ['zoneout+weight-decay:lambda=.001', 'lstm'],
    ['fraternal:kappa=.1+naive', 'gru'],
    ['weight-noise', 'rnn'],
  ] as const)(
    'with %s of the %s goes on from a file to the bits of one that was never put down',
    (dropout, cell) => {
      const settings = { ...small, dropout, cell };
      const unbroken = trained(settings).save();
      const steps = new Training(settings, tunes).stepsInEpoch;
      // before the first epoch is over, at its end, and in the middle of the second
      for (const at of [1, steps, steps + 1]) {
        const half = trained(settings, at);
        half.sample({ seed: 3, length: 4, temperature: 1, weights: 'best' });
        const restored = Training.restore(half.save(), tunes);
        expect(restored.progress).toEqual(half.progress);
        while (!restored.isDone) restored.step();
        expect(restored.save()).toEqual(unbroken);
      }
    },
  );

  it('makes pieces with its best weights or its last, and is the same afterwards', () => {
    // two steps behind an epoch's end, so that the last weights are not those that were last chosen from
    const training = trained(small, 2 * new Training(small, tunes).stepsInEpoch + 2);
    const before = training.save();
    const options = { seed: 5, length: 20, temperature: 1 };
    const [best, last] = [
      training.sample({ ...options, weights: 'best' }),
      training.sample({ ...options, weights: 'last' }),
    ];
    expect(best.frames).toHaveLength(20);
    expect(best.frames).not.toEqual(last.frames);
    expect(training.save()).toEqual(before);
  });

  it('stops where its loss is not finite, with a sentence', () => {
    const training = new Training({ ...small, stepRate: 1, dropout: 'none', cell: 'rnn' }, tunes);
    for (const { data } of Object.values(training.model.parameters)) data.fill(Number.NaN);
    expect(() => training.step()).toThrow(/the loss of step 1 is NaN; take a smaller step rate than 1/);
  });
});

describe('a run whose losses at the end of an epoch are not finite', () => {
  /** Its weights are none as soon as the tunes are looked at that it never heard. */
  function diverged(): Training {
    const poisoned = {
      ...tunes,
      get valid() {
        for (const { data } of Object.values(training.model.parameters)) data.fill(Number.NaN);
        return tunes.valid;
      },
    };
    const training = new Training(small, poisoned);
    while (training.progress.position < training.stepsInEpoch - 1) training.step();
    expect(() => training.step()).toThrow(/and NaN; take a smaller step rate/);
    return training;
  }

  it('says what to do whenever it should go on, and from its file, too', () => {
    const training = diverged();
    expect(() => training.step()).toThrow(/and NaN; take a smaller step rate than 0.01 and begin anew/);
    const restored = Training.restore(training.save(), tunes);
    expect(restored.progress).toEqual(training.progress);
    expect(() => restored.step()).toThrow(/take a smaller step rate than 0.01 and begin anew/);
  });
});

describe('a file for the playground', () => {
  const file = trained(small, 1).save();
  const { tensors, metadata } = decodeSafetensors(file);

  it('has PyTorch names for its weights', () => {
    // 4 gates of 12 units, 88 notes
    expect(tensors['rnn.weight_ih_l0'].shape).toEqual([48, 88]);
    expect(tensors['readout.weight'].shape).toEqual([88, 12]);
  });

  it.each([
    ['is cut off', file.slice(0, file.length - 10), /safetensors/],
    ['is a page', new TextEncoder().encode('<!doctype html><p>404'), /safetensors/],
    [
      'has weights alone',
      encodeSafetensors(tensors),
      /expected a file that the playground saved, found one without settings/,
    ],
    [
      'is of a later format',
      encodeSafetensors(tensors, { ...metadata, format: '2' }),
      /expected a file of format 1, found 2/,
    ],
    [
      'lacks an array',
      encodeSafetensors({ ...tensors, 'rnn.weight_ih_l0': undefined }, metadata),
      /weight_ih_l0/,
    ],
    [
      'is of a network of another size',
      encodeSafetensors(tensors, { ...metadata, settings: JSON.stringify({ ...small, hidden: 13 }) }),
      /expected weightIn|expected rnn/,
    ],
    [
      'asks for more than a page should do',
      encodeSafetensors(tensors, { ...metadata, settings: JSON.stringify({ ...small, hidden: 1e6 }) }),
      /hidden units: expected a whole number from 1 to 1024, got 1000000/,
    ],
    [
      'does not say where it is',
      encodeSafetensors(tensors, { ...metadata, progress: '{"step":-1}' }),
      /expected the file to say where its run is/,
    ],
    [
      'has a hole in its curves',
      encodeSafetensors(tensors, {
        ...metadata,
        progress: '{"step":5,"epoch":1,"position":0,"history":[null]}',
      }),
      /expected the file to say where its run is/,
    ],
    [
      'is beyond its epoch',
      encodeSafetensors(tensors, {
        ...metadata,
        progress: '{"step":99,"epoch":0,"position":99,"history":[]}',
      }),
      /99 steps into an epoch of \d+; it was made with other tunes/,
    ],
  ])('that %s is refused', (_, bytes, message) => {
    expect(() => Training.restore(bytes, tunes)).toThrow(message);
  });
});

it.each([
  [{ cell: 'cnn' }, /one of rnn, lstm, gru/],
  [{ dropout: 'zonout' }, /did you mean "zoneout"/],
  [{ dropout: 'variational:embedding=.5' }, /embedding/],
  [{ seed: -1 }, /seed: expected a whole number from 0/],
  [{ batch: 1.5 }, /batch: expected a whole number from 1 to 64, got 1.5/],
  [{ stepRate: Number.NaN }, /step rate: expected a number from .* got NaN/],
  [{ colour: 'red' }, /expected none called colour/],
])('settings such as %j are refused', (other, message) => {
  expect(() => new Training({ ...small, ...other } as Settings, tunes)).toThrow(message);
});
