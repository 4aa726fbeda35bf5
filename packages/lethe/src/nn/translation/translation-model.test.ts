import { describe, expect, it } from 'vitest';
import { gradients } from '../../autograd/tape.ts';
import { describePlan } from '../../dropout/describe.ts';
import { parseDropout } from '../../dropout/parse.ts';
import { scoped } from '../../tensor/scratch.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { decoderForms, type TranslationModelOptions } from './options.ts';
import { batchOf, pairs, smallModel, stream } from './testing.suite.ts';

const everywhere =
  'variational:input=.2,recurrent=.2,output=.3,embedding=.1,context=.3+zoneout:hidden=.1+awd:weight=.2';
const rows = (x: Tensor) => x.toArray() as number[];

describe('a translation model', () => {
  const variants: (Partial<TranslationModelOptions> & { noise?: string })[] = [
    {},
    { cell: 'lstm', attention: 'general', tied: false },
    { target: { vocabulary: 9, embedding: 6, hiddenSizes: [7, 8] } },
    { form: 'input-feeding', cell: 'lstm' },
    {
      form: 'conditional',
      bidirectional: false,
      attention: 'dot',
      target: { vocabulary: 9, embedding: 6, hiddenSizes: [5] },
    },
  ];

  it.each(variants)('scores a pair in a batch as alone, and its padding not at all: %j', (variant) => {
    const model = smallModel(variant);
    const batch = model.score(batchOf(pairs)).nll;
    expect(rowsOf(model.score(batchOf(pairs, 10000)).nll)).toEqual(rowsOf(batch));
    let at = 0;
    const alone = pairs.map((pair) => rowsOf(model.score(batchOf([pair])).nll));
    // Rows that count, step by step.
    for (let t = 0; t < 6; t++)
      for (const own of alone) if (t < own.length) expect(batch.rowLoss[at++]).toBeCloseTo(own[t], 5);
    expect(at).toBe(batch.rowLoss.length);
  });

  it.each(variants)('step by step gives what it gives over all steps: %j', (variant) => {
    for (const noise of [undefined, stream.from(0)]) {
      const model = smallModel({ ...variant, noise: everywhere });
      const batch = batchOf(pairs.map(({ source }) => ({ source, target: [3, 8, 4, 5] })));
      const { batch: B, words } = batch.input;
      const whole = model.decode(batch.input, model.read(batch.source, batch.sourceLengths, noise), noise);
      let sentences = model.read(batch.source, batch.sourceLengths, noise);
      for (let t = 0; t < 5; t++) {
        const input = { words: words.subarray(t * B, (t + 1) * B), batch: B };
        const { read, decoded } = model.decode(input, sentences, noise?.from(t));
        sentences = { ...sentences, state: decoded.state };
        const own = rows(whole.read).slice(t * read.size, (t + 1) * read.size);
        for (const [i, value] of rows(read).entries()) expect(value).toBeCloseTo(own[i], 5);
      }
    }
  });

  it('smooths its targets in the loss, and counts the likelihood without', () => {
    const model = smallModel({});
    const plain = model.loss(batchOf(pairs));
    const smoothed = model.loss(batchOf(pairs), undefined, { smoothing: 0.1 });
    expect(smoothed.nll.sum).toBe(plain.nll.sum);
    // (1 - e) nll + e mean_k(-log p_k), which is more than nll where the model is not yet sure of others.
    expect(smoothed.loss.item()).not.toBe(plain.loss.item());
    expect(model.score(batchOf(pairs), undefined, { smoothing: 0 }).nll.loss.item()).toBe(plain.loss.item());
    expect(() => model.loss(batchOf(pairs), undefined, { smoothing: 1 })).toThrow(/smoothing/);
  });

  it('holds masks of a sequence over the steps of its decoder in every form', () => {
    for (const form of decoderForms) {
      const model = smallModel({ form, noise: 'variational:output=.5' });
      const batch = batchOf(pairs);
      const plain = smallModel({ form }).decode(batch.input, model.read(batch.source, batch.sourceLengths));
      const { read } = model.decode(
        batch.input,
        model.read(batch.source, batch.sourceLengths),
        stream.from(0),
      );
      const size = pairs.length * 6;
      for (let i = 0; i < size; i++) {
        const factors = [0, 1, 2, 3, 4, 5].map((t) =>
          Math.round(read.data[t * size + i] / plain.read.data[t * size + i]),
        );
        expect(new Set(factors).size).toBe(1);
      }
    }
  });

  it('trains: the loss of a batch falls, with every regularizer at once', () => {
    const model = smallModel({ noise: `${everywhere}+ar:alpha=.1+tar:beta=.1` });
    const all = Object.values(model.parameters);
    const batch = batchOf(pairs);
    const before = model.score(batch).nll.sum;
    for (let step = 0; step < 60; step++) {
      scoped(() => {
        const { gradients: slopes } = gradients(all, () => model.loss(batch, stream.at(step)).loss);
        for (const [i, slope] of slopes.entries())
          for (let k = 0; k < slope.size; k++) all[i].data[k] -= 0.5 * slope.data[k];
      });
    }
    expect(model.score(batch).nll.sum).toBeLessThan(0.7 * before);
  });

  it('gives two runs of fraternal dropout one loss and the distance of their logits', () => {
    const model = smallModel({ noise: 'fraternal:kappa=.2+naive:input=.2,output=.2' });
    const { penalties } = model.loss(batchOf(pairs), stream);
    expect(penalties.distance).toBeGreaterThan(0);
  });

  it.each(['output=.3', 'context=.3', 'embedding=.3'])(
    'gives two runs their distance where all noise is outside of recurrent layers: %s',
    (rate) => {
      const method = rate.startsWith('embedding') ? 'variational' : 'naive';
      const model = smallModel({ noise: `fraternal:kappa=.2+${method}:${rate}` });
      const { penalties } = model.loss(batchOf(pairs), stream);
      expect(penalties.distance).toBeGreaterThan(0);
      const moving = smallModel({ noise: `curriculum:gamma=.1+${method}:${rate}` });
      expect(moving.loss(batchOf(pairs), stream).loss.item()).toBeGreaterThan(0);
    },
  );

  it('names its parameters, without what it shares', () => {
    expect(Object.keys(smallModel().parameters)).toEqual([
      ...[
        'source.weight',
        'encoder.0.weightIn',
        'encoder.0.weightRec',
        'encoder.0.bias',
        'encoder.0.biasRec',
      ],
      ...['weightIn', 'weightRec', 'bias', 'biasRec'].map((name) => `encoder.0.reverse.${name}`),
      ...['initial.weight', 'initial.bias', 'target.weight'],
      ...['weightIn', 'weightRec', 'bias', 'biasRec'].map((name) => `decoder.0.${name}`),
      ...['weightQuery', 'weightMemory', 'bias', 'v'].map((name) => `attention.${name}`),
      ...['combine.weight', 'combine.bias', 'readout.bias'],
    ]);
    const side = { vocabulary: 9, embedding: 6, hiddenSizes: [5] };
    const shared = smallModel({ source: side, target: side, sharedWords: true });
    expect(shared.parameters['source.weight']).toBeUndefined();
    expect(shared.encoder.words.parameters.weight).toBe(shared.readout.weight);
  });

  it('describes encoder, attention and decoder as places of noise', () => {
    const { plans } = smallModel({ noise: 'naive:input=.3,context=.5,output=.4' });
    const text = plans.map(describePlan).join('\n');
    expect(
      text
        .split('\n')
        .filter((line) => !line.startsWith(' '))
        .map((line) => line.split(': naive')[0]),
    ).toEqual([
      'encoder: gru (layer 0)',
      'encoder: gru (layer 0, backward)',
      'attention (layer 5)',
      'decoder: gru (layer 1)',
      'decoder: linear (layer 2)',
    ]);
    expect(text).toMatch(/context\s+drop\s+0\.5\s+every step\s+each example\s+inverted\s+\[S, B, 10\]/);
  });

  it('refuses what it cannot honour, and says why', () => {
    expect(() => smallModel({ noise: 'fast:input=.2' })).toThrow(
      /softmax over positions, which has no closed form/,
    );
    expect(() => smallModel({ noise: 'weight-noise' })).toThrow(/no distribution of weights/);
    expect(() => smallModel({ dropout: { encoder: parseDropout('naive:output=.5') } })).toThrow(
      /give it as context/,
    );
    expect(() => smallModel({ dropout: { decoder: parseDropout('naive:context=.5') } })).toThrow(
      /no attention/,
    );
    expect(() =>
      smallModel({ form: 'conditional', target: { vocabulary: 9, embedding: 6, hiddenSizes: [5, 5] } }),
    ).toThrow(/two transitions share one state/);
    expect(() => smallModel({ sharedWords: true })).toThrow(/one vocabulary/);
    expect(() => smallModel({ form: 'conditionl' as never })).toThrow(/conditional/);
  });
});

function rowsOf({ rowLoss }: { rowLoss: ArrayLike<number> }): number[] {
  return Array.from(rowLoss);
}
