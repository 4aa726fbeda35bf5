/** Streams of other forward passes over the same step. */
import type { NoiseStream } from './stream.ts';

/** The stream at another pass, and each group of its rows at the one that follows from its own: what draws apart goes on to. */
export function atPass(noise: NoiseStream, of: (pass: number) => number): NoiseStream {
  const { step, pass, groups } = noise;
  const moved = noise.at(step, of(pass));
  return groups ? moved.of(groups.map(({ stream, rows }) => ({ stream: atPass(stream, of), rows }))) : moved;
}
