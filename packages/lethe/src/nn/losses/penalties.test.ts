import { describe, expect, it } from 'vitest';
import { gradients } from '../../autograd/tape.ts';
import { ar } from '../../dropout/ar.ts';
import { combine } from '../../dropout/combine.ts';
import { parseDropout } from '../../dropout/parse.ts';
import { NoiseStream } from '../../random/stream.ts';
import { realFrom } from '../../tensor/dtype.ts';
import { Tensor, tensor } from '../../tensor/tensor.ts';
import { everyMethod, testNetwork } from '../every-method.suite.ts';
import { descriptionLength, noisyWeights } from '../parameters/noisy-weights.ts';
import { readoutDistance } from '../readout/readout.ts';
import { rnn } from '../recurrent/layers.ts';
import {
  activationPenalty,
  decayWeights,
  distancePenalty,
  temporalPenalty,
  weightDecayPenalty,
} from './penalties.ts';
import { type ModelRun, regularizedLoss } from './regularized-loss.ts';
import { softmaxNll } from './softmax-nll.ts';

const stream = new NoiseStream(42, 5);

describe('penalties', () => {
  it('AR is alpha times the mean square: 2 (1 + 4 + 0 + 9) / 4', () => {
    const y = tensor([1, -2, 0, 3], [2, 1, 2]);
    const run = gradients([y], () => activationPenalty(y, 2));
    expect(run.loss).toBeCloseTo(7, 6);
    // 2 alpha y / n
    expect(run.gradients[0].toArray()).toEqual([1, -2, 0, 3]);
  });

  it('TAR is beta times the mean squared difference of neighbouring steps, 0 for one step', () => {
    // differences 2, -1 and 3, 0 over 3 steps of 2 units: (4 + 9 + 1 + 0) / 4
    const h = tensor([1, 0, 3, 3, 2, 3], [3, 1, 2]);
    expect(temporalPenalty(h, 1).item()).toBeCloseTo(3.5, 6);
    expect(temporalPenalty(tensor([1, 2], [1, 1, 2]), 1).item()).toBe(0);
  });

  it('the distance of two runs is kappa times the mean squared difference, and pulls both', () => {
    const [a, b] = [tensor([1, 2], [2]), tensor([3, 2], [2])];
    const run = gradients([a, b], () => distancePenalty(a, b, 0.5));
    expect(run.loss).toBeCloseTo(1, 6);
    // + 0: a gradient of -0 is 0 as well
    expect(run.gradients.map((g) => Array.from(g.data, (slope) => slope + 0))).toEqual([
      [-1, 0],
      [1, 0],
    ]);
  });

  it('weight decay is a term of the loss, or shrinks the weights after the update', () => {
    const w = tensor([3, 4], [2]);
    const run = gradients([w], () => weightDecayPenalty([w], 0.1));
    expect(run.loss).toBeCloseTo(1.25, 6);
    expect(run.gradients[0].data[1]).toBeCloseTo(0.4, 6);
    decayWeights(parseDropout('weight-decay:lambda=.5'), [w]);
    expect(w.toArray()).toEqual([3, 4]);
    decayWeights(parseDropout('weight-decay:lambda=.5,decoupled=true'), [w]);
    expect(w.toArray()).toEqual([1.5, 2]);
  });

  describe('over rows of different lengths', () => {
    const [T, B, n] = [5, 3, 2];
    const lengths = [5, 2, 3];
    const data = (layer: number) => stream.normals({ site: 'sample', layer }, T * B * n);
    /** Rows that end early, [T, B, n]; what stands behind an end is no number. */
    const padded = (layer: number) => {
      const values = data(layer);
      for (let i = 0; i < values.length; i++) {
        const [t, b] = [Math.floor(i / (B * n)), Math.floor(i / n) % B];
        if (t >= lengths[b]) values[i] = Number.NaN;
      }
      return new Tensor([T, B, n], values);
    };
    const [h, other] = [padded(1), padded(2)];
    const stepMask = realFrom(
      Array.from({ length: T * B }, (_, m) => (Math.floor(m / B) < lengths[m % B] ? 1 : 0)),
    );
    /** Row b alone, [length, 1, n]. */
    const alone = (x: Tensor, b: number) => {
      const rows = Array.from({ length: lengths[b] }, (_, t) =>
        x.toArray().slice((t * B + b) * n, (t * B + b + 1) * n),
      );
      return tensor(rows.flat(), [lengths[b], 1, n]);
    };
    const weight = tensor([1, 2, 3, -1, 0, 1], [3, n]);
    const clusters = { cutoffs: [2], weight: tensor([[1, 1]]), bias: tensor([0]) };
    type Penalty = (a: Tensor, b: Tensor, mask?: typeof stepMask) => Tensor;
    /** With the number of terms that the mean of a row goes over. */
    const penalties: Record<string, [Penalty, (length: number) => number]> = {
      AR: [(a, _, mask) => activationPenalty(a, 2, mask), (length) => length],
      TAR: [(a, _, mask) => temporalPenalty(a, 2, mask), (length) => length - 1],
      'the distance of two runs': [(a, b, mask) => distancePenalty(a, b, 2, mask), (length) => length],
      'the distance at the readout': [
        (a, b, mask) => readoutDistance(a, b, { weight }, 2, mask),
        (length) => length,
      ],
      'the distance at a readout with clusters': [
        (a, b, mask) => readoutDistance(a, b, { weight, clusters }, 2, mask),
        (length) => length,
      ],
    };
    for (const [name, [penalty, terms]] of Object.entries(penalties)) {
      it(`is the mean over the steps that count, in value and gradient: ${name}`, () => {
        const together = gradients([h, other], () => penalty(h, other, stepMask));
        const total = lengths.reduce((sum, length) => sum + terms(length), 0);
        let expected = 0;
        for (const [b, length] of lengths.entries()) {
          const [a, c] = [alone(h, b), alone(other, b)];
          const own = gradients([a, c], () => penalty(a, c));
          expected += (own.loss * terms(length)) / total;
          for (const k of [0, 1]) {
            for (let t = 0; t < T; t++) {
              for (let j = 0; j < n; j++) {
                const slope = t < length ? (own.gradients[k].data[t * n + j] * terms(length)) / total : 0;
                expect(together.gradients[k].data[(t * B + b) * n + j]).toBeCloseTo(slope, 5);
              }
            }
          }
        }
        expect(together.loss).toBeCloseTo(expected, 5);
      });

      it(`has the bits of no mask where all steps count, and is 0 where none does: ${name}`, () => {
        const [a, c] = [new Tensor([T, B, n], data(3)), new Tensor([T, B, n], data(4))];
        expect(penalty(a, c, stepMask.slice().fill(1) as typeof stepMask).item()).toBe(penalty(a, c).item());
        expect(penalty(a, c, stepMask.slice().fill(0) as typeof stepMask).item()).toBe(0);
        expect(() => penalty(a, c, realFrom([1]))).toThrow(`expected a step mask of ${T * B} elements`);
      });
    }
  });
});

