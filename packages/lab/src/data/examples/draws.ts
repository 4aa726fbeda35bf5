/** Choices of a seed, one after the other: what the generators of the examples draw by. */
import { NoiseStream } from 'lethe';

export interface Draws {
  /** uniform on (0, 1) */
  uniform(): number;
  /** normal with mean 0 and variance 1 */
  normal(): number;
  pick<T>(list: readonly T[]): T;
  chance(probability: number): boolean;
}

/** Draws of a seed; the same on every engine. */
export function draws(seed: number): Draws {
  const stream = new NoiseStream(seed);
  let step = 0;
  let block: ArrayLike<number> = [];
  let used = 0;
  const uniform = (): number => {
    if (used === block.length) {
      block = Array.from(stream.at(step++).uniforms({ site: 'sample' }, 1024));
      used = 0;
    }
    return block[used++];
  };
  return {
    uniform,
    // Twelve uniforms have variance 1 together; a logarithm could differ in its last bit between machines.
    normal: () => Array.from({ length: 12 }, uniform).reduce((sum, one) => sum + one, -6),
    pick: (list) => list[Math.min(list.length - 1, Math.floor(uniform() * list.length))],
    chance: (probability) => uniform() < probability,
  };
}
