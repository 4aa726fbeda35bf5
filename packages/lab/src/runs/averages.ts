/** Averages of the weights that a run is evaluated with: every kind once, with its settings and what it starts from. */
import { z } from 'zod';
import { count, fraction } from './setting-types.ts';

const kindOf = <K extends string>(kind: K) =>
  z
    .literal(kind)
    .describe('which weights are averaged; validations, the best weights and the test have the average');

const none = z.strictObject({ kind: kindOf('none') });
/** the mean over all steps of the last epochs (averaged SGD; Polyak and Juditsky 1992) */
const tail = z.strictObject({
  kind: kindOf('tail'),
  epochs: count.describe('the mean is over the steps of so many epochs before training.epochs'),
});
/** a mean in which older weights count less and less */
const exponential = z.strictObject({
  kind: kindOf('exponential'),
  decay: fraction.describe('share of the average that a step keeps'),
});
/** the best weights of other runs: what `lethe average` makes, and no training */
const runs = z.strictObject({
  kind: kindOf('runs'),
  of: z.array(z.string().min(1)).describe('directories of those runs'),
});

/** Which weights are averaged. */
export const average = z.discriminatedUnion('kind', [none, tail, exponential, runs]);
export type WeightAverage = z.infer<typeof average>;

/** What a newly named average starts from. */
export const averageDefaults: {
  [K in WeightAverage['kind']]: Extract<WeightAverage, { kind: K }>;
} = {
  none: { kind: 'none' },
  tail: { kind: 'tail', epochs: 10 },
  exponential: { kind: 'exponential', decay: 0.999 },
  runs: { kind: 'runs', of: [] },
};

/** Whether the next step counts, `epoch` epochs done of `epochs`. */
export function averagesNow(
  of: WeightAverage,
  { epoch, epochs }: { epoch: number; epochs: number },
): boolean {
  return of.kind === 'exponential' || (of.kind === 'tail' && epoch >= epochs - of.epochs);
}

/** Whether the mean begins with the next step, `share` of the epoch in work done: what an average held before, of fewer epochs, is not of these. */
export function averageBegins(
  of: WeightAverage,
  { epoch, share, epochs }: { epoch: number; share: number; epochs: number },
): boolean {
  return of.kind === 'tail' && share === 0 && epoch === Math.max(0, epochs - of.epochs);
}
