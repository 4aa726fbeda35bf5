/**
 * Figure 1 of J. Bayer, C. Osendorfer, D. Korhammer, N. Chen, S. Urban and P. van der Smagt, "On fast dropout and
 * its applicability to recurrent networks" (2013): how three losses pull at the mean and the variance of the
 * pre-activation of one output unit. The paper gives the target, 0.2, and no ranges; ours have it in the middle.
 */
import { type DataTable, tableOf } from '../../pictures/data-table.ts';
import { overRamp, rampColour } from '../../pictures/svg/colour.ts';
import { figure } from '../../pictures/svg/figure.ts';
import { type Drawing, panel } from '../../pictures/svg/panel.ts';
import { type FieldPoint, field, fieldPoint, type UnitLoss, unitLosses } from './loss-field.ts';
import type { Reproduction } from './reproduction.ts';

export const target = 0.2;
const means = [-2.8, 3.2] as const;
const variances = [0, 6] as const;
const resolution = 150;
const arrowsInARow = 14;
const levels = 24;
/** The colours span this part of the cells, from the lowest losses to the highest. */
const coloured = [0.004, 0.99] as const;
/** but at most so many powers of ten */
const decades = 3;
const caption = [
  `Loss of one output unit over the mean E[a] and the variance V[a] of its pre-activation, for the target ${target},`,
  'and the direction of descent (arrows; longer where the slope is steeper, on a logarithmic scale).',
  'Colour: loss above its smallest value in the panel, on a logarithmic scale; the highest and the lowest losses',
  'of a panel share the colours at its ends.',
  'Left: squared error of the mean, f(a) = a. Middle: Gaussian log-likelihood, f(a) = a.',
  'Right: Bernoulli log-likelihood of the mean of the logistic function of a.',
  'After figure 1 of Bayer et al. (2013); the ranges of the axes are ours.',
].join(' ');

export const bayer2013Figure1: Reproduction = {
  paper: 'bayer2013',
  kind: 'figure',
  number: '1',
  title: 'How three losses pull at the mean and the variance of a unit',
  async make() {
    const fields = unitLosses.map((unitLoss) => fieldOf(unitLoss));
    const svg = figure(fields.map(drawField), { label: bayer2013Figure1.title, description: caption });
    return {
      caption,
      figures: [{ name: 'figure-1', svg, data: arrowsOf(fields) }],
      data: {
        target,
        fields: fields.map(({ unitLoss, least, arrows }) => ({
          loss: unitLoss.title,
          least,
          points: arrows,
        })),
      },
    };
  },
};

// --- internal ---

interface DrawnField {
  unitLoss: UnitLoss;
  cells: FieldPoint[];
  arrows: FieldPoint[];
  /** what the colours are counted from */
  least: number;
}

/** The points of the arrows: the loss and its slopes. */
function arrowsOf(fields: readonly DrawnField[]): DataTable {
  return tableOf(
    fields.flatMap(({ unitLoss, arrows }) => arrows.map((point) => ({ panel: unitLoss.title, ...point }))),
  );
}

function fieldOf(unitLoss: UnitLoss): DrawnField {
  const ranges = { mean: means, variance: variances };
  const cells = field(unitLoss, { ...ranges, columns: resolution, rows: resolution }, target);
  const arrows = field(unitLoss, { ...ranges, columns: arrowsInARow, rows: arrowsInARow }, target);
  // The minimum lies on the lower edge: at the target, or at the logit of it, at the smallest variance drawn.
  const lowest = cells[0].variance;
  const candidates = [target, Math.log(target / (1 - target))].map(
    (mean) => fieldPoint(unitLoss, mean, lowest, target).loss,
  );
  return { unitLoss, cells, arrows, least: Math.min(...candidates, ...cells.map(({ loss }) => loss)) };
}

function drawField({ unitLoss, cells, arrows, least }: DrawnField): Drawing {
  const sorted = Float64Array.from(cells, ({ loss }) => loss - least).sort();
  const [lowest, high] = coloured.map((share) => sorted[Math.floor(share * sorted.length)]);
  const low = Math.max(lowest, high / 10 ** decades);
  const domain = [low, high] as const;
  /** in [0, 1] */
  const height = ({ loss }: FieldPoint): number =>
    Math.min(1, Math.max(0, Math.log(Math.max(loss - least, low) / low) / Math.log(high / low)));
  const level = (point: FieldPoint): number => Math.min(levels - 1, Math.floor(height(point) * levels));
  const colours = Array.from({ length: levels }, (_, i) => rampColour(i / (levels - 1)));
  const steepest = Math.max(...arrows.map(({ byMean, byVariance }) => Math.hypot(byMean, byVariance)));
  return panel({
    width: 330,
    height: 386,
    title: unitLoss.title,
    x: { label: 'E[a]', domain: means },
    y: { label: 'V[a]', domain: variances },
    grid: false,
    marks: [
      {
        kind: 'cells',
        x: means,
        y: variances,
        columns: resolution,
        rows: resolution,
        colourOf: (column, row) => colours[level(cells[row * resolution + column])],
      },
      {
        kind: 'arrows',
        x: arrows.map(({ mean }) => mean),
        y: arrows.map(({ variance }) => variance),
        dx: arrows.map(({ byMean }) => -byMean),
        dy: arrows.map(({ byVariance }) => -byVariance),
        length: arrows.map(({ byMean, byVariance }) =>
          arrowLength(Math.hypot(byMean, byVariance) / steepest),
        ),
        colourOf: (i) => overRamp(height(arrows[i])),
      },
    ],
    colourBar: { label: 'loss above its minimum', scale: 'log', domain, colours },
  });
}

/** From 4 pixels at a thousandth of the steepest slope to 17 at the steepest; none where there is no slope. */
function arrowLength(relative: number): number {
  return relative === 0 ? 0 : Math.max(4, 17 + (13 / 3) * Math.log10(relative));
}
