/** The masks of a recurrent reference case, as the kernels take them. */

import type { Real } from 'lethe';
import { DataError } from 'lethe';
import { type Mask, realFrom, realZeros } from 'lethe/engine';
import { type CaseArray, configNumber, type GoldenCase, shapedInput } from './case-file.ts';

/** Sizes of a recurrent case. */
export interface Sizes {
  T: number;
  B: number;
  I: number;
  H: number;
  /** gates */
  G: number;
}

/** All masks and test-time rates that a case may give; a cell has a place for some of them. */
export interface CaseMasks {
  maskInput?: Mask;
  maskRecurrent?: Mask;
  maskUpdate?: Mask;
  maskCell?: Mask;
  maskOutput?: Mask;
  zoneout?: Mask;
  zoneoutCell?: Mask;
  maskWeight?: Real;
  maskWeightIn?: Real;
  zoneoutRate?: number;
  zoneoutCellRate?: number;
}

/**
 * Reads them; one that the cell has no place for is an error.
 * @param known the sites of the cell, as the case names them
 */
export function caseMasks(golden: GoldenCase, sizes: Sizes, known: readonly string[]): CaseMasks {
  const { T, B, I, H, G } = sizes;
  const found: CaseMasks = {};
  for (const [name, array] of Object.entries(golden.inputs)) {
    if (!name.startsWith('mask.')) continue;
    const [, site, interval] = name.split('.');
    if (!known.includes(site)) throw new DataError(`input "${name}" is no mask of this layer`);
    if (site === 'weight') found.maskWeight = realFrom(shapedInput(golden, name, [H, G * H]).data);
    else if (site === 'weight_in') found.maskWeightIn = realFrom(shapedInput(golden, name, [I, G * H]).data);
    else if (site === 'zoneout_hidden') found.zoneout = strided(name, array, [T, B, H]);
    else if (site === 'zoneout_cell') found.zoneoutCell = strided(name, array, [T, B, H]);
    else if (interval === 'gate')
      found[keyOf(name, site)] = perGate(name, array, [G, B, site === 'input' ? I : H]);
    else {
      const key = keyOf(name, site);
      const width = site === 'input' ? I : H;
      const added = strided(name, array, [interval === 'step' ? T : 1, B, width]);
      const present = found[key];
      found[key] = present ? product(present, added, [T, B, width]) : added;
    }
  }
  found.zoneoutRate = rate(golden, 'Hidden', found.zoneout);
  found.zoneoutCellRate = rate(golden, 'Cell', found.zoneoutCell);
  return found;
}

// --- internal ---

const SITES = {
  input: 'maskInput',
  recurrent: 'maskRecurrent',
  update: 'maskUpdate',
  cell: 'maskCell',
  output: 'maskOutput',
} as const;

function keyOf(name: string, site: string): (typeof SITES)[keyof typeof SITES] {
  if (Object.hasOwn(SITES, site)) return SITES[site as keyof typeof SITES];
  throw new DataError(`input "${name}" is no mask of a recurrent layer`);
}

/** The expectation of zoneout, which excludes sampled zoneout. */
function rate(golden: GoldenCase, what: 'Hidden' | 'Cell', mask: Mask | undefined): number | undefined {
  const name = `zoneout${what}Expectation`;
  const value = configNumber(golden, name);
  if (mask && value) {
    throw new DataError(`"mask.zoneout_${what.toLowerCase()}" and config "${name}" exclude each other`);
  }
  return mask ? undefined : value;
}

/** A mask as the kernels see it: an axis of length 1 where more are expected is shared, as is a missing time axis. */
function strided(name: string, array: CaseArray, [time, batch, width]: readonly number[]): Mask {
  const shape = array.shape.length === 2 ? [1, ...array.shape] : array.shape;
  const fits =
    shape.length === 3 &&
    (shape[0] === time || shape[0] === 1) &&
    (shape[1] === batch || shape[1] === 1) &&
    shape[2] === width;
  if (!fits)
    throw new DataError(`input "${name}" should fit [${[time, batch, width]}], found [${array.shape}]`);
  return {
    data: realFrom(array.data),
    gate: 0,
    time: shape[0] === 1 ? 0 : shape[1] * width,
    batch: shape[1] === 1 ? 0 : width,
  };
}

/** One mask for each gate, held over time: [G, B, width]. */
function perGate(name: string, { shape, data }: CaseArray, expected: readonly number[]): Mask {
  if (shape.length !== 3 || shape.some((n, i) => n !== expected[i])) {
    throw new DataError(`input "${name}" should have shape [${expected}], found [${shape}]`);
  }
  const [, batch, width] = expected;
  return { data: realFrom(data), gate: batch * width, time: 0, batch: width };
}

/** Two masks on one site, such as one per step and one per sequence, multiply. */
function product(a: Mask, b: Mask, [time, batch, width]: readonly number[]): Mask {
  const data = realZeros(time * batch * width);
  for (let i = 0; i < data.length; i++) {
    const [t, row, j] = [Math.floor(i / (batch * width)), Math.floor(i / width) % batch, i % width];
    data[i] = a.data[t * a.time + row * a.batch + j] * b.data[t * b.time + row * b.batch + j];
  }
  return { data, gate: 0, time: batch * width, batch: width };
}
