import { describe, expect, it } from 'vitest';
import { gradients } from '../autograd/tape.ts';
import { padSteps, padWords } from '../data/pad-sequences.ts';
import { fast } from '../dropout/fast.ts';
import { parseDropout } from '../dropout/parse.ts';
import { type Gaussian, isGaussian, meanOf } from '../moments/gaussian.ts';
import { NoiseStream } from '../random/stream.ts';
import { scoped } from '../tensor/scratch.ts';
import { Tensor, tensor } from '../tensor/tensor.ts';
import { mcDropout } from '../uncertainty/mc-dropout.ts';
import { gaussianNll, squaredError } from './losses/losses.ts';
import { withObservationNoise } from './losses/observation-noise.ts';
import { softmaxNll } from './losses/softmax-nll.ts';
import { recurrentStack } from './recurrent/stack.ts';
import { sequenceLoss } from './sequence-loss.ts';
import { sequenceModel } from './sequence-model.ts';

const stream = new NoiseStream(12);
const words = [[3, 1, 4, 1], [5], [2, 6]];

describe('sequenceModel', () => {
  for (const cell of ['rnn', 'lstm', 'gru'] as const) {
    for (const pooling of ['last', 'mean', 'max'] as const) {
      it(`answers for each sequence as if it were alone, whatever is beside it (${cell}, ${pooling}, both directions)`, () => {
        const model = sequenceModel(
          {
            input: { vocabulary: 8, embedding: 5 },
            cell,
            hiddenSizes: [6, 4],
            bidirectional: true,
            outputs: 3,
            pooling,
          },
          stream,
        );
        const answers = (all: number[][]) =>
          scoped(() => {
            const { x, lengths } = padWords(all);
            return Array.from(meanOf(model.forward(x, undefined, undefined, { stop: lengths }).output).data);
          });
        const together = answers(words);
        for (const [b, sequence] of words.entries()) {
          for (const [k, alone] of answers([sequence]).entries()) {
            expect(together[3 * b + k]).toBeCloseTo(alone, 5);
          }
        }
      });
    }
  }

  it('gives every part its share of a regularizer, and draws it again from the same stream', () => {
    const dropout = parseDropout('variational:input=.3,recurrent=.3,output=.3,embedding=.3');
    const model = sequenceModel(
      { input: { vocabulary: 8, embedding: 5 }, cell: 'lstm', hiddenSizes: [6], outputs: 2, dropout },
      stream,
    );
    expect(model.plans.map(({ target }) => target.cell)).toEqual(['embedding', 'lstm']);
    const { x, lengths } = padWords(words);
    const run = (step?: number) =>
      scoped(() =>
        Array.from(
          meanOf(
            model.forward(x, step === undefined ? undefined : stream.at(step), undefined, { stop: lengths })
              .output,
          ).data,
        ),
      );
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
    expect(run()).not.toEqual(run(1));
  });

  it('takes the options of a deep transition', () => {
    const options = { input: { features: 2 }, cell: 'deep-rnn', hiddenSizes: [4], outputs: 1 } as const;
    const model = sequenceModel(
      { ...options, transition: 3, transitionActivation: 'relu', shortcut: true },
      new NoiseStream(1),
    );
    const stack = recurrentStack(
      {
        ...{ cell: 'deep-rnn', inputSize: 2, hiddenSizes: [4] },
        ...{ transition: 3, transitionActivation: 'relu', shortcut: true },
      },
      new NoiseStream(1),
    );
    for (const [name, { shape }] of Object.entries(stack.parameters)) {
      expect(model.parameters[`rnn.${name}`].shape).toEqual(shape);
    }
  });

  it('is drawn by MC dropout, one row for each sequence', () => {
    const dropout = parseDropout('variational:output=.5');
    const model = sequenceModel(
      { input: { features: 1 }, cell: 'gru', hiddenSizes: [6], outputs: 2, dropout, pooling: 'mean' },
      stream,
    );
    const { x, lengths } = padSteps([[[1], [2], [3]], [[4]]]);
    const { probabilities, uncertainty } = mcDropout(model.forward, dropout, x, stream, {
      distribution: 'categorical',
      samples: 20,
      lengths,
    });
    expect(probabilities).toHaveLength(4);
    expect(uncertainty).toHaveLength(2);
    for (const { information } of uncertainty) expect(information).toBeGreaterThan(0);
  });

  it('refuses words where numbers go in, and the other way round', () => {
    const base = { cell: 'rnn', hiddenSizes: [2], outputs: 1 } as const;
    const embedded = sequenceModel({ ...base, input: { vocabulary: 3, embedding: 2 } }, stream);
    expect(() => embedded.forward(tensor([[[1, 2]]]))).toThrow(/make them with padWords/);
    const numeric = sequenceModel({ ...base, input: { features: 1 } }, stream);
    expect(() => numeric.forward(padWords([[1]]).x)).toThrow(/expected x to be a tensor/);
    expect(() => sequenceModel({ ...base, input: { feature: 1 } as never }, stream)).toThrow(
      /did you mean 'features'/,
    );
    expect(() =>
      sequenceModel(
        { ...base, input: { features: 1 }, dropout: parseDropout('variational:embedding=.2') },
        stream,
      ),
    ).toThrow(/embedding/);
  });

  for (const pooling of ['last', 'mean', 'none'] as const) {
    it(`has penalties over the steps that count, whatever is padded beside them (${pooling})`, () => {
      const dropout = parseDropout('ar:alpha=2+tar:beta=1');
      const model = sequenceModel(
        {
          input: { vocabulary: 8, embedding: 5 },
          cell: 'lstm',
          hiddenSizes: [6],
          outputs: 3,
          pooling,
          dropout,
        },
        stream,
      );
      const penaltiesOf = (all: number[][]) => {
        const { x, lengths } = padWords(all);
        const rows = pooling === 'none' ? x.words.length : all.length;
        return sequenceLoss(model, {
          ...{ x, lengths, examples: 3 },
          nll: (output) => softmaxNll(meanOf(output), new Int32Array(rows)),
        });
      };
      const together = penaltiesOf(words);
      const alone = words.map((sequence) => penaltiesOf([sequence]));
      for (const name of ['activation', 'temporal-activation']) {
        const steps = alone.map(({ penaltySteps }) => penaltySteps[name]);
        const all = steps.reduce((sum, count) => sum + count, 0);
        // Sequences of 4, 1 and 2 words: 7 steps, and 3 + 0 + 1 differences between two.
        expect(together.penaltySteps[name]).toBe(name === 'activation' ? 7 : 4);
        expect(all).toBe(together.penaltySteps[name]);
        const mean = alone.reduce((sum, { penalties }, i) => sum + (penalties[name] * steps[i]) / all, 0);
        expect(together.penalties[name]).toBeCloseTo(mean, 6);
      }
    });
  }

  it('trains through its loss with penalties and two passes', () => {
    for (const words of [
      'fraternal:kappa=.1+variational:output=.5',
      'awd:weight=.3,ar=2,tar=1',
      'weight-noise',
    ]) {
      const model = sequenceModel(
        { input: { features: 1 }, cell: 'lstm', hiddenSizes: [4], outputs: 2, dropout: parseDropout(words) },
        stream,
      );
      const { x, lengths } = padSteps([[[1], [2]], [[3]]]);
      const step = {
        x,
        lengths,
        nll: (output: Tensor | Gaussian) => softmaxNll(meanOf(output), Int32Array.of(0, 1)),
        examples: 2,
      };
      const run = gradients(
        Object.values(model.parameters),
        () => sequenceLoss(model, step, stream.at(1)).loss,
      );
      expect(Number.isFinite(run.loss), words).toBe(true);
      expect(
        run.gradients.every(({ data }) => data.every(Number.isFinite)),
        words,
      ).toBe(true);
    }
  });
});

