/**
 * How the step rate of a run moves: every kind once, with its settings, what it starts from and its factor of the step rate.
 * A further kind is one entry here.
 */
import { oneCycle, oneCycleMomentum, warmupConstant, warmupCosine, warmupLinear } from 'lethe';
import { z } from 'zod';
import { count, fraction, orNone, positive } from './setting-types.ts';

/** Where a run stands: epochs done, validations, the share of the epoch in work that is done, and the epochs that there may be. */
export interface ScheduleStanding {
  epoch: number;
  validations: readonly number[];
  share: number;
  epochs: number;
}

const kindOf = <K extends string>(kind: K) => z.literal(kind).describe('how the step rate moves');

const by = (usual: 'step' | 'epoch') =>
  z
    .enum(['step', 'epoch'])
    .default(usual)
    .describe('moves at every step, or only between epochs, to what it is in the middle of the next one');
const warmup = fraction.describe('share of all epochs in which it rises');
const last = z.number().min(0).max(1).describe('share of the step rate at the end of training.epochs');
const divide = positive.describe('divisor before each further epoch');

const constant = z.strictObject({ kind: kindOf('constant') });
/** after so many epochs at the full rate it is divided before each further one, or falls by that factor in the course of it */
const after = z.strictObject({
  kind: kindOf('after'),
  epochs: count.describe('epochs at the full rate'),
  divide,
  by: z
    .enum(['step', 'epoch'])
    .default('epoch')
    .describe('falls at every step of the epochs after that, or before each'),
});
/** divided once after each of these numbers of epochs */
const at = z.strictObject({
  kind: kindOf('at'),
  epochs: z.array(positive).describe('numbers of epochs, 2.5 in the middle of the third'),
  divide: positive.describe('divisor after each of them'),
});
/** divided whenever more than `patience` validations in a row were no better than the best */
const worse = z.strictObject({
  kind: kindOf('worse'),
  patience: z.int().min(0).describe('validations in a row that may be no better'),
  divide: positive.describe('divisor when there were more'),
});
/** up to the full rate over the first steps */
const warmupOnly = z.strictObject({ kind: kindOf('warmup'), warmup, by: by('step') });
/** up to the full rate, then down in a line, or along a cosine, until the last epoch that there may be */
const linear = z.strictObject({ kind: kindOf('linear'), warmup, last, by: by('step') });
const cosine = z.strictObject({ kind: kindOf('cosine'), warmup, last, by: by('step') });
/** one cycle: up, full rate, down, end */
const cycle = z.strictObject({
  kind: kindOf('one-cycle'),
  first: z
    .number()
    .gt(0)
    .lt(1)
    .describe('share of the step rate at the beginning, and at the end of its fall'),
  phases: z
    .array(z.number().min(0))
    .refine(
      (lengths) => lengths.length === 4 && lengths.some((length) => length > 0),
      'four lengths (rise, full rate, fall, end), one of them above 0',
    )
    .describe('lengths of rise, full rate, fall and end, in any unit: all epochs are shared out by them'),
  last,
  momentum: orNone(
    z
      .array(z.number().gt(0).lt(1))
      .refine(({ length }) => length === 2, 'two numbers, at the first and at the full step rate'),
  ).describe(
    'momentum (beta1 of Adam) at the first and at the full step rate, in a line between; none: as the optimizer has it',
  ),
  by: by('step'),
});

/** How the step rate moves. */
export const schedule = z.discriminatedUnion('kind', [
  constant,
  after,
  at,
  worse,
  warmupOnly,
  linear,
  cosine,
  cycle,
]);
export type StepRateSchedule = z.infer<typeof schedule>;
type Of<K extends StepRateSchedule['kind']> = Extract<StepRateSchedule, { kind: K }>;

/** What a newly named schedule starts from. */
export const scheduleDefaults: { [K in StepRateSchedule['kind']]: Of<K> } = {
  constant: { kind: 'constant' },
  after: { kind: 'after', epochs: 5, divide: 2, by: 'epoch' },
  at: { kind: 'at', epochs: [10], divide: 10 },
  worse: { kind: 'worse', patience: 0, divide: 2 },
  warmup: { kind: 'warmup', warmup: 0.05, by: 'step' },
  linear: { kind: 'linear', warmup: 0.05, last: 0.01, by: 'step' },
  cosine: { kind: 'cosine', warmup: 0.05, last: 0.01, by: 'step' },
  'one-cycle': {
    kind: 'one-cycle',
    first: 0.1,
    phases: [7.5, 37.5, 37.5, 7.5],
    last: 0,
    momentum: null,
    by: 'step',
  },
};

/** The factor of the step rate for the next step. */
export function scheduleFactor(of: StepRateSchedule, standing: ScheduleStanding): number {
  // Each function takes the settings of its own kind.
  return (factors[of.kind] as (one: StepRateSchedule, at: ScheduleStanding) => number)(of, standing);
}

/** The momentum of the next step, where the schedule moves it. */
export function scheduleMomentum(of: StepRateSchedule, standing: ScheduleStanding): number | undefined {
  if (of.kind !== 'one-cycle' || of.momentum === null) return undefined;
  const { first, phases, last, momentum } = of;
  const [from, to] = momentum;
  return oneCycleMomentum({ first, phases, last, from, to })(progress(of, standing));
}

// --- internal ---

const factors: { [K in StepRateSchedule['kind']]: (one: Of<K>, standing: ScheduleStanding) => number } = {
  constant: () => 1,
  after: (one, { epoch, share }) => {
    const fallen = one.by === 'epoch' ? epoch - one.epochs + 1 : epoch + share - one.epochs;
    return one.divide ** -Math.max(0, fallen);
  },
  at: (one, { epoch, share }) => one.divide ** -one.epochs.filter((time) => epoch + share >= time).length,
  worse: (one, { validations }) => one.divide ** -worsened(validations, one.patience),
  warmup: (one, standing) => warmupConstant({ warmup: one.warmup })(progress(one, standing)),
  linear: (one, standing) => warmupLinear({ warmup: one.warmup, last: one.last })(progress(one, standing)),
  cosine: (one, standing) => warmupCosine({ warmup: one.warmup, last: one.last })(progress(one, standing)),
  'one-cycle': (one, standing) => {
    const { first, phases, last } = one;
    return oneCycle({ first, phases, last })(progress(one, standing));
  },
};

/** The share of all epochs that is done; a run that goes on beyond its epochs stays at the end. */
function progress({ by }: { by: 'step' | 'epoch' }, { epoch, share, epochs }: ScheduleStanding): number {
  return Math.min(1, (epoch + (by === 'epoch' ? 0.5 : share)) / epochs);
}

/** How often a validation was no better than the best before it for more than `patience` times in a row. */
function worsened(validations: readonly number[], patience: number): number {
  let best = Number.POSITIVE_INFINITY;
  let waited = 0;
  let times = 0;
  for (const value of validations) {
    if (value < best) {
      best = value;
      waited = 0;
    } else if (++waited > patience) {
      times++;
      waited = 0;
    }
  }
  return times;
}
