/** Masks of a method as the library's streams draw them, site by site, for a small layer. */

import { NoiseStream } from 'lethe';
import {
  dropoutPlan,
  embeddingRegularizer,
  type NoiseEntry,
  type Plan,
  parseDropout,
  type Regularizer,
  rateAt,
  splitReadout,
} from 'lethe/dropout';
import { drawMask, drawZoneout } from 'lethe/internal';

export const cells = ['rnn', 'lstm', 'gru'] as const;
export type ExploredCell = (typeof cells)[number];

/** Of the layer whose masks are shown: time steps, units, and examples that may be chosen. */
export const steps = 32;
export const units = 24;
export const batch = 4;

/** What stands beside each other in a picture: values by row and column. */
export interface DrawnMask {
  site: NoiseEntry['site'];
  entries: readonly NoiseEntry[];
  /** of the training step that is shown */
  rate: number;
  /** of the picture's two axes */
  rows: string;
  columns: string;
  /** by gate, where each has a mask; then by row */
  grids: readonly { gate?: string; values: readonly Float64Array[] }[];
  /** the largest value there may be, for its colour */
  most: number;
}

/**
 * A method laid onto a small model as every model lays it: a table of words, one layer, and the linear layer that reads it, which has the
 * noise of the output where a mode integrates it.
 */
export interface LaidMethod {
  regularizer: Regularizer;
  cell: ExploredCell;
  /** of the parts that have noise, and of the layer in any case */
  plans: readonly Plan[];
}

/** Lays a method onto a model with a cell. Throws ConfigError with the reason where that cannot be. */
export function laidOn(words: string, cell: ExploredCell): LaidMethod {
  const regularizer = parseDropout(words);
  const { recurrent, readout } = splitReadout(regularizer);
  const ofLayer = { ...recurrent, noise: recurrent.noise.filter(({ site }) => site !== 'embedding') };
  const sizes = { inputSize: units, outputSize: units };
  const layer = dropoutPlan(ofLayer, { cell, ...sizes });
  const table = dropoutPlan(embeddingRegularizer(regularizer), { cell: 'embedding', layer: 2, ...sizes });
  const linear = dropoutPlan(readout, { cell: 'linear', layer: 1, ...sizes });
  const plans = [table, layer, linear].filter((plan) => plan === layer || plan.entries.length > 0);
  return { regularizer, cell, plans };
}

/** The masks at all sites of a model, at one training step, of one example of the batch. */
export function drawnMasks(
  { plans, cell }: LaidMethod,
  seed: number,
  step: number,
  example: number,
): DrawnMask[] {
  return plans.flatMap((plan) =>
    [...new Set(plan.entries.map(({ noise }) => noise.site))].map((site) =>
      drawnAt(plan, site, cell, new NoiseStream(seed, step), example),
    ),
  );
}

/** What the gates of a cell are called, in the order of their masks. */
export const gateNames: Readonly<Record<ExploredCell, readonly string[]>> = {
  rnn: ['a'],
  lstm: ['i', 'f', 'g', 'o'],
  gru: ['r', 'z', 'n'],
};

// --- internal ---

function drawnAt(
  plan: Plan,
  site: NoiseEntry['site'],
  cell: ExploredCell,
  stream: NoiseStream,
  example: number,
): DrawnMask {
  const entries = plan.entries.flatMap(({ noise }) => (noise.site === site ? [noise] : []));
  const rate = 1 - entries.reduce((keep, entry) => keep * (1 - rateAt(entry, stream.progress)), 1);
  const isOfWeights = site === 'weight' || site === 'weightIn';
  const isOfWords = site === 'embedding';
  const gates = gateNames[cell];
  const columns = isOfWeights ? units * gates.length : units;
  const axes = isOfWeights
    ? { steps: 1, batch: 1, width: units * columns, columns }
    : { steps: isOfWords ? 1 : steps, batch, width: units };
  const isZoneout = entries.some(({ kind }) => kind === 'zoneout');
  const mask =
    site === 'hidden' || (site === 'cell' && isZoneout)
      ? drawZoneout(plan, site, stream, axes)
      : drawMask(plan, site, stream, axes);
  const at = (gate: number, row: number, column: number): number => {
    if (!mask) return isZoneout ? 0 : 1;
    if (isOfWeights) return mask.data[row * columns + gate * units + column];
    return mask.data[gate * mask.gate + column * mask.time + example * mask.batch + row];
  };
  const untied = isOfWeights ? gates.length > 1 : entries.some((entry) => entry.gates === 'untied');
  const across = isOfWeights ? units : steps;
  const grids = Array.from({ length: untied ? gates.length : 1 }, (_, gate) => ({
    ...(untied && { gate: gates[gate] }),
    values: Array.from({ length: units }, (_, row) =>
      Float64Array.from({ length: across }, (_, column) => at(gate, row, column)),
    ),
  }));
  const values = grids.flatMap(({ values }) => values.map((row) => Math.max(...row)));
  return {
    ...{
      site: plan.target.cell === 'linear' ? 'output' : site,
      entries,
      rate,
      grids,
      most: Math.max(1, ...values),
    },
    rows: isOfWeights ? (site === 'weight' ? 'unit of h(t − 1)' : 'input') : isOfWords ? 'word' : 'unit',
    columns: isOfWeights ? 'unit' : 'time step',
  };
}
