/** Independent notes: one logit each. Of Gaussian logits the probability is logistic(mean / sqrt(1 + π/8 variance)), as Bayer et al. (2013) have it. */
import { bernoulliNll, type LinearOptions, linear, type NoiseStream, zeros } from 'lethe';
import { kernels } from 'lethe/engine';
import { isGaussian } from 'lethe/moments';
import { keys } from '../data/piano-roll.ts';
import type { FrameReadout } from './frame-readout.ts';

/** What every readout is made from: a linear layer without its outputs. */
export type ReadoutOptions = Omit<LinearOptions, 'outputSize'>;

export function bernoulliReadout(options: ReadoutOptions, stream: NoiseStream): FrameReadout {
  const logits = linear({ ...options, outputSize: keys }, stream);
  return {
    independent: true,
    linear: logits,
    parameters: { ...logits.parameters },
    nll: (output, targets, stepMask) => bernoulliNll(output, targets, stepMask),
    rowNll(output, targets, stepMask) {
      const M = stepMask.size;
      const rowLoss = zeros([M]).data;
      kernels().bernoulliNllForward({
        M,
        K: keys,
        logits: (isGaussian(output) ? output.mean : output).data,
        variance: isGaussian(output) ? output.variance.data : undefined,
        targets: targets.data,
        stepMask: stepMask.data,
        rowLoss,
      });
      return rowLoss;
    },
    draw(output, stream, temperature) {
      const uniform = stream.uniforms({ site: 'sample' }, keys);
      const { data } = isGaussian(output) ? output.mean : output;
      return Array.from(data, (z: number, k: number) => {
        const logit = isGaussian(output) ? z / Math.sqrt(1 + (Math.PI / 8) * output.variance.data[k]) : z;
        return uniform[k] < 1 / (1 + Math.exp(-logit / temperature)) ? 1 : 0;
      });
    },
  };
}
