/**
 * What the search of one method draws from: the step rate like every other, and those of its own settings that the model at hand has a
 * place for. Both stand in the method's keys as data, so that no method is compared without a search of its own.
 */
import { ConfigError } from 'lethe';
import { parseDropout, settledDropout } from 'lethe/dropout';
import type { Config } from '../../runs/config.ts';
import { dropoutParameters, isDropoutKey, settingIn, withSetting } from '../../studies/dropout-words.ts';
import type { ComparedMethod } from '../../studies/journal.ts';
import type { Distribution, Parameters, Space, Value } from '../../studies/space.ts';

/** A method with its space, and the settings that the model has no place for. */
export interface SearchedMethod extends ComparedMethod {
  /** each with the reason */
  leftOut: { parameter: string; reason: string }[];
}

/** Rates are drawn from 0, .05, … .7: with more a network keeps too little to learn from, by all that is published. */
const rates: Distribution = { choice: Array.from({ length: 15 }, (_, i) => (5 * i) / 100) };
/** The step rate is drawn within half a decade of the recipe's, evenly in its logarithm. */
const halfDecade = Math.sqrt(10);

/**
 * The space of a method.
 * @param words what somebody named: settings that are given stay, the others are searched
 * @param config what all methods have in common
 * @param check throws ConfigError where a model cannot be trained with these words
 */
export function methodSpace(words: string, config: Config, check: (words: string) => void): SearchedMethod {
  const able = (words: string): ConfigError | undefined => {
    try {
      check(words);
      return undefined;
    } catch (error) {
      if (error instanceof ConfigError) return error;
      throw error;
    }
  };
  const free = dropoutParameters(words).flatMap(({ parameter, about, isGiven }) => {
    const drawn: Distribution | undefined = about.search
      ? { logUniform: [about.search.from, about.search.to] }
      : about.kind === 'rate'
        ? rates
        : undefined;
    return isGiven || !drawn ? [] : [{ parameter, drawn, tried: about.search?.from ?? 0.5 }];
  });
  const leftOut: SearchedMethod['leftOut'] = [];
  let all = free;
  if (
    free.length > 0 &&
    able(free.reduce((text, { parameter, tried }) => withSetting(text, parameter, tried), words))
  ) {
    all = free.filter(({ parameter, tried }) => {
      const obstacle = able(withSetting(words, parameter, tried));
      if (obstacle) leftOut.push({ parameter, reason: obstacle.message });
      return !obstacle;
    });
  }
  const stepRate = config.optimizer.stepRate;
  const space: Space = {
    'optimizer.stepRate': { logUniform: [digits(stepRate / halfDecade), digits(stepRate * halfDecade)] },
    ...Object.fromEntries(all.map(({ parameter, drawn }) => [parameter, drawn])),
  };
  // Its usual rates, as far as there is a place for them.
  const usual = settledDropout(words);
  const chosen = usualOf(usual, stepRate, Object.keys(space));
  const own = Object.entries(chosen).filter(([key]) => isDropoutKey(key));
  const first = own.reduce((text, [key, value]) => withSetting(text, key, value), words);
  const obstacle = able(all.length === 0 ? usual : first);
  if (obstacle && all.length === 0) {
    throw new ConfigError(`${words}: ${obstacle.message}`, { cause: obstacle });
  }
  const isUsual = !obstacle && parseDropout(usual).lacks === undefined;
  return { name: words, space, first: isUsual ? chosen : null, leftOut };
}

// --- internal ---

/** The values that the words have for themselves; what they say nothing of is left to the method. */
function usualOf(words: string, stepRate: number, parameters: readonly string[]): Parameters {
  const said = parameters.map((parameter): [string, Value] => [
    parameter,
    isDropoutKey(parameter) ? settingIn(words, parameter) : stepRate,
  ]);
  return Object.fromEntries(said.filter(([, value]) => value !== null));
}

const digits = (x: number): number => Number(x.toPrecision(6));
