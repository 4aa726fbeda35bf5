/**
 * The trainings of a comparison. Of M methods with N trials each, trials 1 to M N are their searches, one of every method before the next:
 * trial k of every method is the k-th draw of the study's seed, the first its usual rates. The trials after them train the best of each
 * method by its validation again, a seed for all methods after the other; no search has seen these seeds.
 */
import type { Config } from '../../runs/config.ts';
import type { ComparedMethod } from '../../studies/journal.ts';
import type { Parameters } from '../../studies/space.ts';
import type { Trial } from '../../studies/study-record.ts';
import { configWith, type StudyBase, settingsOf } from '../search/study-base.ts';
import { suggest } from '../search/suggest.ts';
import { studyEvent, type TrialPlan } from '../search/trial-plan.ts';

/** What is compared. */
export interface Comparison {
  title: string;
  base: StudyBase;
  methods: readonly ComparedMethod[];
  /** settings that the search of each method tries */
  trials: number;
  /** of what the searches draw */
  seed: number;
}

/** The plan of a study. Throws ConfigError when a method makes no configuration. */
export function comparisonPlan({ title, base, methods, trials, seed }: Comparison): TrialPlan {
  const methodOf = ({ method }: Parameters): ComparedMethod => methods.find(({ name }) => name === method)!;
  const configOf = (parameters: Parameters): Config => {
    const { method: _, ...rest } = parameters;
    return configWith(base, rest, methodOf(parameters).name);
  };
  const drawn = (method: ComparedMethod, k: number): Parameters => ({
    method: method.name,
    ...(k === 1 && method.first ? method.first : suggest(method.space, seed, k)),
  });
  for (const method of methods) configOf(drawn(method, 1));
  const config = configOf({ method: methods[0].name });
  const { metric } = studyEvent({ title, seed, base: base.target, set: {}, space: {}, config });
  const kept = methods.map(({ name, space, first }) => ({ name, space, first }));
  return {
    about: studyEvent({
      ...{ title, seed, base: base.target, set: settingsOf(base), config },
      space: Object.assign({}, ...methods.map(({ space }) => space)),
      plan: { kind: 'compare', methods: kept, trials },
    }),
    configOf,
    parametersOf(number, done) {
      const searched = methods.length * trials;
      const method = methods[(number - 1) % methods.length];
      if (number <= searched) return drawn(method, Math.ceil(number / methods.length));
      const best = bestOf(method.name, done, metric);
      const seedOf = config.seed + Math.ceil((number - searched) / methods.length);
      return best && { ...best.parameters, seed: seedOf };
    },
  };
}

/** Trainings of a comparison in all. */
export const trainingsOf = (
  { methods, trials }: Pick<Comparison, 'methods' | 'trials'>,
  seeds: number,
): number => methods.length * (trials + seeds);

// --- internal ---

/** The trial of a method's search with the lowest validation, the earlier of equal ones. */
function bestOf(method: string, trials: readonly Trial[], metric: string): Trial | undefined {
  const value = (trial: Trial): number => trial.best?.valid[metric] ?? Number.POSITIVE_INFINITY;
  return trials
    .filter(({ parameters }) => parameters.method === method && parameters.seed === undefined)
    .filter((trial) => Number.isFinite(value(trial)))
    .toSorted((a, b) => value(a) - value(b) || a.number - b.number)[0];
}