describe('the loss of a regularizer', () => {
  const logits = tensor([1, -1, 0.5, 2], [2, 1, 2]);
  const targets = Int32Array.of(0, 1);
  const plainRun = (noise?: NoiseStream): ModelRun => {
    // What stands for a model: its logits are shifted by the noise.
    const shift = noise ? noise.uniforms({ site: 'input' }, 4) : new Float32Array(4);
    const output = tensor(
      Array.from(logits.data, (z, i) => z + shift[i]),
      [2, 1, 2],
    );
    return { output, nll: softmaxNll(output, targets), dropped: output, states: output, state: [] };
  };
  const context = { parameters: [], distributions: [], examples: 10 };

  it('without penalties and second runs is that of the task', () => {
    const { loss, penalties } = regularizedLoss(parseDropout('naive:input=.5'), plainRun, stream, context);
    expect(loss.item()).toBe(plainRun(stream).nll.loss.item());
    expect(penalties).toEqual({});
  });

  it('of fraternal dropout is the mean of both runs and kappa times their distance', () => {
    const regularizer = parseDropout('fraternal:kappa=.5+naive:input=.5');
    const runs = [plainRun(stream.at(5, 0)), plainRun(stream.at(5, 1))];
    const distance = runs[0].output as ReturnType<typeof tensor>;
    const other = runs[1].output as ReturnType<typeof tensor>;
    const squares = Array.from(distance.data, (z, i) => (z - other.data[i]) ** 2);
    const expected = 0.5 * (squares.reduce((a, b) => a + b, 0) / 4);
    const { loss, penalties, nll } = regularizedLoss(regularizer, plainRun, stream, context);
    expect(penalties.distance).toBeCloseTo(expected, 6);
    const tasks = (runs[0].nll.loss.item() + runs[1].nll.loss.item()) / 2;
    expect(loss.item()).toBeCloseTo(tasks + expected, 6);
    expect(nll.loss.item()).toBe(runs[0].nll.loss.item());
  });

  it('of its expectation-linear and pi forms counts the targets of the first run alone; the former has no noise in the second', () => {
    for (const [variant, second] of [
      ['expectation-linear', undefined],
      ['pi', stream.at(5, 1)],
    ] as const) {
      const regularizer = parseDropout(`fraternal:variant=${variant},kappa=1+naive:input=.5`);
      const runs = [plainRun(stream.at(5, 0)), plainRun(second)].map(({ output, nll }) => ({
        z: Array.from((output as ReturnType<typeof tensor>).data),
        nll: nll.loss.item(),
      }));
      const distance = runs[0].z.reduce((sum, z, i) => sum + (z - runs[1].z[i]) ** 2, 0) / 4;
      const { loss } = regularizedLoss(regularizer, plainRun, stream, context);
      expect(loss.item()).toBeCloseTo(runs[0].nll + distance, 5);
    }
  });

  it('has a distance of 0 where both runs share all their masks, and more where they do not', () => {
    const noise = 'variational:input=.3,recurrent=.3,output=.3';
    for (const cell of ['rnn', 'lstm', 'gru'] as const) {
      const sizes = { T: 5, B: 3, I: 4, H: 6, K: 2 };
      const distance = (same: string) => {
        const { regularizer, loss } = testNetwork(`fraternal:kappa=1${same}+${noise}`, cell, sizes, stream);
        const single = testNetwork(noise, cell, sizes, stream).loss(stream).item();
        return { both: loss(stream).item(), single, regularizer };
      };
      const shared = distance(',same=input/recurrent/output');
      expect(shared.both).toBeCloseTo(shared.single, 5);
      expect(Math.abs(distance('').both - shared.single)).toBeGreaterThan(1e-3);
    }
  });

  it('pulls Gaussian weights to 0 and leaves their deviations as they are', () => {
    const layer = rnn(
      { inputSize: 2, hiddenSize: 3, dropout: parseDropout('weight-noise:deviation=.1') },
      stream,
    );
    const { weightInLogDeviation, weightRecLogDeviation, ...weights } = layer.parameters;
    const parameters = Object.values(layer.parameters) as Tensor[];
    const squares = (Object.values(weights) as Tensor[]).reduce(
      (sum, { data }) => sum + Array.from(data).reduce((part, w) => part + w * w, 0),
      0,
    );
    const { loss, gradients: slopes } = gradients(parameters, () => weightDecayPenalty(parameters, 2));
    expect(loss).toBeCloseTo(squares, 5);
    const deviations = [weightInLogDeviation!, weightRecLogDeviation!];
    for (const one of deviations)
      expect(slopes[parameters.indexOf(one)].toArray()).toEqual(Array(one.size).fill(0));
    const before = parameters.map((one) => one.toArray());
    decayWeights(parseDropout('weight-decay:lambda=.5,decoupled=true'), parameters);
    for (const [i, one] of parameters.entries()) {
      const factor = deviations.includes(one) ? 1 : 0.5;
      expect(one.toArray()).toEqual(before[i].map((value) => factor * value));
    }
  });

  it('has a distance of 0 where both runs share the draw of all Gaussian weights', () => {
    const sizes = { T: 5, B: 3, I: 4, H: 6, K: 2 };
    const lossOf = (method: string) => testNetwork(method, 'rnn', sizes, stream).loss(stream).item();
    const noise = 'weight-noise:deviation=.3,weight=0';
    const single = lossOf(noise);
    expect(lossOf(`fraternal:kappa=1,same=weight/weightIn+${noise}`)).toBeCloseTo(single, 5);
    expect(Math.abs(lossOf(`fraternal:kappa=1+${noise}`) - single)).toBeGreaterThan(1e-3);
  });

  it('of a stream at pass k draws its two runs at passes 2k and 2k + 1, and a single run at k', () => {
    const drawn = (method: string, pass: number): (number | undefined)[] => {
      const passes: (number | undefined)[] = [];
      const run = (noise?: NoiseStream): ModelRun => {
        passes.push(noise?.pass);
        return plainRun(noise);
      };
      regularizedLoss(parseDropout(method), run, stream.at(5, pass), context);
      return passes;
    };
    expect(drawn('fraternal:kappa=.5+naive:input=.5', 3)).toEqual([6, 7]);
    expect(drawn('fraternal:variant=expectation-linear,kappa=1+naive:input=.5', 3)).toEqual([6, undefined]);
    expect(drawn('naive:input=.5', 3)).toEqual([3]);
  });

  it('has AR of what the readout gets, TAR of the states without noise at the output', () => {
    const run = (): ModelRun => ({
      ...plainRun(),
      dropped: tensor([2, 0, 2, 0], [2, 1, 2]),
      states: tensor([0, 1, 0, 4], [2, 1, 2]),
    });
    const { penalties } = regularizedLoss(parseDropout('ar:alpha=3+tar:beta=5'), run, stream, context);
    // 3 (4 + 0 + 4 + 0) / 4; 5 (0 + 9) / 2
    expect(penalties.activation).toBeCloseTo(6, 6);
    expect(penalties['temporal-activation']).toBeCloseTo(22.5, 6);
  });

  it('says over how many steps each penalty is a mean: those that count, or pairs of neighbours that do', () => {
    const x = tensor([1, 2, 3, 4, 5, 6, 7, 8], [4, 2, 1]);
    const run = (stepMask?: ModelRun['stepMask']) => (): ModelRun => ({
      ...plainRun(),
      dropped: x,
      states: x,
      stepMask,
    });
    const stepsOf = (mask?: number[]) =>
      regularizedLoss(parseDropout('ar:alpha=1+tar:beta=1'), run(mask && realFrom(mask)), stream, context)
        .penaltySteps;
    expect(stepsOf()).toEqual({ activation: 8, 'temporal-activation': 6 });
    // The first row counts in steps 0, 1 and 3, of which 0 and 1 are neighbours; the second from step 2 on.
    expect(stepsOf([1, 0, 1, 0, 0, 1, 1, 1])).toEqual({ activation: 5, 'temporal-activation': 2 });
  });

  it('divides the description length by the terms of the whole training set', () => {
    // N(1, 1) and N(-1, 1) cost ln 2 together, see below.
    const distributions = [{ mean: tensor([1, -1], [2]), logDeviation: tensor([0, 0], [2]) }];
    const { loss, penalties, nll } = regularizedLoss(parseDropout('weight-noise'), plainRun, undefined, {
      ...{ parameters: [], distributions, examples: 10 },
    });
    expect(penalties['description-length']).toBeCloseTo(Math.LN2 / 10, 6);
    expect(loss.item()).toBeCloseTo(nll.loss.item() + Math.LN2 / 10, 6);
  });

  it('logs every penalty by its name', () => {
    const named = new Map(everyMethod.map(([method]) => [method, parseDropout(method)]));
    const regularizer = combine(
      named.get('awd:weight=.4,input=.3,hidden=.2,output=.3,ar=2,tar=1')!,
      ar({ alpha: 1 }),
    );
    const { penalties } = regularizedLoss(regularizer, plainRun, undefined, context);
    expect(Object.keys(penalties)).toEqual(['activation', 'temporal-activation']);
  });
});

