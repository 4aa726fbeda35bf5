import { describe, expect, it } from 'vitest';
import { scale, sqrt, square } from '../autograd/ops/elementwise.ts';
import { sum } from '../autograd/ops/reduce.ts';
import { bucketBatches } from '../data/bucket-batches.ts';
import { padSteps } from '../data/pad-sequences.ts';
import { parseDropout } from '../dropout/parse.ts';
import { zoneout } from '../dropout/zoneout.ts';
import { meanOf } from '../moments/gaussian.ts';
import { squaredError } from '../nn/losses/losses.ts';
import { meanOverSteps } from '../nn/losses/mean-over-steps.ts';
import { sequenceLoss } from '../nn/sequence-loss.ts';
import { sequenceModel } from '../nn/sequence-model.ts';
import { adam } from '../optim/adam.ts';
import { averaging } from '../optim/averaging.ts';
import { ntAsgd } from '../optim/nt-asgd.ts';
import { rmsprop } from '../optim/rmsprop.ts';
import { sgd } from '../optim/sgd.ts';
import { NoiseStream } from '../random/stream.ts';
import { scoped } from '../tensor/scratch.ts';
import { Tensor, tensor } from '../tensor/tensor.ts';
import { fit } from './fit.ts';

/** Sequences of 3 to 9 numbers with their mean. */
function means(seed: number, n: number) {
  const stream = new NoiseStream(seed);
  const u = stream.uniforms({ site: 'sample' }, n);
  const z = stream.normals({ site: 'sample', layer: 1 }, 9 * n);
  return Array.from({ length: n }, (_, i) => {
    const steps = Array.from(z.subarray(9 * i, 9 * i + 3 + Math.floor(7 * u[i])), (x) => [x]);
    return { steps, target: steps.reduce((total, [x]) => total + x, 0) / steps.length };
  });
}

function training(seed: number) {
  const [train, valid] = [means(1, 300), means(2, 100)];
  const stream = new NoiseStream(seed);
  const model = sequenceModel(
    {
      input: { features: 1 },
      cell: 'gru',
      hiddenSizes: [12],
      outputs: 1,
      pooling: 'last',
      dropout: zoneout({ hidden: 0.05 }),
    },
    stream,
  );
  const errorOf = (examples: typeof train, noise?: NoiseStream) => {
    const { x, lengths } = padSteps(examples.map(({ steps }) => steps));
    const target = new Tensor([1, examples.length, 1], tensor(examples.map((one) => one.target)).data);
    const nll = (output: Parameters<typeof squaredError>[0]) => squaredError(output, target);
    return sequenceLoss(model, { x, lengths, nll, examples: train.length }, noise);
  };
  const lengths = train.map(({ steps }) => steps.length);
  return {
    model,
    options: {
      parameters: model.parameters,
      optimizer: adam(model.parameters, { stepRate: 0.01 }),
      noise: stream,
      batches: (epoch: number) => bucketBatches(lengths, { batchSize: 20, stream: stream.at(epoch) }),
      loss: (batch: Int32Array, noise: NoiseStream) =>
        errorOf(
          Array.from(batch, (n) => train[n]),
          noise,
        ),
      validate: () => scoped(() => errorOf(valid).nll.sum / valid.length),
      clipNorm: 1,
    },
    errorOf: () => scoped(() => errorOf(valid).nll.sum / valid.length),
  };
}

