/** The first frame of a piece: predicted from the initial state, with nothing before it. */
import { gradients, NoiseStream, scoped } from 'lethe';
import { describe, expect, it } from 'vitest';
import { inSlices } from '../../training/slices.ts';
import { tinyConfig, tinyData } from '../../training/tiny.suite.ts';
import { evaluateMonteCarlo } from './averaged.ts';
import { firstFrames, frameTensor, trainingBatch } from './batches.ts';
import type { Piece } from './data/dataset.ts';
import { evaluatePieces } from './evaluate.ts';
import { musicModel } from './model.ts';
import { samplePiece } from './sample.ts';
import { musicTask } from './task.ts';

const pieces = tinyData().splits.train;
const readouts = ['bernoulli', 'nade:hidden=9', 'nade:hidden=9,order=high-low'];
const dropouts = ['none', 'variational:recurrent=.2,output=.3', 'fast:input=.1,recurrent=.3,output=.5'];
const cells = ['rnn', 'lstm', 'gru'] as const;

/** Hidden units that matter and that remember their own initial state. */
function modelOf(cell: (typeof cells)[number], ...set: string[]) {
  const config = tinyConfig('model.inputVariance=.3', 'model.initialVariance=.1', ...set);
  const made = musicModel({ ...config, model: { ...config.model, cell } });
  for (const [name, { data }] of Object.entries(made.parameters)) {
    if (/initial/.test(name)) data.set(data.map((_: number, i: number) => Math.sin(i + 1)));
  }
  return made;
}

/** -log p of a frame given the model's output for one step of one row. */
function nllOf(
  model: ReturnType<typeof musicModel>,
  output: Parameters<typeof model.readout.rowNll>[0],
  frame: number[],
) {
  const one = firstFrames([{ frames: [frame] }]);
  return model.readout.rowNll(output, one.targets, one.stepMask)[0];
}

describe('the NLL with the first frame', () => {
  it.each(readouts.flatMap((readout) => dropouts.map((dropout) => [readout, dropout])))(
    'adds what the readout says of the initial state, with %s and %s',
    async (readout, dropout) => {
      const model = modelOf('rnn', `model.readout=${readout}`, `model.dropout=${dropout}`);
      const metrics = (await inSlices(evaluatePieces(model, pieces)))!;
      const frames = pieces.reduce((sum, piece) => sum + piece.frames.length, 0);
      const expected = scoped(() => {
        const hidden = model.layers[0].parameters.initialState!.view([1, 1, 12]);
        const output = model.readout.linear.forward(hidden);
        return pieces.reduce((sum, piece) => sum + nllOf(model, output, [...piece.frames[0]]), 0);
      });
      const others = metrics.nll_per_step * (frames - pieces.length);
      expect(metrics.nll_per_step_with_first).toBeCloseTo((others + expected) / frames, 4);
    },
  );

  it('is 88 ln 2 of a model of zeros, too', async () => {
    const zero = modelOf('rnn', 'model.dropout=none');
    for (const parameter of Object.values(zero.parameters)) parameter.data.fill(0);
    const { nll_per_step_with_first } = (await inSlices(evaluatePieces(zero, pieces)))!;
    expect(nll_per_step_with_first).toBeCloseTo(88 * Math.LN2, 4);
  });

  it.each(cells)('does not depend on minibatches, windows and draws of no noise (%s)', async (cell) => {
    const model = modelOf(cell, 'model.dropout=none');
    const one = (await inSlices(evaluatePieces(model, pieces)))!;
    const other = (await inSlices(evaluatePieces(model, pieces, { batch: 3, window: 4 })))!;
    const drawn = (await inSlices(evaluateMonteCarlo(model, pieces, { samples: 2 })))!;
    expect(other.nll_per_step_with_first).toBeCloseTo(one.nll_per_step_with_first, 4);
    expect(drawn.nll_per_step_with_first).toBeCloseTo(one.nll_per_step_with_first, 4);
  });

  it('counts pieces of a single frame, of which nothing else can be scored', async () => {
    const model = modelOf('rnn', 'model.dropout=none');
    const single: Piece = { frames: [[60, 64]] };
    const metrics = (await inSlices(evaluatePieces(model, [single])))!;
    const { output } = model.forward(frameTensor([]), { start: Int32Array.of(1) });
    expect(metrics.nll_per_step_with_first).toBeCloseTo(nllOf(model, output, [60, 64]), 4);
    expect(metrics.nll_per_step).toBeNaN();
    const without = (await inSlices(evaluatePieces(model, pieces)))!;
    const withIt = (await inSlices(evaluatePieces(model, [...pieces, single])))!;
    expect(withIt.nll_per_step).toBe(without.nll_per_step);
    expect(withIt.nll_per_sequence_mean).toBe(without.nll_per_sequence_mean);
    expect(withIt.nll_per_step_with_first).not.toBe(without.nll_per_step_with_first);
  });
});

