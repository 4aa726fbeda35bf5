/** Notes that depend on each other: a NADE whose biases are linear in the state (Boulanger-Lewandowski, Bengio, Vincent 2012). */
import { meanOverSteps, NoiseStream, nade, type Tensor } from 'lethe';
import { keys } from '../data/piano-roll.ts';
import type { ReadoutOptions } from './bernoulli.ts';
import type { FrameReadout } from './frame-readout.ts';
import type { NoteOrder, ReadoutWords } from './words.ts';

/** @param seed of the run, which a random order is drawn from */
export function nadeReadout(
  words: Extract<ReadoutWords, { kind: 'nade' }>,
  options: ReadoutOptions,
  stream: NoiseStream,
  seed: number,
): FrameReadout {
  const { inputSize, dropout, layer, initial = {} } = options;
  const model = nade(
    {
      ...{ inputSize, dropout, layer, initial },
      outputSize: keys,
      hiddenSize: words.hidden,
      hiddenDropout: words.dropout,
      moments: words.moments,
      order: noteOrder(words.order, seed),
    },
    stream,
  );
  return {
    independent: false,
    linear: model.linear,
    parameters: { ...model.linear.parameters, ...(model.parameters as Record<string, Tensor>) },
    nll: (output, targets, stepMask, noise) =>
      meanOverSteps(model.rowNll(output, targets, { stepMask, noise }), stepMask),
    rowNll: (output, targets, stepMask, noise) => model.rowNll(output, targets, { stepMask, noise }).data,
    draw: (output, stream, temperature) => model.sample(output, stream, { temperature }).data,
  };
}

// --- internal ---

function noteOrder(order: NoteOrder, seed: number): Int32Array {
  const rising = Int32Array.from({ length: keys }, (_, i) => i);
  if (order === 'low-high') return rising;
  if (order === 'high-low') return rising.reverse();
  return Int32Array.from(new NoiseStream(seed).permutation({ site: 'order', entry: 1 }, keys));
}