describe('fit', () => {
  it('learns, keeps the best weights and says how it went', async () => {
    const { options, errorOf } = training(4);
    const { reason, best, history } = await fit({ ...options, epochs: 25, patience: 6 });
    expect(['epochs', 'patience']).toContain(reason);
    // The variance of the mean of 3 to 9 standard normals is some .19.
    expect(best.valid).toBeLessThan(0.04);
    expect(best.valid).toBe(Math.min(...history.map(({ valid }) => valid)));
    expect(errorOf()).toBe(best.valid);
    expect(history.map(({ epoch }) => epoch)).toEqual(history.map((_, n) => n + 1));
    expect(history[0].step).toBe(15);
    // Falls, and is a number: what a regularized loss counts stands in its `nll`.
    expect(history[history.length - 1].train).toBeLessThan(history[0].train);
  });

  it('has the same bits from the same seed', async () => {
    const weights = await Promise.all(
      [0, 1].map(async () => {
        const { model, options } = training(5);
        await fit({ ...options, epochs: 2 });
        return Object.values(model.parameters).map(({ data }) => Array.from(data));
      }),
    );
    expect(weights[0]).toEqual(weights[1]);
  });

  it('ends when the validation has not been better for as long as the patience, with the weights of the best epoch', async () => {
    const w = tensor([4]);
    const valid = [5, 3, 4, 3, 3.5];
    const seen: number[] = [];
    const { reason, best } = await fit({
      parameters: { w },
      optimizer: sgd({ w }, { stepRate: 0.25 }),
      noise: new NoiseStream(1),
      batches: () => [0],
      loss: () => sum(square(w)),
      validate: () => valid[seen.length],
      patience: 3,
      onEpoch: () => seen.push(w.data[0]),
    });
    expect(reason).toBe('patience');
    expect(best).toMatchObject({ epoch: 2, valid: 3 });
    // w halves in every step: 4 → 2 → 1 after the second epoch.
    expect(seen).toEqual([2, 1, 0.5, 0.25, 0.125]);
    expect(w.data[0]).toBe(1);
  });

  it('is ended by its listener and by a signal', async () => {
    const { options } = training(6);
    const stopped = await fit({ ...options, epochs: 9, onEpoch: ({ epoch }) => epoch < 2 });
    expect(stopped).toMatchObject({ reason: 'stopped', best: { epoch: 2 } });
    const control = new AbortController();
    control.abort();
    await expect(fit({ ...options, signal: control.signal })).rejects.toThrow(
      /before its first epoch was over/,
    );
  });

  it('moves the step rate along its schedule and stops where the loss is not finite, with the best weights', async () => {
    const w = tensor([1]);
    const rates: number[] = [];
    const options = {
      parameters: { w },
      optimizer: sgd({ w }, { stepRate: 1 }),
      noise: new NoiseStream(1),
      batches: () => [0, 1],
      loss: (batch: number) => sum(square(batch === 7 ? tensor([Number.NaN]) : w)),
      stepRate: (progress: number) => {
        rates.push(progress);
        return 0;
      },
    };
    await fit({ ...options, epochs: 2 });
    expect(rates).toEqual([0, 0.25, 0.5, 0.75]);
    const broken = fit({ ...options, batches: (epoch) => (epoch === 1 ? [7] : [0]), epochs: 3 });
    await expect(broken).rejects.toThrow(/the loss of step 2 is NaN.*lower the step rate/);
    expect(w.data[0]).toBe(1);
  });

  it('says in which step a loss, or the gradient of which parameter, is not finite', async () => {
    const message = async (loss: (w: Tensor) => Tensor): Promise<string> => {
      const [v, w] = [tensor([1]), tensor([2])];
      const run = fit({
        parameters: { v, w },
        optimizer: sgd({ v, w }, { stepRate: 0.1 }),
        noise: new NoiseStream(1),
        batches: () => [0, 1, 2],
        loss: (batch) => (batch === 1 ? loss(w) : sum(square(w))),
      });
      return run.then(String, (error: Error) => `${error.name}: ${error.message}`);
    };
    // The square of 3e20 is beyond float32.
    expect(await message((w) => sum(square(scale(w, 3e20))))).toMatch(
      /^NumericsError: fit: the loss of step 2 is Infinity; lower the step rate/,
    );
    // Of √w at 0 the loss is 0, and its slope infinite.
    expect(await message((w) => sum(sqrt(scale(w, 0))))).toMatch(
      /^NumericsError: fit: in step 2, globalNorm: expected finite gradients, got (NaN|Infinity) in the gradient of w at element 0/,
    );
    expect(await message((w) => meanOverSteps(scale(w, 3e38)).loss)).toMatch(
      /^NumericsError: fit: in step 2, meanOverSteps: expected finite losses, got Infinity/,
    );
  });

  it('moves the momentum along its schedule', async () => {
    const w = tensor([0]);
    const seen: number[] = [];
    await fit({
      parameters: { w },
      optimizer: sgd({ w }, { stepRate: 1, momentum: 0.5 }),
      noise: new NoiseStream(1),
      batches: () => [0, 1],
      // The gradient is 1 everywhere.
      loss: () => sum(w),
      validate: () => 0,
      momentum: (progress) => (progress < 0.5 ? 0.5 : 0.25),
      onEpoch: () => seen.push(w.data[0]),
      epochs: 2,
    });
    // u = 1, 1.5, then .25 * 1.5 + 1 = 1.375 and .25 * 1.375 + 1 = 1.34375
    expect(seen).toEqual([-2.5, -5.21875]);
  });

  it('gives each step a stream of its own, over all epochs', async () => {
    const w = tensor([1]);
    const steps: number[] = [];
    const loss = (_: number, noise: NoiseStream) => {
      steps.push(noise.step);
      return sum(w);
    };
    const optimizer = sgd({ w }, { stepRate: 1 });
    await fit({
      parameters: { w },
      optimizer,
      noise: new NoiseStream(1),
      batches: () => [0, 1],
      loss,
      epochs: 2,
    });
    expect(steps).toEqual([0, 1, 2, 3]);
  });

  it('tells the mean over all terms of an epoch, whatever the batches have of them', async () => {
    const w = tensor([1]);
    const { history } = await fit({
      parameters: { w },
      optimizer: sgd({ w }, { stepRate: 1 }),
      noise: new NoiseStream(1),
      batches: () => [3, 1],
      // 6 over three terms, and 1.
      loss: (count: number) => ({ loss: sum(w), sum: count === 3 ? 6 : 1, count }),
      epochs: 1,
    });
    expect(history[0].train).toBe(7 / 4);
    expect(history[0].valid).toBe(7 / 4);
  });

  it('shortens gradients to the norm that is asked for, and shrinks weights after the update', async () => {
    const run = async (w: Tensor, more: object) => {
      await fit({
        parameters: { w },
        optimizer: sgd({ w }, { stepRate: 0.5 }),
        noise: new NoiseStream(1),
        batches: () => [0],
        loss: () => sum(square(w)),
        epochs: 1,
        ...more,
      });
      return w.toArray();
    };
    // Gradient (6, 8) of norm 10, shortened to (3, 4); half of it.
    expect(await run(tensor([3, 4]), { clipNorm: 5 })).toEqual([1.5, 2]);
    expect(await run(tensor([3, 4]), { clipNorm: 10 })).toEqual([0, 0]);
    const regularizer = parseDropout('weight-decay:lambda=.5,decoupled=true');
    expect(await run(tensor([3, 4]), { clipNorm: 5, regularizer })).toEqual([0.75, 1]);
  });

  it('validates and keeps the weights that the optimizer averages, and trains on with its own', async () => {
    const w = tensor([0]);
    const optimizer = ntAsgd({ w }, { stepRate: 1 });
    optimizer.startAveraging?.();
    const [validated, trained]: number[][] = [[], []];
    await fit({
      parameters: { w },
      optimizer,
      noise: new NoiseStream(1),
      batches: () => [0, 1],
      // The gradient is 1 everywhere: w is -1, -2, -3, … after the steps.
      loss: () => {
        trained.push(w.data[0]);
        return sum(w);
      },
      validate: () => {
        validated.push(w.data[0]);
        return validated.length === 2 ? 0 : 1;
      },
      epochs: 3,
    });
    expect(trained.map((value) => value + 0)).toEqual([0, -1, -2, -3, -4, -5]);
    // The means of -1 to -2, -4 and -6.
    expect(validated).toEqual([-1.5, -2.5, -3.5]);
    expect(w.data[0]).toBe(-2.5);
  });

  it.each([
    ['rmsprop', (w: Tensor) => rmsprop({ w }, { stepRate: 0.1, momentum: 0.9 })],
    ['averaging', (w: Tensor) => averaging(sgd({ w }, { stepRate: 0.1 }), { w })],
    [
      'ntAsgd',
      (w: Tensor) => {
        const optimizer = ntAsgd({ w }, { stepRate: 0.1 });
        optimizer.startAveraging!();
        return optimizer;
      },
    ],
    ['sgd', (w: Tensor) => sgd({ w }, { stepRate: 0.1, momentum: 0.9 })],
  ] as const)('leaves the best weights where %s evaluates and goes on from', async (_, make) => {
    for (const breaks of [false, true]) {
      const w = tensor([1]);
      const optimizer = make(w);
      let best = Number.NaN;
      const run = fit({
        parameters: { w },
        optimizer,
        noise: new NoiseStream(1),
        batches: () => [0, 1],
        loss: () => sum(square(w)),
        validate: () => (w.data[0] - 0.5) ** 2,
        onEpoch: ({ best: isBest, epoch }) => {
          if (isBest) best = optimizer.evaluate(() => w.data[0]);
          if (breaks && epoch === 4) throw new Error('of the caller');
        },
        epochs: 5,
      });
      if (breaks) await expect(run).rejects.toThrow('of the caller');
      else await run;
      expect(w.data[0]).toBe(best);
      expect(optimizer.evaluate(() => w.data[0])).toBe(best);
      // The gradient 0 moves what has no velocity nowhere.
      optimizer.update([tensor([0])]);
      expect(w.data[0]).toBe(best);
      expect(optimizer.evaluate(() => w.data[0])).toBe(best);
    }
  });

  it('leaves the weights of the best epoch where a later step breaks', async () => {
    const w = tensor([1]);
    const broken = fit({
      parameters: { w },
      optimizer: sgd({ w }, { stepRate: 0.25 }),
      noise: new NoiseStream(1),
      batches: (epoch) => (epoch === 0 ? [0] : [0, 7]),
      loss: (batch: number) => sum(square(batch === 7 ? tensor([Number.NaN]) : w)),
      epochs: 2,
    });
    await expect(broken).rejects.toThrow(/the loss of step 3 is NaN/);
    // Halved once; what the second epoch did is gone.
    expect(w.data[0]).toBe(0.5);
  });

  it('refuses an optimizer of other parameters, or in another order, and so does averaging', async () => {
    const [a, b] = [tensor([1]), tensor([2])];
    const of = (optimized: Record<string, Tensor>, parameters: Record<string, Tensor>) =>
      fit({
        parameters,
        optimizer: sgd(optimized, { stepRate: 0.1 }),
        noise: new NoiseStream(1),
        batches: () => [0],
        loss: () => sum(square(a)),
      });
    await expect(of({ b, a }, { a, b })).rejects.toThrow(
      /an optimizer of the same 2 parameters in the same order, got b in place of a/,
    );
    await expect(of({ a: tensor([1]) }, { a })).rejects.toThrow(/got another tensor in place of a/);
    await expect(of({ a }, { a, b })).rejects.toThrow(/got none for b/);
    await expect(of({ a, b }, { a })).rejects.toThrow(/same 1 parameters in the same order, got 2/);
    expect(() => averaging(sgd({ a }, { stepRate: 0.1 }), { b })).toThrow(
      /averaging: expected an optimizer of the same/,
    );
    // Names may differ, and what is undefined is no parameter.
    expect(await of({ other: a }, { a, b: undefined } as never)).toMatchObject({ reason: 'epochs' });
  });

  it('says the step of a loss of sequences that is not finite, whose sum is not either', async () => {
    const { options } = training(7);
    const w = tensor([1]);
    const loss = () =>
      squaredError(new Tensor([1, 1], scale(w, Number.MAX_VALUE).data), tensor([[Number.NaN]]));
    await expect(fit({ ...options, loss })).rejects.toThrow(/the loss of step 1 is NaN/);
  });

  it('says what batches, loss, validate and signal should have been', async () => {
    const { options } = training(7);
    const w = tensor([1]);
    const one = () => sum(square(w));
    for (const [changed, message] of [
      [{ batches: () => 5 }, /batches to give an array or another iterable, got 5/],
      [{ batches: async function* () {} }, /another iterable, got a AsyncGenerator/],
      [{ loss: () => ({ loss: one() }) }, /\{ loss, sum, count \}.*got sum undefined and count undefined/],
      [{ loss: () => ({ loss: one(), nll: undefined }) }, /got sum undefined/],
      [{ loss: () => ({ loss: one(), sum: 0, count: 0 }) }, /count above 0, got sum 0 and count 0/],
      [{ validate: () => '0.5' }, /validate to give a number, got the text '0.5'/],
      [{ validate: () => undefined }, /validate to give a number, got undefined/],
      [{ signal: new AbortController() }, /an AbortSignal, got a AbortController; give the signal/],
      [{ regularizer: 'fast' }, /fit: expected a regularizer/],
    ] as const) {
      await expect(fit({ ...options, ...changed } as never)).rejects.toThrow(message);
    }
  });

  it('refuses what is no training', async () => {
    const { options } = training(7);
    await expect(fit({ ...options, epoch: 3 } as never)).rejects.toThrow(/did you mean 'epochs'/);
    await expect(fit({ ...options, batches: () => [] })).rejects.toThrow(/at least one batch in epoch 1/);
    await expect(fit({ ...options, loss: () => 3 as never })).rejects.toThrow(/got 3/);
  });
});

it('what a model answers has one row for each sequence', () => {
  const { model } = training(8);
  const { x, lengths } = padSteps([[[1], [2]], [[3]]]);
  scoped(() =>
    expect(meanOf(model.forward(x, undefined, undefined, { stop: lengths }).output).shape).toEqual([1, 2, 1]),
  );
});