describe('noisy weights', () => {
  it('are mean + deviation times the draw', () => {
    const weights = noisyWeights(
      tensor([1, 2], [2]),
      tensor([0, Math.log(0.5)], [2]),
      Float32Array.of(2, -2),
    );
    expect(weights.toArray()).toEqual([3, 1]);
  });

  it('cost the divergence from the best Gaussian prior: 0 when they are that prior', () => {
    // Two weights N(0, 1): the prior is N(0, 1), and the divergence 0.
    expect(
      descriptionLength([{ mean: tensor([0, 0], [2]), logDeviation: tensor([0, 0], [2]) }]).item(),
    ).toBeCloseTo(0, 6);
    // N(1, 1) and N(-1, 1): the prior is N(0, 2), and each costs (ln 2) / 2.
    const apart = { mean: tensor([1, -1], [2]), logDeviation: tensor([0, 0], [2]) };
    expect(descriptionLength([apart]).item()).toBeCloseTo(Math.LN2, 6);
  });
});

describe('the categorical loss', () => {
  it('of K equal logits is ln K, and of a row that does not count nothing', () => {
    const flat = tensor(new Array(10).fill(3), [2, 5]);
    expect(softmaxNll(flat, Int32Array.of(0, 4)).loss.item()).toBeCloseTo(Math.log(5), 6);
    const half = softmaxNll(flat, Int32Array.of(0, 4), Float32Array.of(1, 0));
    expect([half.count, half.sum]).toEqual([1, expect.closeTo(Math.log(5), 5)]);
  });

  it('refuses classes that are not there, and another number of them', () => {
    expect(() => softmaxNll(tensor([1, 2], [1, 2]), Int32Array.of(2))).toThrow(
      'expected targets from 0 to 1, got 2 at row 0',
    );
    expect(() => softmaxNll(tensor([1, 2], [1, 2]), Int32Array.of(1, 0))).toThrow('expected 1 targets');
  });
});
