/** A library's model of sequences as other programs can be given it. */
import type { Linear, SequenceModel } from 'lethe';
import type { Plan } from 'lethe/dropout';
import type { PortableNetwork, PortableReadout } from '../../runs/network.ts';

/** The network of a model of sequences. */
export function portableNetwork({
  options,
  stack,
  readout,
  plans,
  parameters,
}: SequenceModel): PortableNetwork {
  const words = parameters['embedding.weight'];
  const { input, pooling = 'last', bidirectional } = options;
  return {
    input: words
      ? { words, plan: plans.find(({ target }) => target.cell === 'embedding') }
      : { features: (input as { features: number }).features },
    layers: stack.layers,
    directions: bidirectional ? 2 : 1,
    pooling,
    readout: portableReadout(readout),
  };
}

/** A linear readout; one that reads the mean of a Gaussian runs without noise. */
export function portableReadout({ parameters, options, plan }: Linear): PortableReadout {
  const { weight, bias } = parameters;
  const isPlain = options.plain ?? options.dropout?.moments?.finalLayer === 'plain';
  const quiet: Plan = isPlain ? { ...plan, entries: [] } : plan;
  return { kind: 'linear', weight, bias, plan: quiet };
}
