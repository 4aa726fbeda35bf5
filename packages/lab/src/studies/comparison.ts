/** What a comparison of methods has found: for each the best setting of its search, and its figures over seeds that no search has seen. */
import { type Difference, meanAndDeviation, pairedDifference, type Spread } from '../common/spread.ts';
import type { ComparedMethod } from './journal.ts';
import { settingsInWords } from './setting-words.ts';
import type { Parameters } from './space.ts';
import type { StudyRecord, Trial } from './study-record.ts';

/** One method. Figures are of the metric that people are shown, at the best epoch by validation of every training. */
export interface ComparedResult {
  name: string;
  /** trials of its search so far */
  searched: Trial[];
  /** the best of them by its validation; absent while none has one */
  chosen?: Trial;
  /** its best setting trained again, by ascending seed */
  finals: Trial[];
  train?: Spread;
  valid?: Spread;
  /** of the test set, measured once with the weights that validation chose */
  test?: Spread;
  /** test of this method minus test of the best by validation, and of `none`, seed by seed */
  toBest?: Difference;
  toNone?: Difference;
  /** of work, in the search and after it */
  seconds: number;
}

/** Methods in the order of their mean validation over seeds; those without figures, or with seeds that failed, at the end. */
export interface ComparisonResult {
  methods: ComparedResult[];
  /** seeds that were begun, ascending */
  seeds: number[];
  /** trials in all searches */
  searches: number;
}

type Split = 'train' | 'valid' | 'test';

/** Reads a comparison, also while it goes on. The record has the plan of a comparison. */
export function comparisonOf({ about, trials }: StudyRecord): ComparisonResult {
  const { plan, metric, shown } = about;
  if (plan?.kind !== 'compare') throw new TypeError('expected the study of a comparison');
  const finals = trials.filter(({ parameters }) => typeof parameters.seed === 'number');
  const seeds = [...new Set(finals.map(seedOf))].sort((a, b) => a - b);
  const figures = (name: string, split: Split, figure: string): (number | undefined)[] => {
    const of = (seed: number): Trial | undefined =>
      finals.find((trial) => trial.parameters.method === name && seedOf(trial) === seed);
    return seeds.map((seed) => of(seed)?.best?.[split][figure]);
  };
  const results = plan.methods.map(({ name }) => {
    const own = trials.filter(({ parameters }) => parameters.method === name);
    const searched = own.filter(({ parameters }) => parameters.seed === undefined);
    const worth = (trial: Trial): number => trial.best?.valid[metric] ?? Number.POSITIVE_INFINITY;
    const [chosen] = searched
      .filter((trial) => Number.isFinite(worth(trial)))
      .toSorted((a, b) => worth(a) - worth(b) || a.number - b.number);
    const spread = (split: Split): Spread | undefined => meanAndDeviation(figures(name, split, shown.metric));
    const result: ComparedResult = {
      ...{ name, searched, chosen },
      finals: own.filter((trial) => finals.includes(trial)).toSorted((a, b) => seedOf(a) - seedOf(b)),
      ...{ train: spread('train'), valid: spread('valid'), test: spread('test') },
      seconds: own.reduce((sum, { seconds, repeats }) => sum + (repeats === null ? (seconds ?? 0) : 0), 0),
    };
    const deciding = meanAndDeviation(figures(name, 'valid', metric));
    return { result, deciding };
  });
  const order = ({ result: { chosen }, deciding }: (typeof results)[number]): number[] => [
    seeds.length - (deciding?.count ?? 0),
    deciding?.mean ?? chosen?.best?.valid[metric] ?? Number.POSITIVE_INFINITY,
  ];
  const methods = results
    .toSorted((a, b) => {
      const [missingA, meanA] = order(a);
      const [missingB, meanB] = order(b);
      return missingA - missingB || (meanA === meanB ? 0 : meanA - meanB);
    })
    .map(({ result }) => result);
  const against = (one: ComparedResult, other: ComparedResult | undefined): Difference | undefined =>
    other && other !== one
      ? pairedDifference(figures(one.name, 'test', shown.metric), figures(other.name, 'test', shown.metric))
      : undefined;
  const none = methods.find(({ name }) => name === 'none');
  const compared = methods.map((one) => ({
    ...one,
    toBest: against(one, methods[0]),
    toNone: against(one, none),
  }));
  return { methods: compared, seeds, searches: plan.methods.length * plan.trials };
}

/** The setting of a method in a line: `input=0.1 recurrent=0.25 stepRate=0.002`, or that it has none. */
export function settingText(parameters: Parameters | undefined): string {
  const own = Object.entries(parameters ?? {}).filter(([key]) => key !== 'method' && key !== 'seed');
  return settingsInWords(Object.fromEntries(own));
}

/** Parameters that the search of a method draws beside the step rate. */
export const ownRates = ({ space }: ComparedMethod): string[] =>
  Object.keys(space).filter((key) => key.startsWith('dropout.'));

// --- internal ---

const seedOf = ({ parameters }: Trial): number => parameters.seed as number;
