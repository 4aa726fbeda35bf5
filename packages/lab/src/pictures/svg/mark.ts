/** What can be drawn into a panel, in data coordinates: one kind each; marks.ts draws them. */

/** Numbers; where there is none (null, not finite, or not above 0 on a logarithmic axis) nothing is drawn. */
export type Numbers = readonly (number | null)[];

interface Named {
  /** in the legend; without one it has no entry there */
  name?: string;
  /** what its numbers are called in the data beside the picture; empty where these stand there already. @defaultValue name */
  series?: string;
}

export interface Line extends Named {
  kind: 'line';
  x: Numbers;
  y: Numbers;
  colour: string;
  width?: number;
  /** as in SVG, e.g. `5 3` */
  dash?: string;
  opacity?: number;
}

/** The area between two lines. */
export interface Band extends Named {
  kind: 'band';
  x: Numbers;
  low: Numbers;
  high: Numbers;
  colour: string;
}

export interface Points extends Named {
  kind: 'points';
  x: Numbers;
  y: Numbers;
  colour: string;
  shape?: 'disc' | 'ring' | 'cross';
  /** radius in pixels */
  size?: number;
  /** what a pointer that rests on a point is told */
  titles?: readonly string[];
}

/** Bars from 0 (on a logarithmic axis from its lower end). */
export interface Bars extends Named {
  kind: 'bars';
  x: Numbers;
  y: Numbers;
  colour: string;
  /** of a bar, in units of x */
  width: number;
}

/** A field on a regular grid: equal colours in a row become one piece. */
export interface Cells {
  kind: 'cells';
  x: readonly [number, number];
  y: readonly [number, number];
  columns: number;
  rows: number;
  /** the colour of a cell, rows counted from the lower end of y; undefined leaves it empty */
  colourOf(column: number, row: number): string | undefined;
}

/** Arrows with their middles at (x, y). */
export interface Arrows {
  kind: 'arrows';
  x: readonly number[];
  y: readonly number[];
  /** where they point to, in units of the axes; (0, 0) is no arrow */
  dx: readonly number[];
  dy: readonly number[];
  /** in pixels */
  length: readonly number[];
  colourOf(i: number): string;
}

/** Short texts with their middles at (x, y), such as counts in the cells of a field. */
export interface Texts {
  kind: 'texts';
  x: readonly number[];
  y: readonly number[];
  texts: readonly string[];
  colourOf(i: number): string;
}

/** A straight line across the panel. */
export interface Rule extends Named {
  kind: 'rule';
  x?: number;
  y?: number;
  colour: string;
  dash?: string;
}

/** Nothing but an entry of the legend: what a colour of a field stands for. */
export interface Swatch {
  kind: 'swatch';
  name: string;
  colour: string;
}

export type Mark = Line | Band | Points | Bars | Cells | Arrows | Texts | Rule | Swatch;
