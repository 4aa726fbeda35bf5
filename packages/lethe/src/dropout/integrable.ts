/**
 * Which noise the modes that compute with moments can integrate: noise that is independent at every step and
 * multiplies what a matrix product reads (Bayer et al. 2013; DropConnect's Gaussian inference).
 */
import type { NoiseEntry } from './noise.ts';

/** Why noise cannot be integrated in a mode, or undefined if it can. */
export function obstacleToMoments(noise: NoiseEntry, mode: 'moments' | 'gaussian'): string | undefined {
  const { site, kind, interval, gates } = noise;
  if (kind === 'zoneout') {
    return 'a unit that keeps its own past value has no closed form; run it in the sample and mean modes';
  }
  if (site === 'weight' || site === 'weightIn') return obstacleOfWeights(noise, mode);
  if (interval === 'sequence') {
    return "a mask held over time correlates the steps; set interval 'step', or run it in the sample mode";
  }
  if (gates === 'untied') {
    return "one mask for all gates has the same moments; set gates 'tied'";
  }
  if (site === 'output') {
    return "give it to the linear layer that reads this output, at its site 'input'; splitReadout does that";
  }
  if (site === 'cell') {
    return "the new state is carried and read again; use the sites 'input' and 'recurrent'";
  }
  if (site === 'update') {
    return "no matrix product reads the update; use the sites 'input' and 'recurrent', or run it in the sample mode";
  }
  // A mask shared by the batch leaves the moments of every single example as they are.
  return undefined;
}

// --- internal ---

/**
 * A draw of the pre-activations takes the weights of each example and step as independent (Wan et al. 2013);
 * moments carried from step to step would miss that they are the same weights.
 */
function obstacleOfWeights(
  { examples, weights }: NoiseEntry,
  mode: 'moments' | 'gaussian',
): string | undefined {
  if (mode === 'moments') {
    return 'weights dropped for a whole sequence correlate its steps; run it in the sample mode';
  }
  if (examples === 'batch') {
    return "weights dropped for the whole batch correlate its examples; set examples 'each', or run it in the sample and mean modes";
  }
  if (weights === 'column') {
    return "a column dropped whole is not a sum of independent terms; set weights 'each', or run it in the sample and mean modes";
  }
  return undefined;
}
