/** Streams in which sentences draw apart. */
import { ConfigError, ShapeError } from '../../errors.ts';
import { found } from '../../found.ts';
import { checkNumbers } from '../../options.ts';
import { checkStream, type NoiseStream } from '../../random/stream.ts';

/** The stream that rows draw from at a position, each as its sentence does; or none. */
export type SentenceNoise = ((sentences: ArrayLike<number>, position: number) => NoiseStream) | undefined;

/**
 * For each draw a stream in which every sentence draws at the step of its number, so that it has its masks alone as in any batch.
 * @throws ConfigError for what is no stream, ShapeError for numbers that do not fit
 */
export function sentenceStreams(
  where: string,
  noise: NoiseStream | readonly NoiseStream[] | undefined,
  numbers: ArrayLike<number> | undefined,
  batch: number,
): SentenceNoise[] {
  if (numbers !== undefined) {
    checkNumbers(where, 'numbers', numbers);
    if (numbers.length !== batch)
      throw new ShapeError(
        `${where}: expected a number for each of ${batch} sentences, got ${numbers.length}`,
      );
  }
  if (noise === undefined) return [undefined];
  const streams: readonly NoiseStream[] = Array.isArray(noise) ? noise : [noise];
  if (streams.length === 0)
    throw new ConfigError(`${where}: expected at least one noise stream, got ${found(noise)}`);
  return streams.map((stream) => {
    checkStream(where, stream);
    const own = Array.from({ length: batch }, (_, b) =>
      stream.at(numbers?.[b] ?? b, stream.pass).trained(stream.progress),
    );
    return (sentences, position) =>
      stream.from(position).of(Array.from(sentences, (b) => ({ stream: own[b], rows: 1 })));
  });
}
