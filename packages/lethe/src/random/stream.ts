/**
 * Streams of random numbers. A stream holds a seed, a step and a pass, no state: every draw is a pure
 * function of those and of the place it is for, so drawing twice gives the same numbers, in any order, on any
 * number of threads, with or without an interruption. The generator is Philox 4x32-10 (Salmon et al. 2011,
 * "Parallel random numbers: as easy as 1, 2, 3"); the kernels run it.
 */
import { ConfigError } from '../errors.ts';
import { found } from '../found.ts';
import type { StreamAddress } from '../kernels/contract.ts';
import { kernels } from '../kernels/engine.ts';
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
  init: 16,
  order: 17,
  sample: 18,
  search: 19,
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

/** An immutable address in the numbers of one seed. */
export class NoiseStream {
  /** 64 bits. */
  readonly seed: bigint;
  /** Training step, below 2^32. */
  readonly step: number;
  /** Which of several forward passes over one step, below 2^16. */
  readonly pass: number;

  /**
   * @param seed a whole number in [0, 2^64); pass a bigint above 2^53
   * @throws ConfigError if a number is out of range
   */
  constructor(seed: number | bigint, step = 0, pass = 0) {
    if (typeof seed !== 'bigint' && !Number.isSafeInteger(seed)) throw outOfRange('seed', seed, '2^64');
    this.seed = BigInt(seed);
    if (this.seed < 0n || this.seed >= 1n << 64n) throw outOfRange('seed', seed, '2^64');
    this.step = within('step', step, 2 ** 32);
    this.pass = within('pass', pass, 2 ** 16);
  }

  /** The same seed at another step and pass. */
  at(step: number, pass = 0): NoiseStream {
    return new NoiseStream(this.seed, step, pass);
  }

  /** The kernel's address of the numbers for `place`. */
  address(place: StreamPlace): StreamAddress {
    if (typeof place !== 'object' || place === null) {
      throw new ConfigError(`noise stream: expected a place such as { site: 'sample' }, got ${found(place)}`);
    }
    checkWord('noise stream', 'site', place.site, siteNames);
    const layer = within('layer', place.layer ?? 0, 2 ** 16);
    const entry = within('entry', place.entry ?? 0, 2 ** 8);
    const direction = within('direction', place.direction ?? 0, 2 ** 16);
    return {
      seedLow: Number(this.seed & 0xffffffffn),
      seedHigh: Number(this.seed >> 32n),
      step: this.step,
      site: layer * 2 ** 16 + sites[place.site] * 2 ** 8 + entry,
      pass: this.pass * 2 ** 16 + direction,
    };
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

// --- internal ---

const siteNames = Object.keys(sites) as StreamSite[];

function checkRange(name: string, value: unknown): void {
  checkNumber('noise stream', name, value);
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
