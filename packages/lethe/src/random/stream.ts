/**
 * Streams of random numbers. A stream holds a seed, a step, a pass and where in a text it is, no state: every draw is a pure
 * function of those and of the place it is for, so drawing twice gives the same numbers, in any order, on any
 * number of threads, with or without an interruption. The generator is Philox 4x32-10 (Salmon et al. 2011,
 * "Parallel random numbers: as easy as 1, 2, 3"); the kernels run it.
 */
import { ConfigError } from '../errors.ts';
import { found, ofLethe, otherCopyAdvice } from '../found.ts';
import type { StreamAddress } from '../kernels/contract/fields.ts';
import { kernels } from '../kernels/engine.ts';
import { philox4x32 } from '../kernels/portable/philox.ts';
import { checkNumber, checkWord } from '../options.ts';
import { mostNumbers, type Real } from '../tensor/dtype.ts';
import { allocate } from '../tensor/scratch.ts';

/** Every purpose that draws numbers, with its number in the counter. Never renumber: old runs would not replay. */
export const sites = {
  input: 0,
  recurrent: 1,
  hidden: 2,
  cell: 3,
  update: 4,
  output: 5,
  weight: 6,
  weightIn: 7,
  embedding: 8,
  gaussian: 9,
  context: 10,
  transition: 11,
  init: 16,
  order: 17,
  sample: 18,
  search: 19,
  subword: 20,
} as const;

/** A purpose that draws numbers. */
export type StreamSite = keyof typeof sites;

/** What a draw is for. `layer` below 2^16, `entry` below 2^8, `direction` below 2^16 (all default 0). */
export interface StreamPlace {
  site: StreamSite;
  layer?: number;
  entry?: number;
  direction?: number;
}

/** Neighbouring rows of a batch that draw together, from a stream of their own. */
export interface StreamRows {
  stream: NoiseStream;
  /** how many, at least 1 */
  rows: number;
}

/** An immutable address in the numbers of one seed. */
export class NoiseStream {
  /** 64 bits. */
  readonly seed: bigint;
  /** @internal */
  get [ofLethe](): string {
    return 'noise stream';
  }
  /** Training step, below 2^32. */
  readonly step: number;
  /** Which of several forward passes over one step, below 2^16. */
  readonly pass: number;
  /** Training steps done, as schedules of rates count them; infinite: the rates that training ends with. */
  readonly progress: number;
  /** Step of the text at which a window begins, see {@link from}; absent: what runs is no part of anything longer. */
  readonly position?: number;
  /** Number of the first row of the batch among the rows of everything that is gone through, see {@link from}. */
  readonly row: number;
  /** Who draws for the rows of a batch, see {@link of}; absent: all of them together. */
  readonly groups?: readonly StreamRows[];

  /**
   * @param seed a whole number in [0, 2^64); pass a bigint above 2^53
   * @throws ConfigError if a number is out of range
   */
  constructor(seed: number | bigint, step = 0, pass = 0, where: StreamCoordinates = {}) {
    if (typeof seed !== 'bigint' && !Number.isSafeInteger(seed)) throw outOfRange('seed', seed, '2^64');
    this.seed = BigInt(seed);
    if (this.seed < 0n || this.seed >= 1n << 64n) throw outOfRange('seed', seed, '2^64');
    this.step = within('step', step, 2 ** 32);
    this.pass = within('pass', pass, 2 ** 16);
    const { progress = step, position, row = 0, groups } = where;
    if (typeof progress !== 'number' || !(progress >= 0)) {
      throw new ConfigError(
        `noise stream: expected progress to be a number of training steps of at least 0, or infinite, got ${found(progress)}`,
      );
    }
    this.progress = progress;
    if (position !== undefined) this.position = within('position', position, Number.MAX_SAFE_INTEGER);
    this.row = within('row', row, Number.MAX_SAFE_INTEGER);
    if (groups) this.groups = groups;
  }

  /** The same seed, position and rows at another step and pass; `progress` follows the step unless it was set apart. */
  at(step: number, pass = 0): NoiseStream {
    const { seed, position, row, groups } = this;
    const progress = this.progress === this.step ? step : this.progress;
    const others = groups?.map(({ stream, rows }) => ({ stream: stream.at(step, pass), rows }));
    return new NoiseStream(seed, step, pass, { progress, position, row, groups: others });
  }

  /** The same numbers, with rates as they are after `progress` training steps; infinite: as training ends. */
  trained(progress: number): NoiseStream {
    const { seed, step, pass, position, row, groups } = this;
    return new NoiseStream(seed, step, pass, { progress, position, row, groups });
  }

  /**
   * For a window that begins at step `position` of longer sequences, the first of which is number `row`. Every row then draws for
   * itself, and what changes from step to step is drawn for its step of the sequence: windows of any length, over any number of rows
   * at a time, see what one run over all of them from position 0 sees. What is held over the sequence is the same in all windows.
   */
  from(position: number, row = 0): NoiseStream {
    const { seed, step, pass, progress, groups } = this;
    return new NoiseStream(seed, step, pass, { progress, position, row, groups });
  }

