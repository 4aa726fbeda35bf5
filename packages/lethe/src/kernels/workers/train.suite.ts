/**
 * A worker that trains a small LSTM with noise on the native engine, with the threads and the precision that it is told, and posts
 * its weights as bytes. Waits before each step for nobody: its calls and those of other workers interleave as they come.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { variational } from '../../dropout.ts';
import { useEngine, useThreads, withPrecision } from '../../engine.ts';
import { gradients, linear, lstm, NoiseStream, rmsprop, scoped, squaredError, Tensor } from '../../index.ts';

const { threads, isBf16, seed, steps } = workerData as TrainingOrder;

/** What such a worker is told. */
export interface TrainingOrder {
  threads: number;
  isBf16: boolean;
  seed: number;
  steps: number;
}

useEngine('native');
useThreads(threads);

const [T, B, I, H] = [12, 24, 20, 130];
const stream = new NoiseStream(seed);
const noisy = variational({ input: 0.2, recurrent: 0.3 });
const cell = lstm({ inputSize: I, hiddenSize: H, dropout: noisy }, stream);
const readout = linear({ inputSize: H, outputSize: I, layer: 1 }, stream);
const parameters = {
  ...cell.parameters,
  weightOut: readout.parameters.weight,
  biasOut: readout.parameters.bias,
};
const optimizer = rmsprop(parameters, { stepRate: 0.001, momentum: 0.9 });
const wave = (shift: number) =>
  Float32Array.from({ length: T * B * I }, (_, i) => Math.sin(0.37 * i + shift));

const train = (step: number) =>
  scoped(() => {
    const x = new Tensor([T, B, I], wave(step));
    const y = new Tensor([T, B, I], wave(step + 0.5));
    const { gradients: slopes } = gradients(Object.values(parameters), () => {
      const noise = stream.at(step);
      return squaredError(readout.forward(cell.forward(x, undefined, noise).output, noise), y).loss;
    });
    optimizer.update(slopes);
  });
withPrecision(isBf16 ? 'bf16' : 'f32', () => {
  for (let step = 1; step <= steps; step++) train(step);
});
const weights = Object.values(parameters).map(({ data }) => Buffer.from(Float32Array.from(data).buffer));
parentPort!.postMessage(Buffer.concat(weights).toString('base64'));
