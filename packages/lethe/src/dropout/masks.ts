/**
 * From a plan to what kernels take: masks drawn from a stream (mode `sample`), constant masks of the test-time
 * network (mode `mean`), and the moments of the noise (modes `moments` and `gaussian`).
 */
import type { Mask, NoiseMoments } from '../kernels/contract.ts';
import { kernels } from '../kernels/engine.ts';
import type { NoiseStream } from '../random/stream.ts';
import type { Real } from '../tensor/dtype.ts';
import { allocate } from '../tensor/scratch.ts';
import type { NoiseEntry, NoiseSite } from './noise.ts';
import { entriesOf, type Plan, type PlannedEntry } from './plan.ts';

/** Axes that a mask may extend over. */
export interface MaskAxes {
  steps: number;
  batch: number;
  /** features at the site; for weights, all of them */
  width: number;
}

/** The lengths of a mask along time and batch: 1 where it is shared. Weights have one mask for all. */
export function maskAxes(noise: NoiseEntry, axes: MaskAxes): MaskAxes {
  return {
    steps: noise.interval === 'step' ? axes.steps : 1,
    batch: noise.examples === 'each' ? axes.batch : 1,
    width: axes.width,
  };
}

/**
 * The mask at a site, drawn from the stream, or undefined where there is no noise. Several entries at one
 * site multiply. A function of (seed, step, pass, layer, site, entry) and of the axes alone.
 */
export function drawMask(plan: Plan, site: NoiseSite, noise: NoiseStream, axes: MaskAxes): Mask | undefined {
  let product: Mask | undefined;
  for (const planned of entriesOf(plan, site)) {
    const mask = drawEntry(plan, planned, noise, axes);
    product = product ? multiply(product, mask, axes) : mask;
  }
  return product;
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

/** The rate of zoneout at the carried state: its expectation is the test-time rule. */
export function zoneoutRate(plan: Plan): number | undefined {
  return entriesOf(plan, 'hidden')[0]?.noise.rate;
}

/**
 * Mean and variance of the product of all noise at a site, as the moments kernels take them.
 * @param propagateVariance false: the variance not due to the noise is left out
 */
export function noiseMoments(plan: Plan, site: NoiseSite, propagateVariance = true): NoiseMoments {
  let mean = 1;
  let second = 1;
  for (const { noise } of entriesOf(plan, site)) {
    const keep = 1 - noise.rate;
    const scaled = noise.kind === 'drop' && noise.scaling === 'paper';
    mean *= scaled ? keep : 1;
    second *= scaled ? keep : 1 / keep;
  }
  return { mean, square: second - mean * mean, variance: propagateVariance ? second : 0 };
}

// --- internal ---

function drawEntry(plan: Plan, { noise, entry }: PlannedEntry, stream: NoiseStream, axes: MaskAxes): Mask {
  const { site, kind, rate } = noise;
  const { steps, batch, width } = maskAxes(noise, axes);
  const out = allocate(steps * batch * width);
  const address = stream.address({ layer: plan.target.layer, site, entry });
  const keep = 1 - rate;
  if (kind === 'gaussian') {
    kernels().normal({ ...address, mean: 1, deviation: Math.sqrt(rate / keep), out });
  } else if (kind === 'zoneout') {
    kernels().bernoulliMask({ ...address, rate, scale: 0, dropped: 1, out });
  } else {
    kernels().bernoulliMask({ ...address, rate, scale: noise.scaling === 'paper' ? 1 : 1 / keep, out });
  }
  return {
    data: out,
    gate: 0,
    time: noise.interval === 'step' ? batch * width : 0,
    batch: noise.examples === 'each' ? width : 0,
  };
}

function multiply(a: Mask, b: Mask, axes: MaskAxes): Mask {
  const steps = a.time || b.time ? axes.steps : 1;
  const batch = a.batch || b.batch ? axes.batch : 1;
  const { width } = axes;
  const data: Real = allocate(steps * batch * width);
  for (let t = 0; t < steps; t++) {
    for (let r = 0; r < batch; r++) {
      const to = (t * batch + r) * width;
      const fromA = t * a.time + r * a.batch;
      const fromB = t * b.time + r * b.batch;
      for (let j = 0; j < width; j++) data[to + j] = a.data[fromA + j] * b.data[fromB + j];
    }
  }
  return { data, gate: 0, time: steps > 1 ? batch * width : 0, batch: batch > 1 ? width : 0 };
}
