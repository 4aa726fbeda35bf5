/**
 * Numbers for the rows of a batch, [gates, steps, batch, width]. Alone they are one draw of the stream, in this order. A stream that
 * says where a window begins draws in tiles of 64 rows and, of what changes from step to step, 64 steps, [row, step, unit], each from a
 * seed of its own, so that the numbers of a row at a step depend neither on the window nor on the rows beside it. A stream with groups
 * of rows draws each group as if it ran alone.
 */
import { ShapeError } from '../errors.ts';
import type { StreamAddress } from '../kernels/contract/fields.ts';
import { kernels } from '../kernels/engine.ts';
import type { Real } from '../tensor/dtype.ts';
import { allocate, scoped } from '../tensor/scratch.ts';
import type { NoiseStream, StreamPlace, StreamRows } from './stream.ts';

/** Which numbers are wanted. */
export interface DrawnRows {
  gates: number;
  /** 1 unless they are drawn anew at every step */
  steps: number;
  /** 1 where the batch shares them */
  batch: number;
  width: number;
  /** drawn anew at every step, though there may be but one */
  everyStep: boolean;
  /** every row of the batch has its own, though there may be but one */
  everyRow: boolean;
}

/** Draws as many numbers as `out` has, from one address. */
type Fill = (address: StreamAddress, out: Real) => void;

/**
 * Draws them.
 * @throws ShapeError if the stream's groups have not as many rows as the batch
 */
export function drawRows(stream: NoiseStream, place: StreamPlace, shape: DrawnRows, fill: Fill): Real {
  const { gates, steps, batch, width, everyRow } = shape;
  const out = allocate(gates * steps * batch * width);
  const { position, row } = stream;
  const groups = everyRow ? groupsOf(stream, batch) : [{ stream, rows: batch }];
  if (groups.length === 1 && position === undefined) {
    fill(groups[0].stream.address(place), out);
    return out;
  }
  let to = 0;
  for (const { stream: own, rows } of groups) {
    const part = { shape, out, to, rows };
    if (position === undefined) drawWhole(own, place, part, fill);
    else drawTiles(own, place, part, position, everyRow ? row : 0, fill);
    to += rows;
  }
  return out;
}

/** Normal numbers for every step and row of [steps, batch, width]. */
export function drawnNormals(
  stream: NoiseStream,
  place: StreamPlace,
  [steps, batch, width]: readonly number[],
): Real {
  const shape = { gates: 1, steps, batch, width, everyStep: true, everyRow: true };
  return drawRows(stream, place, shape, (address, out) =>
    kernels().normal({ ...address, mean: 0, deviation: 1, out }),
  );
}

// --- internal ---

/** Rows, and steps, of a tile: with fewer, a window would call its kernel more often, with more, a single step or row would draw more in vain. */
const tileLength = 64;

/** The `rows` rows from `to` on of what is drawn. */
interface Part {
  shape: DrawnRows;
  out: Real;
  to: number;
  rows: number;
}

function drawWhole(
  stream: NoiseStream,
  place: StreamPlace,
  { shape, out, to, rows }: Part,
  fill: Fill,
): void {
  const { gates, steps, batch, width } = shape;
  scoped(() => {
    const drawn = allocate(gates * steps * rows * width);
    fill(stream.address(place), drawn);
    for (let i = 0; i < gates * steps; i++) {
      out.set(drawn.subarray(i * rows * width, (i + 1) * rows * width), (i * batch + to) * width);
    }
  });
}

function drawTiles(
  stream: NoiseStream,
  place: StreamPlace,
  { shape, out, to, rows }: Part,
  position: number,
  row: number,
  fill: Fill,
): void {
  const { gates, steps, batch, width, everyStep } = shape;
  const stretches = everyStep ? pieces(position, steps) : [{ tile: 0, skip: 0, count: 1, at: 0 }];
  const length = everyStep ? tileLength : 1;
  for (const block of pieces(row, rows)) {
    for (const stretch of stretches) {
      // Number 0 is what does not change from step to step.
      const number = everyStep ? stretch.tile + 1 : 0;
      for (let gate = 0; gate < gates; gate++) {
        scoped(() => {
          const drawn = allocate((block.skip + block.count) * length * width);
          fill(stream.address(place, [gate, block.tile, number]), drawn);
          for (let r = 0; r < block.count; r++) {
            for (let t = 0; t < stretch.count; t++) {
              const from = ((block.skip + r) * length + stretch.skip + t) * width;
              const target = ((gate * steps + stretch.at + t) * batch + to + block.at + r) * width;
              out.set(drawn.subarray(from, from + width), target);
            }
          }
        });
      }
    }
  }
}

/** The tiles that `count` rows or steps from `first` on lie in: how many of a tile are passed over and wanted, and where they go. */
function pieces(first: number, count: number): { tile: number; skip: number; count: number; at: number }[] {
  const all = [];
  for (let at = 0; at < count; ) {
    const skip = (first + at) % tileLength;
    const wanted = Math.min(tileLength - skip, count - at);
    all.push({ tile: Math.floor((first + at) / tileLength), skip, count: wanted, at });
    at += wanted;
  }
  return all;
}

function groupsOf(stream: NoiseStream, batch: number): readonly StreamRows[] {
  if (!stream.groups) return [{ stream, rows: batch }];
  const rows = stream.groups.reduce((sum, group) => sum + group.rows, 0);
  if (rows === batch) return stream.groups;
  throw new ShapeError(
    `noise stream: expected a batch of ${rows} rows, as many as its groups have, got one of ${batch}; group the rows of this batch`,
  );
}
