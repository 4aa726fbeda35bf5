/**
 * Pictures of what a run observed of its gradient's two parts (Bayer et al. 2013, section 2.2.2): norms and shares from
 * `metrics.jsonl`, and how δ and η are spread over the units of a layer from `observations/decomposition.jsonl`.
 */
import fs from 'node:fs';
import path from 'node:path';
import { DataError } from 'lethe';
import { seriesColour } from '../pictures/svg/colour.ts';
import type { Mark } from '../pictures/svg/mark.ts';
import { runPaths } from '../runs/run-directory.ts';
import type { ObservedSeries } from './observations.ts';

/** A picture that is to be drawn. */
export interface Asked {
  about: 'ratio' | 'norms' | 'shares' | 'delta' | 'eta';
  title: string;
  axis: string;
  label: string;
  marks: Mark[];
}

/** One picture a question, with all layers in it; then δ and η of each layer. Throws DataError for a broken file of units. */
export function decompositionPictures({ axis, x, series }: ObservedSeries, directory: string): Asked[] {
  const layers = [...new Set([...series.keys()].map((key) => key.slice(0, key.lastIndexOf('.'))))];
  const lines = (quantity: string, says: string, dash?: string): Mark[] =>
    layers.flatMap((layer, i): Mark[] => {
      const y = series.get(`${layer}.${quantity}`);
      const name = [layer, says].filter((word) => word !== '').join(', ');
      return y ? [{ kind: 'line', name, colour: seriesColour(i), dash, x, y }] : [];
    });
  return [
    {
      ...{ about: 'ratio', title: 'Variance part of the gradient over its loss part', axis },
      label: 'ratio of norms',
      marks: lines('ratio', ''),
    },
    {
      ...{ about: 'norms', title: 'Norms of the two parts of the gradient', axis },
      label: 'Euclidean norm',
      marks: [...lines('lossPartNorm', 'loss'), ...lines('variancePartNorm', 'variance', dashes)],
    },
    {
      ...{ about: 'shares', title: 'Share of units with δ above and below 0', axis },
      label: 'share of units',
      marks: [...lines('deltaPositive', 'above'), ...lines('deltaNegative', 'below', dashes)],
    },
    ...unitPictures(layers, directory),
  ];
}

// --- internal ---

const dashes = '5 3';

/** A line of the file: an epoch, and arrays by `LAYER.delta` and `LAYER.eta`. */
type UnitLine = { epoch: number } & Record<string, number[]>;

function unitPictures(layers: readonly string[], directory: string): Asked[] {
  const file = path.join(runPaths(directory).observations, 'decomposition.jsonl');
  if (!fs.existsSync(file)) return [];
  const lines = unitLines(file);
  const x = lines.map(({ epoch }) => epoch);
  return layers.flatMap((layer) =>
    (['delta', 'eta'] as const).flatMap((quantity) => {
      const units = lines.map((line) => line[`${layer}.${quantity}`]);
      if (!units.every((values) => Array.isArray(values) && values.length > 0)) return [];
      // A number that is none stands as null, which is no 0.
      const sorted = units.map((values) => values.filter(Number.isFinite).toSorted((a, b) => a - b));
      const at = (share: number): (number | null)[] => sorted.map((values) => quantile(values, share));
      const colour = seriesColour(quantity === 'delta' ? 0 : 2);
      const sign = quantity === 'delta' ? 'δ' : 'η';
      const marks: Mark[] = [
        { kind: 'band', name: '5 to 95 %', colour, x, low: at(0.05), high: at(0.95) },
        { kind: 'band', name: '25 to 75 %', colour, x, low: at(0.25), high: at(0.75) },
        { kind: 'line', name: 'median', colour, x, y: at(0.5) },
      ];
      return [
        {
          about: quantity,
          title: `${sign} of the ${units[0].length} units of ${layer}`,
          axis: 'epoch',
          label: sign,
          marks,
        },
      ];
    }),
  );
}

/** Whole lines; the last one may be torn where a run was killed. */
function unitLines(file: string): UnitLine[] {
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  return lines.slice(0, -1).map((line, i) => {
    try {
      return JSON.parse(line);
    } catch {
      throw new DataError(
        `${file}: line ${i + 1} is no JSON; resume the run, which repairs it, or take the file away`,
      );
    }
  });
}

/** Of ascending values, with straight lines between them; null of none. */
function quantile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null;
  const place = share * (values.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, values.length - 1);
  return values[below] + (place - below) * (values[above] - values[below]);
}