  /** For a batch whose rows draw in groups, each from a stream of its own as if it ran alone; what the batch shares comes from this one. */
  of(groups: readonly StreamRows[]): NoiseStream {
    const { seed, step, pass, progress, position, row } = this;
    if (!Array.isArray(groups) || groups.length === 0) {
      throw new ConfigError(`noise stream: expected groups of rows [{ stream, rows }], got ${found(groups)}`);
    }
    for (const group of groups as unknown[]) {
      const { stream, rows } = (group ?? {}) as Partial<StreamRows>;
      if (stream instanceof NoiseStream && Number.isInteger(rows) && rows! >= 1) continue;
      throw new ConfigError(
        `noise stream: expected groups of at least one row with a stream, { stream, rows }, got ${found(group)}${stream instanceof NoiseStream ? ` of ${found(rows)} rows` : ''}`,
      );
    }
    return new NoiseStream(seed, step, pass, { progress, position, row, groups });
  }

  /**
   * The kernel's address of the numbers for `place`.
   * @param tile of numbers that a stream with a position draws together; absent, or all 0: the numbers of what runs alone
   */
  address(place: StreamPlace, tile: readonly number[] = []): StreamAddress {
    if (typeof place !== 'object' || place === null) {
      throw new ConfigError(`noise stream: expected a place such as { site: 'sample' }, got ${found(place)}`);
    }
    checkWord('noise stream', 'site', place.site, siteNames);
    const layer = within('layer', place.layer ?? 0, 2 ** 16);
    const entry = within('entry', place.entry ?? 0, 2 ** 8);
    const direction = within('direction', place.direction ?? 0, 2 ** 16);
    return {
      ...tileSeed(this.seed, tile),
      step: this.step,
      site: layer * 2 ** 16 + sites[place.site] * 2 ** 8 + entry,
      pass: this.pass * 2 ** 16 + direction,
    };
  }

  /** The address of `place` in words: the same for the same numbers. */
  placeText({ site, layer = 0, entry = 0, direction = 0 }: StreamPlace): string {
    const places = `site ${site}, layer ${layer}, entry ${entry}${direction ? ', backward' : ''}`;
    return `seed ${this.seed}, step ${this.step}, pass ${this.pass}, ${places}`;
  }

  /** `length` numbers, uniform on (low, high). */
  uniforms(place: StreamPlace, length: number, low = 0, high = 1): Real {
    checkRange('low', low);
    checkRange('high', high);
    const out = allocate(within('length', length, mostNumbers + 1));
    kernels().uniform({ ...this.address(place), low, high, out });
    return out;
  }

  /** `length` normal numbers. */
  normals(place: StreamPlace, length: number, mean = 0, deviation = 1): Real {
    checkRange('mean', mean);
    checkRange('deviation', deviation);
    const out = allocate(within('length', length, mostNumbers + 1));
    kernels().normal({ ...this.address(place), mean, deviation, out });
    return out;
  }

  /** 0 … length-1 in random order (Fisher and Yates). */
  permutation(place: StreamPlace, length: number): Uint32Array {
    const bits = new Uint32Array(within('length', length, mostNumbers + 1));
    kernels().bits({ ...this.address(place), out: bits });
    const order = Uint32Array.from(bits, (_, i) => i);
    for (let i = length - 1; i > 0; i--) {
      const j = Math.floor((bits[i] / 2 ** 32) * (i + 1));
      const swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }
}

/** Throws ConfigError unless `value` is a noise stream. */
export function checkStream(where: string, value: unknown): asserts value is NoiseStream {
  if (value instanceof NoiseStream) return;
  throw new ConfigError(
    `${where}: expected a noise stream, got ${found(value)}${otherCopyAdvice(value, NoiseStream)}; give one by new NoiseStream(seed)`,
  );
}

/** Throws ConfigError unless `value` is a noise stream, or absent. */
export function checkOptionalStream(where: string, value: unknown): asserts value is NoiseStream | undefined {
  if (value === undefined || value instanceof NoiseStream) return;
  throw new ConfigError(
    `${where}: expected noise to be a noise stream or to be left out, got ${found(value)}${otherCopyAdvice(value, NoiseStream)}; give stream.at(step)`,
  );
}

// --- internal ---

const siteNames = Object.keys(sites) as StreamSite[];

function checkRange(name: string, value: unknown): void {
  checkNumber('noise stream', name, value);
}

/** What a stream has besides seed, step and pass. */
interface StreamCoordinates {
  progress?: number;
  position?: number;
  row?: number;
  groups?: readonly StreamRows[];
}

/** In the last word of the counter that makes seeds of tiles: no draw is in pass 2^16 - 1 and direction 2^16 - 1. */
const tiles = 0xffff_ffff;

/** The seed of a tile: for each of its numbers but 0 a seed made from the one before, by Philox with the number as its counter. */
function tileSeed(seed: bigint, tile: readonly number[]): { seedLow: number; seedHigh: number } {
  const block = Uint32Array.of(Number(seed & 0xffffffffn), Number(seed >> 32n), 0, 0);
  for (const [axis, number] of tile.entries()) {
    if (number === 0) continue;
    const high = Math.floor(number / 2 ** 32);
    philox4x32(block[0], block[1], number % 2 ** 32, high, axis, tiles, block);
  }
  return { seedLow: block[0], seedHigh: block[1] };
}

function within(name: string, value: number, limit: number): number {
  if (!Number.isInteger(value) || value < 0 || value >= limit) throw outOfRange(name, value, `${limit}`);
  return value;
}

function outOfRange(name: string, value: unknown, limit: string): ConfigError {
  return new ConfigError(
    `noise stream: expected ${name} to be a whole number of at least 0 and below ${limit}, got ${typeof value === 'bigint' ? value : found(value)}`,
  );
}