describe('training on the first frame', () => {
  const isBeginning = ({ start }: { start: number }) => start === 0;
  const chunk = (start: number, ...frames: number[][]) => ({ start, frames });

  it('makes it the target of the step before the start of a chunk that begins a piece', () => {
    const batch = trainingBatch([chunk(0, [30], [31], [32]), chunk(9, [40], [41], [42])], isBeginning);
    expect([batch.steps, batch.counted]).toEqual([3, 5]);
    expect([...batch.start]).toEqual([1, 1]);
    expect(batch.stepMask.toArray()).toEqual([1, 0, 1, 1, 1, 1]);
    const targets = batch.targets.toArray() as number[];
    expect(targets.flatMap((on, at) => (on ? [at] : []))).toEqual(
      [30, 31, 41, 32, 42].map((note, i) => [0, 2, 3, 4, 5][i] * 88 + note - 21),
    );
    expect(batch.x.toArray().slice(0, 2 * 88)).toEqual(Array(176).fill(0));
  });

  it.each(cells)('scores what evaluation scores, and moves the initial state (%s)', async (cell) => {
    const model = modelOf(cell, 'model.dropout=none', 'model.readout=nade:hidden=9');
    const some = pieces.slice(0, 3).map(({ frames }) => ({ start: 0, frames }));
    const metrics = (await inSlices(evaluatePieces(model, some)))!;
    const sum = scoped(() => model.loss(trainingBatch(some, isBeginning), undefined, 100).nll);
    expect(sum.sum / sum.count).toBeCloseTo(metrics.nll_per_step_with_first, 4);

    // A single first frame: the gradient of the initial state is that of the readout alone, by differences.
    const { parameters } = model;
    const loss = () =>
      model.loss(trainingBatch([chunk(0, [60, 67], [60])], isBeginning), undefined, 100).nll.loss;
    const name = Object.keys(parameters).find((one) => /initialState/.test(one))!;
    const slope = scoped(() => gradients([parameters[name]], loss).gradients[0].toArray()) as
      | number[][]
      | number[];
    const state = parameters[name].data;
    const before = state[3];
    const at = (value: number): number => {
      state[3] = value;
      return scoped(() => gradients([], loss).loss);
    };
    const difference = (at(before + 0.01) - at(before - 0.01)) / 0.02;
    at(before);
    expect(slope.flat()[3]).toBeCloseTo(difference, 2);
    expect(Math.abs(difference)).toBeGreaterThan(1e-3);
  });

  it('is asked for by training.firstFrame, and counts a term more for every piece', () => {
    const noise = new NoiseStream(1);
    const plain = musicTask(tinyConfig(), tinyData(), noise);
    const first = musicTask(tinyConfig('training.firstFrame=true'), tinyData(), noise);
    expect(first.examples).toBe(plain.examples + pieces.length);
    const counted = (task: typeof plain) =>
      scoped(() => {
        let sum = 0;
        for (let position = 0; position < task.stepsIn(0); position++)
          sum += task.step({ epoch: 0, position }, noise.at(1)).counted;
        return sum;
      });
    expect(counted(first)).toBe(first.examples);
    expect(counted(plain)).toBe(plain.examples);
  });
});

describe('a sample from nothing', () => {
  /** Notes 0 to 2 sound by the signs of the initial state; with silence before, the state is another. */
  const beginning = async (dropout: string) => {
    const model = modelOf('rnn', `model.dropout=${dropout}`, 'model.readout=nade:hidden=9');
    for (const { data } of Object.values(model.parameters)) data.fill(0);
    model.parameters['rnn.initialState'].data.fill(1);
    model.parameters['readout.bias'].data.fill(-40, 9);
    // Visible bias of note 21: -40 + 80 of a state of ones, -40 of the state after a step, tanh(0).
    model.parameters['readout.weight'].data[9] = 80;
    const sample = (knowsBeginnings?: boolean) => samplePiece(model, { length: 3, knowsBeginnings }).frames;
    return { known: sample(true), unknown: sample() };
  };

  it.each(['none', 'dropconnect:weight=.3,samples=2', 'fast:input=.1'])(
    'begins with what is drawn from the initial state, if the model knows beginnings (%s)',
    async (dropout) => {
      const { known, unknown } = await beginning(dropout);
      expect(known).toEqual([[21], [], []]);
      expect(unknown).toEqual([[], [], []]);
    },
  );
});
