/** A surface over two settings: a cell for each pair of values, its figure in it, the best one framed. */
import { pictureHeight, pictureWidth } from './curves.ts';
import type { Cell } from './data-table.ts';
import type { Picture } from './picture.ts';
import { overRamp, rampColour } from './svg/colour.ts';
import { figure } from './svg/figure.ts';
import type { Mark } from './svg/mark.ts';
import { panel } from './svg/panel.ts';
import { extremes, shortNumber } from './svg/scale.ts';
import { textWidth } from './svg/text-width.ts';

/** One side: what is varied, with its unit, and the values as people write them. */
export interface HeatAxis {
  label: string;
  /** in the data */
  name: string;
  values: readonly string[];
  /** the same with all digits, for the data. @defaultValue values */
  cells?: readonly Cell[];
}

export interface HeatMapOptions {
  title: string;
  x: HeatAxis;
  y: HeatAxis;
  /** what the colours stand for, with its unit */
  label: string;
  /** in the data */
  column: string;
  /** by row (y) and column (x); undefined where nothing was measured */
  values: readonly (readonly (number | undefined)[])[];
  /** the cell that is framed, and what it is */
  best?: { column: number; row: number; name: string };
}

/** Steps of the colour bar. */
const shades = 40;

/** Draws a surface. The lowest value is pale, the highest dark; empty cells have no measurement. */
export function heatMap({ title, x, y, label, column, values, best }: HeatMapOptions): Picture {
  const found = extremes(
    'linear',
    values.map((row) => row.map((value) => value ?? null)),
  );
  const [low, high] = found ?? [0, 1];
  const share = (value: number): number => (high > low ? (value - low) / (high - low) : 0.5);
  const [columns, rows] = [x.values.length, y.values.length];
  const cells: Mark = {
    ...{ kind: 'cells', x: [-0.5, columns - 0.5], y: [-0.5, rows - 0.5], columns, rows },
    colourOf: (c, r) => {
      const value = values[r][c];
      return value === undefined ? undefined : rampColour(share(value));
    },
  };
  const measured = values.flatMap((row, r) =>
    row.flatMap((value, c) => (value === undefined ? [] : [{ c, r, value }])),
  );
  const texts = written(measured.map(({ value }) => value));
  const widest = texts.reduce((most, text) => Math.max(most, textWidth(text, 11)), 0);
  const width = Math.max(pictureWidth, Math.min(widestMap, besides + columns * (widest + 8)));
  const height = Math.max(pictureHeight, Math.min(highestMap, around + rows * 18));
  const hasRoom = (width - besides) / columns >= widest + 3 && (height - around) / rows >= 13;
  const marks: Mark[] = [cells];
  if (hasRoom) {
    marks.push({
      kind: 'texts',
      x: measured.map(({ c }) => c),
      y: measured.map(({ r }) => r),
      texts,
      colourOf: (i) => overRamp(share(measured[i].value)),
    });
  }
  if (best) {
    const [left, right, bottom, top] = [
      best.column - 0.47,
      best.column + 0.47,
      best.row - 0.46,
      best.row + 0.46,
    ];
    marks.push({
      ...{ kind: 'line', colour: '#d55e00', width: 2.5, name: best.name },
      x: [left, right, right, left, left],
      y: [bottom, bottom, top, top, bottom],
    });
  }
  const drawing = panel({
    ...{ width, height, title, marks, grid: false },
    x: { label: x.label, domain: [-0.5, columns - 0.5], ticks: ticksOf(x.values) },
    y: { label: y.label, domain: [-0.5, rows - 0.5], ticks: ticksOf(y.values) },
    colourBar: {
      label,
      scale: 'linear',
      domain: high > low ? [low, high] : [low - 1, high + 1],
      colours: Array.from({ length: shades }, (_, i) => rampColour((i + 0.5) / shades)),
    },
  });
  return {
    title,
    svg: figure([drawing], { label: title }),
    drawing,
    data: {
      header: [x.name, y.name, column],
      rows: measured.map(({ c, r, value }) => [(x.cells ?? x.values)[c], (y.cells ?? y.values)[r], value]),
    },
    ...(width > pictureWidth && { wide: true }),
  };
}

// --- internal ---

/** Pixels beside and above the cells, about. */
const besides = 90;
const around = 140;
const widestMap = 1000;
const highestMap = 760;

const ticksOf = (values: readonly string[]) => values.map((label, value) => ({ value, label }));

/** Four digits, and as many more as tell the lowest from the highest. */
function written(values: readonly number[]): string[] {
  const [low, high] = extremes('linear', [values]) ?? [0, 0];
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (size >= 1e6 || (size > 0 && size < 1e-4)) return values.map((value) => shortNumber(value));
  const spread = high > low ? -Math.floor(Math.log10((high - low) / 50)) : 3;
  const decimals = Math.min(6, Math.max(0, Math.min(spread, 4 - Math.floor(Math.log10(size || 1)))));
  return values.map((value) => shortNumber(value, decimals));
}
