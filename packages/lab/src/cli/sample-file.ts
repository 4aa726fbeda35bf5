/** What a run makes, as a file. */
import path from 'node:path';
import { checkWritable } from '../files/check-writable.ts';
import { runPaths } from '../runs/run-directory.ts';
import type { OptionValues, Sample, SampleOptions } from '../tasks/kind.ts';
import { sample } from '../training/trained.ts';
import { writeOut } from './write-out.ts';

/**
 * Lets a run make something and writes it: to `out`, or under a name that is free in `samples/` of the run. Throws what `sample` and
 * writing throw.
 */
export async function sampleToFile(
  directory: string,
  options: SampleOptions,
  given: OptionValues,
): Promise<Sample & { file: string }> {
  if (options.out !== undefined) checkWritable(options.out);
  const made = await sample(directory, options, given);
  const name = path.join(runPaths(directory).samples, made.name);
  return { ...made, file: writeOut({ out: options.out, name, log: options.log }, made.content) };
}
