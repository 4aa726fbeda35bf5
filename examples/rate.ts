/** Sequences to a number: fast dropout says how sure it is without a sample, calibration makes it a promise. */
import * as lethe from 'lethe';
import { parseDropout } from 'lethe/dropout';

// Yours: sequences of steps, and a number each. Here the mean of the first of two columns, and noise.
const noise = new lethe.NoiseStream(1);
const examples = Array.from({ length: 1000 }, (_, i) => {
  const z = noise.at(i).normals({ site: 'sample' }, 2 * (4 + (i % 9)) + 1);
  const steps = Array.from({ length: 4 + (i % 9) }, (_, t) => [z[2 * t], z[2 * t + 1]]);
  return { steps, target: steps.reduce((sum, [x]) => sum + x, 0) / steps.length + z[z.length - 1] / 10 };
});
const [train, valid, kept, test] = [0, 250, 500, 750].map((n) => examples.slice(n, n + 250));
const truth = (all: typeof train) => Float32Array.from(all, ({ target }) => target);

const dropout = parseDropout('fast:input=.02,recurrent=.02,output=.05,form=probit');
const shape = { input: { features: 2 }, hiddenSizes: [24], outputs: 1 };
const model = lethe.sequenceModel({ ...shape, cell: 'rnn', pooling: 'mean', dropout }, noise);
const parameters = { ...model.parameters, logDeviation: lethe.tensor([-1]) };
/** Mean and variance of the answers: the moments of the network, and the noise of the targets. */
const answer = (all: typeof train, draws?: lethe.NoiseStream) => {
  const { x, lengths: stop } = lethe.padSteps(all.map(({ steps }) => steps));
  const { output } = model.forward(x, draws, undefined, { mode: 'moments', stop });
  return lethe.withObservationNoise(output, parameters.logDeviation);
};
const loss = (all: typeof train, draws?: lethe.NoiseStream) => {
  const { mean, variance } = answer(all, draws);
  return lethe.gaussianNll(mean, variance, new lethe.Tensor([1, all.length, 1], truth(all)));
};
const optimizer = lethe.adam(parameters, { stepRate: 0.01 });
const validate = () => lethe.scoped(() => loss(valid).loss.data[0]);
const lengths = train.map(({ steps }) => steps.length);
const numbers = (epoch: number) => lethe.bucketBatches(lengths, { batchSize: 25, stream: noise.at(epoch) });
const batches = (epoch: number) => numbers(epoch).map((batch) => Array.from(batch, (n) => train[n]));
await lethe.fit({ parameters, optimizer, batches, loss, noise, validate, epochs: 40, patience: 6 });
const deviation = (all: typeof train) => answer(all).variance.data.map(Math.sqrt);
const mean = (all: typeof train) => answer(all).mean.data;
const fitted = lethe.fitConformalIntervals(truth(kept), mean(kept), { deviation: deviation(kept) });
const intervals = lethe.conformalIntervals(fitted, mean(test), { deviation: deviation(test) });
const { coverage, width } = lethe.intervalScores(truth(test), intervals);
console.log({ rmse: lethe.rmse(truth(test), mean(test)), coverage, width });