describe('with fast dropout', () => {
  const dropout = fast({ input: 0.1, recurrent: 0.2, output: 0.2, form: 'gauss-hermite' });
  const x = new Tensor([6, 2, 3], stream.normals({ site: 'sample' }, 36));

  it('the moments of the output are near those of ten thousand sampled passes: units share a past, which moments take as independent', () => {
    const model = sequenceModel(
      { input: { features: 3 }, cell: 'rnn', hiddenSizes: [200], outputs: 1, dropout },
      stream,
    );
    const { output } = model.forward(x);
    const rows = 2000;
    const [count, sum, squares] = [5 * rows, [0, 0], [0, 0]];
    for (let s = 0; s < 5; s++) {
      scoped(() => {
        // Each of the two sequences two thousand times in one batch.
        const many = new Tensor([6, 2 * rows, 3], new Float32Array(36 * rows) as Tensor['data']);
        for (let t = 0; t < 6; t++)
          for (let r = 0; r < rows; r++)
            many.data.set(x.data.subarray(6 * t, 6 * t + 6), (t * 2 * rows + 2 * r) * 3);
        const drawn = meanOf(model.forward(many, stream.at(s), undefined, { mode: 'sample' }).output).data;
        for (let i = 0; i < 2 * rows; i++) {
          sum[i % 2] += drawn[i];
          squares[i % 2] += drawn[i] ** 2;
        }
      });
    }
    expect(isGaussian(output)).toBe(true);
    const { mean, variance } = output as Gaussian;
    for (const b of [0, 1]) {
      const sampled = sum[b] / count;
      const spread = squares[b] / count - sampled ** 2;
      // Measured with 40,000: .07 and .002 of the deviation, 5 % and 1 % of the variance; with 40 units up to 20 % of the variance.
      expect(Math.abs(mean.data[b] - sampled) / Math.sqrt(spread)).toBeLessThan(0.1);
      expect(Math.abs(variance.data[b] / spread - 1)).toBeLessThan(0.1);
    }
  });

  it('the predictive variance is that of the moments and of the observations', () => {
    const model = sequenceModel(
      { input: { features: 3 }, cell: 'rnn', hiddenSizes: [5], outputs: 1, dropout },
      stream,
    );
    const logDeviation = tensor([Math.log(0.5)]);
    const target = tensor([[[1], [2]]]);
    const { output } = model.forward(x);
    const { variance } = withObservationNoise(output, logDeviation);
    for (const b of [0, 1]) {
      expect(variance.data[b]).toBeCloseTo((output as Gaussian).variance.data[b] + 0.25, 6);
    }
    const run = gradients([logDeviation, ...Object.values(model.parameters)], () => {
      const { mean, variance: all } = withObservationNoise(model.forward(x).output, logDeviation);
      return gaussianNll(mean, all, target).loss;
    });
    expect(run.gradients[0].data[0]).not.toBe(0);
    const plain = withObservationNoise(tensor([[[3]]]), logDeviation);
    expect(plain.variance.data[0]).toBeCloseTo(0.25, 6);
    expect(squaredError(plain.mean, tensor([[[3]]])).sum).toBe(0);
  });
});
