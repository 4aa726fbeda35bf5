/** What a layer says of the noise that it drew: whoever draws the same in one network is another layer by mistake. */
import { type DrawOwner, markDraws } from '../../autograd/draws-met.ts';
import type { RunMode } from '../../dropout/noise.ts';
import { type Plan, place } from '../../dropout/plan.ts';
import { type Gaussian, isGaussian } from '../../moments/gaussian.ts';
import type { NoiseStream } from '../../random/stream.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/**
 * Marks the output of a run with the addresses that its noise was drawn at.
 * @throws ConfigError if its input was made with noise that another layer drew at one of them
 */
export function markNoise(
  output: Tensor | Gaussian,
  plan: Plan,
  noise: NoiseStream | undefined,
  mode: RunMode,
): void {
  if (!noise || (mode !== 'sample' && mode !== 'gaussian')) return;
  const { layer, direction } = plan.target;
  const sites =
    mode === 'gaussian'
      ? [{ site: 'gaussian', entry: 0 } as const]
      : plan.entries.map(({ noise: { site }, entry }) => ({ site, entry }));
  const addresses = sites.map((site) => noise.placeText({ ...site, layer, direction }));
  markDraws(isGaussian(output) ? output.mean : output, addresses, ownerOf(plan));
}

// --- internal ---

const owners = new WeakMap<Plan, DrawOwner>();

function ownerOf(plan: Plan): DrawOwner {
  let owner = owners.get(plan);
  if (!owner) owners.set(plan, (owner = { name: `the noise of ${place(plan.target)}` }));
  return owner;
}
