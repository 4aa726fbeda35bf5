/** Networks trained side by side on the same windows, each from weights and with noise of its own, whose numbers are averaged. */
import {
  add,
  type NoiseStream,
  type RecurrentState,
  type RegularizedLoss,
  type SequenceModel,
  scale,
  type Tensor,
} from 'lethe';
import { atPass } from 'lethe/internal';
import { type Gaussian, isGaussian, meanOf } from 'lethe/moments';

/** The stream of a member: the first has that of a network alone. */
export const memberStream = (noise: NoiseStream, member: number): NoiseStream =>
  member === 0 ? noise : atPass(noise, (pass) => pass + member * passes);

/** The numbers of all members averaged, and the state of each. */
export function runMembers(
  networks: readonly SequenceModel[],
  x: Tensor,
  noise: NoiseStream | undefined,
  states: readonly (readonly RecurrentState[])[] | undefined,
  how: Parameters<SequenceModel['forward']>[3],
): { output: Tensor | Gaussian; states: RecurrentState[][] } {
  const runs = networks.map((network, k) =>
    network.forward(x, noise && memberStream(noise, k), states?.[k], how),
  );
  return { output: averaged(runs.map(({ output }) => output)), states: runs.map(({ state }) => state) };
}

/** The sum of the members' losses is minimised; what is told is their mean. */
export function jointLoss(losses: readonly RegularizedLoss[]): RegularizedLoss {
  const [first, ...others] = losses;
  if (others.length === 0) return first;
  const penalties: Record<string, number> = {};
  for (const one of losses) {
    for (const [name, value] of Object.entries(one.penalties))
      penalties[name] = (penalties[name] ?? 0) + value / losses.length;
  }
  return {
    ...first,
    loss: others.reduce((sum, one) => add(sum, one.loss), first.loss),
    nll: { ...first.nll, sum: losses.reduce((sum, one) => sum + one.nll.sum, 0) / losses.length },
    penalties,
  };
}

// --- internal ---

/** Passes that a member may draw at: two runs of a step, or the draws of an evaluation. */
const passes = 2 ** 11;

/** Variances add: the mean of the members' variances, and the variance of their means. */
function averaged(outputs: readonly (Tensor | Gaussian)[]): Tensor | Gaussian {
  if (outputs.length === 1) return outputs[0];
  const share = 1 / outputs.length;
  const meanOfAll = (all: readonly Tensor[]): Tensor => scale(all.reduce(add), share);
  const mean = meanOfAll(outputs.map(meanOf));
  if (!outputs.every(isGaussian)) return mean;
  const variance = meanOfAll(outputs.map((one) => one.variance));
  for (let i = 0; i < variance.size; i++) {
    for (const one of outputs) variance.data[i] += share * (one.mean.data[i] - mean.data[i]) ** 2;
  }
  return { mean, variance };
}
