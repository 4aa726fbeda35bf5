/**
 * From a plan to what kernels take: masks drawn from a stream (mode `sample`), constant masks of the
 * test-time network (mode `mean`), and the moments of the noise (modes `moments` and `gaussian`).
 */
import { ShapeError } from '../errors.ts';
import type { Mask, NoiseMoments } from '../kernels/contract/fields.ts';
import { kernels } from '../kernels/engine.ts';
import { atPass } from '../random/passes.ts';
import { drawRows } from '../random/rows.ts';
import type { NoiseStream } from '../random/stream.ts';
import type { Real } from '../tensor/dtype.ts';
import { allocate } from '../tensor/scratch.ts';
import { broadcastColumns, multiply } from './mask-product.ts';
import type { NoiseEntry, NoiseSite } from './noise.ts';
import { entriesOf, gatesOf, type Plan, type PlannedEntry, place } from './plan.ts';
import { rateAt } from './schedule.ts';

/** Axes that a mask may extend over. */
export interface MaskAxes {
  steps: number;
  batch: number;
  /** features at the site; rows times columns for weights; words for an embedding */
  width: number;
  /** of a weight matrix; needed for masks of columns */
  columns?: number;
}

/** The lengths of a mask along gates, time and batch: 1 where it is shared. */
export function maskAxes(noise: NoiseEntry, axes: MaskAxes, gates = 1): MaskAxes & { gates: number } {
  return {
    ...axes,
    gates: noise.gates === 'untied' ? gates : 1,
    steps: noise.interval === 'step' ? axes.steps : 1,
    batch: noise.examples === 'each' ? axes.batch : 1,
  };
}

/**
 * The mask at a site, drawn from the stream, or undefined where there is no noise: all that multiplies there,
 * [gates, steps, batch, width] with a stride of 0 where it is shared. A function of (seed, step, pass, layer,
 * direction, site, entry), of the stream's position and rows where it has such, and of the axes alone. Passes 2k and 2k + 1 belong together: at the sites that the
 * two runs of a regularizer share (`passes.sameMasks`), an odd pass draws what the even one before it drew.
 * @throws ShapeError if columns share a draw and axes.columns is missing
 */
export function drawMask(
  plan: Plan,
  site: Exclude<NoiseSite, 'hidden'>,
  noise: NoiseStream,
  axes: MaskAxes,
): Mask | undefined {
  let product: Mask | undefined;
  for (const planned of entriesOf(plan, site)) {
    if (planned.noise.kind === 'zoneout') continue;
    const mask = drawEntry(plan, planned, noise, axes);
    if (!mask) continue;
    product = product ? multiply(product, mask, { ...axes, gates: gatesOf(plan.target.cell) }) : mask;
  }
  return product;
}

/** Which units keep their previous value, 1 or 0: of h (`hidden`) or of the LSTM's c (`cell`). */
export function drawZoneout(
  plan: Plan,
  site: 'hidden' | 'cell',
  noise: NoiseStream,
  axes: MaskAxes,
): Mask | undefined {
  const planned = zoneoutAt(plan, site);
  return planned && drawEntry(plan, planned, noise, axes);
}

/**
 * Standard normal numbers for Gaussian weights, one draw for the sequence and the batch: a draw of its own, behind those of the masks on
 * the same weights, and the same in both runs where the regularizer says that they share the site (`passes.sameMasks`).
 */
export function drawWeightNoise(
  plan: Plan,
  site: 'weight' | 'weightIn',
  noise: NoiseStream,
  length: number,
): Real {
  const { layer, direction } = plan.target;
  const entry = entriesOf(plan, site).reduce((next, planned) => Math.max(next, planned.entry + 1), 0);
  return streamOf(plan, site, noise).normals({ site, layer, entry, direction }, length);
}

