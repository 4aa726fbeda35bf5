/** Notes that depend on each other: a NADE whose biases are linear in the state (Boulanger-Lewandowski, Bengio, Vincent 2012). */
import { meanOverSteps, NoiseStream, nade, type Tensor } from 'lethe';
import { keys } from '../data/piano-roll.ts';
import type { ReadoutOptions } from './bernoulli.ts';
import type { FrameReadout } from './frame-readout.ts';
import type { ReadoutWords } from './words.ts';

type Nade = Extract<ReadoutWords, { kind: 'nade' }>;

/**
 * With several orders, a minibatch is trained in one of them that is drawn for it; evaluation averages the likelihoods of all.
 * @param seed of the run, which random orders are drawn from
 */
export function nadeReadout(
  words: Nade,
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
      order: noteOrders(words, seed),
    },
    stream,
  );
  return {
    independent: false,
    linear: model.linear,
    parameters: { ...model.linear.parameters, ...(model.parameters as Record<string, Tensor>) },
    nll(output, targets, stepMask, noise) {
      const order = noise && drawOrder(noise, words.orders, layer);
      return meanOverSteps(model.rowNll(output, targets, { stepMask, noise, order }), stepMask);
    },
    rowNll: (output, targets, stepMask, noise) => model.rowNll(output, targets, { stepMask, noise }).data,
    draw: (output, stream, temperature) => model.sample(output, stream, { temperature }).data,
  };
}

// --- internal ---

/** As many orders as are averaged; those that are drawn are the same whatever else is asked for. */
function noteOrders({ order, orders }: Nade, seed: number): Int32Array[] {
  const rising = Int32Array.from({ length: keys }, (_, i) => i);
  const pair = [rising, rising.toReversed()];
  if (order === 'high-low') pair.reverse();
  const told = order === 'random' ? [] : pair;
  const drawn = Array.from({ length: orders }, (_, n) =>
    Int32Array.from(new NoiseStream(seed).permutation({ site: 'order', entry: n + 1 }, keys)),
  );
  return [...told, ...drawn].slice(0, orders);
}

/** The order that a minibatch is trained in. */
function drawOrder(noise: NoiseStream, orders: number, layer: number | undefined): number {
  if (orders === 1) return 0;
  return Math.min(Math.floor(noise.uniforms({ site: 'order', layer }, 1)[0] * orders), orders - 1);
}
