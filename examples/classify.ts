/** Texts to classes: batches of like lengths, early stopping, and how sure each answer is. */
import * as lethe from 'lethe';
import { parseDropout } from 'lethe/dropout';
import { meanOf } from 'lethe/moments';

// Yours: words as numbers, and a class each. Here the class is whether word 7 stands in the text.
const noise = new lethe.NoiseStream(1);
const texts = Array.from({ length: 900 }, (_, i) =>
  Array.from(noise.at(i).uniforms({ site: 'sample' }, 5 + (i % 8), 0, 20), Math.floor),
);
const labels = texts.map((words) => (words.includes(7) ? 1 : 0));
const take = (i: ArrayLike<number>) => Array.from(i, (n) => texts[n]);
const classesOf = (i: ArrayLike<number>) => Int32Array.from(i, (n) => labels[n]);
const range = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, n) => from + n);
const [train, valid, test] = [range(0, 600), range(600, 750), range(750, 900)];

const dropout = parseDropout('variational:input=.1,recurrent=.1,output=.2');
const input = { vocabulary: 20, embedding: 16 };
const model = lethe.sequenceModel({ input, cell: 'gru', hiddenSizes: [24], outputs: 2, dropout }, noise);
const loss = (i: ArrayLike<number>, draws?: lethe.NoiseStream) => {
  const nll: lethe.SequenceStep['nll'] = (y) => lethe.softmaxNll(meanOf(y), classesOf(i));
  return lethe.sequenceLoss(model, { ...lethe.padWords(take(i)), nll, examples: train.length }, draws);
};
const lengths = texts.slice(0, train.length).map(({ length }) => length);
const { best } = await lethe.fit({
  parameters: model.parameters,
  optimizer: lethe.adam(model.parameters, { stepRate: 0.01 }),
  batches: (epoch) => lethe.bucketBatches(lengths, { batchSize: 20, stream: noise.at(epoch) }),
  loss,
  noise,
  validate: () => lethe.scoped(() => loss(valid).nll.loss.data[0]),
  ...{ epochs: 30, patience: 5 },
});
const { x, lengths: stop } = lethe.padWords(take(test));
const options = { samples: 30, distribution: 'categorical', lengths: stop } as const;
const { probabilities, uncertainty } = lethe.mcDropout(model.forward, dropout, x, noise.at(0), options);
console.log(`epoch ${best.epoch}: ${lethe.accuracy(lethe.rowsOf(probabilities, 2), classesOf(test))} right`);
const doubts = uncertainty.map(({ information }) => information);
console.log('least sure of', texts[test[doubts.indexOf(Math.max(...doubts))]].join(' '));
