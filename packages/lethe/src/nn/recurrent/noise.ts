/** The noise of a layer as its kernels take it: drawn from a stream, or the test-time rules. */
import { drawMask, drawZoneout, meanMask, zoneoutRate } from '../../dropout/masks.ts';
import type { NoiseSite } from '../../dropout/noise.ts';
import { entriesOf, type Plan } from '../../dropout/plan.ts';
import type { Mask } from '../../kernels/contract/fields.ts';
import type { NoiseStream } from '../../random/stream.ts';
import type { Real } from '../../tensor/dtype.ts';
import type { CellNoise } from '../cells/cell.ts';

/** Sizes that masks depend on. */
export interface NoiseSizes {
  steps: number;
  batch: number;
  inputSize: number;
  hiddenSize: number;
  gates: number;
  /** of the input's weights. @defaultValue gates */
  inputGates?: number;
  /** layers between two states. @defaultValue 0 */
  innerLayers?: number;
}

/** Masks drawn for one run. Those of weights that each example has to itself come from {@link exampleNoise}. */
export function drawnNoise(plan: Plan, noise: NoiseStream, sizes: NoiseSizes): CellNoise {
  const { inputSize: I, hiddenSize: H, gates, inputGates = gates } = sizes;
  return {
    ...unitNoise(plan, noise, sizes),
    maskWeight: drawWeights(plan, 'weight', noise, 1, H, gates * H)?.data,
    maskWeightIn: drawWeights(plan, 'weightIn', noise, 1, I, inputGates * H)?.data,
  };
}

/** The test-time network: keep rates where the scaling is the paper's, expectations of zoneout. */
export function meanNoise(plan: Plan, sizes: NoiseSizes): CellNoise {
  const { inputSize: I, hiddenSize: H, gates, inputGates = gates, innerLayers = 0 } = sizes;
  return {
    maskInput: meanMask(plan, 'input', I),
    maskRecurrent: meanMask(plan, 'recurrent', H),
    maskWeight: meanMask(plan, 'weight', gates * H * H)?.data,
    maskWeightIn: meanMask(plan, 'weightIn', inputGates * I * H)?.data,
    maskUpdate: meanMask(plan, 'update', H),
    maskCell: meanMask(plan, 'cell', H),
    zoneoutRate: zoneoutRate(plan, 'hidden'),
    zoneoutCellRate: zoneoutRate(plan, 'cell'),
    maskOutput: meanMask(plan, 'output', H),
    maskTransition: meanMask(plan, 'transition', innerLayers * H),
  };
}

/** Whether each example has weights of its own (DropConnect as Wan et al. 2013 train it). */
export function hasExampleWeights(plan: Plan): boolean {
  return (['weight', 'weightIn'] as const).some((site) =>
    entriesOf(plan, site).some(({ noise }) => noise.examples === 'each'),
  );
}

/** The noise of each example, to be run alone: rows of the batch's masks, and weights of its own. */
export function exampleNoise(plan: Plan, noise: NoiseStream, sizes: NoiseSizes): CellNoise[] {
  const { batch, inputSize: I, hiddenSize: H, gates, inputGates = gates } = sizes;
  const weight = drawWeights(plan, 'weight', noise, batch, H, gates * H);
  const weightIn = drawWeights(plan, 'weightIn', noise, batch, I, inputGates * H);
  const shared = unitNoise(plan, noise, sizes);
  return Array.from({ length: batch }, (_, b) => ({
    ...Object.fromEntries(Object.entries(shared).map(([key, mask]) => [key, rowOf(mask, b)])),
    maskWeight: rowOf(weight, b)?.data.subarray(0, gates * H * H) as Real | undefined,
    maskWeightIn: rowOf(weightIn, b)?.data.subarray(0, inputGates * I * H) as Real | undefined,
  }));
}

// --- internal ---

/** Masks of units, which a batch has in one. */
function unitNoise(
  plan: Plan,
  noise: NoiseStream,
  { steps, batch, inputSize: I, hiddenSize: H, innerLayers = 0 }: NoiseSizes,
) {
  const draw = (site: UnitSite, width: number) => drawMask(plan, site, noise, { steps, batch, width });
  const units = { steps, batch, width: H };
  return {
    maskInput: draw('input', I),
    maskRecurrent: draw('recurrent', H),
    maskUpdate: draw('update', H),
    maskCell: draw('cell', H),
    zoneout: drawZoneout(plan, 'hidden', noise, units),
    zoneoutCell: drawZoneout(plan, 'cell', noise, units),
    maskOutput: draw('output', H),
    maskTransition: draw('transition', innerLayers * H),
  };
}

type UnitSite = Exclude<NoiseSite, 'hidden' | 'weight' | 'weightIn'>;

function drawWeights(
  plan: Plan,
  site: 'weight' | 'weightIn',
  noise: NoiseStream,
  batch: number,
  rows: number,
  columns: number,
): Mask | undefined {
  return drawMask(plan, site, noise, { steps: 1, batch, width: rows * columns, columns });
}

/** The rows of example b, as a mask for a batch of one. */
function rowOf(mask: Mask | undefined, b: number): Mask | undefined {
  return mask && { ...mask, data: mask.data.subarray(b * mask.batch) as Real };
}