/** The constant mask of the test-time network: keep rates of the entries scaled as in their paper. */
export function meanMask(plan: Plan, site: NoiseSite, width: number): Mask | undefined {
  let factor = 1;
  for (const { noise } of entriesOf(plan, site)) {
    if (noise.kind === 'drop' && noise.scaling === 'paper') factor *= 1 - noise.rate;
  }
  if (factor === 1) return undefined;
  return { data: allocate(width).fill(factor), gate: 0, time: 0, batch: 0 };
}

/** The rate of zoneout of h (`hidden`) or of c (`cell`): its expectation is the test-time rule. */
export function zoneoutRate(plan: Plan, site: 'hidden' | 'cell'): number | undefined {
  return zoneoutAt(plan, site)?.noise.rate;
}

/**
 * Mean and variance of the product of all noise on what a matrix reads, as the moments kernels take them.
 * Noise on the weights multiplies the same products w u and is counted in.
 * @param propagateVariance false: the variance not due to the noise is left out
 * @param step training steps done, for rates that move; absent: the rates that training ends with
 */
export function noiseMoments(
  plan: Plan,
  site: keyof typeof weightsAt,
  propagateVariance = true,
  step?: number,
): NoiseMoments {
  let mean = 1;
  let second = 1;
  for (const { noise } of [...entriesOf(plan, site), ...entriesOf(plan, weightsAt[site])]) {
    const keep = 1 - rateAt(noise, step);
    const scaled = noise.kind === 'drop' && noise.scaling === 'paper';
    mean *= scaled ? keep : 1;
    second *= scaled ? keep : 1 / keep;
  }
  return { mean, square: second - mean * mean, variance: propagateVariance ? second : 0 };
}

// --- internal ---

/** The weights that read a site. */
const weightsAt = { input: 'weightIn', recurrent: 'weight', transition: 'weight' } as const;

function zoneoutAt(plan: Plan, site: 'hidden' | 'cell'): PlannedEntry | undefined {
  return entriesOf(plan, site).find(({ noise }) => noise.kind === 'zoneout');
}

function drawEntry(
  plan: Plan,
  { noise, entry }: PlannedEntry,
  stream: NoiseStream,
  axes: MaskAxes,
): Mask | undefined {
  const rate = rateAt(noise, stream.progress);
  if (rate === 0) return undefined;
  const { gates, steps, batch } = maskAxes(noise, axes, gatesOf(plan.target.cell));
  const isColumns = noise.weights === 'column';
  if (isColumns && axes.columns === undefined) {
    throw new ShapeError(
      `${place(plan.target)}: expected the number of columns for the mask at ${noise.site}, got none`,
    );
  }
  const width = isColumns ? axes.columns! : axes.width;
  const { layer, direction } = plan.target;
  const drawnAt = { layer, site: noise.site, entry, direction };
  const keep = 1 - rate;
  const everyStep = noise.interval === 'step';
  const shape = { gates, steps, batch, width, everyStep, everyRow: noise.examples === 'each' };
  const out = drawRows(streamOf(plan, noise.site, stream), drawnAt, shape, (address, out) => {
    if (noise.kind === 'gaussian') {
      kernels().normal({ ...address, mean: 1, deviation: Math.sqrt(rate / keep), out });
    } else if (noise.kind === 'zoneout') {
      kernels().bernoulliMask({ ...address, rate, scale: 0, dropped: 1, out });
    } else {
      kernels().bernoulliMask({ ...address, rate, scale: noise.scaling === 'paper' ? 1 : 1 / keep, out });
    }
  });
  const mask: Mask = {
    data: out,
    gate: noise.gates === 'untied' ? steps * batch * width : 0,
    time: noise.interval === 'step' ? batch * width : 0,
    batch: noise.examples === 'each' ? width : 0,
  };
  return isColumns ? broadcastColumns(mask, batch, width, axes.width / width) : mask;
}

/** The stream at the pass whose masks these are. */
function streamOf(plan: Plan, site: NoiseSite, stream: NoiseStream): NoiseStream {
  return plan.regularizer.passes?.sameMasks.includes(site)
    ? atPass(stream, (pass) => pass - (pass % 2))
    : stream;
}
