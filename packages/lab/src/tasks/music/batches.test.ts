import { scoped } from 'lethe';
import { expect, test } from 'vitest';
import { tinyConfig } from '../../training/tiny.suite.ts';
import { trainingBatch, windowBatch } from './batches.ts';
import { musicModel } from './model.ts';

/** Frame t holds the note `first + t`. */
const run = (length: number, first = 30) => ({ frames: Array.from({ length }, (_, t) => [first + t]) });

test('shorter chunks have zeros in front, which do not count', () => {
  const batch = trainingBatch([run(4), run(2, 60)]);
  expect([batch.steps, batch.rows, batch.counted]).toEqual([3, 2, 4]);
  expect([...batch.start]).toEqual([0, 2]);
  expect([...batch.stop]).toEqual([3, 3]);
  expect(batch.stepMask.toArray()).toEqual([1, 0, 1, 0, 1, 1]);
  const notesAt = (data: readonly number[], place: number): number[] =>
    data.slice(88 * place, 88 * place + 88).flatMap((on, k) => (on ? [21 + k] : []));
  const [x, targets] = [batch.x.toArray(), batch.targets.toArray()];
  expect([0, 1, 2, 3, 4, 5].map((place) => notesAt(x, place))).toEqual([[30], [], [31], [], [32], [60]]);
  expect([0, 1, 2, 3, 4, 5].map((place) => notesAt(targets, place))).toEqual([
    [31],
    [],
    [32],
    [],
    [33],
    [61],
  ]);
});

test('a window holds the frames from its place on, shorter pieces stop', () => {
  const batch = windowBatch([run(9), run(6)], 4, 3);
  expect([batch.steps, batch.counted]).toEqual([3, 4]);
  expect([...batch.stop]).toEqual([3, 1]);
  expect(batch.x.data[33 + 1 - 21]).toBe(1); // piece 0 at frame 4: note 34
});

test.each(['none', 'fast:input=.1,recurrent=.3,output=.5'])(
  'zeros in front do not change the loss (%s)',
  (dropout) => {
    const model = musicModel(
      tinyConfig(`model.dropout=${dropout}`, 'model.inputVariance=.3', 'model.initialVariance=.1'),
    );
    model.parameters['rnn.initialState'].data.fill(0.5);
    const sums = (chunks: ReturnType<typeof run>[]): number =>
      scoped(() => model.loss(trainingBatch(chunks), undefined, 100).nll.sum);
    const [short, long] = [run(4), run(40, 25)];
    expect(sums([short, long])).toBeCloseTo(sums([short]) + sums([long]), 3);
  },
);
