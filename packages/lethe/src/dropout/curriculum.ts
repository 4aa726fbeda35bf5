/** Curriculum dropout: rates that grow during training. */
import { ConfigError } from '../errors.ts';
import { shown } from '../found.ts';
import { checkOptionNames } from '../options.ts';
import type { MethodKeys } from './method-keys.ts';
import { methodName } from './method-name.ts';
import type { RateSchedule, Regularizer } from './noise.ts';
import { oneOf } from './one-of.ts';
import { checkSchedule } from './schedule.ts';

/** Its settings. */
export const curriculumKeys = {
  schedule: {
    kind: 'word',
    about: 'rates grow, shrink, or begin at once at some update',
    words: ['curriculum', 'anneal', 'switch'],
    default: 'curriculum',
  },
  gamma: {
    kind: 'number',
    about: 'how fast, of curriculum and anneal: 0.001 unless given',
    search: { from: 1e-4, to: 0.1 },
  },
  at: { kind: 'number', about: 'of switch: the update from which there is noise' },
} as const satisfies MethodKeys;

/** Options of {@link curriculum}. */
export interface CurriculumOptions {
  /** `anneal` and `switch` are the paper's comparisons. @defaultValue 'curriculum' */
  schedule?: RateSchedule['kind'];
  /**
   * of curriculum and anneal; 10 / the number of updates comes close to the last rate.
   * @defaultValue 0.001, the authors' for MNIST
   */
  gamma?: number;
  /** of switch: the update from which there is noise */
  at?: number;
}

/**
 * Morerio, Cavazza, Volpi, Vidal, Murino 2017, "Curriculum dropout": the noise of the methods it is combined
 * with, rate(t) = rate (1 - e^(-gamma t)), t the number of the update; anneal rate e^(-gamma t), switch 0
 * before `at`. At test as those methods test, with the rate that training ends with.
 * @throws ConfigError for an unknown option, or gamma and `at` where they do not belong or out of range
 */
export function curriculum(options: CurriculumOptions = {}): Regularizer {
  checkOptionNames('curriculum', options, Object.keys(curriculumKeys));
  const { schedule: kind = 'curriculum', gamma, at } = options;
  oneOf('curriculum', 'schedule', kind, curriculumKeys.schedule.words);
  if (kind === 'switch' ? gamma !== undefined || at === undefined : at !== undefined) {
    throw new ConfigError(
      `curriculum: expected ${kind === 'switch' ? 'at' : 'gamma'} with the schedule ${kind}, got ${kind === 'switch' ? `at ${shown(at)} and gamma ${shown(gamma)}` : `at ${shown(at)}`}`,
    );
  }
  const schedule: RateSchedule = kind === 'switch' ? { kind, at: at! } : { kind, gamma: gamma ?? 0.001 };
  checkSchedule('curriculum', schedule);
  return {
    name: methodName('curriculum', options),
    reference: 'Morerio, Cavazza, Volpi, Vidal, Murino 2017, Curriculum dropout',
    noise: [],
    modes: { train: 'mean', test: 'mean' },
    schedule,
  };
}
