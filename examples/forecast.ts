/** Many series, one model: the next 7 days, and intervals that hold what they promise. */
import * as lethe from 'lethe';
import { parseDropout } from 'lethe/dropout';
import { meanOf } from 'lethe/moments';

// Yours: series of numbers. Here 30 with a week in them, a level of their own and noise.
const noise = new lethe.NoiseStream(1);
const series = Array.from({ length: 30 }, (_, i) => {
  const errors = noise.at(i).normals({ site: 'sample' }, 280);
  return Array.from(errors, (e, t) => (i % 7) + 2 * Math.sin(t * 0.8976) + e / 2);
});
// By time: trained on first, then what decides, what calibrates, what tests.
const origins = Array.from({ length: 9 }, (_, n) => 7 * n);
const windowAt = (y: number[], t: number) => ({ past: y.slice(t - 28, t), future: y.slice(t, t + 7) });
const windows = (from: number) => series.flatMap((y) => origins.map((n) => windowAt(y, from + n)));
const [train, valid, kept, test] = [28, 91, 154, 217].map(windows);
const x = (all: typeof train) => lethe.padSteps(all.map(({ past }) => past.map((y) => [y]))).x;
const truth = (all: typeof train) => Float32Array.from(all.flatMap(({ future }) => future));

const dropout = parseDropout('variational:input=.1,recurrent=.1,output=.1');
const shape = { input: { features: 1 }, cell: 'gru', hiddenSizes: [24], outputs: 7 } as const;
const model = lethe.sequenceModel({ ...shape, dropout }, noise);
const loss = (all: typeof train, draws?: lethe.NoiseStream) => {
  const target = new lethe.Tensor([1, all.length, 7], truth(all));
  return lethe.squaredError(model.forward(x(all), draws).output, target);
};
const { parameters } = model;
const optimizer = lethe.adam(parameters, { stepRate: 0.01 });
const validate = () => lethe.scoped(() => loss(valid).loss.data[0]);
const lengths = train.map(({ past }) => past.length);
const numbers = (epoch: number) => lethe.bucketBatches(lengths, { batchSize: 32, stream: noise.at(epoch) });
const batches = (epoch: number) => numbers(epoch).map((batch) => Array.from(batch, (n) => train[n]));
await lethe.fit({ parameters, optimizer, batches, loss, noise, validate, epochs: 20, patience: 5 });
const forecast = (all: typeof train) => meanOf(model.forward(x(all)).output).data;
const fitted = lethe.fitConformalIntervals(truth(kept), forecast(kept), { horizon: 7 });
const intervals = lethe.conformalIntervals(fitted, forecast(test));
const { coverage, jointCoverage } = lethe.intervalScores(truth(test), intervals, { horizon: 7 });
console.log({ rmse: lethe.rmse(truth(test), forecast(test)), coverage, jointCoverage });
