import { NoiseStream, scoped } from 'lethe';
import { meanOf } from 'lethe/moments';
import { expect, test } from 'vitest';
import { tinyConfig, tinyData } from '../../training/tiny.suite.ts';
import { frameTensor } from './batches.ts';
import { musicModel } from './model.ts';
import { samplePiece } from './sample.ts';

/** Weights of zero: every note has the probability of its output bias, whatever was heard. */
function biased(logit: number, dropout = 'none') {
  const model = musicModel(tinyConfig(`model.dropout=${dropout}`));
  for (const parameter of Object.values(model.parameters)) parameter.data.fill(0);
  model.parameters['readout.bias'].data.fill(logit);
  return model;
}

const share = (frames: number[][]): number =>
  frames.reduce((sum, frame) => sum + frame.length, 0) / (88 * frames.length);

test('notes come with their probability, and temperature divides the log-odds', () => {
  // 4400 notes of probability p: one deviation is sqrt(p (1 - p) / 4400), at most .0075; four are allowed.
  const logistic = (z: number): number => 1 / (1 + Math.exp(-z));
  expect(Math.abs(share(samplePiece(biased(-1), { length: 50 }).frames) - logistic(-1))).toBeLessThan(0.03);
  const cold = samplePiece(biased(-1), { length: 50, temperature: 0.5 }).frames;
  expect(Math.abs(share(cold) - logistic(-2))).toBeLessThan(0.03);
});

test('the variance of fast dropout enters the probability', () => {
  const model = biased(-2, 'fast:output=.5');
  // One hidden unit of constant value tanh(1) = .762 through a weight of 20, kept with probability .5:
  // mean 7.62, variance 58, so logistic((7.62 - 2) / sqrt(1 + pi/8 58)) = .765 where the mean alone says .996.
  model.parameters['rnn.bias'].data[0] = 1;
  model.parameters['readout.weight'].data.fill(20, 0, 88);
  const found = share(samplePiece(model, { length: 50 }).frames);
  expect(found).toBeGreaterThan(0.7);
  expect(found).toBeLessThan(0.83);
});

test('notes ascend and lie on the piano', () => {
  for (const frame of samplePiece(biased(0), { length: 20 }).frames) {
    expect(frame).toEqual([...frame].sort((a, b) => a - b));
    expect(frame.every((note: number) => note >= 21 && note <= 108)).toBe(true);
  }
});

test('what the model heard first changes what follows', () => {
  const model = musicModel(tinyConfig('model.inputVariance=.5', 'model.initialVariance=.5'));
  const [prime, other] = tinyData().splits.valid;
  const after = (piece: typeof prime) =>
    samplePiece(model, { length: 5, prime: piece, primeFrames: 3 }).frames.slice(3);
  expect(after(prime)).not.toEqual(after(other));
});

test.each([
  [{ length: 0 }, /length/],
  [{ length: 5, temperature: 0 }, /temperature/],
  [{ length: 5, prime: { frames: [[60]] }, primeFrames: 2 }, /1 to 1 frames/],
])('%j is refused', (options, message) => {
  expect(() => samplePiece(biased(0), options)).toThrow(message);
});

test('a test rule that draws gives the mean of its probabilities, draw for draw', () => {
  const model = musicModel(tinyConfig('model.dropout=dropconnect:weight=.5,samples=3'));
  for (const [name, { data }] of Object.entries(model.parameters)) {
    // A negative bias beside large weights: few notes, and not those of a coin.
    data.set(data.map((_: number, i: number) => (name === 'readout.bias' ? -3 : Math.sin(7 * i))));
  }
  const length = 6;
  const [frame] = samplePiece(model, { length: 1, seed: 4 }).frames;
  const { frames } = samplePiece(model, { length, seed: 4 });
  expect(frames[0]).toEqual(frame);
  expect(frames).toEqual(samplePiece(model, { length, seed: 4 }).frames);
  expect(frames).not.toEqual(samplePiece(model, { length, seed: 5 }).frames);
  // The first frame by hand: what three runs in the gaussian mode say after silence, averaged.
  const silence = scoped(() => {
    const mean = new Float64Array(88);
    for (let s = 0; s < 3; s++) {
      const noise = new NoiseStream(4).at(0, 2 * s).from(0);
      const { output } = model.forward(frameTensor([]), { noise, mode: 'gaussian' });
      meanOf(output).data.forEach((z: number, k: number) => {
        mean[k] += 1 / (1 + Math.exp(-z)) / 3;
      });
    }
    const u = new NoiseStream(4).uniforms({ site: 'sample' }, 88);
    return Array.from(mean.keys()).filter((k) => u[k] < mean[k]);
  });
  expect(frame.map((note) => note - 21)).toEqual(silence);
});
