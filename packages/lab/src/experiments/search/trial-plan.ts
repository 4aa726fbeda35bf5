/** Which trials a study has: what asks for them says so here, and nothing else about studies knows who that is. */
import type { Config } from '../../runs/config.ts';
import type { StudyEvent } from '../../studies/journal.ts';
import type { Parameters } from '../../studies/space.ts';
import type { Trial } from '../../studies/study-record.ts';
import { lookupIn } from '../../tasks/kind.ts';
import { kindOf } from '../../tasks/registry.ts';
import { configOf, exampleConfig, filled, type Search } from './search-file.ts';
import { suggest } from './suggest.ts';

export interface TrialPlan {
  /** the first line of the journal */
  readonly about: StudyEvent;
  /**
   * What trial `number` (from 1) tries, the same whenever it is asked for: a function of the number, and of trials that have ended (in any order).
   * Undefined where there is no such trial, because what it would follow from has no result.
   */
  parametersOf(number: number, trials: readonly Trial[]): Parameters | undefined;
  /** Throws ConfigError when there is no configuration with such values. */
  configOf(parameters: Parameters): Config;
}

/** Trials drawn at random from the space of a search. */
export function searchPlan(search: Search, seed: number): TrialPlan {
  const { base, set, space } = search;
  const { title } = search.recipe;
  return {
    about: studyEvent({ title, seed, base, set, space, config: exampleConfig(search) }),
    parametersOf: (number) => filled(suggest(space, seed, number)),
    configOf: (parameters) => configOf(search, parameters),
  };
}

/** The first line of a journal: what is said, and what follows from the configuration. */
export function studyEvent(
  said: Pick<StudyEvent, 'title' | 'seed' | 'base' | 'set' | 'space' | 'config' | 'plan'>,
): StudyEvent {
  const { plan, ...rest } = said;
  const { choice: metric, shown } = kindOf(said.config.task).metric(lookupIn(said.config));
  const created = new Date().toISOString();
  return { event: 'study', format: 1, created, ...rest, metric, shown, ...(plan && { plan }) };
}
