import { expect, test } from 'vitest';
import { inSlices } from '../../training/slices.ts';
import { tinyConfig, tinyData } from '../../training/tiny.suite.ts';
import type { Piece } from './data/dataset.ts';
import { evaluatePieces } from './evaluate.ts';
import { musicModel } from './model.ts';

const pieces = tinyData().splits.train;
const dropouts = ['none', 'standard:input=.2,recurrent=.1', 'fast:input=.1,recurrent=.3,output=.5'];

/** Hidden units that matter and that remember their own initial state. */
function model(dropout: string) {
  const made = musicModel(
    tinyConfig(`model.dropout=${dropout}`, 'model.inputVariance=.3', 'model.initialVariance=.1'),
  );
  made.parameters['rnn.initialState'].data.forEach((_, i, data) => {
    data[i] = Math.sin(i);
  });
  return made;
}

test('a model of zeros gives every note a probability of a half: 88 ln 2 = 60.997', async () => {
  const zero = model('none');
  for (const parameter of Object.values(zero.parameters)) parameter.data.fill(0);
  const metrics = await inSlices(evaluatePieces(zero, pieces));
  expect(metrics!.nll_per_step).toBeCloseTo(88 * Math.LN2, 4);
  expect(metrics!.nll_per_sequence_mean).toBeCloseTo(88 * Math.LN2, 4);
});

test.each(dropouts)('neither minibatch nor window changes the result (%s)', async (dropout) => {
  const made = model(dropout);
  const alone = await inSlices(evaluatePieces(made, pieces, { batch: 1, window: 1000 }));
  for (const [batch, window] of [
    [64, 1000],
    [3, 4],
    [64, 1],
    [5, 7],
  ]) {
    const metrics = await inSlices(evaluatePieces(made, pieces, { batch, window }));
    // float32 sums in another order; one padded step more or less would change the third digit.
    expect(metrics!.nll_per_step).toBeCloseTo(alone!.nll_per_step, 4);
    expect(metrics!.nll_per_sequence_mean).toBeCloseTo(alone!.nll_per_sequence_mean, 4);
  }
});

test('nll_per_step pools frames, nll_per_sequence_mean averages pieces first', async () => {
  const made = model('none');
  const [short, long]: Piece[] = [{ frames: pieces[0].frames.slice(0, 4) }, pieces[5]];
  const one = (await inSlices(evaluatePieces(made, [short])))!.nll_per_step;
  const other = (await inSlices(evaluatePieces(made, [long])))!.nll_per_step;
  const both = (await inSlices(evaluatePieces(made, [short, long])))!;
  const [n, m] = [3, long.frames.length - 1];
  expect(m).toBeGreaterThan(n);
  expect(both.nll_per_step).toBeCloseTo((n * one + m * other) / (n + m), 4);
  expect(both.nll_per_sequence_mean).toBeCloseTo((one + other) / 2, 4);
});

test('a piece of one frame has nothing to score but its first frame', async () => {
  const made = model('none');
  const with1 = await inSlices(evaluatePieces(made, [...pieces, { frames: [[60]] }]));
  const without = (await inSlices(evaluatePieces(made, pieces)))!;
  const { nll_per_step_with_first } = with1!;
  expect(with1).toEqual({ ...without, nll_per_step_with_first });
});

test('a signal stops the work', async () => {
  expect(
    await inSlices(evaluatePieces(model('none'), pieces), { signal: AbortSignal.abort() }),
  ).toBeUndefined();
});
